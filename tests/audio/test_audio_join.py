"""Joining spoken audio to recordings."""

import numpy as np
import pytest
from numpy.typing import NDArray

from menura.audio import join as joining
from menura.audio.activity import Span
from menura.audio.join import EDGE_SECONDS, FADE_SECONDS, LEAST_PAUSE_SECONDS, join, trimmed
from menura.audio.loudness import loudness

Audio = NDArray[np.float32]
RATE = 24000


def speech(seconds: float, level: float, lead: float = 0.0, tail: float = 0.0) -> Audio:
    """Harmonics of a voice's pitch, with silence before and after."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 12))
    ends = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.02)
    sound = (level * wave * ends).astype(np.float32)
    return np.pad(sound, (round(lead * RATE), round(tail * RATE)))


@pytest.fixture(autouse=True)
def plain_activity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tones are no speech, so what is loud counts as such here."""

    def spans(audio: Audio, sample_rate: int) -> list[Span]:
        loud = np.flatnonzero(np.abs(audio) > 1e-4)
        return [Span(loud[0] / sample_rate, (loud[-1] + 1) / sample_rate)] if loud.size else []

    monkeypatch.setattr(joining, "speech_spans", spans)


def silences(audio: Audio) -> list[float]:
    """Lengths of stretches of silence inside, in seconds."""
    loud = np.flatnonzero(np.abs(audio) > 1e-4)
    gaps = np.diff(loud)
    return [float(gap / RATE) for gap in gaps if gap > 0.02 * RATE]


def test_the_recordings_stay_as_they_are_but_for_the_fades() -> None:
    left, right = speech(1.5, 0.1, tail=0.3), speech(1.5, 0.1, lead=0.2)
    whole = join(left, speech(1.0, 0.1, 0.5, 0.4), right, RATE)
    fade = round(FADE_SECONDS * RATE)
    assert np.array_equal(whole[: left.size - fade], left[:-fade])
    assert np.array_equal(whole[whole.size - right.size + fade :], right[fade:])
    own = left.size + right.size + RATE + 2 * round(EDGE_SECONDS * RATE) - 2 * fade
    assert whole.size == pytest.approx(own, abs=0.02 * RATE)


@pytest.mark.parametrize(("left_level", "right_level"), [(0.02, 0.02), (0.3, 0.3), (0.04, 0.2)])
def test_what_is_spoken_is_as_loud_as_the_recordings_beside(
    left_level: float, right_level: float
) -> None:
    left, right = speech(2.0, left_level, tail=0.2), speech(2.0, right_level, lead=0.2)
    spoken = speech(3.0, 0.1, 0.2, 0.2)
    whole = join(left, spoken, right, RATE)
    middle = whole[left.size : whole.size - right.size]
    half = middle.size // 2
    first, second = (loudness(part, RATE) for part in (middle[:half], middle[half:]))
    if left_level == right_level:
        assert first == pytest.approx(loudness(left, RATE), abs=1.0)
        assert second == pytest.approx(loudness(right, RATE), abs=1.0)
    else:
        assert loudness(left, RATE) < first < second < loudness(right, RATE)


def test_one_side_is_enough() -> None:
    spoken, side = speech(1.0, 0.1, 0.1, 0.1), speech(1.0, 0.03, 0.2, 0.2)
    for whole in (join(side, spoken, None, RATE), join(None, spoken, side, RATE)):
        assert whole.size == pytest.approx(2.5 * RATE, abs=0.1 * RATE)
        assert loudness(whole, RATE) == pytest.approx(loudness(side, RATE), abs=1.5)


@pytest.mark.parametrize(("given", "heard"), [(0.0, 0.1), (0.05, 0.1), (0.3, 0.32), (1.0, 1.02)])
def test_pauses_are_those_of_the_recordings_and_never_too_short(given: float, heard: float) -> None:
    left, right = speech(1.0, 0.1, tail=given), speech(1.0, 0.1, lead=given)
    found = silences(join(left, speech(1.0, 0.1, 0.7, 0.7), right, RATE))
    assert found == pytest.approx([heard, heard], abs=0.03)
    assert min(found) > LEAST_PAUSE_SECONDS - 0.03


def test_nothing_clicks_where_a_recording_is_cut_in_the_middle_of_a_sound() -> None:
    left, right = speech(1.0, 0.3)[: RATE // 2 + 37], speech(1.0, 0.3)[RATE // 2 + 11 :]
    spoken = speech(1.0, 0.3)
    whole = join(left, spoken[500:-500], right, RATE)
    inside = np.abs(np.diff(spoken)).max()
    assert np.abs(np.diff(whole)).max() < 1.3 * inside


def test_silent_recordings_leave_the_level_alone() -> None:
    spoken = speech(1.0, 0.1)
    quiet = np.zeros(RATE, np.float32)
    whole = join(quiet, spoken, quiet, RATE)
    assert np.abs(whole).max() == pytest.approx(np.abs(spoken).max())
    assert np.abs(join(quiet, np.zeros(RATE, np.float32), None, RATE)).max() == 0.0


def test_trimming_keeps_the_edges() -> None:
    cut = trimmed(speech(1.0, 0.1, 0.5, 0.8), RATE)
    assert cut.size == pytest.approx((1.0 + 2 * EDGE_SECONDS) * RATE, abs=0.02 * RATE)
    abrupt = trimmed(speech(1.0, 0.1)[1000:-1000], RATE)
    assert np.abs(abrupt[: round(FADE_SECONDS * RATE)]).max() == 0.0
    assert trimmed(np.zeros(5, np.float32), RATE).size == 5
