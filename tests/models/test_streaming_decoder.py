"""Speaking in pieces: the same audio as in one go, told and stopped in time."""

import gc
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from menura.models.menura_1 import norm_statistics
from menura.models.menura_1.adapter import Adapter, Beside
from menura.models.menura_1.crew import Crew
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.edges import BRINK, Edges, faded, sounding
from menura.models.menura_1.flows import Convolution
from menura.models.menura_1.layers import FixedNorms
from menura.models.menura_1.measured_hidden import measured_hidden
from menura.models.menura_1.network import Plan
from menura.models.menura_1.pieces import Pieces, Stopped
from menura.models.menura_1.streaming import decode
from menura.models.menura_1.timings import Teller
from menura.text.utterance import Utterance, Word

FRAMES = 56


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    torch.manual_seed(0)
    return Decoder().eval().requires_grad_(False)


@pytest.fixture(scope="module")
def plan() -> Plan:
    generator = torch.Generator().manual_seed(1)
    f0 = 120 + 20 * torch.randn(1, 2 * FRAMES, generator=generator)
    f0[:, 60:80] = 0
    return Plan(
        torch.tensor([10, FRAMES - 10]),
        torch.randn(1, 512, FRAMES, generator=generator),
        f0,
        6 + torch.randn(1, 2 * FRAMES, generator=generator),
    )


