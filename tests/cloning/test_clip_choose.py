"""The choice of a stretch, on made-up recordings, and the rules of advice."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from menura.audio.activity import Span
from menura.cloning.advice import CANDIDATES, Findings, advise
from menura.cloning.choose import (
    HEARD_SECONDS,
    KEPT_PAUSE_SECONDS,
    MOST_SECONDS,
    all_heard,
    assemble,
    choose,
    pause_share,
)

Audio = NDArray[np.float32]
RATE = 8000


def recording(spans: list[Span], seconds: float, hiss: float = 1e-3) -> Audio:
    """Noise where someone speaks, hiss elsewhere."""
    random = np.random.default_rng(0)
    audio = random.normal(0.0, hiss, round(seconds * RATE))
    for span in spans:
        place = slice(round(span.start * RATE), round(span.end * RATE))
        audio[place] = random.normal(0.0, 0.1, place.stop - place.start)
    return audio.astype(np.float32)


@pytest.mark.parametrize("mode", ["similarity", "stability"])
def test_long_speech_is_held_to_the_modes_length(mode: str) -> None:
    spans = [Span(4.0 * k + 0.5, 4.0 * k + 4.0) for k in range(20)]
    audio = recording(spans, 81.0)
    choice = choose(audio, RATE, spans, mode)
    assert not choice.whole
    used = assemble(audio, RATE, choice).size / RATE
    assert MOST_SECONDS[mode] * 0.6 < used <= MOST_SECONDS[mode]


def test_more_is_heard_than_a_voice_is_made_of() -> None:
    spans = [Span(4.0 * k + 0.5, 4.0 * k + 4.0) for k in range(6)]
    audio = recording(spans, 25.0)
    assert not choose(audio, RATE, spans, "similarity").whole
    assert all_heard(audio, RATE, spans).whole
    spans = [Span(4.0 * k + 0.5, 4.0 * k + 4.0) for k in range(20)]
    audio = recording(spans, 81.0)
    some = all_heard(audio, RATE, spans)
    assert not some.whole
    assert 0.8 * HEARD_SECONDS < assemble(audio, RATE, some).size / RATE <= HEARD_SECONDS


def test_all_is_taken_when_it_fits() -> None:
    spans = [Span(1.0, 4.0), Span(6.0, 9.0)]
    audio = recording(spans, 10.0)
    choice = choose(audio, RATE, spans, "similarity")
    assert choice.whole
    used = assemble(audio, RATE, choice).size / RATE
    assert used == pytest.approx(6.0 + KEPT_PAUSE_SECONDS + 0.24, abs=0.03)


def test_the_cleaner_stretch_wins() -> None:
    spans = [Span(1.0, 13.0), Span(15.0, 27.0)]
    audio = recording(spans, 28.0)
    audio[: 14 * RATE] += np.random.default_rng(3).normal(0.0, 0.05, 14 * RATE).astype(np.float32)
    assert choose(audio, RATE, spans, "similarity").spans == (spans[1],)
    audio = audio[::-1].copy()
    mirrored = [Span(28.0 - s.end, 28.0 - s.start) for s in reversed(spans)]
    assert choose(audio, RATE, mirrored, "similarity").spans == (mirrored[0],)


def test_cut_off_peaks_are_avoided() -> None:
    spans = [Span(1.0, 13.0), Span(15.0, 27.0)]
    audio = recording(spans, 28.0)
    audio[: 14 * RATE] = np.clip(audio[: 14 * RATE], -0.15, 0.15) * 3
    audio = np.clip(audio, -0.45, 0.45)
    assert choose(audio, RATE, spans, "similarity").spans == (spans[1],)


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    spans = [Span(0.2, 39.8)]
    audio = recording(spans, 40.0)
    audio[round(10.0 * RATE) : round(10.1 * RATE)] = 0.0
    choice = choose(audio, RATE, spans, "similarity")
    assert not choice.whole
    edges = {round(edge, 1) for span in choice.spans for edge in (span.start, span.end)}
    assert choice.end - choice.start <= MOST_SECONDS["similarity"]
    if 10.1 not in edges:
        assert choice.spans[0].start > 10.0
    assert choice.start >= 0.0


def test_joins_keep_the_level_of_the_room() -> None:
    spans = [Span(0.5, 2.0), Span(6.0, 8.0), Span(8.3, 9.0)]
    audio = recording(spans, 10.0, hiss=0.01)
    choice = choose(audio, RATE, spans, "similarity")
    joined = assemble(audio, RATE, choice)
    pause = joined[round(1.75 * RATE) : round(1.85 * RATE)]
    assert np.sqrt(np.square(pause).mean()) == pytest.approx(0.01, rel=0.2)
    total = 1.5 + KEPT_PAUSE_SECONDS + 3.0 + 0.24
    assert joined.size / RATE == pytest.approx(total, abs=0.03)


def test_share_of_pauses() -> None:
    assert pause_share([Span(0.1, 9.9)], 10.0) == 0.0
    assert pause_share([Span(0.0, 3.0), Span(7.3, 10.0)], 10.0) == pytest.approx(0.4)
    assert pause_share([Span(5.3, 10.0)], 10.0) == pytest.approx(0.5)


GOOD = Findings(
    mode="similarity",
    enhance=False,
    enhanced=False,
    original_seconds=10.0,
    trimmed=False,
    speech_seconds=9.0,
    used_seconds=9.0,
    cut=False,
    pause_share=0.1,
    snr_db=40.0,
    snr_after_db=40.0,
    clipped_share=1e-5,
    bandwidth=11000.0,
    loudness=-25.0,
    f0_spread=3.0,
    syllable_rate=4.0,
    reverberation_seconds=0.2,
    halves_likeness=0.8,
    tone_share=0.1,
    language="en-US",
    heard_language="en",
    heard_probability=0.99,
    transcript_given=False,
    transcript_used=False,
    transcript_likeness=1.0,
)

STABLE: dict[str, object] = {"mode": "stability", "enhance": True, "enhanced": True}
CLEANED: dict[str, object] = {"enhance": True, "enhanced": True}
GIVEN: dict[str, object] = {"transcript_given": True}
RULES: list[tuple[str, str, dict[str, object]]] = [
    ("clip_too_short", "warning", {"speech_seconds": 2.5}),
    ("clip_short_for_stability", "warning", {**STABLE, "snr_db": 25.0}),
    ("clip_trimmed", "info", {"trimmed": True, "original_seconds": 900.0}),
    ("clip_longer_than_needed", "info", {"cut": True, "speech_seconds": 60.0}),
    ("clip_noisy", "warning", {"snr_db": 12.0}),
    ("clip_noisy", "warning", {**CLEANED, "snr_db": 2.0, "snr_after_db": 9.0}),
    ("clip_cleaned", "info", {**CLEANED, "snr_db": 12.0, "snr_after_db": 24.0}),
    ("clip_long_pauses", "warning", {"pause_share": 0.5}),
    ("clip_overdriven", "warning", {"clipped_share": 3e-4}),
    ("clip_narrow_band", "warning", {"bandwidth": 4000.0}),
    ("clip_quiet", "warning", {"loudness": -50.0}),
    ("clip_language", "warning", {"heard_language": "de"}),
    ("clip_monotone", "info", {"f0_spread": 0.8}),
    ("clip_slow", "info", {"syllable_rate": 1.0}),
    ("clip_fast", "info", {"syllable_rate": 8.0}),
    ("clip_reverberant", "warning", {"reverberation_seconds": 1.5}),
    ("clip_two_voices", "warning", {"halves_likeness": 0.1}),
    ("enhance_off_in_stability", "info", {"mode": "stability", "speech_seconds": 12.0}),
    ("enhance_on_clean_clip", "info", {**CLEANED, "snr_db": 25.0}),
    ("enhance_on_clean_clip", "info", {"enhance": True}),
    ("enhance_not_needed", "info", {**STABLE, "enhanced": False, "speech_seconds": 12.0}),
    ("transcript_replaced", "info", GIVEN),
    (
        "transcript_differs",
        "warning",
        {**GIVEN, "transcript_used": True, "transcript_likeness": 0.2},
    ),
]


def test_a_good_clip_needs_no_advice() -> None:
    assert advise(GOOD) == ()
    assert advise(replace(GOOD, heard_language="cy", heard_probability=0.4)) == ()
    assert advise(replace(GOOD, heard_language="de", language=None)) == ()
    untold = replace(GOOD, reverberation_seconds=None, halves_likeness=None, tone_share=None)
    assert advise(untold) == ()


@pytest.mark.parametrize(("code", "severity", "change"), RULES)
def test_each_fault_gets_its_advice(code: str, severity: str, change: dict[str, object]) -> None:
    (advice,) = advise(replace(GOOD, **change))  # type: ignore[arg-type]
    assert (advice.code, advice.severity) == (code, severity)
    assert advice.sentence.endswith(".")
    assert advice.remedy.endswith(".")


CANDIDATE_RULES: list[tuple[str, str, dict[str, object]]] = [
    ("clip_music", "warning", {"tone_share": 0.95}),
]


@pytest.mark.parametrize(("code", "severity", "change"), CANDIDATE_RULES)
def test_unproven_rules_stay_silent(code: str, severity: str, change: dict[str, object]) -> None:
    findings = replace(GOOD, **change)  # type: ignore[arg-type]
    assert advise(findings) == ()
    (found,) = [item for rule in CANDIDATES if (item := rule(findings)) is not None]
    assert (found.code, found.severity) == (code, severity)


def test_warnings_come_first() -> None:
    found = advise(replace(GOOD, f0_spread=0.5, loudness=-60.0, trimmed=True, snr_db=3.0))
    severities = [item.severity for item in found]
    assert severities == sorted(severities, key=lambda severity: severity != "warning")
    assert len(found) == 4
