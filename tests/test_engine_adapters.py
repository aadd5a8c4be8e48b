"""The engine keeps adapters, and the voices that were spoken with them, in memory."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "work"))

from tiny_adapters import TunedModel, adapter_of
from tiny_engine import TinyModel
from tiny_voices import pitched

from menura.engine import Engine
from menura.errors import InputError, NotFoundError, StateError
from menura.models.adapters import MOST_BYTES, load_adapter, write_adapter
from menura.models.contract import Adapter
from menura.models.states import save
from menura.settings import Settings
from menura.work.jobs import VoiceRef


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = Engine(Settings(data=tmp_path))
    engine._model = TunedModel()
    return engine


def ref(folder: Path, voice: int, adapter: int) -> VoiceRef:
    """A voice with an adapter, both written when they are not there."""
    state, weights = folder / f"voice-{voice}", folder / f"adapter-{adapter}"
    if not state.exists():
        state.write_bytes(save(pitched(float(voice))))
    if not weights.exists():
        write_adapter(adapter_of(float(adapter)), weights)
    return VoiceRef(state=state, adapter=weights)


def hertz(engine: Engine, wanted: VoiceRef) -> float:
    return float(engine.voice(wanted).tensors["pitch"][0])


def test_a_voice_speaks_with_its_weights_or_without(engine: Engine, tmp_path: Path) -> None:
    tuned = ref(tmp_path, 200, 50)
    assert hertz(engine, tuned) == 250
    assert hertz(engine, VoiceRef(state=tuned.state)) == 200
    assert hertz(engine, ref(tmp_path, 200, 70)) == 270


def test_switching_back_costs_nothing(engine: Engine, tmp_path: Path) -> None:
    model = engine.model
    assert isinstance(model, TunedModel)
    voices = [ref(tmp_path, 200 + n % 3, n % 4) for n in range(12)]
    first = [engine.voice(voice) for voice in voices]
    assert model.adapted == 12
    again = [engine.voice(voice) for voice in voices]
    assert model.adapted == 12
    # A model may tell by the object whether it is ready to speak.
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_the_adapter_that_was_not_used_for_longest_goes(engine: Engine, tmp_path: Path) -> None:
    model = engine.model
    assert isinstance(model, TunedModel)
    for number in (0, 1, 2, 3, 0, 4):
        engine.voice(ref(tmp_path, 200, number))
    assert model.adapted == 5
    assert len(engine._tuned) == 4
    engine.voice(ref(tmp_path, 200, 0))
    assert model.adapted == 5
    engine.voice(ref(tmp_path, 200, 1))
    assert model.adapted == 6


def test_a_file_that_was_written_anew_is_read_anew(engine: Engine, tmp_path: Path) -> None:
    tuned = ref(tmp_path, 200, 50)
    assert tuned.adapter is not None
    assert hertz(engine, tuned) == 250
    write_adapter(adapter_of(90.0), tuned.adapter)
    os.utime(tuned.adapter, (1, 1))
    assert hertz(engine, tuned) == 290


def test_weights_that_cannot_be_used_are_refused(engine: Engine, tmp_path: Path) -> None:
    tuned = ref(tmp_path, 200, 50)
    assert tuned.adapter is not None
    tuned.adapter.unlink()
    with pytest.raises(NotFoundError):
        engine.voice(tuned)
    tuned.adapter.write_bytes(b"weights")
    with pytest.raises(StateError):
        engine.voice(tuned)
    tuned.adapter.write_bytes(save(pitched(5.0)))
    with pytest.raises(StateError, match="no shift"):
        engine.voice(tuned)
    engine._model = TinyModel()  # type: ignore[assignment]
    with pytest.raises((InputError, StateError)):
        engine.voice(tuned)


def test_adapters_have_their_own_limit(tmp_path: Path) -> None:
    large = Adapter("s", {"shift": np.zeros(MOST_BYTES // 2, np.float16)})
    with pytest.raises(StateError) as error:
        write_adapter(large, tmp_path / "adapter")
    assert error.value.code == "state_too_large"
    assert not list(tmp_path.iterdir())
    odd = Adapter("s", {"shift": np.array([np.nan], np.float32)})
    with pytest.raises(StateError) as error:
        write_adapter(odd, tmp_path / "adapter")
    assert error.value.code == "state_not_finite"
    write_adapter(adapter_of(3.0), tmp_path / "adapter")
    back = load_adapter(tmp_path / "adapter")
    assert (back.snapshot, back.metadata) == ("menura-1-2026-11", {"kind": "sine"})
