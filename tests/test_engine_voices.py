"""What the engine makes of the voices that a base model yields, with a model of a few lines."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import menura.engine
from menura.engine import Engine
from menura.errors import CancelledError
from menura.models.contract import Clip, CloneOptions, CloneResult, Progress, VoiceState
from menura.settings import Settings
from menura.studio import best
from menura.work.jobs import CloneJob, CloneOutcome

SCORES = (0.2, 0.4, 0.3)


class Model:
    """Yields a voice for each of SCORES and notes when its iterator is closed."""

    info = SimpleNamespace(sample_rate=24000)

    def __init__(self, knows_last: bool) -> None:
        self.knows_last = knows_last
        self.closed = 0

    def clone(self, clip: Clip, options: CloneOptions, progress: Progress) -> Iterator[CloneResult]:
        try:
            for number, score in enumerate(SCORES):
                progress("fit", number / len(SCORES))
                state = VoiceState("s", {"n": np.array([number])})
                last = self.knows_last and number == len(SCORES) - 1
                yield CloneResult(state, {"n": number}, score, last)
        finally:
            self.closed += 1


@pytest.fixture(params=[True, False])
def model(request: pytest.FixtureRequest) -> Model:
    return Model(request.param)


@pytest.fixture
def engine(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    clip = Clip(np.zeros(24000, np.float32), 24000, "words", "en-US", 12000.0)
    facts = SimpleNamespace(report=lambda: {"snr_db": 30.0})
    prepared = SimpleNamespace(clip=clip, transcript=clip.transcript, advice=(), facts=facts)
    # Hearing the words takes a large model of its own; it is tested where it lives.
    monkeypatch.setattr(menura.engine, "prepare_clip", lambda *_, **__: prepared)
    engine = Engine(Settings(data=tmp_path))
    monkeypatch.setattr(engine, "_model", model)
    monkeypatch.setattr(engine, "_listener", lambda: None)
    return engine


def test_every_voice_comes_with_its_score_and_stage(engine: Engine, model: Model) -> None:
    heard: list[tuple[str, float]] = []
    job = CloneJob(Path("clip"), "en-US")
    voices = list(engine.clone(job, lambda stage, share: heard.append((stage, share))))
    assert [voice.score for voice in voices] == list(SCORES)
    assert [voice.last for voice in voices] == [False, False, model.knows_last]
    assert [voice.report["n"] for voice in voices] == [0, 1, 2]
    assert all(voice.report["snr_db"] == 30.0 for voice in voices)
    stages = [stage for stage, _ in heard]
    assert stages == ["listen", "fit", "fit", "usable", "refining", "refining"]
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert best(voices).score == max(SCORES)
    assert model.closed == 1


def test_without_refinement_the_first_voice_is_the_last(engine: Engine, model: Model) -> None:
    heard: list[str] = []
    job = CloneJob(Path("clip"), "en-US", refine=False)
    voices = list(engine.clone(job, lambda stage, share: heard.append(stage)))
    assert [(voice.score, voice.last) for voice in voices] == [(SCORES[0], True)]
    assert "usable" not in heard
    assert model.closed == 1


def test_whoever_stops_or_cancels_closes_the_model(engine: Engine, model: Model) -> None:
    voices = engine.clone(CloneJob(Path("clip"), "en-US"), lambda stage, share: None)
    assert isinstance(next(voices), CloneOutcome)
    voices.close()
    assert model.closed == 1

    def cancel(stage: str, share: float) -> None:
        if stage == "refining":
            raise CancelledError("cancelled", "The job was cancelled.")

    with pytest.raises(CancelledError):
        list(engine.clone(CloneJob(Path("clip"), "en-US"), cancel))
    assert model.closed == 2
