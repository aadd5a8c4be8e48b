"""Places and credits: what each organisation does at the moment, against its plan.

Places are counted in the server's memory, credits in the ledger. What work under way is going to
cost is held, so that many requests at once cannot use the same last credits.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import structlog
from starlette.concurrency import run_in_threadpool

from menura.errors import AuthenticationError, BusyError, QuotaError
from menura.library.ledger import Charge, month_begin
from menura.library.plans import CREDIT, Plan, shown_credits
from menura.library.store import Library

if TYPE_CHECKING:
    from menura.api.metering import Use

Kind = Literal["contexts", "streams", "sockets"]

_NAMES: dict[Kind, str] = {
    "contexts": "speech contexts",
    "streams": "speech-to-text streams",
    "sockets": "open sockets",
}
_log = structlog.get_logger("menura.api")


@dataclass
class _Account:
    """What an organisation does at the moment."""

    active: dict[Kind, int] = field(default_factory=lambda: defaultdict(int))
    held: dict["Use", int] = field(default_factory=dict)
    """Thousandths of credits that work under way will cost as far as is known."""

    settled: int = 0
    """How often something held was booked or dropped."""


class Admission:
    """Lets the work of all organisations of one server begin, and books it when it is over."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._accounts: defaultdict[str, _Account] = defaultdict(_Account)
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self, use: "Use") -> None:
        """Lets work begin, or raises; a part of entering a `Use`."""
        account = self._accounts[use.caller.organisation_id]
        plan = await self.check(use)
        most: int | None = getattr(plan, use.kind)
        # Between this and the counting nothing else can run.
        if most is not None and account.active[use.kind] >= most:
            raise BusyError(
                "concurrency_limited",
                f"{account.active[use.kind]} {_NAMES[use.kind]} are in use, and the plan "
                f"{plan.name!r} has {most}.",
                "Send the request again when one has ended, or ask for a larger plan.",
            )
        account.active[use.kind] += 1
        account.held[use] = use.expected - use.kept

    async def check(self, use: "Use") -> Plan:
        """Whether the credits last for what a use expects. Raises QuotaError."""
        account = self._accounts[use.caller.organisation_id]
        while True:
            settled = account.settled
            plan, spent = await run_in_threadpool(self._standing, use)
            # What was booked meanwhile is no longer held, and perhaps not in the sum either.
            if settled == account.settled:
                break
        if plan.credits is not None and use.capability is not None:
            self.hold(use)
            others = sum(amount for other, amount in account.held.items() if other is not use)
            left = plan.credits * CREDIT - spent - others
            needed = max(use.expected - use.kept, 1)
            if left < needed:
                raise QuotaError(
                    "quota_exceeded",
                    f"Of the plan's {plan.credits} credits of this month "
                    f"{shown_credits(max(left, 0))} are left, and this needs "
                    f"{shown_credits(needed)}.",
                    "Wait for the first day of the next month (UTC), or ask for a larger plan.",
                )
        return plan

    def hold(self, use: "Use") -> None:
        """Notes what work under way is going to cost."""
        account = self._accounts[use.caller.organisation_id]
        if use in account.held:
            account.held[use] = use.expected - use.kept

    def leave(self, use: "Use") -> None:
        """Frees the place of a use."""
        self._accounts[use.caller.organisation_id].active[use.kind] -= 1

    async def settle(self, use: "Use", amount: int, reference: str, *, last: bool = True) -> None:
        """Books an amount for a use; after the last one nothing is held for it any more."""
        # In a task of its own, since the one that waits may be cancelled at any moment.
        await asyncio.shield(self.settle_later(use, amount, reference, last=last))

    def settle_later(
        self, use: "Use", amount: int, reference: str, *, last: bool = True
    ) -> "asyncio.Task[None]":
        """As `settle`, without waiting for it."""
        task = asyncio.create_task(self._settle(use, amount, reference, last))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def close(self) -> None:
        """Waits for what is being booked."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _settle(self, use: "Use", amount: int, reference: str, last: bool) -> None:
        account = self._accounts[use.caller.organisation_id]
        try:
            if amount and use.capability is not None:
                charge = Charge(
                    use.caller.organisation_id,
                    reference,
                    use.capability,
                    use.model,
                    amount,
                    api_key_id=use.caller.key_id,
                    voice_id=use.voice_id,
                )
                await run_in_threadpool(self._library.ledger.book, charge)
                use.kept += amount
        except Exception as error:
            _log.error("credits could not be booked", reference=reference, exc_info=error)
            raise
        finally:
            if last:
                account.held.pop(use, None)
            else:
                self.hold(use)
            account.settled += 1

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Looked at, since nobody else may be waiting; it has been logged.
            task.exception()

    def _standing(self, use: "Use") -> tuple[Plan, int]:
        caller = use.caller
        if use.lasting and caller.key_id and self._library.keys.was_revoked(caller.key_id):
            raise AuthenticationError(
                "api_key_wrong",
                "The API key of this connection was revoked.",
                "Connect again with a key that is in force.",
            )
        plan = self._library.organisations.plan(caller.organisation_id)
        if plan.credits is None:
            return plan, 0
        return plan, self._library.ledger.spent(
            caller.organisation_id, month_begin(datetime.now(UTC))
        )
