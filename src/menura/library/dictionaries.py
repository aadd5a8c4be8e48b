"""Pronunciation dictionaries: how an organisation's words are to be said."""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from menura.errors import InputError, NotFoundError, TextError, TooLargeError
from menura.library.database import Database
from menura.library.paging import Page, Window, read_page
from menura.library.tables import PronunciationDictionary
from menura.text.ipa import from_ipa
from menura.text.languages import SPOKEN
from menura.text.pronunciations import Pronunciation

TEXT_CHARACTERS = 100
ALIAS_CHARACTERS = 100
MOST_ITEMS = 1000
MOST_DICTIONARIES = 1000
"""Of one organisation."""

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ID_CHARACTERS = 22
_TOMBSTONE_DAYS = 1
_PHONEMES = re.compile(r"<<([^<>]*)>>")


class DictionaryStore:
    """All pronunciation dictionaries of one data folder.

    Every call names the organisation that asks; the dictionaries of others do not exist for it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        organisation_id: str,
        name: str,
        items: Sequence[Pronunciation] = (),
        description: str = "",
    ) -> PronunciationDictionary:
        """Keeps a new one. Raises InputError, TextError, TooLargeError."""
        check_items(items)
        row = PronunciationDictionary(
            id="pdict_" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_CHARACTERS)),
            organisation_id=organisation_id,
            created_at=datetime.now(UTC),
            name=name,
            description=description,
            pinned=False,
            items=_stored(items),
            deleted_at=None,
        )
        table = PronunciationDictionary
        with self._database.write() as session:
            owned = select(func.count()).where(
                table.organisation_id == organisation_id, table.deleted_at.is_(None)
            )
            if (session.scalar(owned) or 0) >= MOST_DICTIONARIES:
                raise TooLargeError(
                    "too_many_pronunciation_dicts",
                    f"There are {MOST_DICTIONARIES} pronunciation dictionaries already.",
                    "Delete one that is not needed, or add the words to one of them.",
                )
            session.add(row)
        return row

    def get(self, organisation_id: str, dictionary_id: str) -> PronunciationDictionary:
        """Returns a dictionary. Raises NotFoundError."""
        with self._database.read() as session:
            return _find(session, organisation_id, dictionary_id)

    def pronunciations(self, organisation_id: str, dictionary_id: str) -> tuple[Pronunciation, ...]:
        """What a dictionary says, for a speech job. Raises NotFoundError."""
        return tuple(entries(self.get(organisation_id, dictionary_id)))

    def list(self, organisation_id: str, window: Window) -> Page[PronunciationDictionary]:
        """Lists dictionaries, newest first. Raises InputError for an unknown cursor."""
        table = PronunciationDictionary
        with self._database.read() as session:
            return read_page(session, table, organisation_id, window, table.deleted_at.is_(None))

    def update(
        self,
        organisation_id: str,
        dictionary_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        items: Sequence[Pronunciation] | None = None,
        pinned: bool | None = None,
    ) -> PronunciationDictionary:
        """Changes what is given; `items` takes the place of the whole list.

        Raises NotFoundError, InputError, TextError, TooLargeError.
        """
        if items is not None:
            check_items(items)
        with self._database.write() as session:
            row = _find(session, organisation_id, dictionary_id)
            row.name = row.name if name is None else name
            row.description = row.description if description is None else description
            row.pinned = row.pinned if pinned is None else pinned
            row.items = row.items if items is None else _stored(items)
            return row

    def delete(self, organisation_id: str, dictionary_id: str) -> None:
        """Deletes a dictionary; its place in the list stays a day. Raises NotFoundError."""
        with self._database.write() as session:
            row = _find(session, organisation_id, dictionary_id)
            row.deleted_at = datetime.now(UTC)
            row.name = row.description = ""
            row.items = []

    def sweep(self) -> None:
        """Forgets the places of dictionaries that were deleted long ago."""
        table = PronunciationDictionary
        with self._database.write() as session:
            oldest = datetime.now(UTC) - timedelta(days=_TOMBSTONE_DAYS)
            session.execute(delete(table).where(table.deleted_at < oldest))


def entries(row: PronunciationDictionary) -> Sequence[Pronunciation]:
    """The items of a dictionary."""
    return [Pronunciation(**item) for item in row.items]


def check_items(items: Sequence[Pronunciation]) -> None:
    """Raises TooLargeError, InputError, or TextError unless a dictionary may hold these items.

    Phonemes have to suit at least one spoken language; which one will be spoken is not known yet.
    """
    if len(items) > MOST_ITEMS:
        raise TooLargeError(
            "too_many_pronunciations",
            f"The dictionary has {len(items)} items.",
            f"At most {MOST_ITEMS} are accepted; make several dictionaries.",
        )
    for number, item in enumerate(items):
        for field, value, most in (
            ("text", item.text, TEXT_CHARACTERS),
            ("alias", item.alias, ALIAS_CHARACTERS),
        ):
            if not value.strip() or len(value) > most:
                what = "is empty" if not value.strip() else f"has {len(value)} characters"
                raise InputError(
                    "pronunciation_invalid",
                    f"The field `items.{number}.{field}` {what}.",
                    f"Send 1 to {most} characters.",
                )
        for match in _PHONEMES.finditer(item.alias):
            _check_phonemes(match.group(1))


def _check_phonemes(written: str) -> None:
    problem: TextError | None = None
    for language in SPOKEN:
        try:
            from_ipa(written, language)
        except TextError as error:
            problem = problem or error
        else:
            return
    if problem is not None:
        raise problem


def _stored(items: Sequence[Pronunciation]) -> list[dict[str, Any]]:
    return [
        {"text": item.text, "alias": item.alias, "case_sensitive": item.case_sensitive}
        for item in items
    ]


def _find(session: Session, organisation_id: str, asked: str) -> PronunciationDictionary:
    row = session.get(PronunciationDictionary, asked)
    if row is None or row.organisation_id != organisation_id or row.deleted_at is not None:
        raise NotFoundError(
            "pronunciation_dict_not_found",
            f"There is no pronunciation dictionary {asked[:80]!r}.",
            "List the dictionaries to see the ids of those that you have.",
        )
    return row
