"""What travels for a check of a clip: the job, and all that was found.

As in `menura.work.jobs`, everything here can be pickled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from menura.audio.activity import Span
from menura.text.utterance import Language
from menura.work.jobs import Advice


@dataclass(frozen=True)
class CheckJob:
    """A clip to be looked at as if it were cloned, without cloning it."""

    clip: Path
    language: Language | None = None
    """That of the clip; None takes the one that is heard."""

    mode: str = "similarity"
    """`similarity` or `stability`."""

    enhance: bool | None = None
    """Clean-up before cloning; None takes the mode's default (off, on)."""

    transcript: str | None = None
    """The words of the clip, to be compared with what is heard."""


@dataclass(frozen=True)
class Timeline:
    """A recording at a glance, for pictures. Spans are in seconds of what was listened to."""

    seconds: float
    speech: tuple[Span, ...]
    pauses: tuple[Span, ...]
    """The long ones, which a clone takes out or shortens."""

    used: tuple[Span, ...]
    """The speech that a clone is made of."""

    clipped: tuple[Span, ...]
    """Where peaks are cut off; empty where the whole shows no clipping."""

    peaks: tuple[float, ...]
    """Largest magnitude [0, 1] of evenly long stretches."""


@dataclass(frozen=True)
class CheckOutcome:
    """What a clip is like."""

    transcript: str
    advice: tuple[Advice, ...]
    report: Mapping[str, float | str]
    timeline: Timeline


@dataclass(frozen=True)
class HearingJob:
    """A clip to be heard as a model would hear it: the stretch that a voice would be made of."""

    clip: Path
    target: Path
    """Where it is written, as a WAV of 16 bits, mono, 24 kHz; must not be there yet."""

    mode: str = "similarity"
    enhance: bool | None = None
    """As in `CheckJob`."""


@dataclass(frozen=True)
class HearingOutcome:
    """The stretch is written."""

    enhanced: bool
    """Whether noise was taken out."""

    snr_db: float
    """Of what was written."""
