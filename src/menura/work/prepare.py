"""What travels for the preparation of a recording of a dataset: the job, and all that was found.

As in `menura.work.jobs`, everything here can be pickled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from menura.work.jobs import Advice

PREPARATION = 1
"""Version of the preparation; with a new one, recordings are prepared again."""

RATE = 24000
"""Hz of the audio that is kept for training."""


@dataclass(frozen=True)
class PrepareJob:
    """A recording to be measured, cut into utterances and written down."""

    file: Path
    target: Path
    """Where its audio goes, mono FLAC at RATE."""

    max_seconds: float
    """A longer recording is refused."""


@dataclass(frozen=True)
class HeardUtterance:
    """A stretch of speech of 2 to 15 s between pauses, and what was heard in it."""

    start: float
    """Seconds from the start of the recording, as `end`."""

    end: float
    transcript: str
    confidence: float
    """Mean log probability of the transcript; under -1 it is mostly guessed."""

    snr_db: float
    problem: str | None
    """Why it is not fit for training: one of PROBLEMS; None when it is."""

    embedding: bytes
    """Of its speaker: 192 numbers, float32 little-endian; empty where none can be told."""


PROBLEMS = {
    "noise": "the background is loud",
    "music": "music sounds with the speech",
    "clipped": "the loudest parts are cut off",
    "two_voices": "more than one person speaks",
    "unintelligible": "the words could not be made out",
    "language": "another language is spoken",
}
"""Why an utterance may be left out, and what to call that."""


@dataclass(frozen=True)
class PrepareOutcome:
    """What a recording is like; at first without utterances, then with them."""

    report: Mapping[str, float | str]
    advice: tuple[Advice, ...] = ()
    utterances: tuple[HeardUtterance, ...] = field(default=())
    last: bool = True
