"""The part before the generator, with norms that measure the utterance, by two threads.

Norms that measure need every step of their input, so this part cannot come in pieces. But each
norm measures one channel alone: the channels that a convolution gives are halved instead.
"""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.adapter import Beside
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.layers import StyledResidualBlock, halved_power
from menura.models.menura_1.network import Plan

Result = TypeVar("Result")


class Submit(Protocol):
    """Lets a thread do something when some other parts are done."""

    def __call__(self, work: Callable[[], Result], *after: Future[Any]) -> Future[Result]:
        """Gives what will be its result."""


def measured_hidden(
    submit: Submit, decoder: Decoder, plan: Plan, style: Tensor, begin: int
) -> Future[Tensor]:
    """What `Decoder.hidden` gives, [1, 512, half-frames], without its first frames.

    Args:
        submit: has two threads at least, or it takes as long as in one.
        decoder: with the voice's update.
        plan: what is to be said.
        style: [1, 128].
        begin: frames to be left out at the end; the norms have measured them.
    """
    work = _Work(decoder, plan, style)
    done = submit(work.begin)
    for i, block in enumerate([decoder.encode, *decoder.decode]):
        assert isinstance(block, StyledResidualBlock)
        if i:
            done = submit(work.join, done)
        # Both halves activate the whole input: that is quicker than another part.
        first = [submit(partial(work.first, block, half), done) for half in (0, 1)]
        second = [submit(partial(work.second, block, half), *first) for half in (0, 1)]
        done = submit(work.end, *second)
    return submit(lambda: work.x[:, :, 2 * begin :], done)


class _Work:
    """What goes from part to part. Not by their futures, which are kept as long as any is at work:
    these would hold some 4 MB for each second of speech."""

    def __init__(self, decoder: Decoder, plan: Plan, style: Tensor) -> None:
        self._decoder, self._plan, self._style = decoder, plan, style
        self._first = [torch.empty(0)] * 2
        self._second = [torch.empty(0)] * 2
        self._side = self.x = torch.empty(0)

    def begin(self) -> None:
        """What the first block gets."""
        plan = self._plan
        self.x, self._side = self._decoder.inputs(plan.text, plan.f0, plan.energy)

    def join(self) -> None:
        """What every later block gets."""
        self.x = torch.cat([self.x, self._side], 1)

    def first(self, block: StyledResidualBlock, number: int) -> None:
        """Half of what a block's second convolution gets."""
        half = _half(block, number)
        y = block.activated(self.x, self._style)
        if block.pool is not None:
            y = block.pool(y)
        y = _convolved(block.conv1, y, half)
        self._first[number] = F.leaky_relu(block.norm2(y, self._style, half), 0.2)

    def second(self, block: StyledResidualBlock, number: int) -> None:
        """Half of what a block gives."""
        half, straight = _half(block, number), self.x
        y = _convolved(block.conv2, torch.cat(self._first, 1), half)
        if block.upsample:
            straight = straight.repeat_interleave(2, dim=2)
        if block.conv1x1 is None:
            self._second[number] = y + straight[:, half]
        else:
            self._second[number] = y + _convolved(block.conv1x1, straight, half)

    def end(self) -> None:
        """Puts the halves together."""
        self.x = halved_power(torch.cat(self._second, 1))


def _half(block: StyledResidualBlock, number: int) -> slice:
    middle = block.conv1.out_channels // 2
    return slice(middle, None) if number else slice(middle)


def _convolved(layer: nn.Conv1d, x: Tensor, channels: slice) -> Tensor:
    bias = None if layer.bias is None else layer.bias[channels]
    y = F.conv1d(x, layer.weight[channels], bias, layer.stride, layer.padding, layer.dilation)
    for hook in layer._forward_hooks.values():
        assert isinstance(hook, Beside)
        y = y + hook.whole(layer, x, channels)
    return y
