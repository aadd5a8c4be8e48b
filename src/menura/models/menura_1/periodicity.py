"""How far voiced speech repeats itself at the pitch that it was planned with.

A decoder that is bent towards a speaker can get a creak: every second or third period of the
planned pitch differs, and the voice is heard a third lower and rough. The normalised
autocorrelation at the planned period falls then, and has a gradient.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from menura.judging.resample import resample
from menura.models.menura_1.decoder import PITCH_HOP, SAMPLE_RATE

_RATE = 8000
_HOP = PITCH_HOP * _RATE // SAMPLE_RATE
_LENGTH = 200
"""Samples that are compared, 25 ms: more than a period of the lowest voices."""

_LOWEST_HZ = 55.0
_STEEPEST = 0.058
"""Of the logarithm in a step of 12.5 ms, a semitone: faster glides do not repeat themselves."""


def periodicity(speech: Tensor, f0: Tensor) -> Tensor:
    """Correlation of speech with itself a period later, in [-1, 1]; louder frames count more.

    Args:
        speech: [1, samples] at 24 kHz.
        f0: planned, Hz on the 12.5 ms clock, [1, frames].

    Returns a scalar with a gradient to the speech, 1 where nothing is steadily voiced.
    """
    audio = resample(speech, SAMPLE_RATE, _RATE)[0]
    hertz = f0[0, : audio.numel() // _HOP].float()
    places = _steady(hertz)
    if places.numel() == 0:
        return speech.new_ones(())
    periods = _RATE / hertz[places]
    begin = (places + 0.5) * _HOP - (_LENGTH + periods) / 2
    steps = torch.arange(_LENGTH, device=audio.device)
    one, other = (_at(audio, start[:, None] + steps) for start in (begin, begin + periods))
    product, energy, later = (one * other).sum(1), one.square().sum(1), other.square().sum(1)
    loudness = (energy * later).clamp(min=1e-12).pow(0.5)
    weight = loudness.detach().pow(0.5)
    return (weight * product / loudness).sum() / weight.sum().clamp(min=1e-9)


def _steady(hertz: Tensor) -> Tensor:
    """Frames whose neighbours on both sides are voiced and hardly higher or lower."""
    logarithm = hertz.clamp(min=1.0).log()
    calm = (logarithm[1:] - logarithm[:-1]).abs() < _STEEPEST
    calm = F.pad(calm, (1, 1))
    return (calm[:-1] & calm[1:] & (hertz > _LOWEST_HZ)).nonzero()[:, 0]


def _at(audio: Tensor, places: Tensor) -> Tensor:
    """Samples between samples, linearly; silence outside."""
    low = places.floor()
    share = places - low
    padded = F.pad(audio, (1, 2))
    index = low.long().clamp(-1, audio.numel()) + 1
    return padded[index] * (1 - share) + padded[index + 1] * share
