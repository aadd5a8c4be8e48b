"""How voices speak, as the network plans them; of the stock voices, pitch and rate are kept."""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from menura.errors import StateError
from menura.models.menura_1 import voices
from menura.models.menura_1.free_speech import sentences
from menura.models.menura_1.prosody_fit import plans_of
from menura.models.menura_1.state import Prosody
from menura.text.prepare import prepare
from menura.text.utterance import Language

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

SENTENCES = 3
"""Of each language's sentences; planning one takes a core a fraction of a second."""

VOICED_HZ = 30.0


@dataclass(frozen=True)
class Manner:
    """How somebody speaks some sentences, as the network plans them."""

    pitch: float
    """Mean of the logarithm of F0 in Hz."""

    spread: float
    """Half the width of the middle 68 % of the logarithm of F0 around each sentence's median: a
    deviation that the glides at the edges of voicing do not widen (they end at the lowest F0 that
    a plan may have, so that a deviation of all frames shrinks with the pitch)."""

    rate: float
    """Phoneme symbols per second."""


def phonemes(language: Language, most: int) -> tuple[str, ...]:
    """The sentences by which manners are measured."""
    chosen = sentences(language)[:SENTENCES]
    return tuple(u.phonemes for text in chosen for u in prepare(text, language, limit=most))


@torch.inference_mode()
def measure(
    model: "Menura1", table: NDArray[np.floating], prosody: Prosody, said: Iterable[str]
) -> Manner:
    """Plans sentences in a voice, without a sound, and measures them."""
    logarithms, deviations, seconds, symbols = [], [], 0.0, 0
    for plan, text in plans_of(model, table, said, prosody):
        f0 = plan.f0.cpu()
        voiced = f0[f0 > VOICED_HZ].double().log()
        if voiced.numel():
            logarithms.append(voiced)
            deviations.append(voiced - voiced.median())
        # The silence at both ends is no speech.
        seconds += float(plan.durations[1:-1].sum()) * 0.025
        symbols += len(text)
    if not logarithms:
        raise StateError(
            "voice_without_pitch",
            "The voice has no pitch on the sentences by which it is measured.",
            "Choose another voice, or clone it again.",
        )
    low, high = torch.cat(deviations).quantile(torch.tensor([0.16, 0.84], dtype=torch.float64))
    rate = symbols / max(seconds, 0.025)
    return Manner(float(torch.cat(logarithms).mean()), float(high - low) / 2, rate)


@functools.cache
def stock_manners() -> Mapping[str, tuple[float, float]]:
    """Pitch and rate of the stock voices by key, each in its own language, as in `Manner`."""
    text = resources.files(__package__).joinpath("stock_prosody.json").read_text("utf-8")
    return {key: (pitch, rate) for key, (pitch, rate) in json.loads(text).items()}


def natives(language: Language) -> tuple[str, ...]:
    """Keys of the stock voices whose language this is."""
    return tuple(voice.key for voice in voices.stock_voices() if voice.language == language)
