"""A recording as it is kept for training: mono FLAC, from which any stretch is read at once."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from menura.audio.spool import Spool

Audio = NDArray[np.float32]

BLOCK_SECONDS = 60.0
BLOCK_BYTES = 1 << 20


def keep(spool: Spool, target: Path, progress: Callable[[float], None]) -> None:
    """Writes a decoded recording to a FLAC file of 16 bits; `progress` hears the share done.

    Raises OSError for a full disk.
    """
    try:
        _keep(spool, target, progress)
    except soundfile.LibsndfileError:
        # It says "System error." whatever it is; writing on tells.
        with target.open("ab") as more:
            more.write(bytes(BLOCK_BYTES))
        raise


def _keep(spool: Spool, target: Path, progress: Callable[[float], None]) -> None:
    with soundfile.SoundFile(
        str(target), "w", samplerate=spool.sample_rate, channels=1, format="FLAC", subtype="PCM_16"
    ) as file:
        at = 0.0
        while at < spool.seconds:
            progress(at / spool.seconds)
            file.write(spool.read(at, at + BLOCK_SECONDS))
            at += BLOCK_SECONDS


def read_stretch(path: Path, start: float, end: float) -> tuple[Audio, int]:
    """Mono float32 [samples] between two moments in seconds, and their rate in Hz."""
    with soundfile.SoundFile(str(path)) as file:
        rate = int(file.samplerate)
        first = min(max(round(start * rate), 0), file.frames)
        last = min(max(round(end * rate), first), file.frames)
        file.seek(first)
        return np.asarray(file.read(last - first, dtype="float32")), rate


def stretch_as_wav(path: Path, start: float, end: float, *, gain: float = 1.0) -> bytes:
    """The same as a WAV file of 16 bits, made louder by a factor, not beyond full scale."""
    audio, rate = read_stretch(path, start, end)
    whole = io.BytesIO()
    louder = np.clip(audio * np.float32(gain), -1.0, 1.0)
    soundfile.write(whole, louder, rate, format="WAV", subtype="PCM_16")
    return whole.getvalue()
