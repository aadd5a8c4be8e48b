"""Mixes of menura-1 voices, against merging the full updates; no trained weights are needed."""

import math

import numpy as np
import pytest
import torch

from menura.errors import InputError
from menura.models import states
from menura.models.contract import VoiceState
from menura.models.menura_1.adapter import Adapter, convolutions, style_layers
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.mixing import MOST_VOICES, cut, mix, mix_factors, shares
from menura.models.menura_1.state import Prosody, check, make_state, split_state
from menura.models.menura_1.voices import tables

Deltas = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    torch.manual_seed(0)
    return Decoder().eval().requires_grad_(False)


def voice(decoder: Decoder, rank: int, seed: int, key: str, prosody: Prosody) -> VoiceState:
    """A clone with an adapter of random numbers."""
    generator = torch.Generator().manual_seed(seed)
    adapter = Adapter(decoder, rank, generator)
    for parameter in adapter.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.05
    return make_state(tables()[key], prosody, adapter.tensors())


def deltas(decoder: Decoder, state: VoiceState) -> Deltas:
    """What an adapter adds to the weights, in full."""
    tensors = split_state(state)[2]
    full = {n: tensors[f"offset/{n}"].float() for n, _ in style_layers(decoder)}
    for name, module in convolutions(decoder):
        down, up = tensors[f"down/{name}"].float(), tensors[f"up/{name}"].float()
        if isinstance(module, torch.nn.ConvTranspose1d):
            full[name] = down[:, :, 0].T @ up.flatten(1)
        else:
            full[name] = up[:, :, 0] @ down.flatten(1)
    return full


@pytest.fixture(scope="module")
def two(decoder: Decoder) -> tuple[VoiceState, VoiceState]:
    """Two clones of different ranks that fit into a mix's rank together."""
    first = voice(decoder, 6, 1, "af_heart", Prosody(1.2, 0.9, 1.1))
    return first, voice(decoder, 10, 2, "am_michael", Prosody(0.9, 1.3, 0.8))


def test_a_mix_adds_up_full_updates(decoder: Decoder, two: tuple[VoiceState, VoiceState]) -> None:
    one, other = (deltas(decoder, state) for state in two)
    mixed = mix(two, [3.0, 1.0], decoder)
    check(mixed, decoder)
    found = deltas(decoder, mixed)
    for name, delta in found.items():
        wanted = 0.75 * one[name] + 0.25 * other[name]
        # Numbers are kept in fp16.
        assert float((delta - wanted).norm() / wanted.norm()) < 2e-3, name


def test_tables_and_melodies_are_averaged(
    decoder: Decoder, two: tuple[VoiceState, VoiceState]
) -> None:
    mixed = mix(two, [1, 1], decoder)
    style, prosody, _ = split_state(mixed)
    halves = [np.asarray(state.tensors["style"], np.float32) / 2 for state in two]
    np.testing.assert_allclose(style, halves[0] + halves[1], atol=2e-3)
    assert prosody.pitch == pytest.approx(math.sqrt(1.2 * 0.9))
    assert prosody.pitch_spread == pytest.approx(math.sqrt(0.9 * 1.3))
    assert prosody.pace == pytest.approx(math.sqrt(1.1 * 0.8))


def test_a_voice_without_adapter_halves_the_other(
    decoder: Decoder, two: tuple[VoiceState, VoiceState]
) -> None:
    stock = VoiceState(two[0].snapshot, {"style": tables()["af_bella"]})
    mixed = mix([stock, two[0], two[1]], [0.5, 0.5, 0.0], decoder)
    check(mixed, decoder)
    wanted, found = deltas(decoder, two[0]), deltas(decoder, mixed)
    for name, delta in found.items():
        assert torch.allclose(delta, wanted[name] / 2, atol=2e-5), name
    assert set(mix([stock], [1.0], decoder).tensors) == {"style", "prosody"}


def test_a_mix_of_large_voices_is_small(decoder: Decoder) -> None:
    large = [voice(decoder, 32, seed, "af_heart", Prosody()) for seed in (3, 4)]
    mixed = mix(large, [0.4, 0.6], decoder)
    check(mixed, decoder)
    assert len(states.save(mixed)) <= 4e6


def flat(down: torch.Tensor, up: torch.Tensor, transposed: bool) -> torch.Tensor:
    """A full update, laid flat."""
    if transposed:
        return down[:, :, 0].T @ up.flatten(1)
    return up[:, :, 0] @ down.flatten(1)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("taps", [1, 3])
def test_ranks_are_cut_as_well_as_can_be(transposed: bool, taps: int) -> None:
    generator = torch.Generator().manual_seed(5)
    factors = []
    for share, rank in ((0.6, 12), (0.4, 20)):
        shapes = (
            ((rank, 40, 1), (rank, 30, taps)) if transposed else ((rank, 40, taps), (30, rank, 1))
        )
        down, up = (torch.randn(shape, generator=generator) for shape in shapes)
        factors.append((share, down, up))
    whole = sum(share * flat(d.double(), u.double(), transposed) for share, d, u in factors)
    assert isinstance(whole, torch.Tensor)
    down, up = mix_factors(factors, transposed)
    assert down.shape[0] == 16
    u, values, v = torch.linalg.svd(whole, full_matrices=False)
    best = (u[:, :16] * values[:16]) @ v[:16]
    assert torch.allclose(flat(down, up, transposed), best, atol=1e-9)


def test_an_update_of_nothing_stays_nothing() -> None:
    first, second = cut(torch.zeros(8, 20), torch.zeros(20, 6), 16)
    assert first.shape == (8, 6)
    assert second.shape == (6, 6)
    assert float((first @ second).abs().max()) == 0.0


@pytest.mark.parametrize(
    ("weights", "code"),
    [
        ([], "mix_size_invalid"),
        ([1.0] * (MOST_VOICES + 1), "mix_size_invalid"),
        ([0.0, 0.0], "mix_weights_invalid"),
        ([1.0, -0.1], "mix_weights_invalid"),
        ([1.0, math.nan], "mix_weights_invalid"),
        ([math.inf], "mix_weights_invalid"),
        ([1e308, 1e308], "mix_weights_invalid"),
    ],
)
def test_weights_that_cannot_be(weights: list[float], code: str) -> None:
    with pytest.raises(InputError) as caught:
        shares(weights)
    assert caught.value.code == code
    assert caught.value.remedy


def test_every_voice_needs_its_weight(decoder: Decoder) -> None:
    stock = VoiceState("menura-1-2026-11", {"style": tables()["af_bella"]})
    with pytest.raises(InputError, match="1 voices and 2 weights"):
        mix([stock], [1, 1], decoder)
