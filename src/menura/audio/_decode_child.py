"""The process that decodes one file and then ends; run by `menura.audio.decode`.

    python -P -m menura.audio._decode_child PATH RATE MAX_SECONDS REFUSE_SECONDS BYTES CPU_SECONDS

Writes float32 little-endian samples to standard output, [samples, 2] for stereo and [samples] for
anything else, and one line of JSON to standard error. Nothing here is sized by what a header says:
memory grows only with samples that were decoded, and those stop at MAX_SECONDS.

Everything heavy stays out of this module, since each clip pays for its imports.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

if sys.platform != "win32":  # it has no such limits; the parent's clock and output limit remain
    import resource

LEAST_RATE, MOST_RATE = 1000, 768_000
MOST_CHANNELS = 64
MOST_DAMAGE = 0.5
"""Share of packets that may fail before the file counts as damaged."""


class Refusal(Exception):
    """A file that is refused; the argument is the code of the parent's AudioError."""


class Bytes:
    """Lets FFmpeg read the bytes only: without a name it cannot guess by the extension."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell


def limit_process(memory: int, cpu_seconds: int) -> None:
    """Takes from this process what a decoder never needs."""
    if sys.platform == "win32":
        return
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(what)[1]
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(what, (most, most))


def decode(
    path: Path, rate: int, max_seconds: float, refuse_seconds: float, out: BinaryIO
) -> dict[str, Any]:
    """Decodes the first audio stream of a file to `out`, returns what it was."""
    import av

    av.logging.set_level(None)
    # A playlist inside the bytes must not open other files or addresses.
    options = {"protocol_whitelist": "none"}
    with path.open("rb") as file:
        try:
            container: Any = av.open(Bytes(file), metadata_errors="ignore", options=options)
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError, OSError) as error:
            raise Refusal("audio_unreadable") from error
        with container:
            if not container.streams.audio:
                video = bool(container.streams.video) and container.duration is not None
                raise Refusal("audio_video_only" if video else "audio_unreadable")
            stream = container.streams.best("audio") or container.streams.audio[0]
            if stream.codec_context is None:
                raise Refusal("audio_codec")
            stream.codec_context.thread_count = 1
            work = _Work(rate, max_seconds, out)
            seconds = work.run(container, stream, refuse_seconds)
            return {
                "container": container.format.name,
                "codec": stream.codec_context.name,
                "rate": work.first_rate,
                "channels": work.first_channels,
                "rows": work.rows,
                "seconds": seconds,
                "trimmed": work.full,
                "clipped": work.peaks.share,
            }


class _Work:
    """Frames to samples at one rate, with one or two channels."""

    def __init__(self, rate: int, max_seconds: float, out: BinaryIO) -> None:
        from menura.audio.clipping import PeakHistogram

        self.peaks = PeakHistogram()
        self._rate = rate
        self._left = round(max_seconds * rate)
        self._out = out
        self._stream: Any = None
        self._stream_rate = 0
        self.first_rate = 0
        self.first_channels = 0
        self.rows = 1
        self.full = False

    def run(self, container: Any, stream: Any, refuse_seconds: float) -> float:  # noqa: ANN401
        import av

        seconds = 0.0
        packets = damaged = 0
        for packet in container.demux(stream):
            if self.full:
                # Only counted from here on; a demuxed packet costs next to nothing.
                if packet.duration and packet.time_base:
                    seconds += float(packet.duration * packet.time_base)
                if seconds > refuse_seconds:
                    raise Refusal("audio_too_long")
                continue
            packets += 1
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                damaged += 1
                continue
            for frame in frames:
                seconds += frame.samples / max(frame.sample_rate, 1)
                self._take(frame)
        if not self.first_rate:
            raise Refusal("audio_damaged" if damaged else "audio_no_samples")
        if damaged > MOST_DAMAGE * packets:
            raise Refusal("audio_damaged")
        self._flush()
        return seconds

    def _take(self, frame: Any) -> None:  # noqa: ANN401
        import numpy as np
        import soxr

        samples = _floats(frame)  # [channels, samples]
        channels = samples.shape[0]
        if not LEAST_RATE <= frame.sample_rate <= MOST_RATE:
            raise Refusal("audio_rate")
        if not 1 <= channels <= MOST_CHANNELS:
            raise Refusal("audio_channels")
        if not np.isfinite(samples).all():
            raise Refusal("audio_not_finite")
        if not self.first_rate:
            self.first_rate, self.first_channels = frame.sample_rate, channels
            self.rows = 2 if channels == 2 else 1
        self.peaks.add(samples)
        if channels != self.rows:
            samples = np.repeat(samples.mean(axis=0, keepdims=True), self.rows, axis=0)
        if frame.sample_rate != self._stream_rate:  # a chained Ogg may change its rate
            self._flush()
            self._stream_rate = frame.sample_rate
            self._stream = soxr.ResampleStream(
                frame.sample_rate, self._rate, self.rows, dtype="float32"
            )
        block = np.ascontiguousarray(samples.T, dtype=np.float32)
        self._write(self._stream.resample_chunk(block if self.rows > 1 else block[:, 0]))

    def _flush(self) -> None:
        import numpy as np

        if self._stream is not None:
            empty = np.zeros((0, self.rows) if self.rows > 1 else 0, dtype=np.float32)
            self._write(self._stream.resample_chunk(empty, last=True))

    def _write(self, samples: Any) -> None:  # noqa: ANN401
        kept = samples[: self._left]
        # More than the limit is needed to know that something was cut.
        self.full = self.full or len(samples) > self._left
        self._left -= len(kept)
        self._out.write(kept.astype("<f4").tobytes())


def _floats(frame: Any) -> Any:  # noqa: ANN401
    """One frame as floats [channels, samples], full scale 1."""
    import numpy as np

    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, max(frame.layout.nb_channels, 1)).T
    if values.dtype.kind == "f":
        return values
    if values.dtype == np.uint8:
        return (values.astype(np.float32) - 128.0) / 128.0
    return values.astype(np.float64) / -float(np.iinfo(values.dtype).min)


def main(arguments: list[str]) -> int:
    """Decodes what the arguments name; the exit status is 0 also for a refusal."""
    path, rate, max_seconds, refuse_seconds, memory, cpu_seconds = arguments
    limit_process(int(memory), int(cpu_seconds))
    logging.disable(logging.CRITICAL)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    report: dict[str, Any]
    try:
        report = decode(Path(path), int(rate), float(max_seconds), float(refuse_seconds), out)
        out.flush()
    except Refusal as refusal:
        report = {"refused": str(refusal)}
    except MemoryError:
        report = {"refused": "audio_decoder_limits"}
    sys.stderr.write("\n" + json.dumps(report) + "\n")
    sys.stderr.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
