"""Broken, lying and unsuitable files: each must give an AudioError that helps its sender."""

import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from menura.audio.recognise import Transcript
from menura.cloning.clip import prepare_clip
from menura.errors import AudioError

RATE = 16000
Audio = NDArray[np.float32]


def tone(seconds: float = 2.0, rate: int = RATE) -> Audio:
    """A chord that swells, as an instrument would."""
    time = np.arange(round(seconds * rate)) / rate
    chord = sum(np.sin(2 * np.pi * f * time) for f in (220.0, 277.2, 329.6))
    return (0.2 * chord * (1.0 + 0.5 * np.sin(2 * np.pi * 1.5 * time))).astype(np.float32)


def noise(seconds: float = 2.0) -> Audio:
    """White noise."""
    samples = round(seconds * RATE)
    return np.random.default_rng(5).normal(0.0, 0.1, samples).astype(np.float32)


def written(audio: Audio, kind: str = "WAV", subtype: str | None = None, rate: int = RATE) -> bytes:
    """A file by libsndfile."""
    sink = io.BytesIO()
    sf.write(sink, audio, rate, format=kind, subtype=subtype)
    return sink.getvalue()


def m4a(audio: Audio) -> bytes:
    """AAC in MP4."""
    sink = io.BytesIO()
    with av.open(sink, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(audio[None, :], format="fltp", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return sink.getvalue()


def silent_video() -> bytes:
    """Pictures without a sound track."""
    sink = io.BytesIO()
    with av.open(sink, "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return sink.getvalue()


def png() -> bytes:
    """A picture."""
    sink = io.BytesIO()
    with av.open(sink, "w", format="image2pipe") as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "rgb24"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return sink.getvalue()


def zipped() -> bytes:
    """An archive with a recording in it."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("speech.wav", written(tone(0.2)))
    return sink.getvalue()


def wav(
    *,
    tag: int = 1,
    channels: int = 1,
    rate: int = RATE,
    bits: int = 16,
    data: bytes | None = None,
    size: int | None = None,
    block: int | None = None,
) -> bytes:
    """A wav whose header says whatever is asked."""
    body = written(tone(), subtype="PCM_16")[44:] if data is None else data
    align = channels * bits // 8 if block is None else block
    fields = struct.pack("<HHIIHH", tag, channels, rate, rate * align & 0xFFFFFFFF, align, bits)
    length = len(body) if size is None else size
    riff = (36 + length) & 0xFFFFFFFF
    head = b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + struct.pack("<I", 16) + fields
    return head + b"data" + struct.pack("<I", length) + body


def flac_lie() -> bytes:
    """A FLAC whose header promises 68 billion samples, over 100 GB."""
    data = bytearray(written(tone(), "FLAC"))
    data[21] |= 0x0F
    data[22:26] = b"\xff" * 4
    return bytes(data)


def mp3_lie() -> bytes:
    """An mp3 whose Info frame promises four billion frames."""
    data = bytearray(written(tone(), "MP3"))
    at = max(data.find(b"Info"), data.find(b"Xing"))
    data[at + 8 : at + 16] = b"\xff" * 8
    return bytes(data)


def changed(data: bytes, seed: int, first: int = 0, span: int = 300, count: int = 40) -> bytes:
    """The same with random bytes in its head."""
    random = np.random.default_rng(seed)
    result = bytearray(data)
    for place in random.integers(first, min(span, len(data)), count):
        result[place] = int(random.integers(0, 256))
    return bytes(result)


def with_nan(value: float) -> bytes:
    """A float wav with one number that is none."""
    audio = tone()
    audio[1000] = value
    return written(audio, subtype="FLOAT")


def hour_of_nothing() -> bytes:
    """A small file that unpacks to more than an hour."""
    return written(np.zeros(3700 * 8000, dtype=np.int16), "FLAC", rate=8000)  # type: ignore[arg-type]


MAKERS: dict[str, Callable[[], bytes]] = {
    "wav": lambda: written(tone()),
    "flac": lambda: written(tone(), "FLAC"),
    "mp3": lambda: written(tone(), "MP3"),
    "ogg": lambda: written(tone(), "OGG"),
    "m4a": lambda: m4a(tone()),
}
NOT_SPEECH = {"audio_no_speech"}
UNREADABLE = {"audio_unreadable", "audio_damaged", "audio_no_samples"}

# name -> (bytes, codes that fit; empty for any)
CASES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "zero bytes": (lambda: b"", {"audio_empty"}),
    "one byte": (lambda: b"R", UNREADABLE),
    "riff and no more": (lambda: b"RIFF", UNREADABLE),
    "text": (lambda: b"This is no audio at all.\n" * 50, {"audio_unreadable"}),
    "json": (lambda: json.dumps({"voice": list(range(500))}).encode(), {"audio_unreadable"}),
    "html": (lambda: b"<!doctype html><html><body>404</body></html>", {"audio_unreadable"}),
    "zip": (zipped, {"audio_unreadable"}),
    "png": (png, {"audio_unreadable", "audio_video_only"}),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 8, {"audio_unreadable"}),
    "zeros": (lambda: bytes(50_000), UNREADABLE | NOT_SPEECH | {"audio_silent"}),
    "random bytes": (lambda: np.random.default_rng(1).bytes(50_000), set()),
    "more random bytes": (lambda: np.random.default_rng(2).bytes(200_000), set()),
    "video only": (silent_video, {"audio_video_only"}),
    "playlist of local files": (
        lambda: b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/hostname\n#EXT-X-ENDLIST\n",
        {"audio_unreadable"},
    ),
    "concat script": (lambda: b"ffconcat version 1.0\nfile good.wav\n", {"audio_unreadable"}),
    "silence": (lambda: written(np.zeros(RATE * 2, np.float32)), {"audio_silent"}),
    "constant": (
        lambda: written(np.full(RATE * 2, 0.5, np.float32)),
        {"audio_silent"} | NOT_SPEECH,
    ),
    "near silence": (lambda: written(noise() * 1e-4), {"audio_silent"}),
    "tone": (lambda: written(tone(4.0)), NOT_SPEECH),
    "tone in stereo mp3": (
        lambda: written(np.stack([tone(), tone()], axis=1), "MP3"),
        NOT_SPEECH,
    ),
    "noise": (lambda: written(noise(4.0)), NOT_SPEECH),
    "clicks": (
        lambda: written((np.arange(RATE * 3) % 4000 == 0).astype(np.float32) * 0.8),
        NOT_SPEECH,
    ),
    "one sample": (lambda: written(tone()[:1]), {"audio_silent", "audio_no_samples"}),
    "ten samples": (lambda: written(tone()[:10]), {"audio_too_short"}),
    "50 ms": (lambda: written(tone()[:800]), {"audio_too_short"}),
    "no samples wav": (lambda: wav(data=b""), UNREADABLE),
    "no samples flac": (lambda: written(tone(0.1), "FLAC")[:42], UNREADABLE),
    "nan": (lambda: with_nan(float("nan")), {"audio_not_finite"}),
    "inf": (lambda: with_nan(float("inf")), {"audio_not_finite"}),
    "minus inf": (lambda: with_nan(float("-inf")), {"audio_not_finite"}),
    "huge floats": (lambda: written(tone() * 1e30, subtype="FLOAT"), NOT_SPEECH),
    "wav of 4 GB": (lambda: wav(size=0xFFFFFFFE), NOT_SPEECH),
    "flac of 68 billion samples": (flac_lie, NOT_SPEECH | UNREADABLE),
    "mp3 of 4 billion frames": (mp3_lie, NOT_SPEECH),
    "no channels": (lambda: wav(channels=0), set()),
    "thousand channels": (lambda: wav(channels=1000), set()),
    "most channels": (lambda: wav(channels=32767), set()),
    "hundred channels": (lambda: wav(channels=100, data=bytes(range(200)) * 800), set()),
    "rate 0": (lambda: wav(rate=0), set()),
    "rate 1": (lambda: wav(rate=1), {"audio_rate", "audio_too_long"}),
    "rate 4 GHz": (lambda: wav(rate=0xFFFFFFFF), set()),
    "rate 2 MHz": (lambda: wav(rate=2_000_000), {"audio_rate"}),
    "no bits": (lambda: wav(bits=0, block=2), set()),
    "13 bits": (lambda: wav(bits=13, block=2), set()),
    "no block": (lambda: wav(block=0), set()),
    "unknown coding": (lambda: wav(tag=0x1234), {"audio_codec"}),
    "odd data": (lambda: wav(data=written(tone())[44:] + b"\x01"), NOT_SPEECH),
    "one byte of data": (lambda: wav(data=b"\x01"), UNREADABLE | {"audio_silent"}),
    "unpacks to an hour": (hour_of_nothing, {"audio_too_long"}),
}
for _kind, _make in MAKERS.items():
    CASES[f"{_kind} cut at 20 bytes"] = (lambda make=_make: make()[:20], UNREADABLE)
    CASES[f"{_kind} cut at a third"] = (lambda make=_make: make()[: len(make()) // 3], set())
    CASES[f"{_kind} with a hole"] = (
        lambda make=_make: make()[:600] + bytes(3000) + make()[3600:],
        set(),
    )
    CASES[f"{_kind} behind rubbish"] = (lambda make=_make: b"\x17" * 999 + make(), set())
    for _seed in range(3):
        CASES[f"{_kind} fuzzed {_seed}"] = (
            lambda make=_make, seed=_seed: changed(make(), seed),
            set(),
        )


class Deaf:
    """Hears nothing: what broken files must never be said to hold."""

    def transcribe(self, audio: Audio, language: str | None = None) -> Transcript:
        """Nothing, with certainty."""
        return Transcript("", "en", 0.0, float("-inf"), 1.0)


def check(path: Path) -> AudioError:
    """Prepares a file, which must fail in the right way."""
    with pytest.raises(AudioError) as caught:
        prepare_clip(path, language="en-US", recogniser=Deaf())
    error = caught.value
    assert error.code.startswith("audio_")
    assert error.sentence.endswith(".")
    assert len(error.sentence) > 15
    assert error.remedy.endswith(".")
    assert error.status == 400
    return error


@pytest.fixture
def empty_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of this test only."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_there_are_fifty_broken_inputs() -> None:
    assert len(CASES) >= 50


@pytest.mark.parametrize("name", CASES)
def test_broken_input_gives_a_clear_error(name: str, tmp_path: Path, empty_temp: Path) -> None:
    make, codes = CASES[name]
    path = tmp_path / "clip.wav"  # the name lies for most, and must not matter
    path.write_bytes(make())
    error = check(path)
    assert not codes or error.code in codes
    assert list(empty_temp.iterdir()) == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["clip.wav", "temporary"]


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    assert check(tmp_path / "nowhere.wav").code == "audio_file_missing"
    assert check(tmp_path).code == "audio_not_a_file"
