"""Cutting, telling speakers apart, and judging what was heard, each on its own."""

import numpy as np
import pytest
from numpy.typing import NDArray

from menura.audio.activity import Span
from menura.audio.recognise import Transcript
from menura.tuning.cut import LEAST_SECONDS, MOST_SECONDS, borders, cut
from menura.tuning.hear import hear, main_language
from menura.tuning.speakers import centre, group, vector

Audio = NDArray[np.float32]


def spans(*pairs: tuple[float, float]) -> list[Span]:
    """Stretches of speech."""
    return [Span(start, end) for start, end in pairs]


def middle(start: float, end: float) -> float:
    """Stands for the quietest moment."""
    return (start + end) / 2


def test_utterances_end_at_long_pauses_and_keep_short_ones() -> None:
    pieces = cut(spans((0, 2), (2.3, 5), (7, 10)), middle)
    assert [(p[0].start, p[-1].end) for p in pieces] == [(0, 5), (7, 10)]


def test_long_speech_is_cut_at_its_widest_pause() -> None:
    pieces = cut(spans((0, 6), (6.2, 10), (10.6, 14), (14.1, 20)), middle)
    assert [(p[0].start, p[-1].end) for p in pieces] == [(0, 10), (10.6, 20)]


def test_speech_without_a_pause_is_cut_at_a_quiet_moment() -> None:
    pieces = cut(spans((0, 61)), middle)
    assert all(LEAST_SECONDS <= p[-1].end - p[0].start <= MOST_SECONDS for p in pieces)
    assert sum(p[-1].end - p[0].start for p in pieces) == pytest.approx(61)


def test_short_stretches_join_a_neighbour_or_are_left_out() -> None:
    pieces = cut(spans((0, 3), (4.2, 5), (20, 21)), middle)
    assert [(p[0].start, p[-1].end) for p in pieces] == [(0, 5)]


def test_margins_do_not_reach_into_neighbours() -> None:
    places = borders([(Span(0.05, 3.0),), (Span(3.1, 6.0),)], 6.04)
    assert [(p.start, p.end) for p in places] == [
        (0.0, pytest.approx(3.05)),
        (pytest.approx(3.05), 6.04),
    ]


def test_speakers_are_told_apart_and_the_longest_is_the_first() -> None:
    rng = np.random.default_rng(0)
    people = np.eye(192, dtype=np.float32)[:3]
    who = rng.integers(0, 3, 60)
    noise = rng.normal(0, 0.04, (60, 192))
    vectors = (people[who] + noise).astype("<f4")
    seconds = np.where(who == 2, 10.0, np.where(who == 0, 5.0, 1.0))
    labels = group([v.tobytes() for v in vectors], list(seconds))
    assert labels == [{2: 0, 0: 1, 1: 2}[int(one)] for one in who]
    own = [v.tobytes() for v, one in zip(vectors, who, strict=True) if one == 2]
    assert float(vector(centre(own)) @ people[2]) > 0.95
    assert group([], []) == []
    assert group([own[0]], [1.0]) == [0]


class Listener:
    """Hears what it was told to; forced into a language, it hears that one."""

    def __init__(self, text: str, language: str, probability: float, confidence: float) -> None:
        self._heard = (text, language, probability, confidence)

    def transcribe(self, audio: Audio, language: str | None = None) -> Transcript:
        """The same for every audio."""
        text, heard, probability, confidence = self._heard
        return Transcript(text, language or heard, probability, confidence, 0.0)


@pytest.mark.parametrize(
    ("listener", "problem"),
    [
        (Listener("Good morning.", "en", 0.99, -0.2), None),
        (Listener("Guten Morgen.", "de", 0.99, -0.2), "language"),
        (Listener("Good morning.", "de", 0.3, -0.2), None),
        (Listener("Good morning.", "en", 0.99, -1.5), "unintelligible"),
        (Listener("...", "en", 0.99, -0.2), "unintelligible"),
        (Listener("la " * 100, "en", 0.99, -0.2), "unintelligible"),
    ],
)
def test_what_is_heard_is_judged(listener: Listener, problem: str | None) -> None:
    audio = np.zeros(3 * 16000, dtype=np.float32)
    assert hear(listener, audio, "en")[1] == problem


def test_the_longest_utterances_tell_the_language() -> None:
    listener = Listener("Bonjour.", "fr", 0.9, -0.1)
    assert main_language(listener, lambda at: np.zeros(16000, np.float32), [1.0, 9.0]) == "fr"
