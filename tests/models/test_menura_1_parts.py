"""Parts of menura-1 that need no trained weights."""

import numpy as np
import pytest
import torch

from menura.errors import StateError, TextError
from menura.models.contract import VoiceState, WordTiming
from menura.models.menura_1 import stock_profiles, voices
from menura.models.menura_1.adapter import Adapter
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.edges import faded, sounding
from menura.models.menura_1.losses import SpectralLoss
from menura.models.menura_1.melody import hushed, shape_pitch
from menura.models.menura_1.merging import Merger
from menura.models.menura_1.network import Plan
from menura.models.menura_1.state import SNAPSHOT, Prosody, check, make_state
from menura.models.menura_1.symbols import token_ids
from menura.models.menura_1.tiled_convolution import TiledConv1d
from menura.models.menura_1.timings import timings
from menura.text.utterance import Utterance, Word


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    torch.manual_seed(0)
    return Decoder().eval().requires_grad_(False)


@pytest.mark.parametrize("taps", [3, 7, 11])
@pytest.mark.parametrize("dilation", [1, 3, 5])
@pytest.mark.parametrize("steps", [16, 101])
def test_tiled_convolution_is_the_direct_one(taps: int, dilation: int, steps: int) -> None:
    torch.manual_seed(0)
    layer = TiledConv1d(6, taps, dilation=dilation).requires_grad_(False)
    x = torch.randn(2, 6, steps, requires_grad=True)
    ours = layer(x)
    theirs = torch.nn.functional.conv1d(
        x, layer.weight, layer.bias, padding=layer.padding, dilation=layer.dilation
    )
    upstream = torch.randn_like(ours)
    assert torch.allclose(ours, theirs, atol=1e-5)
    assert torch.allclose(
        torch.autograd.grad(ours, x, upstream)[0],
        torch.autograd.grad(theirs, x, upstream)[0],
        atol=1e-5,
    )


def test_tiled_convolution_follows_new_weights() -> None:
    layer = TiledConv1d(4, 7).requires_grad_(False)
    x = torch.randn(1, 4, 40)
    before = layer(x)
    layer.weight.data = layer.weight.data * 2
    assert torch.allclose(
        layer(x) - layer.bias[:, None], 2 * (before - layer.bias[:, None]), atol=1e-5
    )


@pytest.mark.parametrize("known", [1, 7])
def test_an_update_is_added_to_tiles_and_taken_back(known: int) -> None:
    """With all taps or the middle one; one room serves one voice after another."""
    torch.manual_seed(0)
    layer = TiledConv1d(6, 7).requires_grad_(False)
    x, base = torch.randn(1, 6, 90, requires_grad=True), layer.weight.data
    plain, room = layer(x), torch.empty_like(layer.weight)
    for _ in range(2):
        down, up = torch.randn(2, 6, known), torch.randn(6, 2)
        layer.adapt(room, down, up)
        edge = 0 if known == 7 else 3
        wanted = base + torch.einsum("or,rik->oik", up, torch.nn.functional.pad(down, (edge, edge)))
        direct = torch.nn.functional.conv1d(x, wanted, layer.bias, padding=3)
        assert torch.allclose(layer(x), direct, atol=1e-4)
        upstream = torch.randn_like(direct)
        ours, theirs = (torch.autograd.grad(y, x, upstream)[0] for y in (layer(x), direct))
        assert torch.allclose(ours, theirs, atol=1e-4)
        layer.weight.data = base
        assert torch.equal(layer(x), plain)


def test_tiles_are_for_long_inputs() -> None:
    """With few steps the products of the tiles have few columns, and lose."""
    layer = TiledConv1d(128, 11).requires_grad_(False)
    short, long = torch.randn(1, 128, 200), torch.randn(1, 128, 1200)
    for x in (short, long):
        direct = torch.nn.functional.conv1d(x, layer.weight, layer.bias)
        assert torch.allclose(layer.valid(x), direct, atol=1e-5)
        assert bool(layer._spectra) == (x is long)


