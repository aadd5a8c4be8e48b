"""A fine-tune with its voices as one file: out, in again, and what strangers may send."""

import json
import pickle
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "work"))

from tiny_adapters import TunedModel, adapter_of
from tiny_engine import INFO, TinyModel
from tiny_voices import pitched

from menura.catalogue import Catalogue
from menura.datasets import Datasets
from menura.errors import ConflictError, InputError, MenuraError, NotFoundError, StateError
from menura.fine_tune_files import FineTuneFiles
from menura.fine_tunes import FineTunes
from menura.library import model_files
from menura.library.fine_tunes import NewFineTune, ReadyModel
from menura.library.voices import NewVoice
from menura.models.adapters import load_adapter, write_adapter
from menura.models.contract import Adapter, VoiceState
from menura.models.states import load, save
from menura.models.tuned_files import TunedParts, pack, unpack
from menura.settings import Settings
from menura.work.tuned_models import InspectModelJob, inspect_model

CARD: dict[str, Any] = {
    "version": 1,
    "name": "Ada",
    "description": "",
    "language": "en",
    "locale": "en-GB",
    "accent": "british",
    "model_id": "sonic-3-2026-01-12",
    "seconds": 1800.0,
    "report": {"likeness": 0.9},
    "consent": {"statement": "I agree.", "given_at": "2026-11-22T12:00:00Z"},
    "voices": [
        {
            "name": f"Ada, {name}",
            "description": "",
            "tagline": "",
            "language": "en-GB",
            "gender": "feminine",
            "accent": "british",
            "transcript": "Good morning.",
            "report": {},
        }
        for name in ("typical", "calm")
    ],
    "origin": {
        "software": "menura 0",
        "fine_tune_id": "fine_tune_1",
        "created_at": "2026-11-22T12:00:00+00:00",
        "exported_at": "2026-11-22T13:00:00+00:00",
    },
}
PARTS = TunedParts(adapter_of(50.0), (pitched(100.0, manner="typical"), pitched(110.0)))
FILE = pack(PARTS, json.dumps(CARD))
_TEXT = FILE[8 : 8 + struct.unpack("<Q", FILE[:8])[0]]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(Settings(data=tmp_path / "data"), TunedModel)
    yield catalogue
    catalogue.close()


def files_of(catalogue: Catalogue) -> FineTuneFiles:
    """Without what is needed for training."""
    settings = Settings()
    datasets = Datasets(catalogue, settings, lambda *_: iter(()))  # type: ignore[arg-type]
    fine_tunes = FineTunes(catalogue, settings, datasets, lambda: pytest.fail("no engine"))
    return FineTuneFiles(catalogue, fine_tunes)


def made(catalogue: Catalogue, folder: Path, name: str = "Ada") -> str:
    """The id of a fine-tune with the parts and voices of FILE."""
    write_adapter(PARTS.adapter, folder / "adapter")
    consent = {**CARD["consent"], "given_by": "accepted", "key_id": "key_1"}
    new = NewFineTune(
        name=name,
        description="",
        language="en",
        locale="en-GB",
        model_id="sonic-3-2026-01-12",
        snapshot=INFO.snapshot,
        dataset_id="dataset_1",
        accent="british",
        consent=consent,
    )
    voices = [
        (
            NewVoice(
                name=card["name"],
                locale="en-GB",
                snapshot=INFO.snapshot,
                gender="feminine",
                accent="british",
                transcript=card["transcript"],
                consent=consent,
            ),
            save(state),
        )
        for card, state in zip(CARD["voices"], PARTS.voices, strict=True)
    ]
    ready = ReadyModel(folder / "adapter", voices, CARD["report"], 1800.0)
    store = catalogue.library().fine_tunes
    return store.add_ready(catalogue.organisation_id, new, ready).id


