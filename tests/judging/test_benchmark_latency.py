"""The latency benchmark: what a player would hear, and the section of the results page."""

import time
from typing import Any

import pytest
from benchmarks import latency, tables_latency
from benchmarks.latency_client import Ear, Heard
from benchmarks.machine import circumstances


def test_the_sentences_are_short() -> None:
    assert max(map(len, latency.SENTENCES)) <= 60


def test_an_ear_notes_the_first_audio_and_what_a_player_would_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "perf_counter", lambda: now)
    ear = Ear()
    now = 0.2
    ear.take(b"")
    ear.take(bytes(48000))  # one second
    now = 1.0
    ear.take(bytes(24000))  # in time: plays until 1.7
    now = 2.0
    ear.take(bytes(4800))  # 0.3 s late
    heard = ear.heard()
    assert heard.first_seconds == pytest.approx(0.2)
    assert heard.audio_seconds == pytest.approx(1.6)
    assert heard.gap_seconds == pytest.approx(0.3)
    with pytest.raises(RuntimeError):
        Ear().heard()


def test_the_section_tells_goals_and_figures() -> None:
    ways = latency.summary([Heard(0.2, 1.0, 2.0, 0.0), Heard(0.3, 1.0, 2.0, 0.1)], 2.4)
    assert ways["with_a_gap"] == 1
    assert ways["rtf"] == 0.5
    few = latency.percentiles([20.0, 30.0])
    result: dict[str, Any] = {
        **circumstances(),
        "options": {"threads": 2, "rounds": 1},
        "voice": "af_heart",
        "first_audio": dict.fromkeys(("socket", "events", "bytes"), ways),
        "together": [{"contexts": 4, **ways, "audio_seconds_a_second": 2.5}],
        "cancelling": {"cpu_ms": few, "audio_ms": few},
        "refusals": {
            "requests": 9, "waiting": 4, "refused_ms": few,
            "answers": {"200 spoken": 8, "429 concurrency_limited": 1},
        },
        "memory": {
            "date": "2026-11-01", "commit": "abc1234", "requests": 2000,
            "mb": [[0, 700.0], [2000, 710.0]], "growth_mb": 3.0,
        },
    }  # fmt: skip
    result["goals"] = latency.goals(result)
    page = tables_latency.latency(result)
    assert "| first audio, socket, p50 | 250 ms | ≤ 250 ms | yes |" in page
    assert "| first audio, socket, p95 | 295 ms | ≤ 250 ms | **no** |" in page
    assert "8 × 200 spoken, 1 × 429 concurrency_limited; refused after 25 ms" in page
    assert "| 4 | 250 ms | 295 ms | 299 ms | 1 of 2 | 0.50 | 0.60 | 2.50 |" in page
    assert "+3 MB since the first quarter (2026-11-01, commit abc1234)" in page
