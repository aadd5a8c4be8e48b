"""Layers that get their input bit by bit and give every step of output as soon as it is settled.

A layer that keeps the last inputs it will need again computes nothing twice, however small the
bits are, and all bits together are what the layer makes of the whole input. Every flow says by
`needs` how many steps of input it must have had for so many steps of output. Tensors are
[1, C, steps]; norms must be fixed.
"""

import threading
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.adapter import Beside
from menura.models.menura_1.layers import (
    FixedNorms,
    StyledResidualBlock,
    StyledSnakeBlock,
    halved_power,
    snake,
)
from menura.models.menura_1.tiled_convolution import TiledConv1d

_WIDE, _FEW = 512, 50
"""Channels from which, and steps up to which, a convolution is done as a product of matrices. The
convolutions before the generator, one thread, 124 MB of weights: 10 steps in 18 ms instead of 47,
16 in 20 (20), 20 in 23 (27), 48 in 42 (47)."""


class Stream:
    """Steps that one side puts in and the other takes out, each from a thread of its own."""

    def __init__(self) -> None:
        self._parts: list[Tensor] = []
        self._put = self._taken = 0
        self._ended = False
        self._lock = threading.Lock()

    def put(self, x: Tensor, last: bool = False) -> None:
        """Adds steps behind the others."""
        with self._lock:
            self._parts.append(x)
            self._put += x.shape[2]
            self._ended |= last

    def until(self, end: int) -> tuple[Tensor, bool]:
        """Removes the steps before one that is counted from the first ever put in.

        Something must have been put in. Tells also whether these were the last ones.
        """
        with self._lock:
            x = self._parts[0] if len(self._parts) == 1 else torch.cat(self._parts, 2)
            count = max(0, min(end, self._put) - self._taken)
            self._taken += count
            self._parts = [x[:, :, count:]]
            return x[:, :, :count], self._ended and self._taken == self._put

    def take(self, count: int) -> Tensor:
        """Removes so many steps."""
        return self.until(self._taken + count)[0]


class Convolution:
    """A convolution, zero-padded at the ends of the whole input."""

    def __init__(self, layer: nn.Conv1d) -> None:
        self._layer = layer
        self._reach = int(layer.dilation[0]) * (int(layer.kernel_size[0]) - 1)
        self._stride = int(layer.stride[0])
        self._padding = _padding(layer)
        self._held: Tensor | None = None

    def needs(self, count: int) -> int:
        """Inputs for so many outputs."""
        return self._stride * (count - 1) + self._reach - self._padding + 1

    def __call__(self, x: Tensor, last: bool) -> Tensor:
        """Takes the next inputs, gives the next outputs."""
        if self._held is None:
            x = F.pad(x, (self._padding, self._padding if last else 0))
        else:
            x = torch.cat([self._held, x], 2)
            if last:
                x = F.pad(x, (0, self._padding))
        count = max(0, (x.shape[2] - self._reach - 1) // self._stride + 1)
        self._held = x[:, :, count * self._stride :]
        if count == 0:
            return x.new_empty(1, self._layer.out_channels, 0)
        return _valid(self._layer, x)


def _padding(layer: nn.Conv1d | nn.ConvTranspose1d) -> int:
    padding = layer.padding[0]
    assert isinstance(padding, int)
    return padding


def _valid(layer: nn.Conv1d, x: Tensor) -> Tensor:
    """What a convolution gives where all of its taps have input."""
    y = _unchanged(layer, x)
    for hook in layer._forward_hooks.values():
        # Not the layer's own call: it pads, and what its padding touches would be thrown away.
        assert isinstance(hook, Beside)
        y = y + hook.valid(layer, x)
    return y


def _unchanged(layer: nn.Conv1d, x: Tensor) -> Tensor:
    if isinstance(layer, TiledConv1d):
        return layer.valid(x)
    if layer.in_channels >= _WIDE and x.shape[2] <= _FEW and layer.stride == layer.dilation == (1,):
        taps = int(layer.kernel_size[0])
        rows = x[0].unfold(1, taps, 1).transpose(0, 1).flatten(1)  # [steps, inputs·taps]
        return F.linear(rows, layer.weight.flatten(1), layer.bias).T[None]
    return F.conv1d(x, layer.weight, layer.bias, layer.stride, 0, layer.dilation)


class Upsampling:
    """A transposed convolution that gives `stride` steps for each step."""

    def __init__(self, layer: nn.ConvTranspose1d) -> None:
        self._layer = layer
        self._stride = int(layer.stride[0])
        self._unsettled = _padding(layer)
        """Outputs, of those that so many inputs give, which the next input still changes."""

        self._held: Tensor | None = None

    def needs(self, count: int) -> int:
        """Inputs for so many outputs."""
        return -(-(count + self._unsettled) // self._stride)

    def __call__(self, x: Tensor, last: bool) -> Tensor:
        """Takes the next inputs, gives the next outputs."""
        begin = 0
        if self._held is not None:
            x = torch.cat([self._held, x], 2)
            begin = self._stride - self._unsettled
        self._held = x[:, :, x.shape[2] - 1 :]
        y: Tensor = self._layer(x)
        end = self._stride * x.shape[2] - (0 if last else self._unsettled)
        return y[:, :, begin:end]


class Snake:
    """A `StyledSnakeBlock`; `look` is called between its convolutions."""

    def __init__(
        self, block: StyledSnakeBlock, norms: FixedNorms, look: Callable[[], None]
    ) -> None:
        self._block = block
        self._norms = norms
        self._look = look
        self._first = [Convolution(conv) for conv in block.convs1 if isinstance(conv, nn.Conv1d)]
        self._second = [Convolution(conv) for conv in block.convs2 if isinstance(conv, nn.Conv1d)]
        self._straight = [Stream() for _ in self._first]

    def needs(self, count: int) -> int:
        """Inputs for so many outputs."""
        for conv in [*self._first, *self._second]:
            count = conv.needs(count)
        return count

    def __call__(self, x: Tensor, last: bool) -> Tensor:
        """Takes the next inputs, gives the next outputs."""
        block, norms = self._block, self._norms
        for i, straight in enumerate(self._straight):
            self._look()
            straight.put(x)
            y = snake(block.adain1[i](x, norms), block.alpha1[i])
            y = self._first[i](y, last)
            y = snake(block.adain2[i](y, norms), block.alpha2[i])
            y = self._second[i](y, last)
            x = straight.take(y.shape[2]) + y
        return x


class Residual:
    """A `StyledResidualBlock`."""

    def __init__(self, block: StyledResidualBlock, norms: FixedNorms) -> None:
        self._block = block
        self._norms = norms
        self._pool = Upsampling(block.pool) if block.pool is not None else None
        self._first, self._second = Convolution(block.conv1), Convolution(block.conv2)
        self._straight = Stream()

    def needs(self, count: int) -> int:
        """Inputs for so many outputs."""
        count = self._first.needs(self._second.needs(count))
        return count if self._pool is None else self._pool.needs(count)

    def __call__(self, x: Tensor, last: bool) -> Tensor:
        """Takes the next inputs, gives the next outputs."""
        block = self._block
        self._straight.put(block.shortcut(x))
        y = block.activated(x, self._norms)
        if self._pool is not None:
            y = self._pool(y, last)
        y = self._first(y, last)
        y = self._second(F.leaky_relu(block.norm2(y, self._norms), 0.2), last)
        return halved_power(y + self._straight.take(y.shape[2]))
