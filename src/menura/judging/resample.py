"""Changes the sample rate inside a computation graph."""

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

_ZERO_CROSSINGS = 48
_ROLL_OFF = 0.96
_KAISER_BETA = 9.0


def resample(audio: Tensor, source: int, target: int) -> Tensor:
    """Resamples [B, T] at `source` Hz to [B, ceil(T · target / source)] at `target` Hz.

    A Kaiser-windowed sinc as a polyphase convolution: differentiable, batched, on any device.
    Flat to 0.9 of the lower Nyquist frequency; above 1.02 of it 80 dB down.
    """
    if source == target:
        return audio
    common = math.gcd(source, target)
    down, up = source // common, target // common
    kernels, reach = _kernels(down, up)
    length = -(-audio.shape[-1] * up // down)
    padded = functional.pad(audio.unsqueeze(1), (reach, reach + down))
    phases = functional.conv1d(padded, kernels.to(audio), stride=down)  # [B, up, N]
    return phases.transpose(1, 2).flatten(1)[:, :length]


@lru_cache
def _kernels(down: int, up: int) -> tuple[Tensor, int]:
    """One kernel for each of the `up` phases, [up, 1, taps], and the taps before the centre."""
    cutoff = _ROLL_OFF * min(1.0, up / down)  # of the source's Nyquist frequency
    reach = math.ceil(_ZERO_CROSSINGS / cutoff)
    taps = torch.arange(-reach, reach + down + 1, dtype=torch.float64)
    phase = torch.arange(up, dtype=torch.float64)[:, None] * down / up
    offset = taps - phase  # [up, taps], in source samples from the output's place
    inside = (offset * cutoff / _ZERO_CROSSINGS).square().clamp(max=1.0)
    beta = torch.tensor(_KAISER_BETA, dtype=torch.float64)
    window = torch.special.i0(beta * (1.0 - inside).sqrt()) / torch.special.i0(beta)
    window = window * (inside < 1.0)
    kernels = cutoff * torch.sinc(offset * cutoff) * window
    kernels = kernels / kernels.sum(dim=1, keepdim=True)  # a constant stays that constant
    return kernels.float().unsqueeze(1), reach
