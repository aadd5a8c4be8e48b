"""What a clip tells of its speaker."""

from dataclasses import replace
from itertools import chain, repeat
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from menura.errors import CancelledError
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Clip, CloneOptions
from menura.models.menura_1 import clone as of_clone
from menura.models.menura_1.clone import clone
from menura.models.menura_1.fitting import Fitting
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.stock_profiles import profiles
from menura.models.menura_1.target import Target
from menura.text.prepare import prepare

TEXT = "The kettle is on the stove, and the cups are by the window."


def said(model: Menura1, key: str) -> NDArray[np.float32]:
    """The text in a stock voice."""
    utterance = next(iter(prepare(TEXT, "en-US", limit=500)))
    return np.concatenate([p.audio for p in model.speak(utterance, model.stock_state(key))])


def test_who_speaks_is_told_from_all_that_is_heard(model: Menura1) -> None:
    high, low = said(model, "af_heart"), said(model, "am_michael")
    clip = Clip(high, 24000, TEXT, "en-US", 12000.0)
    model.deactivate()
    encoder = SpeakerEncoder()
    short, long = Target(model, clip, encoder), Target(model, replace(clip, heard=low), encoder)

    def like(target: Target, key: str) -> float:
        return float(target.embedding.numpy() @ profiles()[key].astype(np.float32))

    assert like(short, "af_heart") > 0.6 > like(short, "am_michael")
    assert like(long, "am_michael") > 0.6 > like(long, "af_heart")
    assert (short.start[1], long.start[1]) == ("f", "m")
    assert short.log_pitch is not None
    assert long.log_pitch is not None
    assert 0.4 < short.log_pitch - long.log_pitch < 1.0
    assert len(long.views) == len(short.views)
    # Words, timing and melody of what is fitted stay those of the clip itself.
    assert long.frames == short.frames == high.size // 600
    assert bool((long.f0 == short.f0).all())


def test_a_clip_in_one_language_makes_a_speaker_of_another(model: Menura1) -> None:
    text = "La tetera está en el fuego y las tazas están junto a la ventana."
    utterance = next(iter(prepare(text, "es-ES", limit=500)))
    audio = np.concatenate([p.audio for p in model.speak(utterance, model.stock_state("ef_dora"))])
    clip = Clip(audio, 24000, text, "es-ES", 12000.0)
    model.deactivate()
    encoder = SpeakerEncoder()
    own, english = Target(model, clip, encoder), Target(model, clip, encoder, language="en-US")
    assert (own.start[0], english.start[0] in "ab") == ("e", True)
    assert (own.language, english.language) == ("es-ES", "en-US")
    assert own.free_phonemes(0) != english.free_phonemes(0)
    # What the clip says is what it says.
    assert own.phonemes == english.phonemes == utterance.phonemes


def test_a_foreign_clip_is_not_aligned(model: Menura1) -> None:
    clip = Clip(said(model, "af_heart"), 24000, TEXT, "en-US", 12000.0)

    def stages(clip: Clip) -> list[str]:
        heard: list[str] = []
        options = CloneOptions(steps=1, language="en-US")
        for _ in clone(model, clip, options, lambda stage, _: heard.append(stage)):
            pass
        return list(dict.fromkeys(heard))

    assert stages(clip) == ["prepare", "start", "align", "fit"]
    assert stages(replace(clip, foreign=True)) == ["prepare", "start", "fit"]


def test_a_noisy_clip_repeats_itself_less(model: Menura1) -> None:
    speech = said(model, "af_heart")
    noise = np.random.default_rng(0).normal(0.0, 0.05, speech.size).astype(np.float32)
    model.deactivate()
    encoder = SpeakerEncoder()
    clean, noisy = (
        Target(model, Clip(audio, 24000, TEXT, "en-US", 12000.0), encoder).periodicity()
        for audio in (speech, speech + noise)
    )
    assert 0.8 < clean < 1.0
    assert noisy < clean - 0.05


def test_stability_is_held_to_the_steadiness_of_the_clip_and_similarity_may_creak(
    model: Menura1,
) -> None:
    clip = Clip(said(model, "am_adam"), 24000, TEXT, "en-US", 12000.0)
    model.deactivate()
    known = Target(model, clip, SpeakerEncoder()).periodicity()

    def wished(mode: str) -> float:
        first = next(clone(model, clip, CloneOptions(mode=mode, steps=1), lambda *_: None))
        return float(first.report["wished_periodicity"])

    assert wished("stability") == round(known, 3)
    assert wished("similarity") == round(known - 0.25, 3)


def test_progress_does_not_go_back_when_there_are_more_steps(
    model: Menura1, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = chain((2,), repeat(8))
    monkeypatch.setattr(of_clone, "steps_for", lambda *_: next(counts))
    monkeypatch.setattr(of_clone, "_PACED", 1)
    heard: list[float] = []

    def note(stage: str, share: float) -> None:
        heard.append(share)
        if stage == "fit" and len(heard) > 7:
            raise CancelledError("cancelled", "Enough was seen.")

    clip = Clip(said(model, "am_michael"), 24000, TEXT, "en-US", 12000.0)
    with pytest.raises(CancelledError):
        list(clone(model, clip, CloneOptions(), note))
    assert heard == sorted(heard)
    assert heard[-1] < 1


def test_a_machine_that_slows_down_fits_for_no_longer(
    model: Menura1, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, done = [0.0], [0]

    def step(*_: object) -> None:
        done[0] += 1
        now[0] += 1.0 if done[0] < 8 else 3.0

    monkeypatch.setattr(of_clone, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(Fitting, "step", step)
    clip = Clip(said(model, "am_michael"), 24000, TEXT, "en-US", 12000.0)
    *_, refined = clone(model, replace(clip, foreign=True), CloneOptions(), lambda *_: None)
    assert 22 + 2 < int(refined.report["steps"]) == done[0] < 60
    # What was promised at one second a step would have taken 170 s.
    assert 95 < now[0] < 110
