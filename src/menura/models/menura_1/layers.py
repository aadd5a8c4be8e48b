"""Building blocks of the menura-1 network.

The network is the Kokoro-82M form of StyleTTS 2 (Li et al. 2023, arXiv 2306.07691). Weight norm
is folded into the weights, so every convolution is a plain one. Shapes: B batch, C channels,
T time steps, S style size (128).
"""

import math
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.tiled_convolution import TiledConv1d

STYLE = 128

First = TypeVar("First")
Second = TypeVar("Second")
Result = TypeVar("Result")

EPSILON = 1e-5
"""Added to the variance of a norm's input."""


class AdaptiveInstanceNorm(nn.Module):
    """Instance norm over time whose scale and shift come from the style (Huang & Belongie 2017)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc = nn.Linear(STYLE, 2 * channels)

    def forward(self, x: Tensor, style: "Style", channels: slice = slice(None)) -> Tensor:
        """Maps [B, C, T] to [B, C, T]; the style is [B, S], or stands in norms that are fixed.

        The input may be some of the channels alone.
        """
        if isinstance(style, FixedNorms):
            scale, shift = style.of(self)
            return torch.addcmul(shift[channels], x, scale[channels])
        batch, count, steps = x.shape
        scale, shift = self.fc(style).to(x.dtype).chunk(2, dim=1)
        scale, shift = scale[:, channels], shift[:, channels]  # each [B, C]
        # Batch norm over one row of B·C channels is instance norm with per-item affine numbers, in
        # one fused pass instead of three.
        out = F.batch_norm(
            x.reshape(1, batch * count, steps),
            None,
            None,
            (1 + scale).reshape(-1),
            shift.reshape(-1),
            training=True,
            eps=EPSILON,
        )
        return out.view(batch, count, steps)


class FixedNorms:
    """Norms of one style that take given statistics instead of measuring their input.

    So every output depends on the inputs around it alone, and a long input may be computed in
    pieces. Stands where a style tensor does; B = 1.

    Args:
        norms: those to be fixed, with the mean and variance [C] of each one's input.
        style: [1, S].
    """

    def __init__(
        self, norms: Iterable[tuple[AdaptiveInstanceNorm, Tensor, Tensor]], style: Tensor
    ) -> None:
        self._lines: Mapping[AdaptiveInstanceNorm, tuple[Tensor, Tensor]] = {
            norm: self._line(norm, mean, variance, style) for norm, mean, variance in norms
        }

    @staticmethod
    def _line(
        norm: AdaptiveInstanceNorm, mean: Tensor, variance: Tensor, style: Tensor
    ) -> tuple[Tensor, Tensor]:
        scale, shift = norm.fc(style)[0].chunk(2)
        slope = (1 + scale) * (variance + EPSILON).rsqrt()
        return slope[:, None], (shift - slope * mean)[:, None]

    def of(self, norm: AdaptiveInstanceNorm) -> tuple[Tensor, Tensor]:
        """Factor and summand [C, 1] that a norm has become."""
        return self._lines[norm]


Style = Tensor | FixedNorms

Steps = Generator[None, None, Tensor]
"""A long computation that rests now and then; whoever drives it may then do other things, or give
it up."""


class Both(Protocol):
    """Does two independent things and gives both results."""

    def __call__(
        self, first: Callable[[], First], second: Callable[[], Second], /
    ) -> tuple[First, Second]:
        """Raises what either of them raises."""


def in_turn(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Does one thing, then another; where there are cores for it, `Crew.both` does them at once."""
    return first(), second()


def finish(
    steps: Generator[None, None, Result], between: Callable[[], None] = lambda: None
) -> Result:
    """Does all of a computation; `between` is called at each rest, and what it raises ends it."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        between()


class AdaptiveLayerNorm(nn.Module):
    """Layer norm over channels whose scale and shift come from the style."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.fc = nn.Linear(STYLE, 2 * channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Maps [B, T, C] and [B, S] to [B, T, C]."""
        scale, shift = self.fc(style)[:, None, :].chunk(2, dim=2)  # each [B, 1, C]
        return (1 + scale) * F.layer_norm(x, (self.channels,), eps=1e-5) + shift


class StyledResidualBlock(nn.Module):
    """Two styled convolutions with a residual path; may double the number of time steps."""

    def __init__(self, inputs: int, outputs: int, *, upsample: bool = False) -> None:
        super().__init__()
        self.upsample = upsample
        self.norm1 = AdaptiveInstanceNorm(inputs)
        self.norm2 = AdaptiveInstanceNorm(outputs)
        self.conv1 = nn.Conv1d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv1d(outputs, outputs, 3, padding=1)
        self.conv1x1 = nn.Conv1d(inputs, outputs, 1, bias=False) if inputs != outputs else None
        self.pool = (
            nn.ConvTranspose1d(
                inputs, inputs, 3, stride=2, padding=1, output_padding=1, groups=inputs
            )
            if upsample
            else None
        )

    def forward(self, x: Tensor, style: Style) -> Tensor:
        """Maps [B, inputs, T] to [B, outputs, T or 2·T]."""
        y = self.activated(x, style)
        if self.pool is not None:
            y = self.pool(y)
        y = self.conv1(y)
        y = self.conv2(F.leaky_relu(self.norm2(y, style), 0.2))
        return halved_power(y + self.shortcut(x))

    def shortcut(self, x: Tensor) -> Tensor:
        """The residual path."""
        if self.upsample:
            x = x.repeat_interleave(2, dim=2)
        return x if self.conv1x1 is None else self.conv1x1(x)

    def activated(self, x: Tensor, style: Style) -> Tensor:
        """What the first convolution, or the upsampling before it, gets."""
        return F.leaky_relu(self.norm1(x, style), 0.2)


def halved_power(x: Tensor) -> Tensor:
    """Makes the sum of two equally loud signals as loud as one of them."""
    return x * (1 / math.sqrt(2))


def snake(x: Tensor, alpha: Tensor) -> Tensor:
    """Periodic activation x + sin²(αx)/α (Ziyin et al. 2020); `alpha` is [1, C, 1].

    Written with cos(2αx), which takes two passes over the data less than squaring a sine.
    """
    half = 0.5 / alpha
    return torch.addcmul(x + half, torch.cos(x * (2 * alpha)), half, value=-1)


class StyledSnakeBlock(nn.Module):
    """Three pairs of dilated, styled convolutions with snake activations (HiFi-GAN's block)."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(TiledConv1d(channels, kernel, dilation=d) for d in (1, 3, 5))
        self.convs2 = nn.ModuleList(TiledConv1d(channels, kernel) for _ in range(3))
        self.adain1 = nn.ModuleList(AdaptiveInstanceNorm(channels) for _ in range(3))
        self.adain2 = nn.ModuleList(AdaptiveInstanceNorm(channels) for _ in range(3))
        self.alpha1 = nn.ParameterList(torch.ones(1, channels, 1) for _ in range(3))
        self.alpha2 = nn.ParameterList(torch.ones(1, channels, 1) for _ in range(3))

    def steps(self, x: Tensor, style: Style) -> Steps:
        """Maps [B, C, T] to [B, C, T], with a rest after each pair."""
        for i in range(3):
            y = snake(self.adain1[i](x, style), self.alpha1[i])
            y = self.convs1[i](y)
            y = snake(self.adain2[i](y, style), self.alpha2[i])
            x = x + self.convs2[i](y)
            yield
        return x

    def forward(self, x: Tensor, style: Style) -> Tensor:
        """Maps [B, C, T] to [B, C, T]."""
        return finish(self.steps(x, style))
