"""One-dimensional convolution through short Fourier transforms, for CPUs.

The generator spends four fifths of its time in convolutions of 7 and 11 taps. Cut into overlapping
tiles and transformed, a convolution of K taps needs about two multiplications per output and
channel pair instead of K. Everything is matrix products, so it runs at their speed, and is exact
to float32 rounding (1e-6). With few steps these products have few columns and lose: see `_LEAST`.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

_TILE = {7: 16, 11: 24}
"""Length of a transform by number of taps; the best of 16, 20, 24, 32 and 40."""

_LEAST = {(256, 7): 480, (256, 11): 400, (128, 7): 4000, (128, 11): 900}
"""Steps of output, by channels and taps, from which tiles are no slower than the direct form.

Of two threads with an operation each, the direct form took of the tiles' time (medians over
dilations 1, 3 and 5) with 256 channels 0.3 at 80 steps, 0.6 at 160, 1.1 at 480 and 1.4 at 1600;
with 128 channels and 11 taps 0.8 at 320 steps, 1.1 at 960 and 1.2 at 4800; with 7 taps 0.7 and 1.0.
Three taps stay direct."""


def _waves(size: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the real Fourier transform, each [size // 2 + 1, size], float64."""
    steps = torch.arange(size, dtype=torch.float64)
    angle = 2 * math.pi * torch.arange(size // 2 + 1, dtype=torch.float64)[:, None] * steps / size
    return torch.cos(angle), -torch.sin(angle)


@dataclass(frozen=True)
class _Spectrum:
    """A convolution's weights, transformed."""

    forward: Tensor  # [2·bins, tile], samples to spectrum
    weight: Tensor  # [bins, 2·outputs, 2·inputs], complex products as real ones
    back: Tensor  # [tile - taps + 1, 2·bins], spectrum to the samples that are whole
    taps: int
    outputs: int

    @classmethod
    def of(cls, weight: Tensor) -> "_Spectrum":
        outputs, _, taps = weight.shape
        size = _TILE[taps]
        bins = size // 2 + 1
        cosine, sine = (wave.to(torch.float32) for wave in _waves(size))
        real = torch.einsum("kn,ocn->koc", cosine[:, :taps], weight)
        # Networks correlate rather than convolve: the weight's spectrum is conjugated.
        imaginary = -torch.einsum("kn,ocn->koc", sine[:, :taps], weight)
        products = torch.cat(
            [torch.cat([real, -imaginary], 2), torch.cat([imaginary, real], 2)], 1
        ).contiguous()
        share = torch.full((bins, 1), 2.0 / size)
        share[0] = share[-1] = 1.0 / size
        both = torch.stack([cosine, sine], 1).reshape(2 * bins, size)
        inverse = torch.stack([cosine * share, sine * share], 1).reshape(2 * bins, size)
        whole = size - taps + 1
        return cls(both, products, inverse[:, :whole].T.contiguous(), taps, outputs)

    def apply(self, x: Tensor, dilation: int, pad: int) -> Tensor:
        """Correlates [B, inputs, T] with the weights, with `pad` zeros at both ends."""
        batch, channels, given = x.shape
        whole, size = self.back.shape[0], self.forward.shape[1]
        steps = given + 2 * pad - dilation * (self.taps - 1)
        # Each of the `dilation` interleaved sequences is cut into tiles of its own.
        tiles = math.ceil(math.ceil(steps / dilation) / whole)
        length = (tiles * whole + self.taps - 1) * dilation
        padded = F.pad(x.transpose(0, 1), (pad, length - given - pad))  # [C, B, length]
        view = padded.contiguous().as_strided(
            (size, channels, batch, tiles, dilation),
            (dilation, batch * length, length, whole * dilation, 1),
        )
        spectrum = self.forward @ view.reshape(size, -1)  # [2·bins, C·B·tiles·dilation]
        products = torch.bmm(self.weight, spectrum.view(self.weight.shape[0], 2 * channels, -1))
        out = self.back @ products.view(self.back.shape[1], -1)
        out = out.view(whole, self.outputs, batch, tiles, dilation).permute(2, 1, 3, 0, 4)
        return out.reshape(batch, self.outputs, -1)[:, :, :steps]


class _Correlate(torch.autograd.Function):
    """Applies frozen weights; the gradient of the input is a correlation too."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, layer: "TiledConv1d") -> Tensor:  # noqa: ANN401
        ctx.layer = layer
        return layer.spectrum().apply(x, layer.dilation[0], layer.same)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        layer: TiledConv1d = ctx.layer
        spectrum = layer.spectrum(flipped=True)
        return spectrum.apply(gradients[0], layer.dilation[0], layer.same), None


class TiledConv1d(nn.Conv1d):
    """A convolution that keeps the length, tiled where that is faster and its weight is frozen."""

    def __init__(self, channels: int, taps: int, *, dilation: int = 1) -> None:
        same = dilation * (taps - 1) // 2
        super().__init__(channels, channels, taps, dilation=dilation, padding=same)
        self.same = same
        """Zeros at both ends that keep the length."""

        self._spectra: dict[bool, tuple[Tensor, _Spectrum]] = {}

    def spectrum(self, *, flipped: bool = False) -> _Spectrum:
        """The transformed weights, made when the weights are new."""
        weight = self.weight.detach()
        known = self._spectra.get(flipped)
        # The tensor is kept, so its address cannot come back with other numbers, but for weights
        # that are written in place: see `forget_spectrum`.
        if known is None or known[0].data_ptr() != weight.data_ptr():
            taken = weight.flip(2).transpose(0, 1) if flipped else weight
            known = self._spectra[flipped] = (weight, _Spectrum.of(taken))
        return known[1]

    def forget_spectrum(self) -> None:
        """To be called after the weights were changed in place."""
        self._spectra.clear()

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Maps [B, C, T] to [B, C, T]."""
        if not self._tiled(input):
            return super().forward(input)
        assert self.bias is not None
        return _Correlate.apply(input, self) + self.bias[:, None]  # type: ignore[no-untyped-call]

    def valid(self, x: Tensor) -> Tensor:
        """Maps [B, C, T] to the [B, C, T - dilation·(taps - 1)] that no padding touches."""
        if not self._tiled(x):
            return F.conv1d(x, self.weight, self.bias, 1, 0, self.dilation)
        assert self.bias is not None
        return self.spectrum().apply(x, self.dilation[0], 0) + self.bias[:, None]

    def _tiled(self, x: Tensor) -> bool:
        taps = self.kernel_size[0]
        return (
            taps in _TILE
            and x.shape[0] * x.shape[2] >= _LEAST.get((self.in_channels, taps), 0)
            and x.device.type == "cpu"
            and x.dtype == self.weight.dtype == torch.float32
            and not self.weight.requires_grad
            and not torch.is_autocast_enabled("cpu")
        )
