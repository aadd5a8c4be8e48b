"""The differentiable resampler against pure tones and against soxr."""

import numpy as np
import pytest
import soxr
import torch

from menura.judging.resample import resample


@pytest.mark.parametrize(("source", "target"), [(24000, 16000), (16000, 24000), (44100, 16000)])
def test_tone_keeps_frequency_level_and_phase(source: int, target: int) -> None:
    time = torch.arange(source, dtype=torch.float64) / source
    audio = torch.sin(2 * np.pi * 1000 * time).float()
    found = resample(audio[None], source, target)[0]
    assert found.shape == (target,)
    expected = torch.sin(2 * np.pi * 1000 * torch.arange(target, dtype=torch.float64) / target)
    inner = slice(200, -200)
    assert (found[inner] - expected.float()[inner]).abs().max() < 1e-3


def test_agrees_with_soxr_below_seven_kilohertz() -> None:
    noise = np.random.default_rng(0).standard_normal(24000)
    spectrum = np.fft.rfft(noise)
    spectrum[7000:] = 0
    audio = np.fft.irfft(spectrum).astype(np.float32)
    expected = soxr.resample(audio, 24000, 16000, quality="VHQ")
    found = resample(torch.from_numpy(audio)[None], 24000, 16000)[0].numpy()
    error = (found - expected)[200:-200]
    assert np.std(error) < 1e-3 * np.std(expected)


def test_what_the_target_cannot_hold_is_removed() -> None:
    time = torch.arange(24000, dtype=torch.float64) / 24000
    audio = torch.sin(2 * np.pi * 8400 * time).float()
    found = resample(audio[None], 24000, 16000)[0, 200:-200]
    assert found.abs().max() < 1e-3


def test_same_rate_is_left_alone_and_gradients_flow() -> None:
    audio = torch.randn(2, 2400, requires_grad=True)
    assert resample(audio, 16000, 16000) is audio
    out = resample(audio, 24000, 16000)
    assert out.shape == (2, 1600)
    out.square().sum().backward()
    assert audio.grad is not None
    assert (audio.grad.abs().sum(dim=1) > 0).all()


def test_length_is_rounded_up() -> None:
    assert resample(torch.zeros(1, 100), 24000, 16000).shape == (1, 67)
