"""The window of usage: rounded outwards to days of UTC, in days, weeks or months."""

from datetime import UTC, datetime
from typing import Any

import pytest

from menura.api.usage_window import usage_edges
from menura.errors import InputError

NOW = datetime(2026, 3, 18, 12, 30, tzinfo=UTC)


def edges(start: str | None, end: str | None, interval: Any = None) -> list[str]:  # noqa: ANN401
    """The edges as days."""
    found = usage_edges(start, end, interval, NOW)
    assert all(edge.utcoffset() and not edge.utcoffset() or edge.hour == 0 for edge in found)
    return [f"{edge:%Y-%m-%d}" for edge in found]


def test_seven_days_up_to_now_unless_said_otherwise() -> None:
    assert edges(None, None) == ["2026-03-12", "2026-03-19"]
    assert edges(None, "2026-01-31T00:00:00Z") == ["2026-01-24", "2026-01-31"]
    assert edges("2026-03-01T00:00:00Z", None) == ["2026-03-01", "2026-03-19"]
    assert edges("", "") == ["2026-03-12", "2026-03-19"]


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", ["2026-01-01", "2026-01-02"]),
        ("2026-01-01T23:59:59.5Z", "2026-01-02T00:00:00.1Z", ["2026-01-01", "2026-01-03"]),
        ("2026-01-01T01:00:00+02:00", "2026-01-01T12:00:00Z", ["2025-12-31", "2026-01-02"]),
        ("2026-01-01T01:00:00 02:00", "2026-01-01T12:00:00Z", ["2025-12-31", "2026-01-02"]),
    ],
)
def test_days_are_those_of_utc(start: str, end: str, days: list[str]) -> None:
    assert edges(start, end) == days


def test_intervals_follow_the_calendar_and_are_cut_to_the_window() -> None:
    start, end = "2026-02-26T10:00:00Z", "2026-03-10T10:00:00Z"
    days = edges(start, end, "day")
    assert (days[0], days[-1], len(days)) == ("2026-02-26", "2026-03-11", 14)
    assert edges(start, end, "week") == ["2026-02-26", "2026-03-02", "2026-03-09", "2026-03-11"]
    assert edges(start, end, "month") == ["2026-02-26", "2026-03-01", "2026-03-11"]
    year = edges("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "month")
    assert (len(year), year[0], year[-1]) == (13, "2026-01-01", "2027-01-01")


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-01-01", None, "timestamp_invalid"),
        ("2026-01-01T00:00:00", None, "timestamp_invalid"),
        ("yesterday", None, "timestamp_invalid"),
        ("1700000000", None, "timestamp_invalid"),
        (None, "0001-01-01T00:00:00+10:00", "timestamp_invalid"),
        (None, "9999-12-31T23:59:59-10:00", "timestamp_invalid"),
        ("2026-03-19T00:00:00Z", None, "usage_window_invalid"),
        ("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z", "usage_window_invalid"),
        ("2025-01-01T00:00:00Z", "2026-01-03T00:00:00Z", "usage_window_too_long"),
    ],
)
def test_what_is_no_window_is_refused(start: str | None, end: str | None, code: str) -> None:
    with pytest.raises(InputError) as caught:
        usage_edges(start, end, "day", NOW)
    assert caught.value.code == code
