"""Encodes a stream of speech as raw samples, wav, mp3, flac, opus or aac.

State is kept across writes (resampler, limiter, mp3 bit reservoir), so the bytes do not depend on
how the speech was cut and there is nothing to click at a join. G.711, MP3 and FLAC come from
libsndfile (with LAME inside), Opus and AAC from `menura.audio.compress`.

Samples are rounded to 16 bits without dither: the rounding noise lies at -98 dB, below the noise
of any recording a voice is made from, and silence stays exact zeros.
"""

import io
import struct
from typing import IO

import numpy as np
import soundfile
from numpy.typing import NDArray

from menura.audio.compress import COMPRESSED, Compressor
from menura.audio.formats import OutputFormat
from menura.audio.limit import Limiter
from menura.audio.resample import Resampler
from menura.errors import ServerError

Audio = NDArray[np.float32]

UNKNOWN_SIZE = 0xFFFFFFFF
_HEADER_BYTES = 64
"""More than any header of `wav_header` has."""

_WAVE = {  # format tag and bytes of a sample, RFC 2361 and the RIFF MCI documents
    "pcm_s16le": (1, 2),
    "pcm_f32le": (3, 4),
    "pcm_alaw": (6, 1),
    "pcm_mulaw": (7, 1),
}
_G711 = {"pcm_mulaw": "ULAW", "pcm_alaw": "ALAW"}


class Encoder:
    """Turns mono float32 chunks into the bytes of one output format.

    A wav starts with a header of unknown length (see `complete_wav`). An mp3 has no Info frame,
    since that holds the length; its decoders hear the codec's delay of about 1,100 samples. A flac
    states no length either.

    Args:
        output: what is asked for. MPEG has no bit rate above 160 kbit/s under 32 kHz, and LAME
            none above 64 kbit/s at 8 kHz: the nearest lower one is taken (`mp3_bit_rate`).
        source_rate: Hz of the chunks.
        volume: factor of the amplitude; peaks are limited, never clipped.
    """

    def __init__(self, output: OutputFormat, source_rate: int, *, volume: float = 1.0) -> None:
        self.output = output
        self._resampler = Resampler(source_rate, output.sample_rate)
        self._limiter = Limiter(output.sample_rate, volume)
        self._codec = _codec(output)
        self._header = b""
        if output.container == "wav":
            self._header = wav_header(_encoding(output), output.sample_rate)

    def write(self, audio: Audio) -> bytes:
        """Takes a chunk [samples], returns the bytes that are ready (may be empty)."""
        return self._encode(self._limiter.write(self._resampler.write(audio)))

    def finish(self) -> bytes:
        """Returns the last bytes; nothing may be written afterwards."""
        rest = self._limiter.write(self._resampler.finish())
        data = self._encode(np.concatenate([rest, self._limiter.finish()]))
        return data + self._codec.finish() if self._codec else data

    def _encode(self, audio: Audio) -> bytes:
        if self._codec:
            return self._codec.write(audio)
        header, self._header = self._header, b""
        return header + encode_samples(audio, _encoding(self.output))


def encode(audio: Audio, source_rate: int, output: OutputFormat, *, volume: float = 1.0) -> bytes:
    """Encodes whole audio [samples] in one go; a wav gets its true sizes."""
    encoder = Encoder(output, source_rate, volume=volume)
    data = encoder.write(audio) + encoder.finish()
    return complete_wav(data) if output.container == "wav" else data


def encode_samples(audio: Audio, encoding: str) -> bytes:
    """Codes float32 samples [-1, 1] as one of `formats.ENCODINGS`, without any header."""
    if encoding == "pcm_f32le":
        return bytes(audio.astype("<f4"))
    if encoding == "pcm_s16le":
        return bytes(np.clip(np.rint(audio * 32768.0), -32768, 32767).astype("<i2"))
    sink = io.BytesIO()
    subtype = _G711[encoding]
    with soundfile.SoundFile(sink, "w", 8000, 1, subtype=subtype, format="RAW") as file:
        file.write(np.clip(audio, -1.0, 1.0))
        return sink.getvalue()


def wav_header(encoding: str, sample_rate: int, samples: int | None = None) -> bytes:
    """Makes all of a mono wav that precedes the samples.

    `samples` None is for a stream whose length is not known: sizes are then 0xFFFFFFFF, which
    players take as "until the end". Codings other than PCM carry the `fact` chunk that RIFF asks.
    """
    tag, width = _WAVE[encoding]
    size = UNKNOWN_SIZE if samples is None else samples * width
    fields = struct.pack("<HHIIHH", tag, 1, sample_rate, sample_rate * width, width, 8 * width)
    fact = b""
    if tag != 1:
        fields += struct.pack("<H", 0)
        count = UNKNOWN_SIZE if samples is None else samples
        fact = b"fact" + struct.pack("<II", 4, count)
    chunks = b"fmt " + struct.pack("<I", len(fields)) + fields + fact
    riff = UNKNOWN_SIZE if samples is None else 4 + len(chunks) + 8 + size + size % 2
    return b"RIFF" + struct.pack("<I", riff) + b"WAVE" + chunks + b"data" + struct.pack("<I", size)


