"""The stretch of time that usage is asked for, in whole days of UTC, and its parts."""

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

from menura.errors import InputError

Interval = Literal["day", "week", "month"]

DEFAULT_DAYS = 7
LONGEST_DAYS = 366
YEARS = (1970, 9000)

_DAY = timedelta(days=1)


def usage_edges(
    start: str | None, end: str | None, interval: Interval | None, now: datetime
) -> list[datetime]:
    """Midnights in UTC between which usage is summed: the window's ends and what parts it.

    The window is rounded outwards to days. Weeks begin on Monday, months on the first; the first
    part and the last are cut to the window. Raises InputError.
    """
    last = _moment("end_ts", end) if end else now.astimezone(UTC)
    till = _midnight(last)
    if till < last:
        till += _DAY
    since = _midnight(_moment("start_ts", start)) if start else till - DEFAULT_DAYS * _DAY
    if since >= till:
        raise InputError(
            "usage_window_invalid",
            "The usage window ends before it begins.",
            "Give a start_ts before end_ts.",
        )
    if till - since > LONGEST_DAYS * _DAY:
        raise InputError(
            "usage_window_too_long",
            f"The usage window spans {(till - since).days} days.",
            "Ask for at most a year at once.",
        )
    edges = [since]
    while (following := _next(edges[-1], interval, till)) < till:
        edges.append(following)
    return [*edges, till]


def _next(edge: datetime, interval: Interval | None, till: datetime) -> datetime:
    match interval:
        case "day":
            return edge + _DAY
        case "week":
            return edge + (7 - edge.weekday()) * _DAY
        case "month":
            # Day 28 exists in every month, and four days later the next one has begun.
            return (edge.replace(day=28) + 4 * _DAY).replace(day=1)
        case _:
            return till


def _moment(name: str, text: str) -> datetime:
    # A plus sign that was not escaped in the query arrives as a blank.
    clean = re.sub(r" (\d\d:\d\d)$", r"+\1", text.strip())
    try:
        moment = datetime.fromisoformat(clean)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not YEARS[0] <= moment.year <= YEARS[1]:
        raise InputError(
            "timestamp_invalid",
            f"The field `{name}` is no moment in time with a zone: {text[:80]!r}.",
            "Send it as 2026-01-31T00:00:00Z.",
        )
    return moment.astimezone(UTC)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
