"""The DistillMOS network: predicts a mean opinion score from 7.68 s of speech.

Source: the MIT-licensed weights of the package `distillmos` 0.9.1 (Microsoft; Stahl and Gamper,
"Distillation and Pruning for Scalable Self-Supervised Representation-Based Speech Quality
Assessment", 2025), whose tensor shapes this module follows. Notable choices here:
- The batch norms before the projection and after the transformer are folded into the linear
  layers beside them.
- Magnitudes are floored at 1e-6 before the power 0.3 is taken, so gradients stay finite; the
  original floors at 1e-12 and takes a square root whose gradient at zero is NaN.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

_FFT = 320
_HOP = 160
_FLOOR = 1e-12
"""Smallest power of a spectral bin, that is a magnitude of 1e-6."""

_CHANNELS = ((2, 64), (64, 64), (64, 128), (128, 256), (256, 256), (256, 256))
_WIDTH = 200
_HEADS = 8
_LAYERS = 7
_POSITIONS = 384


class _Attention(nn.Module):
    """Self-attention over time, all heads at once."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs = nn.Linear(_WIDTH, 3 * _WIDTH)
        self.output = nn.Linear(_WIDTH, _WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        batch, time, _ = x.shape
        heads = self.inputs(x).view(batch, time, 3, _HEADS, _WIDTH // _HEADS)
        query, key, value = heads.permute(2, 0, 3, 1, 4)  # each [B, 8, T, 25]
        mixed = functional.scaled_dot_product_attention(query, key, value)
        return torch.as_tensor(self.output(mixed.transpose(1, 2).flatten(2)))


class _Layer(nn.Module):
    """A transformer layer that normalises after each residual sum."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = _Attention()
        self.norm1 = nn.LayerNorm(_WIDTH)
        self.wide = nn.Linear(_WIDTH, 2 * _WIDTH)
        self.narrow = nn.Linear(2 * _WIDTH, _WIDTH)
        self.norm2 = nn.LayerNorm(_WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm1(x + self.attention(x))
        return torch.as_tensor(self.norm2(x + self.narrow(functional.relu(self.wide(x)))))


class DistillMos(nn.Module):
    """Maps audio [B, S] at 16 kHz with a peak of one to scores [B] between 1 and 5.

    S is a multiple of 320 and at most 122,880, the length that the network was trained on.
    """

    positions: Tensor
    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList()
        for i, (inputs, outputs) in enumerate(_CHANNELS):
            # Frequency is halved from the second layer on, time by the last.
            stride = (2 if i else 1, 2 if i == len(_CHANNELS) - 1 else 1)
            self.convolutions.append(nn.Conv2d(inputs, outputs, 3, stride, padding=(0, 1)))
        self.project = nn.Linear(4 * _CHANNELS[-1][1], _WIDTH)
        self.layers = nn.ModuleList(_Layer() for _ in range(_LAYERS))
        self.weigh1 = nn.Linear(_WIDTH, 2 * _WIDTH)
        self.weigh2 = nn.Linear(2 * _WIDTH, 1)
        self.grade = nn.Linear(_WIDTH, 1)
        self.register_buffer("positions", _position_codes(), persistent=False)
        self.register_buffer("window", torch.hann_window(_FFT), persistent=False)

    def forward(self, audio: Tensor) -> Tensor:
        x = self._spectrum(audio)
        for convolution in self.convolutions:
            x = functional.leaky_relu(convolution(x), 0.1)
        x = self.project(x.flatten(1, 2).transpose(1, 2))  # [B, S/320, 200]
        x = x + self.positions[: x.shape[1]]
        for layer in self.layers:
            x = layer(x)
        weights = self.weigh2(functional.relu(self.weigh1(x))).softmax(dim=1)  # [B, S/320, 1]
        pooled = (weights * x).sum(dim=1)
        return torch.as_tensor(1.0 + 4.0 * torch.sigmoid(self.grade(pooled))).squeeze(1)

    def _spectrum(self, audio: Tensor) -> Tensor:
        """Complex spectrum with magnitudes to the power 0.3, [B, 2, 161, S/160]."""
        edge = (_FFT - _HOP) // 2
        padded = functional.pad(audio, (edge, edge), mode="reflect")
        spectrum = torch.stft(
            padded, _FFT, _HOP, window=self.window, center=False, return_complex=True
        )
        parts = torch.view_as_real(spectrum)  # [B, 161, S/160, 2]
        power = parts.square().sum(dim=-1, keepdim=True).clamp(min=_FLOOR)
        return (parts * power.pow(-0.35)).permute(0, 3, 1, 2)


def _position_codes() -> Tensor:
    """Sines and cosines of each place in time, [384, 200]."""
    place = torch.arange(_POSITIONS, dtype=torch.float32)[:, None]
    rate = torch.exp(torch.arange(0, _WIDTH, 2) * (-math.log(2 * _POSITIONS) / _WIDTH))
    return torch.stack([(place * rate).sin(), (place * rate).cos()], dim=-1).flatten(1)