def complete_wav(data: bytes) -> bytes:
    """Puts the true sizes into the header of a whole wav that `Encoder` made."""
    start, header = _true_header(data, len(data))
    padding = b"\0" * (len(data[start:]) % 2)
    return header + data[start:] + padding


def complete_wav_file(file: IO[bytes]) -> None:
    """As `complete_wav`, for a wav in a file that is open for reading and writing."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    start, header = _true_header(file.read(_HEADER_BYTES), size)
    file.seek(0)
    file.write(header)
    if (size - start) % 2:
        file.seek(0, io.SEEK_END)
        file.write(b"\0")


def _true_header(data: bytes, size: int) -> tuple[int, bytes]:
    """Where the samples of a wav begin, and the header that its size asks for."""
    tag, _, sample_rate = struct.unpack_from("<HHI", data, 20)
    encoding = next(name for name, (number, _) in _WAVE.items() if number == tag)
    start = len(wav_header(encoding, sample_rate))
    return start, wav_header(encoding, sample_rate, (size - start) // _WAVE[encoding][1])


def mp3_bit_rate(output: OutputFormat) -> int:
    """The bit rate that an mp3 really gets: the one asked for, or the nearest lower possible."""
    return min(output.bit_rate or 0, 1000 * _lame_range(output.sample_rate)[1])


def _lame_range(sample_rate: int) -> tuple[int, int]:
    # kbit/s. libsndfile maps its compression level 0..1 linearly from the largest to the least.
    if sample_rate >= 32000:
        return 32, 320
    return (8, 160) if sample_rate >= 16000 else (8, 64)


def _encoding(output: OutputFormat) -> str:
    if output.encoding is None:
        raise ServerError("output_format_incomplete", "An output format came without its encoding.")
    return output.encoding


def _codec(output: OutputFormat) -> "_Written | Compressor | None":
    if output.container in COMPRESSED:
        return Compressor(output.container, output.sample_rate)
    if output.container == "mp3":
        return _Mp3(output)
    return _Flac(output) if output.container == "flac" else None


class _Written:
    """A stream that libsndfile writes into a sink."""

    def __init__(self, sink: "_Sink", file: soundfile.SoundFile) -> None:
        self._sink = sink
        self._file = file

    def write(self, audio: Audio) -> bytes:
        if audio.size:
            self._file.write(audio)
        return self._sink.take()

    def finish(self) -> bytes:
        self._file.close()
        return self._sink.take()


class _Flac(_Written):
    """A flac stream with 16 bits."""

    def __init__(self, output: OutputFormat) -> None:
        sink = _Sink()
        rate = output.sample_rate
        super().__init__(
            sink, soundfile.SoundFile(sink, "w", rate, 1, subtype="PCM_16", format="FLAC")
        )


class _Mp3(_Written):
    """A constant-bit-rate mp3 stream."""

    def __init__(self, output: OutputFormat) -> None:
        least, most = _lame_range(output.sample_rate)
        level = (most - mp3_bit_rate(output) / 1000) / (most - least)
        sink = _Sink()
        file = soundfile.SoundFile(
            sink,
            "w",
            output.sample_rate,
            1,
            subtype="MPEG_LAYER_III",
            format="MP3",
            bitrate_mode="CONSTANT",
            # libsndfile 1.2.2 refuses 1.0 itself; 0.999 still falls on the least bit rate.
            compression_level=min(level, 0.999),
        )
        super().__init__(sink, file)


class _Sink:
    """A file that forgets what was taken from it, so that a long stream needs no memory.

    LAME puts a frame of zeros first, and libsndfile comes back at the end to fill it with the
    stream's length. A stream cannot go back, so that frame is left out. So are the length and the
    digest of a flac, which then stay unknown.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._position = 0
        self._end = 0

    def write(self, data: bytes) -> int:
        block = bytes(data)
        placeholder = self._position == 0 and len(block) > 4 and not any(block[4:])
        if self._position == self._end and not placeholder:
            self._data += block
        self._position += len(block)
        self._end = max(self._end, self._position)
        return len(block)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (0, self._position, self._end)[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        return b""

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data
