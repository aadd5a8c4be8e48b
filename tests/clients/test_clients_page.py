"""The page of clients is made from the results, and says what does not work."""

import json
from pathlib import Path

import pytest
from benchmarks.machine import RESULTS, ROOT
from compatibility import page

RESULTS_OF_CLIENTS = RESULTS / "clients.json"


def results() -> dict[str, object]:
    """A run with one failure."""
    return {
        "machine": {"processor": "P", "cores": 2, "memory_gb": 8, "torch": "2"},
        "clients": {
            "one": {
                "title": "One",
                "version": "1.0",
                "date": "2026-11-22",
                "commit": "abc",
                "calls": {"status": {"error": None}, "clone": {"error": None, "heard": "words"}},
            },
            "two": {
                "title": "Two",
                "version": "2.0",
                "date": "2026-11-23",
                "commit": "def",
                "calls": {"status": {"error": None}, "speak": {"error": "404: no voice"}},
            },
        },
    }


def test_the_table_has_each_call_of_each_client() -> None:
    lines = page(results()).splitlines()
    assert "| call | One 1.0 | Two 2.0 |" in lines
    assert "| status | yes | yes |" in lines
    assert "| clone | yes |  |" in lines
    assert "| speak |  | no |" in lines
    assert "- Two, speak: 404: no voice" in lines
    assert "One: 2026-11-22, commit abc; Two: 2026-11-23, commit def. P, 2 cores." in lines


def test_the_page_is_that_of_the_results() -> None:
    if not RESULTS_OF_CLIENTS.is_file():
        pytest.skip("make clients has not been run yet")
    made = page(json.loads(RESULTS_OF_CLIENTS.read_text("utf-8")))
    assert Path(ROOT / "docs" / "compatibility.md").read_text("utf-8") == made
