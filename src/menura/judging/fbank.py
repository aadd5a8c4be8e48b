"""Kaldi's log mel filter banks as a differentiable, batched PyTorch function.

Follows the recipe of Kaldi's `compute-fbank-feats` without dither: frames that fit whole into the
signal, mean removed per frame, pre-emphasis 0.97, window, 512-point power spectrum, triangles on
the mel scale 1127·ln(1 + f/700) from 20 Hz to half the rate, natural logarithm.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor

from menura.errors import AudioError

SAMPLE_RATE = 16000
FRAME = 400
HOP = 160
_FFT = 512
_BANDS = 80
_LOWEST_HZ = 20.0
_PREEMPHASIS = 0.97
_FLOOR = torch.finfo(torch.float32).eps


def fbank(audio: Tensor, *, window: str = "povey", scale: float = 1.0) -> Tensor:
    """Computes log mel filter banks, 25 ms frames every 10 ms.

    Args:
        audio: [B, T] samples in [-1, 1] at 16 kHz.
        window: `povey` (Hann to the power 0.85) or `hamming`.
        scale: factor on the samples first; 32768 for networks that were trained on 16-bit numbers.

    Returns [B, 1 + (T − 400) // 160, 80]. Raises AudioError when T is shorter than a frame.
    """
    if audio.shape[-1] < FRAME:
        raise AudioError(
            "audio_too_short",
            f"The audio has {audio.shape[-1]} samples, which is less than one frame.",
            f"At least {FRAME} samples at {SAMPLE_RATE} Hz are needed.",
        )
    frames = (audio.float() * scale).unfold(-1, FRAME, HOP)  # [B, N, 400]
    frames = frames - frames.mean(dim=-1, keepdim=True)
    before = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
    shaped = (frames - _PREEMPHASIS * before) * _window(window).to(audio.device)
    spectrum = torch.fft.rfft(shaped, n=_FFT)[..., :-1]  # Kaldi leaves out the last bin
    power = spectrum.real.square() + spectrum.imag.square()
    bands: Tensor = power @ _triangles().to(audio.device)
    return bands.clamp(min=_FLOOR).log()


@lru_cache
def _window(name: str) -> Tensor:
    """One analysis window, [400]."""
    phase = 2 * math.pi * torch.arange(FRAME, dtype=torch.float64) / (FRAME - 1)
    if name == "povey":
        return (0.5 - 0.5 * phase.cos()).pow(0.85).float()
    if name == "hamming":
        return (0.54 - 0.46 * phase.cos()).float()
    raise ValueError(f"no window {name!r}; there are povey and hamming")


def _mel(hertz: Tensor) -> Tensor:
    """The mel scale that Kaldi uses."""
    return 1127.0 * torch.log1p(hertz / 700.0)


@lru_cache
def _triangles() -> Tensor:
    """Band weights [256, 80]; triangles are straight on the mel scale, with a peak of one."""
    edges = _mel(torch.tensor([_LOWEST_HZ, SAMPLE_RATE / 2], dtype=torch.float64))
    step = (edges[1] - edges[0]) / (_BANDS + 1)
    left = edges[0] + step * torch.arange(_BANDS, dtype=torch.float64)  # [80]
    bins = _mel(torch.arange(_FFT // 2, dtype=torch.float64) * SAMPLE_RATE / _FFT)[:, None]
    rising = (bins - left) / step
    return torch.minimum(rising, 2.0 - rising).clamp(min=0.0).float()
