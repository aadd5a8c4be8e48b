"""Decodes any audio or video file that FFmpeg reads into mono float32.

FFmpeg comes by PyAV, which is imported by `menura.audio._decode_child` and nowhere else, in a
process of its own, for two reasons. Its wheels carry FFmpeg built with GPL libraries (x264, x265;
never used here), so whoever minds replaces this one module by a call of another decoder. And
decoders are the part that strangers' bytes reach first: a bomb, a lying header or a crash ends a
small process with its limits of memory, time and output, not the server.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from menura.errors import AudioError

Audio = NDArray[np.float32]

REFUSE_SECONDS = 3600.0
"""Longer recordings are refused as a whole: they are sent by mistake."""

MEMORY_BYTES = 2 << 30
"""Address space of the child; PyAV, NumPy and soxr alone take 0.25 GB."""

CPU_SECONDS = 60
"""An hour of 48 kHz audio decodes in less; five minutes in about one second."""

WALL_SECONDS = 180.0
_BLOCK_BYTES = 1 << 20
SILENCE = 10 ** (-70 / 20)
"""RMS without DC below which a recording holds nothing; -70 dBFS is under any room's noise."""

ANTI_PHASE_SHARE = 0.1
"""Energy of the mean, against that of the channels, under which they cancel each other."""

