"""Finding voices: by id, by an id that clients carry, by filters, and their place in the list."""

import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, inspect, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from menura.errors import InputError, NotFoundError, PermissionDeniedError
from menura.library.tables import DeletedVoice, Voice, VoiceAccent

Aliases = Mapping[str, str]
"""Stock keys, or ids of voices, by the id that clients carry."""


@dataclass(frozen=True)
class VoiceFilter:
    """Which voices a list shows; None leaves a criterion out."""

    q: str | None = None
    """Part of name, description, tagline or id; case and diacritics do not matter."""

    gender: str | None = None
    language: str | None = None
    """A language (`en`) or a locale (`en-GB`, `en_gb`), native or attached."""

    is_owner: bool | None = None
    is_starred: bool | None = None
    """Nothing is starred: True finds no voice."""

    fine_tune_id: str | None = None
    """Voices of one fine-tune."""


def plain(text: str) -> str:
    """Text without case and diacritics, for searching."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


def search_text(*parts: str) -> str:
    """What `VoiceFilter.q` is looked for in."""
    return plain("\n".join(parts))


def usable(organisation_id: str) -> ColumnElement[bool]:
    """That a voice is the organisation's own or a stock voice."""
    return or_(Voice.organisation_id == organisation_id, Voice.organisation_id.is_(None))


def conditions(organisation_id: str, where: VoiceFilter) -> list[ColumnElement[bool]]:
    """What the voices of a list have in common."""
    found = [usable(organisation_id)]
    if where.is_owner is True:
        found.append(Voice.organisation_id == organisation_id)
    if where.is_owner is False:
        found.append(Voice.organisation_id.is_(None))
    if where.q:
        found.append(Voice.search.contains(plain(where.q), autoescape=True))
    if where.gender:
        found.append(Voice.gender == where.gender)
    if where.language:
        tag = where.language.strip().replace("_", "-").lower()
        attached = select(VoiceAccent.voice_id).where(_speaks(VoiceAccent.locale, tag))
        found.append(or_(_speaks(Voice.locale, tag), Voice.id.in_(attached)))
    if where.fine_tune_id:
        found.append(Voice.fine_tune_id == where.fine_tune_id)
    if where.is_starred:
        found.append(false())
    return found


def _speaks(column: InstrumentedAttribute[str], tag: str) -> ColumnElement[bool]:
    locale = func.lower(column)
    return locale == tag if "-" in tag else locale.startswith(f"{tag}-", autoescape=True)


def canonical(voice_id: str) -> str | None:
    """A UUID as it is stored; None for what is none."""
    try:
        return str(uuid.UUID(voice_id))
    except ValueError:
        return None


def find(session: Session, organisation_id: str, asked: str, aliases: Aliases) -> Voice:
    """The voice of an id, if the organisation may use it. Raises NotFoundError.

    An alias gives a copy of the voice that stands in, under the id asked for.
    """
    voice_id = canonical(asked)
    if voice_id is None:
        raise not_found(asked)
    if voice_id in aliases:
        source = _stand_in(session, organisation_id, aliases[voice_id])
        columns = {
            column.key: getattr(source, column.key) for column in inspect(Voice).column_attrs
        }
        accents = [accent.copy() for accent in source.accents]
        return Voice(**{**columns, "id": voice_id}, accents=accents)
    voice = session.get(Voice, voice_id)
    if voice is None or voice.organisation_id not in (None, organisation_id):
        raise not_found(asked)
    return voice


def find_own(
    session: Session, organisation_id: str, asked: str, verb: str, aliases: Aliases
) -> Voice:
    """A voice that the organisation may change. Raises NotFoundError, PermissionDeniedError."""
    voice = find(session, organisation_id, asked, aliases)
    if voice.organisation_id is None:
        raise PermissionDeniedError(
            "voice_not_owned",
            f"The voice {voice.name!r} ships with Menura and cannot be {verb}.",
            "Only voices that your organisation made can be changed or deleted.",
        )
    if voice.id in aliases:
        raise PermissionDeniedError(
            "voice_not_owned",
            f"This id only stands for the voice {voice.name!r}, which cannot be {verb} by it.",
            "Name the voice by its own id; list the voices to see it.",
        )
    return voice


def _stand_in(session: Session, organisation_id: str, target: str) -> Voice:
    if (voice_id := canonical(target)) is not None:
        voice = session.get(Voice, voice_id)
        if voice is None or voice.organisation_id not in (None, organisation_id):
            raise not_found(target)
        return voice
    stock = session.scalars(select(Voice).where(Voice.organisation_id.is_(None))).all()
    if not stock:
        raise not_found(target)
    wanted = [voice for voice in stock if voice.stock_key == target]
    return wanted[0] if wanted else min(stock, key=lambda voice: str(voice.stock_key))


def place_of(
    session: Session, organisation_id: str, cursor: str, aliases: Aliases
) -> tuple[datetime, str]:
    """Where in the list a voice stands, or stood before it was deleted. Raises InputError."""
    try:
        voice = find(session, organisation_id, cursor, aliases)
    except NotFoundError:
        gone = session.get(DeletedVoice, canonical(cursor) or "")
        if gone is not None and gone.organisation_id == organisation_id:
            return gone.created_at, gone.id
        raise InputError(
            "cursor_not_found",
            f"There is no voice {cursor[:80]!r} to continue from.",
            "Give the id of the last (or first) voice of the page before.",
        ) from None
    return voice.created_at, voice.id


def not_found(asked: str) -> NotFoundError:
    """For a voice that is not there, or not for this caller."""
    return NotFoundError(
        "voice_not_found",
        f"There is no voice {asked[:80]!r}.",
        "List the voices to see the ids of those that you can use.",
    )
