"""What travels for speech to text: the job, and all that was heard.

As in `menura.work.jobs`, everything here can be pickled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from menura.audio.recognise import Segment
from menura.audio.spool import Headerless


@dataclass(frozen=True)
class TranscribeJob:
    """A recording to be written down."""

    file: Path
    language: str | None = None
    """BCP-47 tag of what is spoken; None hears it."""

    words: bool = False
    """Whether the time of each word is wanted, which costs more computing."""

    headerless: Headerless | None = None
    """What the file holds, where it does not say so itself."""


@dataclass(frozen=True)
class TranscriptOutcome:
    """What was said in a recording."""

    language: str
    """ISO 639-1 code."""

    seconds: float
    """Length of the recording."""

    segments: Sequence[Segment]
    """In order; times are from the start of the recording."""

    @property
    def text(self) -> str:
        """All that was said."""
        return "".join(segment.text for segment in self.segments).strip()
