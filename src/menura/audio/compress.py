"""Opus in Ogg and AAC in ADTS, as streams, by PyAV.

PyAV is imported with the first such stream and not before, in the process that speaks. It only
writes here: no bytes of strangers reach FFmpeg in this process (see `menura.audio.decode`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

PAGE_SECONDS = 0.2
"""Ogg holds audio back until a page is full; FFmpeg's own second is long for a listener."""


@dataclass(frozen=True)
class _Recipe:
    muxer: str
    codec: str
    bit_rate: int
    """Bits per second for one channel of speech."""

    options: tuple[tuple[str, str], ...] = ()


_RECIPES = {
    "opus": _Recipe("ogg", "libopus", 48_000, (("page_duration", str(round(PAGE_SECONDS * 1e6))),)),
    "aac": _Recipe("adts", "aac", 64_000),
}
COMPRESSED = frozenset(_RECIPES)
"""What can be made here."""


class Compressor:
    """A mono stream in one of COMPRESSED.

    Args:
        container: `opus` or `aac`.
        sample_rate: Hz; Opus knows 8, 12, 16, 24 and 48 kHz.
    """

    def __init__(self, container: str, sample_rate: int) -> None:
        import av

        recipe = _RECIPES[container]
        self._rate = sample_rate
        self._frame: Any = av.AudioFrame
        self._samples = 0
        self._sink = _Sink()
        # Bit-exact gives the Ogg stream a fixed number instead of a random one.
        options = {"flush_packets": "1", "fflags": "+bitexact", **dict(recipe.options)}
        self._container: Any = av.open(
            self._sink, "w", format=recipe.muxer, container_options=options
        )
        self._stream: Any = self._container.add_stream(
            recipe.codec, rate=sample_rate, layout="mono", bit_rate=recipe.bit_rate
        )
        self._stream.codec_context.thread_count = 1

    def write(self, audio: Audio) -> bytes:
        """Takes a chunk [samples] in [-1, 1], returns the bytes that are ready (may be empty)."""
        if audio.size:
            frame = self._frame.from_ndarray(
                np.ascontiguousarray(audio[np.newaxis], np.float32), format="fltp", layout="mono"
            )
            frame.sample_rate = self._rate
            frame.pts = self._samples
            self._samples += audio.size
            self._mux(frame)
        return self._sink.take()

    def finish(self) -> bytes:
        """Returns the last bytes; nothing may be written afterwards."""
        if self._samples:
            self._mux(None)
        self._container.close()
        return self._sink.take()

    def _mux(self, frame: Any) -> None:  # noqa: ANN401
        for packet in self._stream.encode(frame):
            self._container.mux(packet)


class _Sink:
    """A file that can only be written on, and forgets what was taken from it."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data