_MAGIC = (
    (0, b"RIFF"), (0, b"RF64"), (0, b"fLaC"), (0, b"OggS"), (0, b"ID3"), (0, b"FORM"),
    (4, b"ftyp"), (0, b"\x1aE\xdf\xa3"), (0, b"caff"), (0, b".snd"), (0, b"0&\xb2u"),
    (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xe3"), (0, b"#!AMR"), (4, b"moov"),
)  # fmt: skip
_ACCEPTED = (
    "Send speech as wav, flac, mp3, ogg, opus, m4a, webm, or any audio or video file that FFmpeg "
    "reads."
)
_EXPORT_AGAIN = "Export or record it again, for example as a 16-bit wav or a flac."
_REFUSALS = {
    "audio_file_missing": ("There is no such audio file.", "Check the path."),
    "audio_file_forbidden": (
        "The audio file may not be read.",
        "Give the user that runs Menura the right to read it.",
    ),
    "audio_not_a_file": ("A folder or device was given, not an audio file.", _ACCEPTED),
    "audio_empty": ("The audio file is empty (zero bytes).", _ACCEPTED),
    "audio_unreadable": ("The file is not audio in any known format.", _ACCEPTED),
    "audio_video_only": (
        "The video has no sound track.",
        "Send a video with sound, or an audio file.",
    ),
    "audio_codec": ("The sound in the file is in an unknown coding.", _EXPORT_AGAIN),
    "audio_damaged": ("The audio file is damaged or cut off and cannot be read.", _EXPORT_AGAIN),
    "audio_no_samples": ("The audio file has a header but no sound in it.", _EXPORT_AGAIN),
    "audio_not_finite": ("The audio holds numbers that are no sound (NaN or Inf).", _EXPORT_AGAIN),
    "audio_rate": (
        "The audio file states an impossible sample rate.",
        "Rates from 1 kHz to 768 kHz are accepted; 16 kHz and more sound best.",
    ),
    "audio_channels": (
        "The audio file has too many channels.",
        "Send mono or stereo; up to 64 channels are mixed down.",
    ),
    "audio_decoder_limits": (
        "The file needs more memory or time to decode than is allowed.",
        _EXPORT_AGAIN,
    ),
    "audio_decoder_failed": ("The decoder broke down on this file.", _EXPORT_AGAIN),
    "audio_silent": (
        "The recording is silent.",
        "Check the microphone and that the right track was exported, then record again.",
    ),
}


@dataclass(frozen=True)
class Decoded:
    """A decoded recording and what it was."""

    audio: Audio
    """Mono float32 [samples], within [-1, 1]."""

    sample_rate: int
    """Hz of `audio`."""

    container: str
    """FFmpeg's name, such as `wav` or `mov,mp4,m4a,3gp,3g2,mj2`."""

    codec: str
    original_rate: int
    original_channels: int
    original_seconds: float
    """Of the whole file, also where it was trimmed."""

    trimmed: bool
    """Whether only the first `max_seconds` were taken."""

    clipped_share: float
    """Share of samples at the peak, at the original rate (`menura.audio.clipping`)."""

    @property
    def seconds(self) -> float:
        """Length of `audio`."""
        return self.audio.size / self.sample_rate


def decode(
    path: Path,
    *,
    max_seconds: float,
    sample_rate: int,
    refuse_seconds: float = REFUSE_SECONDS,
) -> Decoded:
    """Decodes the first `max_seconds` of a file to mono at `sample_rate` Hz.

    The format is found from the bytes, the file's name plays no part. Stereo is averaged, unless
    its channels cancel each other: then the louder one is taken. Floats beyond full scale are
    scaled back into [-1, 1]. Raises AudioError.
    """
    sink = io.BytesIO()
    report = _decode(path, sink, max_seconds, sample_rate, refuse_seconds)
    samples = np.frombuffer(sink.getbuffer(), dtype="<f4")
    audio = mono(samples.reshape(-1, int(report["rows"])))
    if audio.size == 0:
        raise _refusal("audio_no_samples", path, refuse_seconds)
    if float(np.std(audio, dtype=np.float64)) < SILENCE:
        raise _refusal("audio_silent", path, refuse_seconds)
    return Decoded(audio=audio, sample_rate=sample_rate, **_facts(report))


@dataclass(frozen=True)
class Source:
    """What a recording was that was decoded into a file; fields as in `Decoded`."""

    container: str
    codec: str
    original_rate: int
    original_channels: int
    original_seconds: float
    trimmed: bool
    clipped_share: float
    rows: int
    """Channels of the samples in the file, 1 or 2; see `mono`."""


def decode_into(
    target: IO[bytes], path: Path, max_seconds: float, sample_rate: int
) -> tuple[int, bool]:
    """Decodes a file to interleaved float32 little-endian samples in another file.

    Returns how many channels those have (1 or 2; see `mono`), and whether there were more than
    `max_seconds` of them. Raises AudioError, but not for silence.
    """
    source = decode_source(target, path, max_seconds, sample_rate)
    return source.rows, source.trimmed


def decode_source(target: IO[bytes], path: Path, max_seconds: float, sample_rate: int) -> Source:
    """As `decode_into`, with all that the recording was; the limits grow beyond an hour."""
    report = _decode(path, target, max_seconds, sample_rate, max_seconds)
    return Source(rows=int(report["rows"]), **_facts(report))


def _facts(report: dict[str, Any]) -> dict[str, Any]:
    """What `Decoded` and `Source` both tell of a recording."""
    return {
        "container": str(report["container"]),
        "codec": str(report["codec"]),
        "original_rate": int(report["rate"]),
        "original_channels": int(report["channels"]),
        "original_seconds": float(report["seconds"]),
        "trimmed": bool(report["trimmed"]),
        "clipped_share": float(report["clipped"]),
    }


def _decode(
    path: Path, sink: IO[bytes], max_seconds: float, sample_rate: int, refuse_seconds: float
) -> dict[str, Any]:
    _check_file(path)
    arguments = [str(path.absolute()), str(sample_rate), str(max_seconds), str(refuse_seconds)]
    most_bytes = (round(max_seconds * sample_rate) + 1) * 2 * 4
    hours = max(1.0, max_seconds / REFUSE_SECONDS)
    report = _run_child(arguments, most_bytes, sink, hours)
    if "refused" in report:
        raise _refusal(str(report["refused"]), path, refuse_seconds)
    return report


def _check_file(path: Path) -> None:
    if not path.exists():
        raise _refusal("audio_file_missing", path)
    if not path.is_file():
        raise _refusal("audio_not_a_file", path)
    if not os.access(path, os.R_OK):
        raise _refusal("audio_file_forbidden", path)
    if path.stat().st_size == 0:
        raise _refusal("audio_empty", path)


def _refusal(code: str, path: Path, refuse_seconds: float = REFUSE_SECONDS) -> AudioError:
    if code == "audio_too_long":
        return AudioError(
            code,
            f"The recording is longer than {refuse_seconds / 60:.0f} minutes.",
            "Cut out some minutes of clear speech by one person and send those.",
        )
    if code == "audio_unreadable" and _looks_like_audio(path):
        code = "audio_damaged"
    return AudioError(code, *_REFUSALS.get(code, _REFUSALS["audio_decoder_failed"]))


def _looks_like_audio(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(16)
    return any(head[at : at + len(magic)] == magic for at, magic in _MAGIC)


def mono(samples: Audio) -> Audio:
    """Mixes [samples, 1 or 2] down to [samples], peak at most 1; see `decode`."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak > 1.0:
        samples = (samples / peak).astype(np.float32)
    mean = samples.mean(axis=1, dtype=np.float32)
    if samples.shape[1] == 1 or samples.size == 0:
        return np.ascontiguousarray(mean)
    energies = np.square(samples, dtype=np.float64).mean(axis=0)
    mean_energy = float(np.square(mean, dtype=np.float64).mean())
    if mean_energy < ANTI_PHASE_SHARE * float(energies.mean()):
        return np.ascontiguousarray(samples[:, int(energies.argmax())])
    return np.ascontiguousarray(mean)


def _run_child(
    arguments: list[str], most_bytes: int, sink: IO[bytes], hours: float
) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "menura.audio._decode_child", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [*command, str(MEMORY_BYTES), str(round(CPU_SECONDS * hours))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        alarm = threading.Timer(WALL_SECONDS * hours, child.kill)
        alarm.start()
        tail: list[bytes] = []
        listener = threading.Thread(target=_keep_tail, args=(child.stderr, tail), daemon=True)
        listener.start()
        try:
            left = most_bytes
            while left >= 0 and (block := child.stdout.read(_BLOCK_BYTES)):
                left -= len(block)
                sink.write(block)
            over = left < 0
            if over:
                child.kill()
            child.wait()
            listener.join()
        finally:
            timed_out = not alarm.is_alive()
            alarm.cancel()
            with contextlib.suppress(OSError):
                child.kill()
    if over or timed_out:
        return {"refused": "audio_decoder_limits"}
    return _read_report(child.returncode, b"".join(tail))


def _keep_tail(stream: IO[bytes], tail: list[bytes]) -> None:
    # Only the end matters, and a broken decoder may fill the pipe.
    while block := stream.read(4096):
        tail[:] = [b"".join(tail)[-4096:], block]


def _read_report(status: int, messages: bytes) -> dict[str, Any]:
    if status == 0:
        with contextlib.suppress(ValueError, IndexError):
            report = json.loads(messages.strip().splitlines()[-1])
            if isinstance(report, dict):
                return report
    # SIGXCPU and SIGKILL are how the limits on processor time end a process.
    limits = status in (-24, -9) or b"MemoryError" in messages
    return {"refused": "audio_decoder_limits" if limits else "audio_decoder_failed"}
