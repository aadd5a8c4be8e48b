"""One-dimensional convolution through short Fourier transforms, for CPUs.

The generator spends four fifths of its time in convolutions of 7 and 11 taps. Cut into overlapping
tiles and transformed, a convolution of K taps needs 2.3 to 2.5 multiplications per output and
channel pair instead of K: a product of two complex numbers is made of three real ones, as Gauss
did, and what is added for it before and after is part of the transforms. Everything is matrix
products, so it runs at their speed, and is exact to float32 rounding (1e-6). With few steps these
products have few columns and lose: see `_LEAST`.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

_TILE = {7: 16, 11: 24}
"""Length of a transform by number of taps; the best of 16 to 28 and of 20 to 40."""

_LEAST = {(256, 7): 240, (256, 11): 240, (128, 7): 320, (128, 11): 320}
"""Steps of output, by channels and taps, from which tiles are no slower than the direct form.

Of two processes with a thread each, the direct form took of the tiles' time (medians over dilations
1, 3 and 5) with 256 channels 0.45 to 0.5 at 80 steps, 0.8 at 160, 1.03 at 240 and 1.5 (7 taps) to
1.7 (11) at 1280; with 128 channels 1.05 at 320 steps, 1.25 at 960 and 1.3 (7 taps) to 1.6 (11) at
4000. Three taps stay direct."""


def _waves(size: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the real Fourier transform, each [size // 2 + 1, size], float64."""
    steps = torch.arange(size, dtype=torch.float64)
    angle = 2 * math.pi * torch.arange(size // 2 + 1, dtype=torch.float64)[:, None] * steps / size
    return torch.cos(angle), -torch.sin(angle)


@dataclass(frozen=True)
class _Spectrum:
    """A convolution's weights, transformed: one real matrix for each of P products."""

    forward: Tensor  # [P, tile], samples to the products' one factor
    weight: Tensor  # [P, outputs, inputs], their other one
    back: Tensor  # [tile - taps + 1, P], products to the samples that are whole

    @classmethod
    def of(cls, weight: Tensor) -> "_Spectrum":
        taps = weight.shape[2]
        size = _TILE[taps]
        cosine, sine = (wave.float() for wave in _waves(size))
        real = torch.einsum("kn,ocn->koc", cosine[:, :taps], weight)
        # Networks correlate rather than convolve: the weight's spectrum is conjugated.
        imaginary = -torch.einsum("kn,ocn->koc", sine[:, :taps], weight)
        share = torch.full((size // 2 + 1, 1), 2.0 / size)
        share[0] = share[-1] = 1.0 / size
        one, other = cosine * share, sine * share
        ends, inner = [0, size // 2], slice(1, size // 2)
        # The spectrum is real at both ends. Between them, of a sample's a + ib and a weight's
        # c + id, (a + b)c, a(d - c) and b(c + d) are what real and imaginary part are made of.
        forward = [cosine[ends], (cosine + sine)[inner], cosine[inner], sine[inner]]
        factors = [real[ends], real[inner], (imaginary - real)[inner], (real + imaginary)[inner]]
        back = [one[ends], (one + other)[inner], other[inner], -one[inner]]
        whole = torch.cat(back)[:, : size - taps + 1].T.contiguous()
        return cls(torch.cat(forward), torch.cat(factors), whole)

    def changed(self, down: Tensor, up: Tensor, room: Tensor) -> "_Spectrum":
        """With weights changed by `up` times `down`, [outputs, rank] and [rank, inputs, taps].

        A spectrum is linear in the weights, so only the small factor is transformed; where it has
        one tap, the middle one, that is a number for each product. The new weights are written to
        the room.
        """
        taps = self.forward.shape[1] - self.back.shape[0] + 1
        if down.shape[2] == 1:
            wave = _linear(taps)[:, taps // 2, None, None]
            torch.addcmul(self.weight, wave, up @ down[:, :, 0], out=room)
        else:
            small = _linear(taps) @ down.view(-1, taps).T
            small = small.view(len(small), *down.shape[:2])  # [P, rank, inputs]
            torch.baddbmm(self.weight, up.expand(len(small), -1, -1), small, out=room)
        return _Spectrum(self.forward, room, self.back)

    def apply(self, x: Tensor, dilation: int, pad: int) -> Tensor:
        """Correlates [B, inputs, T] with the weights, with `pad` zeros at both ends."""
        batch, channels, given = x.shape
        whole, size = self.back.shape[0], self.forward.shape[1]
        overlap = size - whole
        steps = given + 2 * pad - dilation * overlap
        # Each of the `dilation` interleaved sequences is cut into tiles of its own.
        tiles = math.ceil(math.ceil(steps / dilation) / whole)
        length = (tiles * whole + overlap) * dilation
        padded = F.pad(x.transpose(0, 1), (pad, length - given - pad))  # [C, B, length]
        view = padded.contiguous().as_strided(
            (size, channels, batch, tiles, dilation),
            (dilation, batch * length, length, whole * dilation, 1),
        )
        spectrum = self.forward @ view.reshape(size, -1)  # [P, C·B·tiles·dilation]
        products = torch.bmm(self.weight, spectrum.view(len(self.weight), channels, -1))
        out = self.back @ products.view(len(self.weight), -1)
        out = out.view(whole, -1, batch, tiles, dilation).permute(2, 1, 3, 0, 4)
        return out.reshape(batch, self.weight.shape[1], -1)[:, :, :steps]


@cache
def _linear(taps: int) -> Tensor:
    """What becomes of a convolution's taps, [P, taps]."""
    with torch.inference_mode(False):
        return _Spectrum.of(torch.eye(taps)[:, None]).weight[:, :, 0].contiguous()


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


@dataclass(frozen=True)
class _Update:
    """What was added to a convolution's weights; see `TiledConv1d.adapt`."""

    base: Tensor
    down: Tensor
    up: Tensor
    sum: Tensor


class TiledConv1d(nn.Conv1d):
    """A convolution that keeps the length, tiled where that is faster and its weight is frozen."""

    def __init__(self, channels: int, taps: int, *, dilation: int = 1) -> None:
        same = dilation * (taps - 1) // 2
        super().__init__(channels, channels, taps, dilation=dilation, padding=same)
        self.same = same
        """Zeros at both ends that keep the length."""

        self._spectra: dict[bool, tuple[Tensor, _Spectrum]] = {}
        self._update: _Update | None = None
        self._changed: _Spectrum | None = None
        self._room: Tensor | None = None
        """For the weights of the changed spectrum, kept from update to update."""

    def spectrum(self, *, flipped: bool = False) -> _Spectrum:
        """The transformed weights, made when the weights are new."""
        weight = self.weight.detach()
        update = self._update
        if flipped or update is None or update.sum.data_ptr() != weight.data_ptr():
            return self._made(weight, flipped)
        if self._changed is None:
            before = self._made(update.base, False)
            if self._room is None:
                with torch.inference_mode(False):  # or only inference could write it again
                    self._room = torch.empty_like(before.weight)
            self._changed = before.changed(update.down, update.up, self._room)
        return self._changed

    def _made(self, weight: Tensor, flipped: bool) -> _Spectrum:
        known = self._spectra.get(flipped)
        # The tensor is kept, so its address cannot come back with other numbers.
        if known is None or known[0].data_ptr() != weight.data_ptr():
            taken = weight.flip(2).transpose(0, 1) if flipped else weight
            known = self._spectra[flipped] = (weight, _Spectrum.of(taken))
        return known[1]

    @torch.no_grad()
    def adapt(self, room: Tensor, down: Tensor, up: Tensor) -> None:
        """Adds `up` times `down`, [outputs, rank] and [rank, inputs, taps], to the weights.

        `down` may have the middle tap alone. The sum is written to the room: the old weights are
        not touched, and may be put back. The spectrum is changed when it is first needed, which
        short inputs never do; making a new one took ten times as long.
        """
        base = self.weight.data
        if down.shape[2] == 1:
            room.copy_(base)
            room[:, :, self.kernel_size[0] // 2].addmm_(up, down[:, :, 0])
        else:
            torch.addmm(base.flatten(1), up, down.flatten(1), out=room.view(len(base), -1))
        self._update, self._changed = _Update(base, down, up, room), None
        self._spectra.pop(True, None)  # it may be of what was in the room before
        self.weight.data = room

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
