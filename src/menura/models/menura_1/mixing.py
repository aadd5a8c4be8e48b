"""Mixes of voices: averages of style tables, melodies and adapters.

Adapters are averaged as what they do, not factor by factor: the weighted sum of low-rank updates is
written exactly as one update of the ranks together, which is then cut to RANK by its largest
singular values (the best approximation in squares, Eckart and Young 1936). Both factors are
brought to a small triangle by QR first, so that no full-sized weight is ever decomposed.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from menura.errors import InputError
from menura.models.contract import VoiceState
from menura.models.menura_1.adapter import convolutions, style_layers
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.state import Prosody, make_state, split_state

RANK = 16
"""Of a mix's adapter: a clone's own, at which a voice file has 3.7 MB at most."""

MOST_VOICES = 16


def shares(weights: Sequence[float]) -> list[float]:
    """Weights scaled to a sum of 1.

    Raises InputError for no weights or too many, negative ones, none above 0, or no finite numbers.
    """
    if not 1 <= len(weights) <= MOST_VOICES:
        raise InputError(
            "mix_size_invalid",
            f"A mix of {len(weights)} voices cannot be made.",
            f"Give 1 to {MOST_VOICES} voices.",
        )
    total = sum(weights) if all(map(math.isfinite, weights)) else math.nan
    if not (math.isfinite(total) and min(weights) >= 0 and total > 0):
        raise InputError(
            "mix_weights_invalid",
            "The weights of a mix must be finite, none below 0 and one at least above 0.",
            "Give weights such as 0.7 and 0.3; they are scaled to a sum of 1.",
        )
    return [weight / total for weight in weights]


def mix(states: Sequence[VoiceState], weights: Sequence[float], decoder: Decoder) -> VoiceState:
    """Mixes checked states of this snapshot. Raises InputError as `shares` does."""
    if len(states) != len(weights):
        raise InputError(
            "mix_size_invalid",
            f"The mix has {len(states)} voices and {len(weights)} weights.",
            "Give one weight for each voice.",
        )
    parts = [
        (share, *split_state(state))
        for share, state in zip(shares(weights), states, strict=True)
        if share > 0
    ]
    style = sum(share * table.astype(np.float64) for share, table, _, _ in parts)
    factors = sum(
        share * np.log([prosody.pitch, prosody.pitch_spread, prosody.pace])
        for share, _, prosody, _ in parts
    )
    adapters = [(share, adapter) for share, _, _, adapter in parts]
    return make_state(
        np.asarray(style), Prosody(*map(float, np.exp(factors))), mix_adapters(adapters, decoder)
    )


def mix_adapters(
    adapters: Sequence[tuple[float, Mapping[str, Tensor]]], decoder: Decoder
) -> dict[str, Tensor]:
    """The weighted sum of adapters, of rank RANK at most, in fp16; empty where all are empty."""
    mixed: dict[str, Tensor] = {}
    for layer, module in convolutions(decoder):
        factors = [
            (share, adapter[f"down/{layer}"], adapter[f"up/{layer}"])
            for share, adapter in adapters
            if f"down/{layer}" in adapter
        ]
        if factors:
            down, up = mix_factors(factors, isinstance(module, nn.ConvTranspose1d))
            mixed[f"down/{layer}"], mixed[f"up/{layer}"] = down.half(), up.half()
    for layer, _ in style_layers(decoder):
        name = f"offset/{layer}"
        offsets = [share * adapter[name].double() for share, adapter in adapters if name in adapter]
        if offsets:
            mixed[name] = torch.stack(offsets).sum(dim=0).half()
    return mixed


def mix_factors(
    factors: Sequence[tuple[float, Tensor, Tensor]], transposed: bool
) -> tuple[Tensor, Tensor]:
    """The weighted sum of one layer's updates (share, down, up), as one down and one up.

    Shapes are those of `adapter.expected_shapes`; `transposed` tells a transposed convolution's,
    in which the rank stands first in `up` too.
    """
    left, right = [], []
    for share, down, up in factors:
        # The update, laid flat, is left @ right; see `Merger.merge`.
        one, other = (down[:, :, 0].T, up) if transposed else (up[:, :, 0], down)
        left.append(share * one.double())
        right.append(other.flatten(1).double())
    first, second = cut(torch.cat(left, dim=1), torch.cat(right), RANK)
    _, down, up = factors[0]
    if transposed:
        return first.T[:, :, None].contiguous(), second.view(-1, *up.shape[1:])
    return second.view(-1, *down.shape[1:]), first[:, :, None].contiguous()


def cut(left: Tensor, right: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """The best product of at most `rank` in place of left [m, r] @ right [r, n].

    Singular values are shared out evenly, so that both factors keep their digits in fp16.
    """
    outer, small = torch.linalg.qr(left)
    inner, other = torch.linalg.qr(right.T)
    u, values, v = torch.linalg.svd(small @ other.T)
    rank = min(rank, values.numel())
    root = values[:rank].sqrt()
    return outer @ (u[:, :rank] * root), (root[:, None] * v[:rank]) @ inner.T
