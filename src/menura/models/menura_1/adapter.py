"""Voice adapters: low-rank updates of the decoder's convolutions and offsets of its style layers.

LoRA (Hu et al. 2021, arXiv 2106.09685) for one-dimensional convolutions. While training, the update
runs beside the frozen convolution (so that no gradient of a full weight is ever made); for
speaking, it is merged into the weights and costs nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.decoder import Decoder

_Convolution = nn.Conv1d | nn.ConvTranspose1d


_FINE = tuple(f"generator.{name}." for name in ("resblocks.3", "resblocks.4", "resblocks.5"))
_FINE = (*_FINE, "generator.noise_res.1.")
"""Convolutions at 4800 Hz, which take most of the time."""


def convolutions(decoder: Decoder, *, fine: bool = True) -> Iterator[tuple[str, _Convolution]]:
    """Names the decoder's convolutions that an adapter may change; `fine` adds the last stage."""
    for name, module in decoder.named_modules():
        if not isinstance(module, nn.Conv1d | nn.ConvTranspose1d):
            continue
        if min(module.weight.shape[:2]) > 1 and (fine or not name.startswith(_FINE)):
            yield name, module


def style_layers(decoder: Decoder) -> Iterator[tuple[str, nn.Linear]]:
    """Names the linear layers that turn the style into scales and shifts."""
    for name, module in decoder.named_modules():
        if name.endswith(".fc") and isinstance(module, nn.Linear):
            yield name, module


class Adapter(nn.Module):
    """A trainable adapter of one decoder.

    Args:
        decoder: the frozen decoder.
        rank: of each convolution's update, at most its smaller side.
        generator: for the first numbers.
        fine: whether the convolutions of the last stage, at 4800 Hz, are updated as well.
    """

    def __init__(
        self, decoder: Decoder, rank: int, generator: torch.Generator, *, fine: bool = True
    ) -> None:
        super().__init__()
        self.fine = fine
        self.decoder = decoder
        self.down: dict[str, nn.Parameter] = {}
        self.up: dict[str, nn.Parameter] = {}
        self.offset: dict[str, nn.Parameter] = {}
        device = next(decoder.parameters()).device
        for name, module in convolutions(decoder, fine=fine):
            first, second, kernel = module.weight.shape
            if isinstance(module, nn.ConvTranspose1d):  # weight is [inputs, outputs, kernel]
                inner = min(rank, first, second)
                down, up = torch.empty(inner, first, 1), torch.zeros(inner, second, kernel)
            else:  # weight is [outputs, inputs, kernel]
                inner = min(rank, first, second)
                down, up = torch.empty(inner, second, kernel), torch.zeros(first, inner, 1)
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

    def _hook(self, name: str) -> Callable[[nn.Module, tuple[Tensor], Tensor], Tensor]:
        down, up = self.down[name], self.up[name]

        def add(module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> Tensor:
            x = inputs[0]
            if isinstance(module, nn.ConvTranspose1d):
                y = F.conv1d(x, down)
                y = F.conv_transpose1d(y, up, None, module.stride, module.padding)  # type: ignore[arg-type]
            else:
                assert isinstance(module, nn.Conv1d)
                y = F.conv1d(x, down, None, module.stride, module.padding, module.dilation)
                y = F.conv1d(y, up)
            return output + y

        return add

    def _offset_hook(self, name: str) -> Callable[[nn.Module, tuple[Tensor], Tensor], Tensor]:
        offset = self.offset[name]
        return lambda _module, _inputs, output: output + offset

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Within this context the decoder computes with the adapter."""
        layers = convolutions(self.decoder, fine=self.fine)
        handles = [m.register_forward_hook(self._hook(n)) for n, m in layers]
        handles += [
            m.register_forward_hook(self._offset_hook(n)) for n, m in style_layers(self.decoder)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def tensors(self) -> dict[str, Tensor]:
        """The adapter's numbers under the names that `merge` reads, fp16 on the CPU."""
        out: dict[str, Tensor] = {}
        for kind in ("down", "up", "offset"):
            for name, value in getattr(self, kind).items():
                out[f"{kind}/{name}"] = value.detach().cpu().to(torch.float16)
        return out


def expected_shapes(decoder: Decoder) -> dict[str, tuple[int, ...]]:
    """Shapes of an adapter's tensors, with 0 where the rank stands."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, module in convolutions(decoder):
        first, second, kernel = module.weight.shape
        transposed = isinstance(module, nn.ConvTranspose1d)
        shapes[f"down/{name}"] = (0, first, 1) if transposed else (0, second, kernel)
        shapes[f"up/{name}"] = (0, second, kernel) if transposed else (first, 0, 1)
    for name, layer in style_layers(decoder):
        shapes[f"offset/{name}"] = (layer.out_features,)
    return shapes


class Merger:
    """Switches one decoder between its base weights and adapted ones."""

    def __init__(self, decoder: Decoder) -> None:
        self._modules = dict(decoder.named_modules())
        self._base: dict[str, Tensor] = {}

    def restore(self) -> None:
        """Puts the base weights back."""
        for name, tensor in self._base.items():
            module, _, attribute = name.rpartition(".")
            getattr(self._modules[module], attribute).data = tensor
        self._base.clear()

    def merge(self, tensors: Mapping[str, Tensor]) -> None:
        """Replaces whatever was merged before by this adapter (an empty mapping is the base)."""
        self.restore()
        for key, value in tensors.items():
            kind, _, name = key.partition("/")
            module = self._modules[name]
            if kind == "offset":
                assert isinstance(module, nn.Linear)
                self._base[f"{name}.bias"] = module.bias.data
                module.bias.data = module.bias.data + value.to(module.bias)
            elif kind == "down":
                assert isinstance(module, nn.Conv1d | nn.ConvTranspose1d)
                base = module.weight.data
                down, up = value.to(base), tensors[f"up/{name}"].to(base)
                if isinstance(module, nn.ConvTranspose1d):
                    delta = (down[:, :, 0].T @ up.flatten(1)).view_as(base)
                else:
                    delta = (up[:, :, 0] @ down.flatten(1)).view_as(base)
                self._base[f"{name}.weight"] = base
                module.weight.data = delta.add_(base)
