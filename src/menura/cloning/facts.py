"""What a clip was, in figures and along its time."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span
from menura.audio.clipping import clipped_spans
from menura.cloning.advice import CLIPPED_SHARE
from menura.cloning.choose import LONG_PAUSE_SECONDS, Choice
from menura.work.check import Timeline

Audio = NDArray[np.float32]

PEAKS = 1000
"""Points of a timeline's outline; about the width of a picture."""


@dataclass(frozen=True)
class ClipFacts:
    """What a clip was and what was done to it; for people and records."""

    container: str
    codec: str
    original_rate: int
    original_channels: int
    original_seconds: float
    speech_seconds: float
    used_seconds: float
    """With its shortened pauses."""

    used_from: float
    """Seconds of the recording."""

    used_to: float
    used_because: str
    long_pauses: int
    longest_pause: float
    """Seconds; the silence at the ends counts too."""

    pause_share: float
    snr_db: float
    clipped_share: float
    bandwidth: float
    loudness: float
    f0_median: float
    """Hz; 0 where nothing is voiced."""

    f0_spread: float
    """Semitones."""

    syllable_rate: float
    """Syllables a second of speech, counted from the audio."""

    reverberation_seconds: float | None
    """For a fall by 60 dB; None where it cannot be told, as for the two that follow."""

    halves_likeness: float | None
    """Cosine of the two halves of the speech that are least alike."""

    tone_share: float | None
    """Share of the sound in the gaps that lies in tones."""

    enhanced: float
    """1 where noise was taken out."""

    heard_language: str
    heard_probability: float
    transcript_confidence: float

    def report(self) -> dict[str, float | str]:
        """All of it by name; what could not be told is left out."""
        facts = dataclasses.asdict(self)
        return {name: value for name, value in facts.items() if value is not None}


def timeline(
    audio: Audio, sample_rate: int, spans: Sequence[Span], choice: Choice, clipped_share: float
) -> Timeline:
    """Draws up what lies where in mono float32 audio [samples] whose speech is in `spans`."""
    seconds = audio.size / sample_rate
    edges = [0.0, *(edge for span in spans for edge in (span.start, span.end)), seconds]
    gaps = [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    borders = np.linspace(0, audio.size, min(PEAKS, audio.size), endpoint=False).astype(np.int64)
    peaks = np.maximum.reduceat(np.abs(audio), borders)
    return Timeline(
        seconds=seconds,
        speech=tuple(spans),
        pauses=tuple(gap for gap in gaps if gap.seconds > LONG_PAUSE_SECONDS),
        used=choice.spans,
        clipped=clipped_spans(audio, sample_rate) if clipped_share >= CLIPPED_SHARE else (),
        peaks=tuple(round(float(peak), 4) for peak in np.minimum(peaks, 1.0)),
    )
