"""Voice adapters: low-rank updates of the decoder's convolutions and offsets of its style layers.

LoRA (Hu et al. 2021, arXiv 2106.09685) for one-dimensional convolutions. The update runs beside the
frozen convolution, so that no gradient of a full weight is ever made; for speaking, see
`menura.models.menura_1.merging`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.decoder import Decoder

_Convolution = nn.Conv1d | nn.ConvTranspose1d


_FINE = (
    "generator.resblocks.3.",
    "generator.resblocks.4.",
    "generator.resblocks.5.",
)
"""Convolutions at 4800 Hz. Their update covers the middle tap alone: with all taps, the adapter
took a third of a fit's time."""

PREDICTOR = "predictor/"
"""Prefix of the names of a tuned model's differences in the prosody predictor."""

_EXCITATION = ("generator.noise_convs.", "generator.noise_res.")
"""The branch that shapes the excitation; see `Generator.forward` for why it stays as it is."""


def convolutions(decoder: Decoder) -> Iterator[tuple[str, _Convolution]]:
    """Names the decoder's convolutions that an adapter changes."""
    for name, module in decoder.named_modules():
        if not isinstance(module, nn.Conv1d | nn.ConvTranspose1d) or name.startswith(_EXCITATION):
            continue
        if min(module.weight.shape[:2]) > 1:
            yield name, module


def _factors(name: str, module: _Convolution) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Shapes of a convolution's two factors, down and up, with 0 where the rank stands."""
    first, second, taps = module.weight.shape
    if isinstance(module, nn.ConvTranspose1d):  # weight is [inputs, outputs, taps]
        return (0, first, 1), (0, second, taps)
    return (0, second, 1 if name.startswith(_FINE) else taps), (first, 0, 1)


def style_layers(decoder: Decoder) -> Iterator[tuple[str, nn.Linear]]:
    """Names the linear layers that turn the style into scales and shifts."""
    for name, module in decoder.named_modules():
        if not name.endswith(".fc") or name.startswith(_EXCITATION):
            continue
        if isinstance(module, nn.Linear):
            yield name, module


@dataclass(frozen=True)
class Beside:
    """A forward hook that adds a low-rank update's output to a convolution's."""

    down: Tensor
    up: Tensor

    def __call__(self, module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> Tensor:
        """Adds the update's output for the layer's whole input."""
        x = inputs[0]
        if isinstance(module, nn.ConvTranspose1d):
            y = F.conv1d(x, self.down)
            y = F.conv_transpose1d(y, self.up, None, module.stride, module.padding)  # type: ignore[arg-type]
            return output + y
        assert isinstance(module, nn.Conv1d)
        return output + self.whole(module, x, slice(None))

    def whole(self, layer: nn.Conv1d, x: Tensor, channels: slice) -> Tensor:
        """The update's output, as long as the layer's, in some of its channels."""
        padding = layer.padding[0] if self.down.shape[2] > 1 else 0
        assert isinstance(padding, int)
        return self._of(layer, x, padding, self.up[channels])

    def valid(self, layer: nn.Conv1d, x: Tensor) -> Tensor:
        """The update's output where all taps of the layer have input."""
        cut = 0 if self.down.shape[2] > 1 else layer.dilation[0] * (layer.kernel_size[0] // 2)
        return self._of(layer, x[:, :, cut : x.shape[2] - cut], 0, self.up)

    def _of(self, layer: nn.Conv1d, x: Tensor, padding: int, up: Tensor) -> Tensor:
        y = F.conv1d(x, self.down, None, layer.stride, padding, layer.dilation)
        return F.conv1d(y, up)


class Adapter(nn.Module):
    """A trainable adapter of one decoder.

    Args:
        decoder: the frozen decoder.
        rank: of each convolution's update, at most its smaller side.
        generator: for the first numbers.
    """

    def __init__(self, decoder: Decoder, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        self.decoder = decoder
        self.down: dict[str, nn.Parameter] = {}
        self.up: dict[str, nn.Parameter] = {}
        self.offset: dict[str, nn.Parameter] = {}
        device = next(decoder.parameters()).device
        for name, module in convolutions(decoder):
            inner = min(rank, *module.weight.shape[:2])
            down, up = (
                torch.zeros([size or inner for size in shape]) for shape in _factors(name, module)
            )
            down.normal_(std=(down.shape[1] * down.shape[2]) ** -0.5, generator=generator)
            self.down[name] = nn.Parameter(down.to(device))
            self.up[name] = nn.Parameter(up.to(device))
        for name, layer in style_layers(decoder):
            self.offset[name] = nn.Parameter(torch.zeros_like(layer.bias))

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """All trainable numbers, and none of the decoder's."""
        yield from self.down.values()
        yield from self.up.values()
        yield from self.offset.values()

    def use(self, tensors: Mapping[str, Tensor]) -> None:
        """Computes with these tensors from now on, gradients included; nothing is copied."""
        for kind in ("down", "up", "offset"):
            numbers = getattr(self, kind)
            for name in numbers:
                numbers[name] = tensors[f"{kind}/{name}"]

    def _offset_hook(self, name: str) -> Callable[[nn.Module, tuple[Tensor], Tensor], Tensor]:
        offset = self.offset[name]
        return lambda _module, _inputs, output: output + offset

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Within this context the decoder computes with the adapter."""
        layers = convolutions(self.decoder)
        handles = [m.register_forward_hook(Beside(self.down[n], self.up[n])) for n, m in layers]
        handles += [
            m.register_forward_hook(self._offset_hook(n)) for n, m in style_layers(self.decoder)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def named(self) -> dict[str, Tensor]:
        """The adapter's numbers, detached, under the names that `use` and `merge` read."""
        out: dict[str, Tensor] = {}
        for kind in ("down", "up", "offset"):
            for name, value in getattr(self, kind).items():
                out[f"{kind}/{name}"] = value.detach()
        return out

    def tensors(self) -> dict[str, Tensor]:
        """As `named`, in fp16 on the CPU."""
        return {name: value.cpu().to(torch.float16) for name, value in self.named().items()}


def scaled(tensors: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """A share of what an adapter does, in float32 but for the lower factors, which stay."""
    return {
        name: value if name.startswith("down/") else value.float() * share
        for name, value in tensors.items()
    }


def expected_shapes(decoder: Decoder) -> dict[str, tuple[int, ...]]:
    """Shapes of an adapter's tensors, with 0 where the rank stands."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, module in convolutions(decoder):
        shapes[f"down/{name}"], shapes[f"up/{name}"] = _factors(name, module)
    for name, layer in style_layers(decoder):
        shapes[f"offset/{name}"] = (layer.out_features,)
    return shapes
