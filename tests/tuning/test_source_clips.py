"""Which clips voices are made of, told from numbers alone."""

import numpy as np
import pytest

from menura.errors import AudioError
from menura.tuning.manner import Manner
from menura.tuning.source_clips import (
    MOST_CLIPS,
    MOST_COMPARED,
    Candidate,
    choose_source_clips,
    shortlist,
)

WAYS = {
    # Semitones, spread in semitones, phonemes a second, dB.
    "typical": (86.0, 3.0, 11.0, -24.0),
    "lively": (88.0, 5.0, 11.0, -22.0),
    "calm": (84.0, 1.5, 11.0, -26.0),
    "brisk": (86.0, 3.0, 14.0, -24.0),
}


def candidates(gain: float = 0.0, count: int = 60) -> list[Candidate]:
    """Utterances in four ways of speaking, by turns; every second recording is `gain` louder."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(count):
        way = list(WAYS.values())[number % 4]
        pitch, melody, pace, level = way + rng.normal(0, [0.2, 0.1, 0.2, 0.3])
        recording = number // 4 % 2
        manner = Manner(pitch, melody, pace, level + recording * gain)
        found.append(Candidate(number, str(recording), manner))
    return found


def test_each_way_of_speaking_gives_a_voice() -> None:
    chosen = choose_source_clips(candidates(), 4)
    ways = [{number % 4 for number in one.numbers} for one in chosen]
    assert sorted(map(tuple, ways)) == [(0,), (1,), (2,), (3,)]
    names = {next(iter(way)): one.name for way, one in zip(ways, chosen, strict=True)}
    assert names[0] == chosen[0].name == "typical"
    assert set(names[1].split(" and ")) <= {"lively", "high", "strong"}
    assert set(names[2].split(" and ")) <= {"calm", "low", "soft"}
    assert names[3] == "brisk"
    assert len({one.name for one in chosen}) == 4
    by_name = {one.name: one for one in chosen}
    assert "% faster" in by_name["brisk"].description
    assert "semitones" not in by_name["brisk"].description
    for one in chosen:
        assert len(one.numbers) == MOST_CLIPS
        assert one.why.startswith("the most central of 15 utterances")


def test_the_choice_is_always_the_same_and_needs_no_order() -> None:
    there = candidates()
    first = choose_source_clips(there, 4)
    assert choose_source_clips(there, 4) == first
    turned = choose_source_clips(there[::-1], 4)
    assert {frozenset(one.numbers) for one in turned} == {frozenset(one.numbers) for one in first}


def test_how_loud_a_recording_is_says_nothing_of_its_speaker() -> None:
    assert choose_source_clips(candidates(gain=12.0), 4) == choose_source_clips(candidates(), 4)


def test_what_is_unlike_all_the_rest_is_not_typical() -> None:
    odd = Candidate(60, "0", Manner(110.0, 12.0, 30.0, -24.0))
    chosen = choose_source_clips([*candidates(), odd], 4)
    assert all(60 not in one.numbers for one in chosen)


def test_voices_of_clips_that_are_alike_have_different_names() -> None:
    same = [Candidate(number, "0", Manner(86.0, 3.0, 11.0, -24.0)) for number in range(9)]
    chosen = choose_source_clips(same, 4)
    assert len({one.name for one in chosen}) == 4
    assert len({one.numbers[0] for one in chosen}) == 4
    assert {one.description for one in chosen} == {"As the speaker usually sounds."}


def test_fewer_clips_than_voices_are_refused() -> None:
    with pytest.raises(AudioError) as error:
        choose_source_clips(candidates(count=3), 4)
    assert error.value.code == "too_few_clips"
    assert error.value.remedy


def test_clips_of_good_length_are_listened_to_first() -> None:
    lengths = [2.0, 5.0, 14.0] * 10
    assert shortlist(lengths, 4) == list(range(1, 30, 3))
    assert shortlist([2.0] * 5 + [5.0], 4) == [0, 1, 2, 3, 4, 5]
    many = shortlist([5.0] * 1000, 4)
    assert len(many) == len(set(many)) == MOST_COMPARED
    assert (many[0], many[-1]) == (0, 999)