@pytest.fixture(scope="module")
def norms(decoder: Decoder) -> FixedNorms:
    generator = torch.Generator().manual_seed(2)
    statistics = {
        name: torch.stack(
            [
                0.1 * torch.randn(2, norm.fc.out_features // 2, generator=generator),
                0.5 + torch.rand(2, norm.fc.out_features // 2, generator=generator),
            ],
            dim=1,
        )
        for name, norm in norm_statistics.norms(decoder)
    }
    style = torch.randn(1, 128, generator=generator)
    return norm_statistics.fixed(decoder, statistics, style, 2)


@torch.inference_mode()
def test_pieces_are_the_whole(decoder: Decoder, plan: Plan, norms: FixedNorms) -> None:
    whole = decoder(plan.text, plan.f0, plan.energy, norms, torch.Generator().manual_seed(3))[0]
    pieces = Pieces(decoder, norms, plan, torch.Generator().manual_seed(3))
    crew = Crew()
    found = [piece for piece in decode(crew, pieces) if piece is not None]
    assert len(found) > 2
    assert {piece.numel() % 300 for piece in found} == {0}
    joined = torch.cat(found)
    assert joined.numel() == whole.numel()
    assert torch.allclose(joined, whole, atol=2e-5 * float(whole.abs().max()))


class _Lister:
    """A crew that notes what each part waits for, and does nothing."""

    def __init__(self) -> None:
        self.parts: list[tuple[Future[Any], set[Future[Any]], bool]] = []

    def submit(
        self, work: Callable[[], object], *after: Future[Any], urgent: bool = False
    ) -> Future[Any]:
        future: Future[Any] = Future()
        self.parts.append((future, set(after), urgent))
        return future


def test_later_pieces_leave_the_first_its_threads(
    decoder: Decoder, plan: Plan, norms: FixedNorms
) -> None:
    pieces, crew = Pieces(decoder, norms, plan, torch.Generator()), _Lister()
    for end in (9, 23, 43):
        pieces.submit(crew, end)  # type: ignore[arg-type]
    urgent = {future for future, _, first in crew.parts if first}
    later = [after for _, after, first in crew.parts if not first]
    assert len(later) == 2 * len(urgent)
    waited_for = set.intersection(*later)
    assert waited_for
    assert waited_for <= urgent


@pytest.mark.parametrize("steps", [1, 17, 48, 80])
def test_wide_convolutions_of_few_steps(steps: int) -> None:
    torch.manual_seed(0)
    layer = nn.Conv1d(600, 8, 3, padding=1).requires_grad_(False)
    x = torch.randn(1, 600, steps)
    assert torch.allclose(Convolution(layer)(x, True), layer(x), atol=1e-4)


@torch.inference_mode()
def test_the_part_that_is_measured_is_shared_by_two_threads(decoder: Decoder, plan: Plan) -> None:
    adapter = Adapter(decoder, 2, torch.Generator().manual_seed(4))
    for up in adapter.up.values():
        up.normal_(std=0.05, generator=torch.Generator().manual_seed(5))
    style = torch.randn(1, 128, generator=torch.Generator().manual_seed(6))
    inputs = plan.text, plan.f0, plan.energy, style
    plain = decoder.hidden(*inputs)
    with adapter.attached():
        whole = decoder.hidden(*inputs)[:, :, 6:]
        found = measured_hidden(Crew().submit, decoder, plan, style, 3).result()
    assert found.shape == whole.shape
    assert torch.allclose(found, whole, atol=1e-5 * float(whole.abs().max()))
    assert not torch.allclose(found, plain[:, :, 6:], atol=1e-2)


@pytest.mark.parametrize("taps", [1, 5])
def test_an_update_beside_a_layer_comes_in_pieces_too(taps: int) -> None:
    torch.manual_seed(0)
    layer = nn.Conv1d(8, 8, 5, padding=4, dilation=2).requires_grad_(False)
    layer.register_forward_hook(Beside(torch.randn(2, 8, taps), torch.randn(8, 2, 1)))
    x = torch.randn(1, 8, 60)
    flow = Convolution(layer)
    found = [flow(x[:, :, a:b], b == 60) for a, b in ((0, 25), (25, 30), (30, 60))]
    assert torch.allclose(torch.cat(found, 2), layer(x), atol=1e-4)


@torch.inference_mode()
def test_closing_gives_up_what_is_under_way(
    decoder: Decoder, plan: Plan, norms: FixedNorms
) -> None:
    crew = Crew()
    pieces = Pieces(decoder, norms, plan, torch.Generator().manual_seed(3))
    stream = decode(crew, pieces)
    while next(stream) is None:
        pass
    stream.close()
    crew.rest()
    with pytest.raises(Stopped):
        pieces.submit(crew, 44).result()


@torch.inference_mode()
def test_nothing_of_an_utterance_is_kept(decoder: Decoder, plan: Plan, norms: FixedNorms) -> None:
    crew = Crew()
    pieces = Pieces(decoder, norms, plan, torch.Generator().manual_seed(3))
    kept = weakref.ref(pieces)
    gc.disable()  # tensors in circles of references would stay until it comes round
    try:
        assert sum(piece.numel() for piece in decode(crew, pieces) if piece is not None)
        crew.rest()
        del pieces
        for _ in range(500):  # a thread may still be on its way out of the last part
            if kept() is None:
                break
            time.sleep(0.01)
        assert kept() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("cut", [1, 700, 3001])
@pytest.mark.parametrize("pause", [0, 6000])
def test_edges_of_pieces_are_those_of_the_whole(cut: int, pause: int) -> None:
    samples = np.zeros(20000, np.float32)
    samples[5000:9000] = 0.5
    samples[9000 + pause : 9500 + pause] = 0.25
    first, last = sounding(samples)
    edges = Edges(samples.size)
    given = [edges.write(samples[i : i + cut]) for i in range(0, samples.size, cut)]
    joined = np.concatenate([*given, edges.finish()])
    assert edges.first == first
    assert edges.given == joined.size
    assert np.array_equal(joined, faded(samples[first:last]))


def test_a_click_at_the_very_end_and_noise_are_no_speech() -> None:
    samples = np.zeros(24000, np.float32)
    samples[6000:12000] = 0.5
    samples[-200:-190] = 0.1
    first, last = sounding(samples)
    assert last == 12000 - 1 + int(0.14 * 24000)
    edges = Edges(samples.size)
    streamed = np.concatenate(
        [*(edges.write(part) for part in np.split(samples, 10)), edges.finish()]
    )
    assert np.array_equal(streamed, faded(samples[first:last]))
    samples[:6000] = samples[12000:-BRINK] = 0.004
    samples[1000] = 0.1
    assert sounding(samples, begin=3000) == (first, last)


def test_an_utterance_without_any_sound_is_kept() -> None:
    edges = Edges(500 + BRINK)
    assert edges.write(np.zeros(500, np.float32)).size == 0
    assert edges.finish().size == edges.given == 500


def test_words_are_told_with_the_piece_in_which_they_begin() -> None:
    utterance = Utterance(
        (Word("Hi,", 0, "hI", after=", "), Word("you", 4, "ju", after=".")), "en-US"
    )
    ends = np.cumsum([0.5, 0.1, 0.2, 0.1, 0.1, 0.1, 0.2, 0.1, 0.3])
    teller = Teller(utterance, ends)
    assert teller.until(0.0, 0.0) == ((), ())
    words, phonemes = teller.until(0.25, 0.4)
    assert [w.text for w in words] == ["Hi,"]
    assert [words[0].start, words[0].end] == pytest.approx([0.1, 0.4])
    assert [p.phoneme for p in phonemes] == ["h", "I"]
    assert teller.until(0.65, 0.4) == ((), ())
    words, phonemes = teller.rest(0.7, 0.4)
    assert [w.text for w in words] == ["you"]
    assert [words[0].start, words[0].end] == pytest.approx([0.6, 0.7])
    assert [p.phoneme for p in phonemes] == ["j", "u"]
    assert [p.end for p in phonemes] == pytest.approx([0.7, 0.7])


@torch.inference_mode()
def test_statistics_of_the_same_text_make_the_norms_it_measures(
    decoder: Decoder, plan: Plan
) -> None:
    style = torch.randn(1, 128, generator=torch.Generator().manual_seed(4))
    inputs = plan.text, plan.f0, plan.energy
    with norm_statistics.listening(decoder) as found:
        whole = decoder(*inputs, style)
    both = {name: torch.stack([value, value]) for name, value in found.items()}
    fixed = decoder(*inputs, norm_statistics.fixed(decoder, both, style, 1))
    assert torch.allclose(whole, fixed, atol=1e-3 * float(whole.abs().max()))


def test_statistics_are_kept(tmp_path: Path) -> None:
    shelf = norm_statistics.Shelf(tmp_path / "norms")
    assert shelf.find("a") is None
    kept = shelf.put("a", {"x": torch.ones(2, 3)})
    assert torch.equal(kept["x"], torch.ones(2, 3))
    again = norm_statistics.Shelf(tmp_path / "norms").find("a")
    assert again is not None
    assert torch.equal(again["x"], kept["x"])
    (tmp_path / "norms" / "a.safetensors").write_bytes(b"damaged")
    assert norm_statistics.Shelf(tmp_path / "norms").find("a") is None


def test_short_and_long_utterances_have_statistics_of_their_own(decoder: Decoder) -> None:
    norm = decoder.encode.norm1
    statistics = {
        name: torch.stack([torch.ones(2, n), torch.full((2, n), 3.0)])
        for name, one in norm_statistics.norms(decoder)
        for n in (one.fc.out_features // 2,)
    }
    style = torch.zeros(1, 128)

    def slope(number: int) -> float:
        return float(norm_statistics.fixed(decoder, statistics, style, number).of(norm)[0][0])

    scale = 1 + float(norm.fc(style)[0, 0])
    assert norm_statistics.step(3) == 0
    assert norm_statistics.step(300) == 4
    assert slope(0) == pytest.approx(scale, rel=1e-3)
    assert slope(4) == pytest.approx(scale * 3**-0.5, rel=1e-3)
    # Half of each: a mean of 2, and a mean square of (1 + 1 + 9 + 3) / 2.
    assert slope(2) == pytest.approx(scale * 3**-0.5, rel=1e-3)
