"""The ledger: who used how many credits when, for what.

Entries are only ever added, each in a transaction of its own, and an entry's reference makes it
unique within its organisation: to book twice is to book once. So several processes may book at
once, and a process that dies loses at most the entry that it had not finished.
"""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import ScalarSelect, case, func, literal, select
from sqlalchemy.dialects.sqlite import insert

from menura.library.database import Database
from menura.library.tables import LedgerEntry

Capability = Literal["tts", "infill", "stt", "fine_tune"]
Group = Literal["capability", "model", "voice", "api_key"]

_COLUMNS = {
    "capability": LedgerEntry.capability,
    "model": LedgerEntry.model,
    "voice": LedgerEntry.voice_id,
    "api_key": LedgerEntry.api_key_id,
}


@dataclass(frozen=True)
class Charge:
    """Something to be booked."""

    organisation_id: str
    reference: str
    capability: Capability
    model: str
    amount: int
    """Thousandths of a credit."""

    api_key_id: str | None = None
    voice_id: str | None = None
    at: datetime | None = None
    """When it was used; now, when absent."""


@dataclass(frozen=True)
class UsedCredits:
    """What was used in a stretch of time."""

    start: datetime
    end: datetime
    amount: int
    """Thousandths of a credit."""

    group: str | None = None
    """Value of what was grouped by."""


@dataclass(frozen=True)
class _Sum:
    """What an organisation used since a moment, up to an entry."""

    since: datetime
    last_id: int
    amount: int


class Ledger:
    """The credits of all organisations."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._sums: dict[str, _Sum] = {}

    def book(self, charge: Charge) -> bool:
        """Adds an entry; False if one with this reference is there already, or for no amount."""
        if charge.amount == 0:
            return False
        values = {
            "organisation_id": charge.organisation_id,
            "reference": charge.reference,
            "booked_at": charge.at or datetime.now(UTC),
            "api_key_id": charge.api_key_id,
            "capability": charge.capability,
            "model": charge.model,
            "voice_id": charge.voice_id,
            "amount": charge.amount,
        }
        statement = (
            insert(LedgerEntry)
            .values(values)
            .on_conflict_do_nothing(index_elements=["organisation_id", "reference"])
            .returning(LedgerEntry.id)
        )
        with self._database.write() as session:
            return session.execute(statement).first() is not None

    def spent(self, organisation_id: str, since: datetime) -> int:
        """Thousandths of credits that an organisation has used since a moment.

        Asked again, only entries that came since are read: none ever changes, and as SQLite has one
        writer at a time, a later entry always has the larger id.
        """
        with self._lock:
            known = self._sums.get(organisation_id)
        if known is None or known.since != since:
            total = func.coalesce(func.sum(LedgerEntry.amount), 0)
            known = _Sum(since, 0, 0)
            chosen = select(total, _last_id()).where(
                LedgerEntry.organisation_id == organisation_id, LedgerEntry.booked_at >= since
            )
        else:
            ours = (LedgerEntry.organisation_id == organisation_id) & (
                LedgerEntry.booked_at >= since
            )
            # As a condition of the sum, so that only the ids decide what is read.
            total = func.coalesce(func.sum(case((ours, LedgerEntry.amount), else_=0)), 0)
            chosen = select(total, _last_id()).where(LedgerEntry.id > known.last_id)
        with self._database.read() as session:
            amount, last_id = session.execute(chosen).one()
        found = _Sum(since, int(last_id), known.amount + int(amount))
        with self._lock:
            newest = self._sums.get(organisation_id)
            if newest is None or newest.since != since or newest.last_id < found.last_id:
                self._sums[organisation_id] = found
        return found.amount

    def usage(
        self,
        organisation_id: str,
        edges: Sequence[datetime],
        *,
        group_by: Group | None = None,
        api_key_id: str | None = None,
    ) -> Sequence[UsedCredits]:
        """Sums between each two of the edges, which are midnights in UTC, in order of time.

        Stretches without use are there with 0. Grouped, each stretch is there once for every group
        that occurs anywhere between the first edge and the last, in order of the groups' values.
        """
        # Moments are stored as text of fixed form, so the first ten characters are the day.
        day = func.substr(LedgerEntry.booked_at, 1, 10)
        key = literal("") if group_by is None else func.coalesce(_COLUMNS[group_by], "")
        query = (
            select(day, key, func.sum(LedgerEntry.amount))
            .where(
                LedgerEntry.organisation_id == organisation_id,
                LedgerEntry.booked_at >= edges[0],
                LedgerEntry.booked_at < edges[-1],
            )
            .group_by(day, key)
        )
        if api_key_id is not None:
            query = query.where(LedgerEntry.api_key_id == api_key_id)
        days = [f"{edge:%Y-%m-%d}" for edge in edges]
        sums: defaultdict[tuple[int, str], int] = defaultdict(int)
        with self._database.read() as session:
            for date, name, amount in session.execute(query):
                stretch = next(n for n in range(len(days) - 1) if date < days[n + 1])
                sums[stretch, name] += amount
        names = sorted({name for _, name in sums}) or [""]
        return [
            UsedCredits(
                edges[stretch], edges[stretch + 1], sums.get((stretch, name), 0), name or None
            )
            for stretch in range(len(edges) - 1)
            for name in names
        ]


def _last_id() -> ScalarSelect[int]:
    return select(func.coalesce(func.max(LedgerEntry.id), 0)).scalar_subquery()


def month_begin(moment: datetime) -> datetime:
    """The first moment of a month in UTC, from which on a plan's credits count."""
    utc = moment.astimezone(UTC)
    return utc.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
