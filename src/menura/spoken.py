"""Speech that has been made in full: its bytes, its timings, how long it sounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from menura.audio.encode import mp3_bit_rate
from menura.audio.formats import OutputFormat
from menura.catalogue import Voice
from menura.models.contract import PhonemeTiming, WordTiming

_SAMPLE_BYTES = {"pcm_f32le": 4, "pcm_s16le": 2, "pcm_mulaw": 1, "pcm_alaw": 1}


@dataclass(frozen=True)
class Speech:
    """Finished speech."""

    data: bytes
    """The whole file (or the bare samples, for raw)."""

    output: OutputFormat
    words: Sequence[WordTiming]
    phonemes: Sequence[PhonemeTiming]
    voice: Voice

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return sounding_seconds(self.output, len(self.data))

    def save(self, path: str | Path) -> Path:
        """Writes the bytes to a file and returns its path."""
        target = Path(path)
        target.write_bytes(self.data)
        return target


def sounding_seconds(output: OutputFormat, size: int) -> float:
    """How long so many bytes of a format sound, to a frame of 26 ms for mp3."""
    if output.container == "mp3":
        return size * 8 / mp3_bit_rate(output)
    header = 0 if output.container == "raw" else 44 if output.encoding == "pcm_s16le" else 58
    width = _SAMPLE_BYTES[str(output.encoding)]
    return max(0, size - header) / width / output.sample_rate