def _inputs() -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    return (
        torch.randn(1, 512, 6, generator=generator),
        torch.full((1, 12), 120.0),
        torch.full((1, 12), 6.0),
        torch.randn(1, 128, generator=generator),
    )


def test_merged_adapter_speaks_like_the_attached_one(decoder: Decoder) -> None:
    generator = torch.Generator().manual_seed(0)
    adapter = Adapter(decoder, 4, generator)
    for parameter in adapter.parameters():
        parameter.data.normal_(std=0.02, generator=generator)
        parameter.data = parameter.data.half().float()
    with torch.no_grad():
        plain = decoder(*_inputs())
        with adapter.attached():
            attached = decoder(*_inputs())
        merger = Merger(decoder)
        merger.merge(adapter.tensors())
        merged = decoder(*_inputs())
        merger.restore()
        restored = decoder(*_inputs())
    assert (attached - plain).abs().max() > 1e-3
    assert torch.allclose(merged, attached, atol=1e-4 * float(attached.abs().max()) + 1e-5)
    assert torch.equal(restored, plain)


def test_adapter_gets_gradients_and_the_decoder_none(decoder: Decoder) -> None:
    adapter = Adapter(decoder, 2, torch.Generator().manual_seed(0))
    with adapter.attached():
        decoder(*_inputs()).square().mean().backward()
    assert all(p.grad is not None for p in adapter.up.values())
    assert all(p.grad is None for p in decoder.parameters())


def test_spectral_loss_ignores_what_the_recording_lacks() -> None:
    spectrum = torch.fft.rfft(torch.randn(24000, generator=torch.Generator().manual_seed(0)))
    hertz = torch.arange(spectrum.numel())
    low = torch.fft.irfft(torch.where(hertz < 7000, spectrum, 0))[None]
    high = torch.fft.irfft(torch.where(hertz > 9000, spectrum, 0))[None]
    within = float(SpectralLoss(8000.0)(low + high, low))
    assert within < 0.2 * float(SpectralLoss(12000.0)(low + high, low))
    assert float(SpectralLoss(8000.0)(low, low)) == 0.0


def _state(decoder: Decoder, **changes: np.ndarray) -> VoiceState:
    adapter = Adapter(decoder, 2, torch.Generator().manual_seed(0))
    state = make_state(voices.tables()["af_heart"], Prosody(), adapter.tensors())
    return VoiceState(SNAPSHOT, {**state.tensors, **changes})


def test_a_good_state_passes(decoder: Decoder) -> None:
    check(_state(decoder), decoder)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("style", np.zeros((3, 256), np.float16), "shape"),
        ("style", np.full((48, 256), np.nan, np.float16), "finite"),
        ("surprise", np.zeros(3, np.float16), "unknown tensor"),
        ("down/asr_res.0", np.zeros((2, 512, 1), np.int64), "type"),
        ("down/asr_res.0", np.zeros((500, 512, 1), np.float16), "shape"),
        ("down/asr_res.0", np.zeros((3, 512, 1), np.float16), "partner"),
        ("prosody", np.array([9.0, 1.0, 1.0], np.float32), "0.2 to 5"),
    ],
)
def test_a_bad_state_is_refused(decoder: Decoder, name: str, value: np.ndarray, words: str) -> None:
    with pytest.raises(StateError, match=words):
        check(_state(decoder, **{name: value}), decoder)


def test_a_state_of_another_base_is_refused(decoder: Decoder) -> None:
    with pytest.raises(StateError, match="belongs to the base model"):
        check(VoiceState("menura-9", _state(decoder).tensors), decoder)


def test_symbols_out_of_the_alphabet_are_named() -> None:
    assert token_ids("a") != token_ids("b")
    with pytest.raises(TextError, match="€"):
        token_ids("a€")


