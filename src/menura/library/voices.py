"""Voices: stock voices that all may use, and clones that only their organisation sees."""

import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, inspect, or_, select
from sqlalchemy.orm import Session

from menura.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.refinements import NewRefinement
from menura.library.stock import ALIASES, stock_id, stock_time
from menura.library.tables import DeletedVoice, Voice
from menura.models.contract import ModelInfo, StockVoice
from menura.work.jobs import VoiceRef

CHANGEABLE = frozenset({"name", "description", "gender", "accent", "tagline"})
_TOMBSTONE_DAYS = 1


@dataclass(frozen=True)
class NewVoice:
    """What is known of a clone when it is put into the library."""

    name: str
    locale: str
    snapshot: str
    description: str = ""
    tagline: str = ""
    gender: str | None = None
    accent: str | None = None
    mode: str | None = "similarity"
    """None for a mix, which no clip was cloned for."""

    base_voice_id: str | None = None
    clip_digest: str | None = None
    transcript: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    advice: Sequence[Mapping[str, Any]] = ()
    consent: Mapping[str, Any] | None = None
    refinement: NewRefinement | None = None


@dataclass(frozen=True)
class VoiceFilter:
    """Which voices a list shows; None leaves a criterion out."""

    q: str | None = None
    """Part of name, description, tagline or id; case and diacritics do not matter."""

    gender: str | None = None
    language: str | None = None
    """A language (`en`) or a locale (`en-GB`, `en_gb`)."""

    is_owner: bool | None = None


@dataclass(frozen=True)
class VoicePage:
    """A stretch of the list, newest first, ties by id."""

    voices: Sequence[Voice]
    has_more: bool
    """Whether more follow in the direction that was asked for."""


