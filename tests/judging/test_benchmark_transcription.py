"""The benchmark of writing a long recording down: what it sends, and its section."""

import io
from pathlib import Path
from typing import Any

import soundfile
from benchmarks import transcription
from benchmarks.machine import circumstances
from benchmarks.tables_transcription import transcription as section


def test_recordings_are_joined_with_their_words(shared: Path) -> None:
    found = transcription.joined(shared / "data" / "clone_eval.tsv", 10.0)
    info = soundfile.info(io.BytesIO(found.wav))
    assert (info.samplerate, info.channels) == (transcription.RATE, 1)
    assert 10.0 <= info.duration == found.seconds < 40.0
    assert found.parts >= 1
    assert len(found.text.split()) > 10


def test_the_section_tells_what_was_measured() -> None:
    row = {
        **{"seconds": 30.0, "rtf": 0.1, "cpu_seconds": 50.0, "wer": 0.05},
        **{"memory_before_mb": 900.0, "peak_mb": 1200.0},
    }
    result: dict[str, Any] = {
        **circumstances(),
        **{"options": {"threads": 2}, "recording": {"seconds": 300.0, "parts": 40}},
        **{"first_request_seconds": 4.0, "plain": row, "timed": None},
    }
    page = section(result)
    assert "| text | 30.0 s | 0.100 | 50.0 s | 900 MB | 1200 MB | 5.0% |" in page
    assert "each word" not in page
    assert "| text and the time of each word |" in section({**result, "timed": row})
