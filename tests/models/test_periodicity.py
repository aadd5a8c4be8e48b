"""Whether speech repeats itself at the pitch that was planned."""

import math

import pytest
import torch
from torch import Tensor

from menura.models.menura_1.decoder import PITCH_HOP, SAMPLE_RATE
from menura.models.menura_1.periodicity import periodicity

FRAMES = 80


def tone(hertz: float, creak: float = 0.0) -> Tensor:
    """A second of a buzz; every second period is weaker by `creak`."""
    seconds = torch.arange(FRAMES * PITCH_HOP) / SAMPLE_RATE
    buzz = sum(torch.sin(2 * math.pi * hertz * k * seconds) / k for k in range(1, 9))
    odd = (seconds * hertz).floor() % 2
    return (buzz * (1 - creak * odd))[None]


@pytest.mark.parametrize("hertz", [80.0, 111.3, 237.0])
def test_a_steady_voice_repeats_itself(hertz: float) -> None:
    assert float(periodicity(tone(hertz), torch.full((1, FRAMES), hertz))) > 0.98


def test_creak_a_wrong_pitch_and_noise_do_not() -> None:
    f0 = torch.full((1, FRAMES), 110.0)
    clean, creaky = (float(periodicity(tone(110.0, creak), f0)) for creak in (0.0, 0.7))
    assert creaky < clean - 0.2
    assert float(periodicity(tone(73.0), f0)) < 0.5
    noise = torch.randn(1, FRAMES * PITCH_HOP, generator=torch.Generator().manual_seed(0))
    assert abs(float(periodicity(noise, f0))) < 0.2


def test_loud_frames_count_more() -> None:
    f0 = torch.full((1, FRAMES), 110.0)
    middle = FRAMES * PITCH_HOP // 2
    noise = torch.randn(1, FRAMES * PITCH_HOP, generator=torch.Generator().manual_seed(0))
    speech = tone(110.0)
    speech[:, middle:] = 0.001 * noise[:, middle:]
    assert float(periodicity(speech, f0)) > 0.9


def test_only_steadily_voiced_frames_count() -> None:
    speech = tone(110.0)
    silent, gliding = torch.zeros(1, FRAMES), 60 * 1.09 ** torch.arange(FRAMES)[None].float()
    assert float(periodicity(speech, silent)) == 1.0
    assert float(periodicity(speech, gliding)) == 1.0
    half = torch.full((1, FRAMES), 110.0)
    half[:, FRAMES // 2 :] = 0
    assert float(periodicity(speech, half)) > 0.98


def test_its_gradient_makes_speech_steadier() -> None:
    f0 = torch.full((1, FRAMES), 110.0)
    speech = tone(110.0, 0.7).requires_grad_()
    before = periodicity(speech, f0)
    (gradient,) = torch.autograd.grad(before, speech)
    assert torch.isfinite(gradient).all()
    step = 0.05 * speech.detach().norm() / gradient.norm()
    assert float(periodicity(speech.detach() + step * gradient, f0)) > float(before.detach())