def test_style_rows_lie_between_their_neighbours() -> None:
    table = voices.tables()["bm_george"]
    assert np.allclose(voices.style_row(table, 1), table[0])
    assert np.allclose(voices.style_row(table, 510), table[-1])
    middle = voices.style_row(table, 16 + 1 + 8)  # half-way between the rows 16 and 32
    assert np.allclose(middle, (table[16].astype(np.float32) + table[17]) / 2, atol=1e-3)


def test_there_are_54_stock_voices_in_nine_languages() -> None:
    stock = voices.stock_voices()
    assert len(stock) == 54
    assert {v.language for v in stock} == {
        "en-US", "en-GB", "es-ES", "fr-FR", "hi-IN", "it-IT", "ja-JP", "pt-BR", "zh-CN",
    }  # fmt: skip


def test_pitch_is_moved_where_voiced() -> None:
    f0 = torch.tensor([[0.0, 100.0, 200.0, 5.0]])
    plan = Plan(torch.ones(1), torch.zeros(1, 1, 2), f0, torch.zeros(1, 4))
    moved = shape_pitch(plan, Prosody(pitch=1.5)).f0
    assert torch.allclose(moved, torch.tensor([[0.0, 150.0, 300.0, 5.0]]))
    wider = shape_pitch(plan, Prosody(pitch_spread=2.0)).f0
    assert wider[0, 2] / wider[0, 1] == pytest.approx(4.0)


def test_it_is_quiet_until_just_before_the_first_symbol() -> None:
    energy = torch.arange(12.0)[None] - 6.0
    durations = torch.tensor([4, 2])
    plan = Plan(durations, torch.zeros(1, 1, 6), torch.full((1, 12), 100.0), energy)
    quiet = hushed(plan)
    assert quiet.energy[0].tolist() == [-6.0] * 4 + energy[0, 4:].tolist()
    assert torch.equal(quiet.f0, plan.f0)
    # A pad that is shorter than that stays as it is.
    short = Plan(torch.tensor([2, 4]), plan.text, plan.f0, energy)
    assert torch.equal(hushed(short).energy, energy)


def test_edges_are_cut_to_the_sound_and_faded() -> None:
    samples = np.zeros(24000, np.float32)
    samples[8000:16000] = 0.5
    first, last = sounding(samples)
    assert 0 < 8000 - first <= 2400
    assert 0 < last - 16000 <= 4800
    out = faded(np.ones(1000, np.float32))
    assert out[0] == out[-1] == 0.0
    assert out[500] == 1.0


def test_word_times_come_from_the_durations() -> None:
    utterance = Utterance(
        (Word("Hi,", 0, "hI", after=", "), Word("you", 4, "ju", after=".")), "en-US"
    )
    assert utterance.phonemes == "hI, ju."
    # pad, h, I, comma, blank, j, u, full stop, pad
    ends = np.cumsum([0.5, 0.1, 0.2, 0.1, 0.1, 0.1, 0.2, 0.1, 0.3])
    words, phonemes = timings(utterance, ends, 1.7)
    assert words[0] == WordTiming("Hi,", pytest.approx(0.5), pytest.approx(0.8))
    assert words[1] == WordTiming("you", pytest.approx(1.0), pytest.approx(1.3))
    assert [p.phoneme for p in phonemes] == ["h", "I", "j", "u"]


def test_a_clone_starts_from_voices_of_both_genders_and_its_language() -> None:
    embedding = stock_profiles.profiles()["bm_george"].astype(np.float32)
    found = stock_profiles.nearest_voices(embedding, "en-GB", 3)
    assert [key[1] for key, _ in found] == ["f"] * 3 + ["m"] * 3
    assert found[3][0] == "bm_george"
    assert all(a[1] >= b[1] for a, b in zip(found[3:], found[4:], strict=False))
    spanish = dict(stock_profiles.nearest_voices(embedding, "es-ES", 30))
    english = dict(stock_profiles.nearest_voices(embedding, "en-US", 30))
    assert spanish["em_alex"] > english["em_alex"]
    assert spanish["bm_george"] < english["bm_george"]
