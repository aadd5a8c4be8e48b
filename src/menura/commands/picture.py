"""A small picture of a recording: its waveform, and what lies where; written as PNG without help.

The parts of PNG that a flat picture needs are a header, one deflated block of rows and an end
(W3C, Portable Network Graphics, third edition), so no drawing library is asked for.
"""

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span
from menura.errors import InputError
from menura.work.check import Timeline

WIDTH, HEIGHT = 1000, 220
WAVE_TOP, WAVE_BOTTOM = 10, 170
BAND_TOP, BAND_BOTTOM = 176, 188
AXIS = 194

COLOURS = {
    "background": (255, 255, 255),
    "wave": (150, 150, 150),
    "speech": (40, 90, 170),
    "used": (212, 236, 212),
    "pause": (240, 170, 60),
    "clipped": (210, 40, 40),
    "axis": (90, 90, 90),
}
LEGEND = (
    "blue: speech; green: used for the voice; orange: long pauses; red: clipped; ticks: seconds"
)

_GLYPHS = {
    "0": "111101101101111",
    "1": "010110010010111",
    "2": "111001111100111",
    "3": "111001111001111",
    "4": "101101111001001",
    "5": "111100111001111",
    "6": "111100111101111",
    "7": "111001001010010",
    "8": "111101111101111",
    "9": "111101111001111",
}
"""Digits of 3 by 5 points, row by row."""

_SCALE = 2

Picture = NDArray[np.uint8]


def draw(line: Timeline) -> Picture:
    """Draws a timeline as RGB [height, width, 3]."""
    canvas = np.empty((HEIGHT, WIDTH, 3), dtype=np.uint8)
    canvas[:] = COLOURS["background"]
    for span in line.used:
        canvas[WAVE_TOP:WAVE_BOTTOM, _columns(span, line)] = COLOURS["used"]
    _wave(canvas, line)
    for spans, colour in ((line.speech, "speech"), (line.pauses, "pause")):
        for span in spans:
            canvas[BAND_TOP:BAND_BOTTOM, _columns(span, line)] = COLOURS[colour]
    for span in line.clipped:
        canvas[: WAVE_TOP - 2, _columns(span, line)] = COLOURS["clipped"]
    _axis(canvas, line.seconds)
    return canvas


def write_png(path: Path, picture: Picture) -> None:
    """Writes RGB [height, width, 3] as a PNG file. Raises InputError where that cannot be done."""
    height, width, _ = picture.shape
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # each row begins with its filter, 0
    rows[:, 1:] = picture.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 9)
    parts = [_chunk(b"IHDR", header), _chunk(b"IDAT", body), _chunk(b"IEND", b"")]
    try:
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    except OSError as error:
        raise InputError(
            "plot_unwritable",
            f"The picture {path.name!r} cannot be written: {error.strerror or error}.",
            "Give a path in a folder that exists and can be written to.",
        ) from error


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _columns(span: Span, line: Timeline) -> slice:
    first = int(span.start / line.seconds * WIDTH)
    return slice(first, max(first + 1, round(span.end / line.seconds * WIDTH)))


def _wave(canvas: Picture, line: Timeline) -> None:
    peaks = np.asarray(line.peaks)
    # Quiet recordings are drawn as large as loud ones: the picture is about places.
    peaks = peaks / max(float(peaks.max(initial=0.0)), 1e-6)
    middle, reach = (WAVE_TOP + WAVE_BOTTOM) // 2, (WAVE_BOTTOM - WAVE_TOP) // 2
    spoken = np.zeros(WIDTH, dtype=np.bool_)
    for span in line.speech:
        spoken[_columns(span, line)] = True
    for column in range(WIDTH):
        half = max(1, round(float(peaks[column * peaks.size // WIDTH]) * reach))
        colour = COLOURS["speech" if spoken[column] else "wave"]
        canvas[middle - half : middle + half, column] = colour


def _axis(canvas: Picture, seconds: float) -> None:
    canvas[AXIS, :] = COLOURS["axis"]
    step = next((s for s in (1, 2, 5, 10, 30, 60) if seconds / s <= 20), 60)
    for second in range(0, int(seconds) + 1, step):
        column = min(WIDTH - 1, round(second / seconds * WIDTH))
        canvas[AXIS : AXIS + 5, column] = COLOURS["axis"]
        _number(canvas, str(second), column)


def _number(canvas: Picture, text: str, middle: int) -> None:
    width = (4 * len(text) - 1) * _SCALE
    left = min(max(0, middle - width // 2), WIDTH - width)
    for place, digit in enumerate(text):
        glyph = np.array([int(bit) for bit in _GLYPHS[digit]], dtype=np.bool_).reshape(5, 3)
        glyph = glyph.repeat(_SCALE, axis=0).repeat(_SCALE, axis=1)
        x, y = left + 4 * _SCALE * place, AXIS + 9
        canvas[y : y + glyph.shape[0], x : x + glyph.shape[1]][glyph] = COLOURS["axis"]
