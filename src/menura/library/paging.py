"""A page of a list that runs from new to old, ties by id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from menura.errors import InputError
from menura.library.fine_tune_tables import FineTune
from menura.library.tables import Dataset, DatasetFile, PronunciationDictionary, StoredFile

Row = TypeVar("Row", PronunciationDictionary, StoredFile, Dataset, DatasetFile, FineTune)
"""A table whose rows are listed; each has an owner, a moment and an id."""


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked for; None leaves it open.

    Raises InputError when it is to start after one row and to end before another.
    """

    limit: int | None = None
    after: str | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.after is not None and self.before is not None:
            raise InputError(
                "cursors_exclusive",
                "A list cannot start after one id and end before another.",
                "Give starting_after or ending_before, not both.",
            )


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A stretch of a list, in its order."""

    rows: Sequence[Row]
    has_more: bool
    """Whether more follow in the direction that was asked for."""


def read_page(
    session: Session,
    table: type[Row],
    organisation_id: str,
    window: Window,
    *conditions: ColumnElement[bool],
) -> Page[Row]:
    """The rows of an organisation that meet the conditions, as far as the window shows them.

    Rows that do not meet them may still serve as cursors. Raises InputError for an unknown one.
    """
    backwards = window.before is not None
    cursor = window.before if backwards else window.after
    where = [table.organisation_id == organisation_id, *conditions]
    if cursor is not None:
        place = session.get(table, cursor)
        if place is None or place.organisation_id != organisation_id:
            raise InputError(
                "cursor_not_found",
                f"There is no id {cursor[:80]!r} to continue from.",
                "Give the id of the last (or first) entry of the page before.",
            )
        tie = table.id < place.id if backwards else table.id > place.id
        moment = table.created_at
        side = moment > place.created_at if backwards else moment < place.created_at
        where.append(or_(side, and_(moment == place.created_at, tie)))
    order = (
        (table.created_at.asc(), table.id.desc())
        if backwards
        else (table.created_at.desc(), table.id.asc())
    )
    query = select(table).where(*where).order_by(*order)
    if window.limit is not None:
        query = query.limit(window.limit + 1)
    found = session.scalars(query).all()
    has_more = window.limit is not None and len(found) > window.limit
    kept = found[: window.limit] if has_more else found
    return Page(kept[::-1] if backwards else kept, has_more)
