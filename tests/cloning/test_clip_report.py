"""The figures of a clip report, on real speech and on faults made of it."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from benchmarks.clip_cases import clipped, in_a_room, with_music
from benchmarks.clip_report import RULES, judge
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_spans
from menura.audio.background import tone_share
from menura.audio.clipping import clipped_spans
from menura.audio.pitch import Pitch, f0_track
from menura.audio.rate import syllable_rate
from menura.audio.reverberation import reverberation_seconds
from menura.cloning import advice
from menura.cloning.choose import choose
from menura.cloning.company import halves_likeness, window_embeddings
from menura.cloning.facts import PEAKS, ClipFacts, timeline
from menura.commands.show_clip import NAMES, show_clip

Audio = NDArray[np.float32]
RATE = 16000


@pytest.fixture(scope="module")
def clips(shared_data: Path) -> dict[str, Audio]:
    """Two speakers, some seconds of each at 16 kHz."""
    names = {"man": "libritts_1320_00_ref.flac", "woman": "libritts_1995_00_ref.flac"}
    return {
        name: sf.read(shared_data / "clone_eval" / file, dtype="float32")[0][: 9 * RATE]
        for name, file in names.items()
    }


def test_a_room_that_rings_is_told_from_a_dry_one(clips: dict[str, Audio]) -> None:
    speech = clips["woman"]
    spans = speech_spans(speech, RATE)
    dry = reverberation_seconds(speech, RATE, spans)
    room = reverberation_seconds(in_a_room(speech, RATE, 0.5, 0), RATE, spans)
    assert dry is not None
    assert room is not None
    assert dry < advice.REVERBERANT_SECONDS <= room


def test_a_room_is_not_guessed_from_too_little() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    assert reverberation_seconds(noise, RATE, [Span(0.0, 1.0)]) is None
    assert reverberation_seconds(noise[:1000], RATE, []) is None


def test_two_people_are_told_from_one(clips: dict[str, Audio]) -> None:
    windows = {name: window_embeddings(a, RATE, speech_spans(a, RATE)) for name, a in clips.items()}
    for alone in windows.values():
        likeness = halves_likeness(alone)
        assert likeness is None or likeness >= advice.TWO_VOICES_LIKENESS
    both = halves_likeness(np.concatenate([windows["man"], windows["woman"]]))
    assert both is not None
    assert both < advice.TWO_VOICES_LIKENESS
    assert halves_likeness(windows["man"][:3]) is None
    assert window_embeddings(clips["man"][:RATE], RATE, [Span(0.0, 1.0)]).shape == (0, 192)


def test_tones_between_the_words_are_noticed() -> None:
    random = np.random.default_rng(0)
    speech = random.normal(0, 0.1, 4 * RATE).astype(np.float32)
    spans = [Span(0.5, 1.5), Span(2.5, 3.5)]
    for span in (Span(0.0, 0.5), Span(1.5, 2.5), Span(3.5, 4.0)):
        speech[round(span.start * RATE) : round(span.end * RATE)] *= 0.001
    hiss = tone_share(speech, RATE, spans)
    music = tone_share(with_music(speech, RATE, "chords", 10.0, 0), RATE, spans)
    assert hiss is not None
    assert music is not None
    assert music > 3 * hiss
    assert tone_share(speech, RATE, [Span(0.0, 4.0)]) is None


def test_syllables_are_counted() -> None:
    times = np.arange(4 * RATE) / RATE
    # Four bursts of a vowel-like tone a second.
    loud = np.maximum(np.sin(2 * np.pi * 4.0 * times), 0.01)
    audio = (0.2 * loud * np.sign(np.sin(2 * np.pi * 150.0 * times))).astype(np.float32)
    grid = np.arange(400) / 100
    pitch = Pitch(grid, np.full(400, 150.0, np.float32), np.ones(400, np.float32))
    assert syllable_rate(audio, RATE, [Span(0.0, 4.0)], pitch) == pytest.approx(4.0, abs=0.3)
    silent = dataclasses.replace(pitch, hz=np.zeros(400, np.float32))
    assert syllable_rate(audio, RATE, [Span(0.0, 4.0)], silent) == 0.0
    assert syllable_rate(audio, RATE, [], pitch) == 0.0


def test_a_reader_speaks_at_a_readers_pace(clips: dict[str, Audio]) -> None:
    audio = clips["woman"]
    rate = syllable_rate(audio, RATE, speech_spans(audio, RATE), f0_track(audio, RATE, 0.0125))
    assert 2.0 < rate < 6.0


def test_clipped_places_are_found(clips: dict[str, Audio]) -> None:
    audio = clips["man"]
    cut = clipped(audio, 6.0)
    places = clipped_spans(cut, RATE)
    assert places
    full = np.flatnonzero(np.abs(cut) >= 0.899)
    inside = [any(s.start <= at / RATE < s.end for s in places) for at in full]
    assert np.mean(inside) > 0.8
    assert clipped_spans(np.zeros(100, np.float32), RATE) == ()


def test_a_timeline_holds_spans_and_an_outline() -> None:
    random = np.random.default_rng(0)
    audio = random.normal(0, 0.1, 10 * RATE).astype(np.float32)
    audio[4 * RATE : 6 * RATE] = 0.0
    spans = [Span(0.1, 4.0), Span(6.0, 9.8)]
    choice = choose(audio, RATE, spans, "similarity")
    line = timeline(audio, RATE, spans, choice, clipped_share=0.0)
    assert choice.because == "all of the speech"
    assert (line.seconds, line.pauses, line.clipped) == (10.0, (Span(4.0, 6.0),), ())
    assert line.speech == line.used == tuple(spans)
    assert len(line.peaks) == PEAKS
    assert max(line.peaks[410:590]) == 0.0 < min(line.peaks[:390])


def test_the_choice_says_why() -> None:
    audio = np.random.default_rng(0).normal(0, 0.1, 60 * RATE).astype(np.float32)
    spans = [Span(4.0 * k + 0.5, 4.0 * k + 4.0) for k in range(14)]
    choice = choose(audio, RATE, spans, "similarity")
    assert choice.because.startswith("the best run: ")
    assert choice.because.endswith("from pause to pause")


def test_the_table_knows_all_facts() -> None:
    assert {field.name for field in dataclasses.fields(ClipFacts)} == NAMES
    assert show_clip({}, ()).row_count == 3


def test_every_rule_is_judged_by_its_own_threshold() -> None:
    figures = {name: {} for _, name, *_ in RULES}  # type: ignore[var-annotated]
    figures["tone_share"] = {"music 10 dB below": [0.99, None, 0.0], "sound": [0.0, 0.99]}
    found = judge(figures)["clip_music"]
    assert (found["hits"], found["faulty"]) == (1, 2)
    assert (found["false_alarms"], found["sound"]) == (1, 2)
