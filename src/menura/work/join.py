"""What travels for an infill once its text is spoken: the job, and what came of it.

As in `menura.work.jobs`, everything here can be pickled.
"""

from dataclasses import dataclass
from pathlib import Path

from menura.audio.formats import OutputFormat


@dataclass(frozen=True)
class JoinJob:
    """Speech to be put between two recordings, of which one may be missing."""

    spoken: Path
    """Raw float32 little-endian samples, mono."""

    spoken_rate: int
    """Hz."""

    left: Path | None
    right: Path | None
    """Recordings in any format."""

    output: OutputFormat
    target: Path
    """Where the result is written; must not be there yet."""


@dataclass(frozen=True)
class JoinOutcome:
    """The result is written."""

    seconds: float