class VoiceStore:
    """All voices of one data folder.

    Every call names the organisation that asks; the voices of others do not exist for it.
    """

    def __init__(self, database: Database, blobs: BlobStore, clips: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._clips = clips

    def add(self, organisation_id: str, new: NewVoice, state: bytes) -> Voice:
        """Keeps a clone: first its file, then its row, so that no row lacks its file."""
        voice_id = str(uuid.uuid4())
        blob = f"{voice_id}.safetensors"
        digest = self._blobs.write(blob, state)
        try:
            with self._database.write() as session:
                voice = Voice(
                    id=voice_id,
                    organisation_id=organisation_id,
                    created_at=datetime.now(UTC),
                    name=new.name,
                    description=new.description,
                    tagline=new.tagline,
                    search=_search_text(voice_id, new.name, new.description, new.tagline),
                    locale=new.locale,
                    gender=new.gender,
                    accent=new.accent,
                    access="private",
                    visibility="owner",
                    mode=new.mode,
                    snapshot=new.snapshot,
                    stock_key=None,
                    base_voice_id=new.base_voice_id,
                    blob=blob,
                    digest=digest,
                    clip_digest=new.clip_digest,
                    transcript=new.transcript,
                    extra=dict(new.extra),
                    report=dict(new.report),
                    advice=[dict(advice) for advice in new.advice],
                    consent=None if new.consent is None else dict(new.consent),
                    refinement=new.refinement and new.refinement.row(voice_id),
                )
                session.add(voice)
        except BaseException:
            self._blobs.delete(blob)
            raise
        return voice

    def get(self, organisation_id: str, voice_id: str) -> Voice:
        """Returns a voice that the organisation may use. Raises NotFoundError.

        An id of `ALIASES` gives the stock voice that stands in for it, under the id asked for.
        """
        with self._database.read() as session:
            return _find(session, organisation_id, voice_id)

    def resolve(self, organisation_id: str, text: str) -> Voice:
        """Finds a voice by id, by a stock voice's key, or by its name (case does not matter).

        Raises NotFoundError, and ConflictError when several voices have that name.
        """
        with self._database.read() as session:
            try:
                return _find(session, organisation_id, text)
            except NotFoundError:
                pass
            usable = select(Voice).where(_usable(organisation_id))
            found = session.scalars(usable.where(Voice.stock_key == text)).all()
            if not found:
                wanted = text.casefold()
                found = [v for v in session.scalars(usable) if v.name.casefold() == wanted]
            if not found:
                raise _not_found(text)
            if len(found) > 1:
                raise ConflictError(
                    "voice_name_ambiguous",
                    f"{len(found)} voices are called {text!r}.",
                    f"Use an id: {', '.join(voice.id for voice in found[:5])}.",
                )
            return found[0]

    def list(
        self,
        organisation_id: str,
        where: VoiceFilter | None = None,
        *,
        limit: int | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> VoicePage:
        """Lists the voices that the organisation sees, newest first, ties by id.

        `after` and `before` are ids of voices and exclude each other. Raises InputError for an
        unknown one.
        """
        if after is not None and before is not None:
            raise InputError(
                "cursors_exclusive",
                "A list cannot start after one voice and end before another.",
                "Give starting_after or ending_before, not both.",
            )
        conditions = _conditions(organisation_id, where or VoiceFilter())
        with self._database.read() as session:
            backwards = before is not None
            cursor = before if backwards else after
            if cursor is not None:
                at, place = _place(session, organisation_id, cursor)
                tie = Voice.id < place if backwards else Voice.id > place
                side = Voice.created_at > at if backwards else Voice.created_at < at
                conditions.append(or_(side, and_(Voice.created_at == at, tie)))
            order = (
                (Voice.created_at.asc(), Voice.id.desc())
                if backwards
                else (Voice.created_at.desc(), Voice.id.asc())
            )
            query = select(Voice).where(*conditions).order_by(*order)
            if limit is not None:
                query = query.limit(limit + 1)
            found = session.scalars(query).all()
        has_more = limit is not None and len(found) > limit
        kept = found[:limit] if has_more else found
        return VoicePage(kept[::-1] if backwards else kept, has_more)

    def update(self, organisation_id: str, voice_id: str, changes: Mapping[str, Any]) -> Voice:
        """Changes fields of CHANGEABLE. Raises NotFoundError, PermissionDeniedError."""
        unknown = set(changes) - CHANGEABLE
        if unknown:
            raise ValueError(f"cannot be changed: {sorted(unknown)}")
        with self._database.write() as session:
            voice = _find_own(session, organisation_id, voice_id, "changed")
            for name, value in changes.items():
                setattr(voice, name, value)
            voice.search = _search_text(voice.id, voice.name, voice.description, voice.tagline)
            return voice

    def delete(self, organisation_id: str, voice_id: str) -> Voice:
        """Deletes a clone with all its files and returns what it was.

        Raises NotFoundError, PermissionDeniedError.
        """
        with self._database.write() as session:
            voice = _find_own(session, organisation_id, voice_id, "deleted")
            session.add(
                DeletedVoice(
                    id=voice.id,
                    organisation_id=organisation_id,
                    created_at=voice.created_at,
                    deleted_at=datetime.now(UTC),
                )
            )
            clip = voice.refinement and voice.refinement.clip
            session.delete(voice)
        if voice.blob is not None:
            self._blobs.delete(voice.blob)
        # Older states of the voice may still lie beside the one that its row named.
        self._blobs.delete_all(voice.id)
        if clip:
            self._clips.delete(clip)
        return voice

    def ref(self, voice: Voice) -> VoiceRef:
        """How a job names this voice; checks the file's digest. Raises ServerError."""
        if voice.stock_key is not None:
            return VoiceRef(stock=voice.stock_key)
        return VoiceRef(state=self._blobs.check(str(voice.blob), str(voice.digest)))

    def sync_stock(self, info: ModelInfo, voices: Sequence[StockVoice]) -> None:
        """Makes the stock voices in the library those that the model has now."""
        with self._database.write() as session:
            rows = session.scalars(select(Voice).where(Voice.organisation_id.is_(None))).all()
            old = {row.id: row for row in rows if row.extra.get("model") == info.alias}
            for stock in voices:
                voice_id = stock_id(info.alias, stock.key)
                old.pop(voice_id, None)
                session.merge(_stock_row(voice_id, info, stock))
            for row in old.values():
                session.delete(row)

    def has_stock(self, alias: str) -> bool:
        """Whether the stock voices of a model have been put into the library."""
        with self._database.read() as session:
            rows = session.scalars(select(Voice.extra).where(Voice.organisation_id.is_(None)))
            return any(extra.get("model") == alias for extra in rows)

    def sweep(self) -> Sequence[str]:
        """Removes files that belong to no voice and forgets old paging places."""
        with self._database.write() as session:
            oldest = datetime.now(UTC) - timedelta(days=_TOMBSTONE_DAYS)
            session.execute(delete(DeletedVoice).where(DeletedVoice.deleted_at < oldest))
            known = set(session.scalars(select(Voice.blob).where(Voice.blob.is_not(None))))
        return self._blobs.sweep({name for name in known if name is not None})


def plain(text: str) -> str:
    """Text without case and diacritics, for searching."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


def _search_text(*parts: str) -> str:
    return plain("\n".join(parts))


def _usable(organisation_id: str) -> ColumnElement[bool]:
    return or_(Voice.organisation_id == organisation_id, Voice.organisation_id.is_(None))


def _conditions(organisation_id: str, where: VoiceFilter) -> list[ColumnElement[bool]]:
    conditions = [_usable(organisation_id)]
    if where.is_owner is True:
        conditions.append(Voice.organisation_id == organisation_id)
    if where.is_owner is False:
        conditions.append(Voice.organisation_id.is_(None))
    if where.q:
        conditions.append(Voice.search.contains(plain(where.q), autoescape=True))
    if where.gender:
        conditions.append(Voice.gender == where.gender)
    if where.language:
        tag = where.language.strip().replace("_", "-").lower()
        locale = func.lower(Voice.locale)
        conditions.append(
            locale == tag if "-" in tag else locale.startswith(f"{tag}-", autoescape=True)
        )
    return conditions


def _canonical(voice_id: str) -> str | None:
    try:
        return str(uuid.UUID(voice_id))
    except ValueError:
        return None


def _find(session: Session, organisation_id: str, asked: str) -> Voice:
    voice_id = _canonical(asked)
    if voice_id is None:
        raise _not_found(asked)
    if voice_id in ALIASES:
        return _stand_in(session, voice_id)
    voice = session.get(Voice, voice_id)
    if voice is None or voice.organisation_id not in (None, organisation_id):
        raise _not_found(asked)
    return voice


def _find_own(session: Session, organisation_id: str, asked: str, verb: str) -> Voice:
    voice = _find(session, organisation_id, asked)
    if voice.organisation_id is None:
        raise PermissionDeniedError(
            "voice_not_owned",
            f"The voice {voice.name!r} ships with Menura and cannot be {verb}.",
            "Only voices that your organisation made can be changed or deleted.",
        )
    return voice


def _stand_in(session: Session, alias: str) -> Voice:
    stock = session.scalars(select(Voice).where(Voice.organisation_id.is_(None))).all()
    if not stock:
        raise _not_found(alias)
    wanted = [voice for voice in stock if voice.stock_key == ALIASES[alias]]
    source = wanted[0] if wanted else min(stock, key=lambda voice: str(voice.stock_key))
    columns = {column.key: getattr(source, column.key) for column in inspect(Voice).column_attrs}
    return Voice(**{**columns, "id": alias})


def _place(session: Session, organisation_id: str, cursor: str) -> tuple[datetime, str]:
    try:
        voice = _find(session, organisation_id, cursor)
    except NotFoundError:
        gone = session.get(DeletedVoice, _canonical(cursor) or "")
        if gone is not None and gone.organisation_id == organisation_id:
            return gone.created_at, gone.id
        raise InputError(
            "cursor_not_found",
            f"There is no voice {cursor[:80]!r} to continue from.",
            "Give the id of the last (or first) voice of the page before.",
        ) from None
    return voice.created_at, voice.id


def _stock_row(voice_id: str, info: ModelInfo, stock: StockVoice) -> Voice:
    return Voice(
        id=voice_id,
        organisation_id=None,
        created_at=stock_time(info.snapshot),
        name=stock.name,
        description=stock.description,
        tagline="",
        search=_search_text(voice_id, stock.name, stock.description, stock.key),
        locale=stock.language,
        gender=stock.gender,
        accent=None,
        access="public",
        visibility="all",
        mode=None,
        snapshot=info.snapshot,
        stock_key=stock.key,
        base_voice_id=None,
        blob=None,
        digest=None,
        clip_digest=None,
        transcript=None,
        extra={"model": info.alias},
        report={},
        advice=[],
        consent=None,
    )


def _not_found(asked: str) -> NotFoundError:
    return NotFoundError(
        "voice_not_found",
        f"There is no voice {asked[:80]!r}.",
        "List the voices to see the ids of those that you can use.",
    )
