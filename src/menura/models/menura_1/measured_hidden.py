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

    def inputs() -> tuple[Tensor, Tensor]:
        return decoder.inputs(plan.text, plan.f0, plan.energy)

    given = submit(inputs)
    x = submit(lambda: given.result()[0], given)
    for i, block in enumerate([decoder.encode, *decoder.decode]):
        assert isinstance(block, StyledResidualBlock)
        if i:
            x = submit(partial(_joined, x, given), x)
        # Both halves activate the whole input: that is quicker than another part.
        first = [submit(partial(_first, block, style, x, half), x) for half in _halves(block)]
        both = [
            submit(partial(_second, block, style, x, first, half), *first)
            for half in _halves(block)
        ]
        x = submit(partial(_power, both), *both)
    last = x
    return submit(lambda: last.result()[:, :, 2 * begin :], last)


def _halves(block: StyledResidualBlock) -> tuple[slice, slice]:
    middle = block.conv1.out_channels // 2
    return slice(0, middle), slice(middle, None)


def _joined(x: Future[Tensor], given: Future[tuple[Tensor, Tensor]]) -> Tensor:
    return torch.cat([x.result(), given.result()[1]], 1)


def _first(block: StyledResidualBlock, style: Tensor, x: Future[Tensor], half: slice) -> Tensor:
    y = block.activated(x.result(), style)
    if block.pool is not None:
        y = block.pool(y)
    y = _convolved(block.conv1, y, half)
    return F.leaky_relu(block.norm2(y, style, half), 0.2)


def _second(
    block: StyledResidualBlock,
    style: Tensor,
    x: Future[Tensor],
    first: list[Future[Tensor]],
    half: slice,
) -> Tensor:
    y = _convolved(block.conv2, torch.cat([one.result() for one in first], 1), half)
    straight = x.result()
    if block.upsample:
        straight = straight.repeat_interleave(2, dim=2)
    if block.conv1x1 is None:
        return y + straight[:, half]
    return y + _convolved(block.conv1x1, straight, half)


def _power(both: list[Future[Tensor]]) -> Tensor:
    return halved_power(torch.cat([one.result() for one in both], 1))


def _convolved(layer: nn.Conv1d, x: Tensor, channels: slice) -> Tensor:
    bias = None if layer.bias is None else layer.bias[channels]
    y = F.conv1d(x, layer.weight[channels], bias, layer.stride, layer.padding, layer.dilation)
    for hook in layer._forward_hooks.values():
        assert isinstance(hook, Beside)
        y = y + hook.whole(layer, x, channels)
    return y
