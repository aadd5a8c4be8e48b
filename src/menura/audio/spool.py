"""Recordings of any length, decoded to a file on disk and read from there in pieces.

An hour takes 230 MB of disk (460 MB in stereo) and no more memory than the piece that is read.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import soundfile
from numpy.typing import NDArray

from menura.audio.decode import decode_into, mono
from menura.audio.resample import Resampler
from menura.errors import AudioError, InputError

Audio = NDArray[np.float32]

_SUBTYPES = {
    "pcm_s16le": ("PCM_16", 2),
    "pcm_s32le": ("PCM_32", 4),
    "pcm_f32le": ("FLOAT", 4),
    "pcm_mulaw": ("ULAW", 1),
    "pcm_alaw": ("ALAW", 1),
}
ENCODINGS = tuple(_SUBTYPES)
LEAST_RATE, MOST_RATE = 1000, 192_000
_BLOCK = 1 << 18


@dataclass(frozen=True)
class Headerless:
    """What mono samples without any header are."""

    encoding: str
    """One of ENCODINGS."""

    sample_rate: int
    """Hz."""

    def __post_init__(self) -> None:
        if self.encoding not in _SUBTYPES:
            raise InputError(
                "encoding_invalid",
                f"Audio without a header cannot be {self.encoding[:40]!r}.",
                f"Accepted: {', '.join(ENCODINGS)}; or send a file with a header, such as a wav.",
            )
        if not LEAST_RATE <= self.sample_rate <= MOST_RATE:
            raise InputError(
                "sample_rate_invalid",
                f"Audio cannot have {self.sample_rate} samples a second.",
                f"Accepted: {LEAST_RATE} to {MOST_RATE}.",
            )


class Spool:
    """A decoded recording on disk."""

    def __init__(self, file: IO[bytes], rows: int, sample_rate: int) -> None:
        size = file.seek(0, 2)
        self.sample_rate = sample_rate
        """Hz."""

        self._rows = rows
        self._file = file
        self.samples = size // (4 * rows)
        """For each channel."""

    @property
    def seconds(self) -> float:
        """Length."""
        return self.samples / self.sample_rate

    def read(self, start: float, end: float) -> Audio:
        """Mono float32 [samples] between two moments in seconds, within [-1, 1]."""
        first = min(max(round(start * self.sample_rate), 0), self.samples)
        last = min(max(round(end * self.sample_rate), first), self.samples)
        self._file.seek(first * 4 * self._rows)
        data = self._file.read((last - first) * 4 * self._rows)
        return mono(np.frombuffer(data, dtype="<f4").reshape(-1, self._rows))


@contextlib.contextmanager
def spooled(
    path: Path, *, sample_rate: int, max_seconds: float, headerless: Headerless | None = None
) -> Iterator[Spool]:
    """Decodes a file to a nameless one beside it, which is gone after the block.

    Raises AudioError, with the code `audio_too_long` for more than `max_seconds`.
    """
    with tempfile.TemporaryFile(dir=path.parent) as file:
        try:
            if headerless is None:
                rows, trimmed = decode_into(file, path, max_seconds, sample_rate)
            else:
                rows, trimmed = 1, _convert(file, path, headerless, max_seconds, sample_rate)
        except AudioError as error:
            if error.code != "audio_too_long":
                raise
            trimmed = True
        if trimmed:
            limit = f"{max_seconds / 60:g} minutes" if max_seconds >= 120 else f"{max_seconds:g} s"
            raise AudioError(
                "audio_too_long",
                f"The recording is longer than {limit}.",
                f"Send it in parts of at most {limit}.",
            )
        yield Spool(file, rows, sample_rate)


def _convert(
    target: IO[bytes], path: Path, kind: Headerless, max_seconds: float, sample_rate: int
) -> bool:
    """Writes headerless samples at another rate; tells whether there are too many."""
    subtype, width = _SUBTYPES[kind.encoding]
    size = path.stat().st_size
    if size < width:
        raise AudioError("audio_empty", "The audio is empty.", "Send some samples.")
    if size / width / kind.sample_rate > max_seconds:
        return True
    resampler = Resampler(kind.sample_rate, sample_rate)
    with soundfile.SoundFile(
        str(path),
        samplerate=kind.sample_rate,
        channels=1,
        format="RAW",
        subtype=subtype,
        endian="LITTLE",
    ) as source:
        for block in source.blocks(_BLOCK, dtype="float32"):
            if not np.isfinite(block).all():
                raise AudioError(
                    "audio_not_finite",
                    "The audio holds numbers that are no sound (NaN or Inf).",
                    "Check `encoding`: these bytes may be samples of another kind.",
                )
            target.write(resampler.write(block).astype("<f4").tobytes())
    target.write(resampler.finish().astype("<f4").tobytes())
    return False
