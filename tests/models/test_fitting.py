"""How voices are fitted: which windows of speech are heard, and what counts."""

from collections import Counter

import numpy as np
import pytest
import torch

from menura.judging.naturalness import NaturalnessScorer
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import CloneOptions
from menura.models.menura_1.clone import naturalness, recipe_for, steps_for
from menura.models.menura_1.fitting import Fitting, Kind, Recipe, sentence_span
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.speaker import Speaker
from menura.models.menura_1.state import Prosody
from menura.models.menura_1.stock_profiles import profiles
from menura.models.menura_1.voices import tables
from menura.text.prepare import prepare


def test_windows_reach_both_ends_of_a_sentence() -> None:
    total, frames, lead, trail = 164, 64, 10, 10
    first, last = lead, total - frames - trail
    count = (last - first + 1) + frames // 2
    spans = (sentence_span(total, frames, lambda n, i=i: i % n) for i in range(count))
    begins = Counter(begin for begin, length in spans if length == frames)
    assert min(begins) == first
    assert max(begins) == last
    # One window in seven at each end, the others anywhere between.
    for end in (first, last):
        assert begins[end] / count == pytest.approx(0.15, abs=0.01)
    assert set(begins.values()) == {1, frames // 4 + 1}


@pytest.mark.parametrize("total", [1, 9, 64, 70])
def test_short_sentences_are_heard_as_far_as_they_go(total: int) -> None:
    for place in range(200):
        begin, frames = sentence_span(total, 64, lambda n, place=place: place % n)
        assert frames == min(64, total)
        assert 0 <= begin <= total - frames


@pytest.mark.parametrize("mode", ["similarity", "stability"])
def test_fast_machines_fit_for_longer(mode: str) -> None:
    recipe = recipe_for(CloneOptions(mode))
    # A slow machine takes the time that it needs.
    assert steps_for(recipe, 4, 8.0, 90.0) == recipe.steps
    assert steps_for(recipe, 4, 1.0, -5.0) == recipe.steps
    assert recipe.steps < steps_for(recipe, 4, 4.0, 90.0) == 26 < recipe.most_steps
    assert steps_for(recipe, 4, 0.01, 90.0) == recipe.most_steps
    for seconds in (0.01, 8.0):
        assert steps_for(recipe_for(CloneOptions(mode, steps=5)), 4, seconds, 90.0) == 5


def test_sounds_of_another_language_are_not_fitted() -> None:
    own, foreign = (recipe_for(CloneOptions("similarity"), foreign=told) for told in (False, True))
    assert Kind.CLIP in own.kinds
    assert set(foreign.kinds) == {Kind.FREE}
    assert foreign.articulation > own.articulation
    steady = recipe_for(CloneOptions("stability"))
    assert recipe_for(CloneOptions("stability"), foreign=True) == steady


def test_a_noisy_clip_is_told_from_a_clean_one(model: Menura1) -> None:
    utterance = next(iter(prepare("The kettle is on the stove.", "en-US", limit=500)))
    parts = model.speak(utterance, model.stock_state("af_heart"))
    speech = torch.from_numpy(np.concatenate([part.audio for part in parts]))[None]
    scorer = NaturalnessScorer()
    noise = 0.05 * torch.randn(speech.shape, generator=torch.Generator().manual_seed(0))
    assert naturalness(speech, scorer) > 4.0
    assert naturalness(speech + noise, scorer) < 3.5


def test_naturalness_counts_up_to_what_is_wished(model: Menura1) -> None:
    """Else a refined voice of a noisy clip, which has its noise, is never the better one."""
    embedding = torch.from_numpy(profiles()["af_heart"].astype(np.float32))
    table = tables()["af_heart"].astype(np.float32)
    speaker = Speaker(model, embedding, "en-US", table, Prosody())
    encoder, scorer = SpeakerEncoder("cpu"), NaturalnessScorer()

    def score(wished: float) -> float:
        return Fitting(speaker, Recipe(wished=wished), encoder, scorer, seed=0).score()

    low, high = score(1.5), score(2.5)
    # A tenth of a point of DistillMOS, whose score of this voice is above 4.
    assert high - low == pytest.approx(0.1, abs=1e-3)
    assert score(5.0) > high + 0.1


def test_steadiness_counts_up_to_what_is_wished(model: Menura1) -> None:
    embedding = torch.from_numpy(profiles()["am_adam"].astype(np.float32))
    table = tables()["am_adam"].astype(np.float32)
    speaker = Speaker(model, embedding, "en-US", table, Prosody())
    encoder, scorer = SpeakerEncoder("cpu"), NaturalnessScorer()

    def stepped(weight: float, wished: float) -> tuple[dict[str, float], torch.Tensor]:
        recipe = Recipe(periodicity=weight, wished_periodicity=wished)
        fitting = Fitting(speaker, recipe, encoder, scorer, seed=0)
        before = fitting.shift.detach().clone()
        fitting.step([Kind.FREE], 1.0)
        return fitting.losses, fitting.shift.detach() - before

    losses, plain = stepped(0.0, 0.99)
    assert "creak" not in losses
    losses, bent = stepped(20.0, 0.99)
    assert 0.05 < losses["creak"] < 0.9  # the deepest of the stock voices has some
    assert not torch.allclose(bent, plain)
    losses, content = stepped(20.0, 0.0)
    assert losses["creak"] < 0
    assert torch.allclose(content, plain)


def test_free_speech_is_silent_before_its_first_word(model: Menura1) -> None:
    """As a clone's is, when it speaks."""
    embedding = torch.from_numpy(profiles()["af_heart"].astype(np.float32))
    slow = Prosody(pace=0.8)
    speaker = Speaker(model, embedding, "en-US", tables()["af_heart"].astype(np.float32), slow)
    for number in range(3):
        plan, _, sounds = speaker.free_plan(number)
        pad = int((sounds == sounds[0]).cumprod(0).sum())
        assert pad == 2 * int(plan.durations[0])
        before = plan.energy[0, : pad - 4]
        assert float(before.max()) <= float(before[0])
        assert float(plan.energy[0, pad]) > float(before[0]) + 1
