"""The API dates (`Cartesia-Version`) and which one a request is answered in."""

import re
from datetime import date

from menura.errors import InputError

FIRST_PAGED = date(2024, 11, 13)
"""Before this date `GET /voices` answers a bare array."""

DATED_MODELS = date(2026, 3, 1)
"""From this date a fine-tune's weights speak for a dated model id only; before, for aliases too."""

ACCENT_SLUGS = date(2026, 8, 14)
"""From this date an accent is a slug; before, a display name."""

KNOWN = (
    date(2024, 6, 10),
    FIRST_PAGED,
    date(2025, 4, 16),
    date(2025, 11, 4),
    DATED_MODELS,
    ACCENT_SLUGS,
)
NEWEST = KNOWN[-1]


def negotiate(asked: str | None) -> date:
    """The known date that a request is answered in.

    None or nothing gives the newest, an unknown date the newest known one that is not later, a
    date before all of them the oldest. Raises InputError for what is no date.
    """
    text = (asked or "").strip()
    if not text:
        return NEWEST
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        wanted = date.fromisoformat(text)
    except ValueError:
        raise InputError(
            "version_malformed",
            f"The API version {text[:40]!r} is no date.",
            f"Send Cartesia-Version as YYYY-MM-DD, such as {NEWEST.isoformat()}, or leave it out.",
        ) from None
    return max((known for known in KNOWN if known <= wanted), default=KNOWN[0])
