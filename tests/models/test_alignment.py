"""Alignment without synthesis, against speech whose symbols' times are known."""

import numpy as np
import pytest
import torch

from menura.errors import AudioError
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Clip
from menura.models.menura_1 import features, voices
from menura.models.menura_1.alignment import LONGEST, align
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.phoneme_classifier import phoneme_classifier
from menura.models.menura_1.speaker import symbols_of
from menura.models.menura_1.target import Target

TEXT = "The harbour was quiet that morning, and a thin fog lay over the boats."
OTHER = "Please send me the file before Thursday, so that I can check every page."


def spoken(model: Menura1, text: str, voice: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-mel of a text in a stock voice, and its true durations."""
    phonemes = symbols_of(text, "en-US", 510)
    style = model.style(voices.tables()[voice], len(phonemes))
    with torch.no_grad():
        plan = model.network.plan(model.tokens(phonemes), style)
        audio = model.network.decode(plan, style, torch.Generator().manual_seed(1))
    return features.log_mel(audio), plan.durations


def planned(model: Menura1, text: str, voice: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens of a text and the durations that another voice plans."""
    phonemes = symbols_of(text, "en-US", 510)
    tokens = model.tokens(phonemes)
    with torch.no_grad():
        style = model.style(voices.tables()[voice], len(phonemes))
        return tokens[0], model.network.plan(tokens, style).durations


def test_symbols_are_found_where_they_are_said(model: Menura1) -> None:
    mel, true = spoken(model, TEXT, "af_heart")
    tokens, durations = planned(model, TEXT, "bm_george")
    found = align(phoneme_classifier(model.device), mel, tokens, durations, int(true.sum()))
    apart = np.abs(np.cumsum(found.durations) - np.cumsum(true.numpy())) * 25.0
    assert found.durations.sum() == true.sum()
    assert found.durations.min() >= 1
    assert np.median(apart) <= 25.0
    assert apart.mean() < 45.0


def test_other_words_are_less_likely(model: Menura1) -> None:
    mel, true = spoken(model, TEXT, "af_heart")
    frames = int(true.sum())
    classifier = phoneme_classifier(model.device)
    right = align(classifier, mel, *planned(model, TEXT, "af_heart"), frames)
    wrong = align(classifier, mel, *planned(model, OTHER, "af_heart"), frames)
    assert right.likelihood > wrong.likelihood + 1.0


def test_what_cannot_fit_is_refused(model: Menura1) -> None:
    mel = torch.zeros(1, 80, 40)
    tokens, durations = planned(model, TEXT, "af_heart")
    classifier = phoneme_classifier(model.device)
    with pytest.raises(ValueError, match="cannot hold"):
        align(classifier, mel, tokens, durations, 20)
    long = torch.zeros(1, 80, 2 * (3 * LONGEST + 1))
    three = torch.tensor([0, 50, 0])
    with pytest.raises(ValueError, match="too long"):
        align(classifier, long, three, torch.tensor([4, 4, 4]), 3 * LONGEST + 1)


@pytest.mark.parametrize(
    ("text", "seconds", "code"), [(TEXT, 0.5, "clip_too_fast"), ("Hi.", 30.0, "clip_too_slow")]
)
def test_a_clip_has_to_be_as_long_as_its_words(
    model: Menura1, text: str, seconds: float, code: str
) -> None:
    audio = np.zeros(int(seconds * 24000), np.float32)
    clip = Clip(audio, 24000, text, "en-US", 12000.0)
    with pytest.raises(AudioError) as failure:
        Target(model, clip, SpeakerEncoder())
    assert failure.value.code == code
    assert "transcript" in failure.value.remedy
