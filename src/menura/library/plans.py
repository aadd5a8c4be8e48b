"""What an organisation may use at once and in a month, and what work costs.

The numbers are those of section 18 of the API's description. It names no credit limits and no gate
of pro voice cloning, so no plan has a limit of its own, and only the free plan lacks pro cloning;
both can be set for an organisation.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from menura.errors import InputError

SOCKETS_PER_CONTEXT = 10

CREDIT = 1000
"""Amounts are whole thousandths of a credit, so that sums are exact."""

INFILL_CREDITS = 300
FINE_TUNE_CREDITS = 1_000_000

MOST = 1_000_000_000_000
"""Largest limit; sums of the ledger then stay far below 64 bits."""


@dataclass(frozen=True)
class Plan:
    """Limits of an organisation; None is no limit."""

    name: str
    contexts: int | None = None
    """Speech contexts at once: a request is one, and a context on a socket."""

    streams: int | None = None
    """Requests and sockets of speech to text at once."""

    credits: int | None = None
    """Credits in a calendar month, in UTC."""

    pro_cloning: bool = True

    @property
    def sockets(self) -> int | None:
        """Speech sockets that may be open at once."""
        return None if self.contexts is None else SOCKETS_PER_CONTEXT * self.contexts


PLANS: Mapping[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan("unlimited"),
        Plan("free", contexts=2, streams=8, pro_cloning=False),
        Plan("pro", contexts=3, streams=12),
        Plan("startup", contexts=5, streams=20),
        Plan("scale", contexts=15, streams=60),
        Plan("enterprise"),
    )
}
"""The first is what an organisation has unless another is chosen."""

DEFAULT_PLAN = next(iter(PLANS))
CHANGEABLE = frozenset(field.name for field in fields(Plan)) - {"name"}


def make_plan(name: str, changes: Mapping[str, Any] | None = None) -> Plan:
    """A plan of the table, with changes of its limits. Raises InputError."""
    plan = PLANS.get(name)
    if plan is None:
        raise InputError(
            "plan_unknown", f"There is no plan {name[:80]!r}.", f"Choose one of {', '.join(PLANS)}."
        )
    for field, value in (changes or {}).items():
        if field not in CHANGEABLE:
            raise InputError(
                "plan_limit_unknown",
                f"A plan has no limit {field[:80]!r}.",
                f"Change one of {', '.join(sorted(CHANGEABLE))}.",
            )
        whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST
        fits = isinstance(value, bool) if field == "pro_cloning" else value is None or whole
        if not fits:
            raise InputError(
                "plan_limit_invalid",
                f"The limit {field!r} cannot be {str(value)[:80]!r}.",
                "Give a whole number from 0 on, or none for no limit.",
            )
    return replace(plan, **(changes or {}))


def speech_amount(characters: int, *, pro: bool = False) -> int:
    """What so many spoken characters cost: 1 credit each, 1.5 in a voice of a fine-tune."""
    return characters * (CREDIT * 3 // 2 if pro else CREDIT)


def infill_amount(characters: int, *, pro: bool = False) -> int:
    """What an infill of so many characters costs: 300 credits, and the characters."""
    return INFILL_CREDITS * CREDIT + speech_amount(characters, pro=pro)


def transcription_amount(seconds: float) -> int:
    """What so much audio costs that is written down: 1 credit for 2 seconds."""
    return math.ceil(seconds * CREDIT / 2)


def fine_tune_amount() -> int:
    """What a fine-tune costs that succeeded."""
    return FINE_TUNE_CREDITS * CREDIT


def shown_credits(amount: int) -> int | float:
    """An amount in credits, for people and in JSON."""
    whole, rest = divmod(amount, CREDIT)
    return whole if not rest else amount / CREDIT
