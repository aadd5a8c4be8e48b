"""Whether the classifiers hear words of other languages, and tell when they are said."""

import numpy as np
import pytest
import torch

from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Clip
from menura.models.menura_1 import features, voices
from menura.models.menura_1.alignment import align
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.network import Plan
from menura.models.menura_1.phoneme_classifier import (
    FILE,
    OTHERS,
    classifier_for,
    phoneme_classifier,
)
from menura.models.menura_1.speaker import symbols_of
from menura.models.menura_1.target import Target

SAID = {
    "es-ES": ("ef_dora", "La bicicleta verde está detrás de la farmacia."),
    "fr-FR": ("ff_siwis", "Le professeur a trouvé trois erreurs dans ce grand tableau."),
    "hi-IN": ("hf_alpha", "डॉक्टर ने मरीज़ को तीन दिन आराम करने को कहा।"),
    "it-IT": ("if_sara", "Il professore ha trovato tre errori nello specchio."),
    "ja-JP": ("jf_alpha", "電車は八時半に駅を出発します。"),
    "pt-BR": ("pf_dora", "O professor encontrou três erros na lousa."),
    "zh-CN": ("zf_xiaobei", "老师在黑板上写了三个问题。"),
}


@torch.no_grad()
def said(model: Menura1, language: str) -> tuple[torch.Tensor, torch.Tensor, Plan]:
    """What a native says: samples [1, T], tokens [N] and how it was planned."""
    voice, text = SAID[language]
    phonemes = symbols_of(text, language, 510)
    tokens, style = model.tokens(phonemes), model.style(voices.tables()[voice], len(phonemes))
    plan = model.network.plan(tokens, style)
    audio = model.network.decode(plan, style, torch.Generator().manual_seed(1))
    return audio, tokens[0], plan


@pytest.mark.parametrize("language", SAID)
def test_other_languages_are_heard_by_the_one_that_knows_their_words(
    model: Menura1, language: str
) -> None:
    audio, tokens, plan = said(model, language)
    mel, sounds = features.log_mel(audio), tokens.repeat_interleave(2 * plan.durations)
    knows_many = classifier_for(language, model.device)
    knows_few = phoneme_classifier(model.device, FILE)
    right = float(knows_many.error(mel, sounds))
    assert right < 0.8 * float(knows_few.error(mel, sounds))
    assert right + 2.0 < float(knows_many.error(mel, sounds.roll(40)))


@pytest.mark.parametrize("language", ["en-US", "en-GB"])
def test_english_is_heard_by_the_one_that_was_made_for_it(model: Menura1, language: str) -> None:
    english = classifier_for(language, model.device)
    assert english is phoneme_classifier(model.device, FILE)
    assert english is phoneme_classifier(model.device)
    assert classifier_for("fr-FR", model.device) is phoneme_classifier(model.device, OTHERS)


def test_a_clip_is_aligned_by_the_classifier_of_its_language(model: Menura1) -> None:
    audio, tokens, plan = said(model, "fr-FR")
    clip = Clip(audio[0].numpy(), 24000, SAID["fr-FR"][1], "fr-FR", 12000.0)
    target = Target(model, clip, SpeakerEncoder(model.device))
    target.listen()
    apart = np.abs(np.cumsum(target.plan.durations.numpy()) - np.cumsum(plan.durations.numpy()))
    assert apart.mean() * 25.0 < 30.0
    mel = features.log_mel(target.level)
    planned = model.network.plan(target.tokens, target.style).durations
    few = align(phoneme_classifier(model.device, FILE), mel, tokens, planned, target.frames)
    assert target.alignment_likelihood is not None
    assert target.alignment_likelihood > few.likelihood + 0.3
