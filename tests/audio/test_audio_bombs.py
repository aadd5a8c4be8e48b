"""Small files that unpack to hours, or whose headers ask for more than there is."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from menura.audio.decode import decode, decode_into
from menura.errors import AudioError

RATE = 8000
HOURS = 2.0


def ogg_crc(data: bytes) -> int:
    """The checksum of a page."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value


def ogg_page(packets: list[bytes], number: int, position: int, flags: int = 0) -> bytes:
    """A page of packets that are shorter than 255 bytes each."""
    head = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, 7, number, 0)
    body = bytes([len(packets), *map(len, packets)]) + b"".join(packets)
    page = head + body
    return page[:22] + struct.pack("<I", ogg_crc(page)) + page[26:]


def opus_of_hours() -> bytes:
    """Packets of three bytes, each 120 ms of silence."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    pages = [ogg_page([head], 0, 0, 2), ogg_page([tags], 1, 0)]
    # 20 ms frames (configuration 31), six of them, each empty.
    packet = bytes([31 << 3 | 3, 6])
    for number in range(round(HOURS * 3600 / 0.12 / 250)):
        pages.append(ogg_page([packet] * 250, number + 2, (number + 1) * 250 * 5760))
    return b"".join(pages)


def element(name: str, *content: bytes) -> bytes:
    """An EBML element."""
    body = b"".join(content)
    return bytes.fromhex(name) + (len(body) | 1 << 56).to_bytes(8, "big") + body


def matroska(block: bytes, blocks: int, *, packed: bool, duration: float = 1.0) -> bytes:
    """A recording of samples, the same block again and again."""
    coding = element("5034", element("4254", b"\0"))
    track = element(
        "ae",
        element("d7", b"\1"),
        element("73c5", b"\1"),
        element("83", b"\2"),
        element("86", b"A_PCM/INT/LIT"),
        element("e1", element("b5", struct.pack(">d", RATE)), element("9f", b"\1"),
                element("6264", b"\x10")),
        element("6d80", element("6240", coding)) if packed else b"",
    )  # fmt: skip
    info = element("1549a966", element("2ad7b1", b"\x0f\x42\x40"),
                   element("4489", struct.pack(">d", duration)))  # fmt: skip
    body = zlib.compress(block, 9) if packed else block
    seconds = len(block) / 2 / RATE
    clusters = b"".join(
        element("1f43b675", element("e7", round(n * seconds * 1000).to_bytes(6, "big")),
                element("a3", b"\x81\0\0\x80" + body))
        for n in range(blocks)
    )  # fmt: skip
    head = element("1a45dfa3", element("4282", b"matroska"))
    return head + element("18538067", info, element("1654ae6b", track), clusters)


def matroska_of_hours() -> bytes:
    """Blocks that are packed, each 8 MB of a faint tone behind 8 KB."""
    block = b"\x01\x00\xff\xff" * 2_000_000
    return matroska(block, round(HOURS * 3600 * RATE / 4_000_000) + 1, packed=True)


def mp3_of_hours() -> bytes:
    """Frames without any content, 72 ms in 72 bytes."""
    frame = b"\xff\xe3\x18\xc4" + bytes(68)
    return frame * round(HOURS * 3600 / 0.072)


BOMBS: dict[str, Callable[[], bytes]] = {
    "opus": opus_of_hours,
    "packed matroska": matroska_of_hours,
    "mp3": mp3_of_hours,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_of_hours_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[name]())
    assert path.stat().st_size < 8_000_000
    with pytest.raises(AudioError) as caught:
        decode(path, max_seconds=5, sample_rate=16000)
    assert caught.value.code == "audio_too_long"


def test_what_is_written_to_a_file_is_bounded_too(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(opus_of_hours())
    target = io.BytesIO()
    with pytest.raises(AudioError) as caught:
        decode_into(target, path, 5, 16000)
    assert caught.value.code == "audio_too_long"
    assert target.tell() <= 5 * 16000 * 4


def tone(seconds: float = 1.0) -> bytes:
    """Samples of a tone."""
    times = np.arange(round(seconds * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * 220 * times)).astype("<i2").tobytes()


def m4a() -> bytes:
    """A tone in MP4."""
    sink = io.BytesIO()
    with av.open(sink, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        samples = np.frombuffer(tone(), "<i2").astype(np.float32)[None, :] / 32768
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate = RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return sink.getvalue()


def lying(data: bytes, name: bytes, places: range) -> bytes:
    """The same with the largest numbers in a table of an MP4."""
    changed = bytearray(data)
    at = changed.index(name) + 4
    for place in places:
        changed[at + place] = 0xFF
    return bytes(changed)


def lies() -> Iterator[tuple[str, bytes]]:
    """Files whose headers promise far more than there is."""
    recording = matroska(tone(), 1, packed=False)
    yield "matroska of a thousand hours", matroska(tone(), 1, packed=False, duration=3.6e9)
    at = recording.index(bytes.fromhex("1f43b675")) + 4
    unknown, huge = b"\x01" + b"\xff" * 7, b"\x01\x7f" + b"\xff" * 6
    yield "matroska cluster without end", recording[:at] + unknown + recording[at + 8 :]
    at = recording.index(bytes.fromhex("a3"), at) + 1
    yield "matroska block of petabytes", recording[:at] + huge + recording[at + 8 :]
    yield "mp4 with four billion samples", lying(m4a(), b"stsz", range(4, 12))
    yield "mp4 with four billion chunks", lying(m4a(), b"stco", range(4, 8))
    size = bytes([0x7F, 0x7F, 0x7F, 0x7F])
    yield "mp3 behind a tag of 256 MB", b"ID3\x04\0\0" + size + b"APIC" + size + bytes(100)
    rf64 = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0"
    yield "wav of exabytes", rf64 + b"\xff" * 24 + bytes(4)
    yield "aiff of gigabytes", b"FORM\x7f\xff\xff\xffAIFFSSND\x7f\xff\xff\xff" + bytes(50)


LIES = dict(lies())


@pytest.mark.parametrize("name", LIES)
def test_a_header_that_lies_costs_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "lie"
    path.write_bytes(LIES[name])
    assert outcome(path) in {
        *("audio_unreadable", "audio_damaged", "audio_no_samples", "audio_codec"),
        *("audio_silent", "audio_too_long", "audio_decoder_limits", "audio_rate"),
        # What is there is taken; what is promised beside is not.
        "a second",
    }


def outcome(path: Path) -> str:
    """The code of the error, or how much was there."""
    try:
        found = decode(path, max_seconds=5, sample_rate=16000)
    except AudioError as error:
        return error.code
    # An encoder fills its last frame up.
    return "a second" if found.seconds < 1.2 else "more"
