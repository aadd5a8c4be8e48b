"""Switches a decoder between voices.

Most of an update's numbers sit in wide layers that run at 40 to 80 steps a second: there it runs
beside the frozen weights, which costs little time and nothing to switch. At 800 and 4800 steps a
second it is added to the weights: speaking then costs as much as without it.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from menura.models.menura_1.adapter import PREDICTOR, Beside
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.tiled_convolution import TiledConv1d

_BESIDE = (
    "encode.",
    "decode.",
    "asr_res.",
    "generator.ups.0",
)
"""Layers whose update runs beside them."""


class Merger:
    """Gives one network a voice's update, or takes it back.

    Args:
        decoder: gets the low-rank update.
        predictor: gets the differences of a tuned model's numbers.
    """

    def __init__(self, decoder: Decoder, predictor: nn.Module | None = None) -> None:
        self._modules = dict(decoder.named_modules())
        self._predictor = {} if predictor is None else dict(predictor.named_parameters())
        self._predicted: dict[str, Tensor] = {}
        self._base: dict[str, Tensor] = {}
        self._spare: dict[str, Tensor] = {}
        """Room for adapted weights, kept from voice to voice."""

        self._hooks: list[RemovableHandle] = []

    def restore(self) -> None:
        """Puts the base weights back."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        for name, tensor in self._predicted.items():
            self._predictor[name].data = tensor
        self._predicted.clear()
        for name, tensor in self._base.items():
            module, _, attribute = name.rpartition(".")
            getattr(self._modules[module], attribute).data = tensor
        self._base.clear()

    @torch.no_grad()
    def merge(self, tensors: Mapping[str, Tensor]) -> None:
        """Replaces whatever was merged before by this adapter (an empty mapping is the base)."""
        self.restore()
        for key, value in tensors.items():
            kind, _, name = key.partition("/")
            if key.startswith(PREDICTOR):
                parameter = self._predictor[name]
                self._predicted[name] = parameter.data
                parameter.data = parameter.data + value.to(parameter)
                continue
            module = self._modules[name]
            if kind == "offset":
                assert isinstance(module, nn.Linear)
                self._base[f"{name}.bias"] = module.bias.data
                module.bias.data = module.bias.data + value.to(module.bias)
            elif kind == "down":
                assert isinstance(module, nn.Conv1d | nn.ConvTranspose1d)
                base = module.weight.data
                down, up = value.to(base), tensors[f"up/{name}"].to(base)
                if name.startswith(_BESIDE):
                    self._hooks.append(module.register_forward_hook(Beside(down, up)))
                    continue
                self._base[f"{name}.weight"] = base
                if name not in self._spare:
                    with torch.inference_mode(False):  # or only inference could write it again
                        self._spare[name] = torch.empty_like(base)
                adapted = self._spare[name]
                if isinstance(module, TiledConv1d):
                    module.adapt(adapted, down, up[:, :, 0])
                    continue
                if isinstance(module, nn.ConvTranspose1d):
                    flat = base.flatten(1), down[:, :, 0].T, up.flatten(1)
                else:
                    flat = base.flatten(1), up[:, :, 0], down.flatten(1)
                torch.addmm(*flat, out=adapted.view(base.shape[0], -1))
                module.weight.data = adapted