def test_a_fine_tune_comes_back_as_it_went(catalogue: Catalogue, tmp_path: Path) -> None:
    files, owner = files_of(catalogue), catalogue.organisation_id
    old = made(catalogue, tmp_path)
    path = files.export("Ada", tmp_path / "ada.file")
    assert b"key_1" not in path.read_bytes(), "whose key it was concerns nobody elsewhere"
    new = files.import_file(path)
    library = catalogue.library()
    assert new.id != old
    before, after = (library.fine_tunes.get(owner, which) for which in (old, new.id))
    for field in (
        *("name", "description", "language", "locale", "accent", "model_id", "snapshot"),
        *("status", "report", "seconds"),
    ):
        assert getattr(after, field) == getattr(before, field), field
    assert after.status == "completed"
    assert after.consent == CARD["consent"]
    assert after.booked_at is not None, "it costs nothing"
    adapters = [load_adapter(library.fine_tunes.adapter(owner, which)) for which in (old, new.id)]
    assert adapters[0].tensors == adapters[1].tensors
    assert adapters[0].metadata == adapters[1].metadata == {"kind": "sine"}
    voices = {voice.name: voice for voice in library.fine_tunes.voices(owner, new.id)}
    assert set(voices) == {"Ada, typical", "Ada, calm"}
    for state, card in zip(PARTS.voices, CARD["voices"], strict=True):
        voice = voices[card["name"]]
        assert (voice.locale, voice.gender, voice.accent) == ("en-GB", "feminine", "british")
        assert voice.transcript == card["transcript"]
        assert voice.extra["imported"]["fine_tune_id"] == old
        stored = library.voices.ref(voice).state
        assert stored is not None
        back = load(stored)
        assert back.tensors == state.tensors
        assert back.metadata == state.metadata
    assert not list((tmp_path / "data" / "uploads").iterdir())


def test_what_cannot_be_exported(catalogue: Catalogue, tmp_path: Path) -> None:
    files = files_of(catalogue)
    first = made(catalogue, tmp_path)
    library, owner = catalogue.library(), catalogue.organisation_id
    with pytest.raises(NotFoundError):
        files.export("nobody", tmp_path / "x")
    with pytest.raises(InputError, match="cannot be written"):
        files.export(first, tmp_path / "none" / "x")
    made(catalogue, tmp_path)
    with pytest.raises(ConflictError, match="Several fine-tunes"):
        files.export("Ada", tmp_path / "x")
    voices = library.fine_tunes.voices(owner, first)
    library.voices.delete(owner, voices[0].id)
    left = files.export(first, tmp_path / "one")
    parts, _ = unpack(left)
    assert len(parts.voices) == 1
    library.voices.delete(owner, voices[1].id)
    with pytest.raises(ConflictError, match="All voices"):
        files.export(first, tmp_path / "x")
    assert not (tmp_path / "x").exists()
    assert not list(tmp_path.glob("*.part*"))


def test_names_of_imports(catalogue: Catalogue, tmp_path: Path) -> None:
    files = files_of(catalogue)
    path = tmp_path / "file"
    path.write_bytes(FILE)
    assert files.import_file(path, name="Another").name == "Another"
    for wrong in ("", "a\nb", "x" * 201):
        with pytest.raises(InputError) as error:
            files.import_file(path, name=wrong)
        assert error.value.code == "fine_tune_name_invalid"
    row = files.import_file(path)
    row.name = "Ada Žlutá / 2"
    assert model_files.file_name(row) == "ada-zluta-2.fine-tune.safetensors"


def _with(change: Callable[[dict[str, Any]], object], body: bytes | None = None) -> bytes:
    header = json.loads(_TEXT)
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + (FILE[8 + len(_TEXT) :] if body is None else body)


def _meta(name: str, value: object) -> bytes:
    return _with(lambda header: header["__metadata__"].update({name: value}))


def _card(**changes: object) -> bytes:
    return pack(PARTS, json.dumps({**CARD, **changes}))


def _voice(**changes: object) -> bytes:
    return _card(voices=[{**CARD["voices"][0], **changes}, CARD["voices"][1]])


def _voices(*states: VoiceState) -> bytes:
    return pack(TunedParts(PARTS.adapter, states), json.dumps(CARD))


REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "a pickle": pickle.dumps(CARD),
    "half of it": FILE[: len(FILE) // 2],
    "one byte more": FILE + b"\0",
    "a voice file": save(pitched(100.0), json.dumps(CARD)),
    "a voice's name twice": FILE.replace(b'"voice-2":', b'"voice-1":', 1),
    "a tensor of nobody": _with(lambda h: h.update({"other/shift": h.pop("adapter/shift")})),
    "a tensor without a name": _with(lambda h: h.update({"adapter/": h.pop("adapter/shift")})),
    "no texts of the weights": _with(lambda h: h["__metadata__"].pop("adapter")),
    "a gap in the voices": _with(
        lambda h: h["__metadata__"].update({"voice-3": h["__metadata__"].pop("voice-2")})
    ),
    "texts that are none": _meta("adapter", "[]"),
    "texts that are no JSON": _meta("adapter", "{"),
    "deep texts": _meta("adapter", "[" * 100_000),
    "texts of numbers": _meta("voice-1", '{"a": 1}'),
    "reserved texts": _meta("voice-1", '{"menura.snapshot": "s"}'),
    "another base": _meta("menura.snapshot", "menura-2-2027-01"),
    "weights that fit nothing": pack(
        TunedParts(Adapter(INFO.snapshot, {"x": np.zeros(2, np.float32)}), PARTS.voices),
        json.dumps(CARD),
    ),
    "a voice that fits nothing": _voices(
        pitched(1.0), VoiceState(INFO.snapshot, {"x": np.zeros(2, np.float32)})
    ),
    "more voices than told of": _voices(pitched(1.0), pitched(2.0), pitched(3.0)),
    "numbers that are none": FILE[:-4] + struct.pack("<f", float("nan")),
    "no card": _with(lambda header: header["__metadata__"].pop("menura.voice")),
    "a card of a list": _meta("menura.voice", "[]"),
    "a deep card": _meta("menura.voice", "[" * 100_000),
    "a large card": _card(description="x" * 200_000),
    "no name": _card(name=""),
    "a name that rings": _card(name="a\x07b"),
    "a foreign language": _card(locale="xx"),
    "a strange accent": _card(accent="../.."),
    "an unknown word": _card(is_admin=True),
    "a report of huge numbers": _card(report={"a": 10**30}),
    "endless seconds": _card(seconds=10**12),
    "no voices": _card(voices=[]),
    "fewer voices told of": _card(voices=CARD["voices"][:1]),
    "a voice of two lines": _voice(name="a\nb"),
    "a voice of a strange gender": _voice(gender="robot"),
    "a voice with more": _voice(organisation_id="me"),
    "a strange origin": _card(origin={**CARD["origin"], "fine_tune_id": "../x"}),
    "a future card": _card(version=2),
}  # fmt: skip


def receive(data: bytes, catalogue: Catalogue, folder: Path) -> None:
    """Sends a file in."""
    path = folder / "sent"
    path.write_bytes(data)
    files_of(catalogue).import_file(path)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_fine_tune_is_refused_with_a_reason(
    case: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    with pytest.raises(StateError) as caught:
        receive(REFUSED[case], catalogue, tmp_path)
    assert caught.value.code
    assert caught.value.remedy
    assert len(caught.value.message) < 1000
    assert not list((tmp_path / "data" / "uploads").iterdir())
    assert not list((tmp_path / "data" / "adapters").iterdir())
    assert not list((tmp_path / "data" / "voices").iterdir())


def test_a_model_that_cannot_be_tuned_takes_none(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILE)
    with pytest.raises(InputError) as error:
        inspect_model(TinyModel(), InspectModelJob(path, tmp_path / "adapter"))  # type: ignore[arg-type]
    assert error.value.code == "model_cannot_be_tuned"
    assert not (tmp_path / "adapter").exists()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.integers(1, 255)), min_size=1, max_size=6)
)
def test_flipped_bytes(flips: list[tuple[int, int]]) -> None:
    data = bytearray(FILE)
    for place, change in flips:
        data[place] ^= change
    try:
        parts, card = unpack(bytes(data))
        model_files.read_card(card)
    except MenuraError:
        return
    for tensors in (parts.adapter.tensors, *(voice.tensors for voice in parts.voices)):
        assert all(np.isfinite(tensor).all() for tensor in tensors.values())
