"""Clones that speak at a time, whole or in pieces: others speak in between, and nobody waits for
what is given up."""

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from menura.models.contract import Audio, IdlingModel, SpokenAudio, VoiceState
from menura.models.menura_1 import model as of_model
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.network import Plan
from menura.models.menura_1.norm_statistics import Shelf
from menura.text.prepare import prepare


@pytest.fixture
def clones(model: Menura1) -> Iterator[list[VoiceState]]:
    found = []
    for seed in (1, 2):
        numbers = np.random.default_rng(seed).normal(size=192)
        unit = (numbers / np.linalg.norm(numbers)).tolist()
        found.append(model.from_embedding(unit, "en-US"))
    yield found
    model.deactivate()


def speaking(model: Menura1, voice: VoiceState) -> Generator[SpokenAudio, None, None]:
    (utterance,) = prepare("Yes, we do.", "en-US")
    outputs = model.speak(utterance, voice, seed=3)
    assert isinstance(outputs, Generator)
    return outputs


def joined(parts: list[SpokenAudio]) -> Audio:
    return np.concatenate([part.audio for part in parts])


def test_two_clones_take_turns(
    model: Menura1, clones: list[VoiceState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_model, "_TURN_SECONDS", 0.0)
    alone = [joined(list(speaking(model, clone))) for clone in clones]
    turns = [speaking(model, clone) for clone in clones]
    parts: list[list[SpokenAudio]] = [[], []]
    order: list[int] = []
    while len(order) < 200:
        before = len(order)
        for number, turn in enumerate(turns):
            if (part := next(turn, None)) is not None:
                parts[number].append(part)
                order.append(number)
        if len(order) == before:
            break
    # Nothing comes many times, then all at once.
    assert order[:20] == [0, 1] * 10
    for found, expected in zip(parts, alone, strict=True):
        assert [bool(part.audio.size) for part in found] == [False] * (len(found) - 1) + [True]
        assert np.allclose(joined(found), expected, atol=1e-4 * float(np.abs(expected).max()))
    assert not np.allclose(alone[0][:4000], alone[1][:4000], atol=1e-3)


def test_a_clone_that_is_given_up_computes_no_further(
    model: Menura1, clones: list[VoiceState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_model, "_TURN_SECONDS", 0.0)
    waves: list[int] = []
    wave = model.network.decoder.generator.wave
    monkeypatch.setattr(
        model.network.decoder.generator, "wave", lambda x: waves.append(1) or wave(x)
    )
    with closing(speaking(model, clones[0])) as given_up:
        assert not next(given_up).audio.size
    assert not waves
    assert joined(list(speaking(model, clones[0]))).any()
    assert waves == [1]


def test_prepared_clones_come_in_pieces(
    model: Menura1, clones: list[VoiceState], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(model.norms, "shelf", Shelf(tmp_path))
    clone = clones[0]
    whole = joined(list(speaking(model, clone)))
    model.prepare(clone)
    parts = [part for part in speaking(model, clone) if part.audio.size]
    assert len(parts) > 2
    assert [word.text for part in parts for word in part.words] == ["Yes,", "we", "do."]
    in_pieces = joined(parts)
    assert abs(in_pieces.size - whole.size) < 0.3 * whole.size
    # The same voice, as far as a level tells.
    levels = [float(np.sqrt(np.mean(audio**2))) for audio in (in_pieces, whole)]
    assert levels[0] == pytest.approx(levels[1], rel=0.2)
    # Another clone may speak in between, and whoever wants it whole gets it so.
    turns = [speaking(model, clone), speaking(model, clones[1])]
    mixed: list[SpokenAudio] = []
    while (part := next(turns[0], None)) is not None:
        mixed.append(part)
        next(turns[1], None)
    assert np.allclose(joined(mixed), in_pieces, atol=1e-4)
    monkeypatch.setattr(model, "_stream_clones", False)
    assert sum(bool(part.audio.size) for part in speaking(model, clone)) == 1


def test_a_clone_that_was_decoded_whole_is_prepared_in_an_idle_moment(
    model: Menura1, clones: list[VoiceState], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(model.norms, "shelf", Shelf(tmp_path))
    monkeypatch.setattr(model, "_owed", deque[VoiceState]())
    assert isinstance(model, IdlingModel)
    assert not list(model.catch_up()), "nothing was asked for"
    clone = clones[0]
    speaking_whole = [part for part in speaking(model, clone) if part.audio.size]
    assert len(speaking_whole) == 1
    with closing(model.catch_up()) as rests:
        next(rests)
    # Given up for a request, which is as good as ever; then from the beginning.
    again = [part for part in speaking(model, clone) if part.audio.size]
    assert np.array_equal(joined(again), joined(speaking_whole))
    assert len(list(model.catch_up())) > 10
    assert len([part for part in speaking(model, clone) if part.audio.size]) > 2
    assert not list(model.catch_up())


def test_stock_voices_leave_nothing_to_catch_up_with(
    model: Menura1, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_owed", deque[VoiceState]())
    list(speaking(model, model.stock_state("af_heart")))
    assert not list(model.catch_up())


def test_clones_alone_are_hushed_before_their_first_word(
    model: Menura1, clones: list[VoiceState], monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[Plan] = []
    decoding = model.network.decoding
    monkeypatch.setattr(
        model.network, "decoding", lambda plan, *rest: plans.append(plan) or decoding(plan, *rest)
    )
    # Whole, so that the plan is seen as it is decoded.
    monkeypatch.setattr(model, "_stream_clones", False)
    monkeypatch.setattr(type(model), "_threaded", False)
    for voice in (model.stock_state("af_heart"), clones[0]):
        list(speaking(model, voice))
    pads = [plan.energy[0, : 2 * int(plan.durations[0]) - 4] for plan in plans]
    risen = [float(pad.max() - pad[0]) for pad in pads]
    assert risen[0] > 1
    assert risen[1] == 0
