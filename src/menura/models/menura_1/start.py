"""Where a clone starts from: a network that maps a speaker embedding to a voice adapter.

One low-rank update of the decoder is shared by all speakers; the embedding (CAM++, 192 numbers)
sets how much of each of its directions a speaker gets, the offsets of the style layers and a
shift of the style. `scripts/train_start.py` trained it on 243 speakers of LibriSpeech
train-clean-100 with the losses that a clone's free speech has: likeness to the speaker,
naturalness and clear words.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor, nn

from menura.models.menura_1.adapter import Adapter, convolutions
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.layers import STYLE
from menura.packaged import checked_bytes

EMBEDDING = 192
RANK = 16
_WIDTH = 24
"""Directions in which the offsets of the style layers can go."""

FILE = Path(__file__).with_name("start.safetensors")


class LearnedStart(nn.Module):
    """Maps a unit speaker embedding to adapter tensors and a shift of the style.

    Args:
        decoder: the frozen decoder, for its shapes.
        generator: for the first numbers, where it is to be trained.
    """

    def __init__(self, decoder: Decoder, generator: torch.Generator) -> None:
        super().__init__()
        shapes = Adapter(decoder, RANK, generator)
        self.names = list(shapes.down)
        self.layers = list(shapes.offset)
        self.ranks = [shapes.down[name].shape[0] for name in self.names]
        self.sizes = [shapes.offset[name].numel() for name in self.layers]
        self._transposed = {
            name for name, module in convolutions(decoder) if isinstance(module, nn.ConvTranspose1d)
        }
        self.down = nn.ParameterList(shapes.down[name] for name in self.names)
        self.up = nn.ParameterList(
            torch.randn(shapes.up[name].shape, generator=generator) * 1e-3 for name in self.names
        )
        self.gain = nn.Parameter(torch.randn(EMBEDDING, sum(self.ranks), generator=generator) * 0.7)
        self.code = nn.Parameter(torch.randn(EMBEDDING, _WIDTH, generator=generator))
        self.offset = nn.Parameter(torch.zeros(_WIDTH, sum(self.sizes)))
        self.bias = nn.Parameter(torch.zeros(sum(self.sizes)))
        self.style = nn.Parameter(torch.zeros(EMBEDDING, STYLE))
        self.style_bias = nn.Parameter(torch.zeros(STYLE))
        self.register_buffer("mean", torch.zeros(EMBEDDING))

    def forward(self, embedding: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Maps [192] to the tensors of an adapter (names as in `Adapter.tensors`) and [128]."""
        mean: Tensor = self.mean  # type: ignore[assignment]
        x = embedding - mean
        tensors: dict[str, Tensor] = {}
        gains = torch.split(1 + x @ self.gain, self.ranks)
        for name, down, up, gain in zip(self.names, self.down, self.up, gains, strict=True):
            shape = (-1, 1, 1) if name in self._transposed else (1, -1, 1)
            tensors[f"down/{name}"] = down
            tensors[f"up/{name}"] = up * gain.view(shape)
        offsets = torch.split(self.bias + (x @ self.code) @ self.offset, self.sizes)
        for name, offset in zip(self.layers, offsets, strict=True):
            tensors[f"offset/{name}"] = offset
        return tensors, x @ self.style + self.style_bias


@dataclass(frozen=True)
class Start:
    """What one speaker starts from, in float32."""

    tensors: Mapping[str, Tensor]
    """Names and shapes as in `Adapter.tensors`."""

    shift: Tensor
    """Added to the decoder's half of the style, [128]."""


_SCALE = "offset_scale"


def pack(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state of `LearnedStart` as it is stored: fp16, the offsets in int8 with a scale a row."""
    packed = {name: value.half().contiguous() for name, value in weights.items()}
    scale = weights["offset"].abs().amax(dim=1, keepdim=True) / 127
    packed["offset"] = (weights["offset"] / scale).round().to(torch.int8)
    packed[_SCALE] = scale
    return packed


def unpack(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Undoes `pack`, to float32."""
    weights = {name: value.float() for name, value in packed.items()}
    weights["offset"] = weights["offset"] * weights.pop(_SCALE)
    return weights


@functools.cache
def _weights() -> dict[str, Tensor]:
    return unpack(load(checked_bytes(FILE)))


def start_of(embedding: Tensor, decoder: Decoder) -> Start:
    """The start of a speaker with a unit embedding [192]. Raises ModelFilesError."""
    network = LearnedStart(decoder, torch.Generator().manual_seed(0))
    network.load_state_dict(_weights())
    with torch.no_grad():
        tensors, shift = network(embedding.cpu())
    device = next(decoder.parameters()).device
    return Start({name: t.detach().to(device) for name, t in tensors.items()}, shift.to(device))


def widened(wide: Mapping[str, Tensor], start: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Puts a start into the numbers of an adapter whose rank is at least that of the start.

    Args:
        wide: all numbers of an adapter that changes nothing yet; its own upper factors are 0.
        start: some or all of them, with the same names.
    """
    numbers = {name: value.clone() for name, value in wide.items()}
    for name, value in start.items():
        numbers[name][tuple(slice(size) for size in value.shape)] = value
    return numbers
