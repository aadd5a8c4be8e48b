"""Voices: stock voices that all may use, and clones that only their organisation sees."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select, update

from menura.errors import ConflictError, InputError, NotFoundError
from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.refinements import NewRefinement
from menura.library.stock import ALIASES, stock_id, stock_time
from menura.library.tables import DeletedVoice, Voice, VoiceAccent
from menura.library.voice_query import (
    Aliases,
    VoiceFilter,
    conditions,
    find,
    find_own,
    not_found,
    place_of,
    search_text,
    usable,
)
from menura.models.contract import ModelInfo, StockVoice
from menura.text.utterance import Language
from menura.work.jobs import VoiceRef

CHANGEABLE = frozenset({"name", "description", "gender", "accent", "tagline"})
CONSENT_CHARACTERS = 5000
_TOMBSTONE_DAYS = 1


def new_consent(statement: str, key_id: str | None = None) -> dict[str, Any]:
    """That the person agreed to being cloned, as it is kept: in words, from now on.

    Raises InputError for a statement that is empty or too long.
    """
    clean = statement.strip()
    if not 1 <= len(clean) <= CONSENT_CHARACTERS:
        raise InputError(
            "consent_invalid",
            "The statement of consent is empty or too long.",
            f"Say in 1 to {CONSENT_CHARACTERS} characters who agreed to what.",
        )
    given_at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"statement": clean, "given_at": given_at, "key_id": key_id}


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
    embedding: Sequence[float] | None = None
    """The numbers that the voice was made of, if it was."""

    fine_tune_id: str | None = None
    """Of a pro voice: the fine-tune whose weights it is spoken with."""


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

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        clips: BlobStore,
        previews: BlobStore,
        aliases: Aliases = ALIASES,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._clips = clips
        self._previews = previews
        self._aliases = aliases

    def add(self, organisation_id: str, new: NewVoice, state: bytes) -> Voice:
        """Keeps a clone: first its file, then its row, so that no row lacks its file."""
        voice_id = str(uuid.uuid4())
        blob = f"{voice_id}.safetensors"
        digest = self._blobs.write(blob, state)
        try:
            with self._database.write() as session:
                voice = new_row(organisation_id, voice_id, new, blob, digest)
                session.add(voice)
        except BaseException:
            self._blobs.delete(blob)
            raise
        return voice

    def get(self, organisation_id: str, voice_id: str) -> Voice:
        """Returns a voice that the organisation may use. Raises NotFoundError.

        An alias gives the voice that stands in for it, under the id asked for.
        """
        with self._database.read() as session:
            return find(session, organisation_id, voice_id, self._aliases)

    def resolve(self, organisation_id: str, text: str) -> Voice:
        """Finds a voice by id, by a stock voice's key, or by its name (case does not matter).

        Raises NotFoundError, and ConflictError when several voices have that name.
        """
        with self._database.read() as session:
            try:
                return find(session, organisation_id, text, self._aliases)
            except NotFoundError:
                pass
            mine = select(Voice).where(usable(organisation_id))
            found = session.scalars(mine.where(Voice.stock_key == text)).all()
            if not found:
                wanted = text.casefold()
                found = [v for v in session.scalars(mine) if v.name.casefold() == wanted]
            if not found:
                raise not_found(text)
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
        wheres = conditions(organisation_id, where or VoiceFilter())
        with self._database.read() as session:
            backwards = before is not None
            cursor = before if backwards else after
            if cursor is not None:
                at, place = place_of(session, organisation_id, cursor, self._aliases)
                tie = Voice.id < place if backwards else Voice.id > place
                side = Voice.created_at > at if backwards else Voice.created_at < at
                wheres.append(or_(side, and_(Voice.created_at == at, tie)))
            order = (
                (Voice.created_at.asc(), Voice.id.desc())
                if backwards
                else (Voice.created_at.desc(), Voice.id.asc())
            )
            query = select(Voice).where(*wheres).order_by(*order)
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
            voice = find_own(session, organisation_id, voice_id, "changed", self._aliases)
            for name, value in changes.items():
                setattr(voice, name, value)
            voice.search = search_text(voice.id, voice.name, voice.description, voice.tagline)
            return voice

    def delete(self, organisation_id: str, voice_id: str) -> Voice:
        """Deletes a clone with all its files and returns what it was.

        Raises NotFoundError, PermissionDeniedError.
        """
        with self._database.write() as session:
            voice = find_own(session, organisation_id, voice_id, "deleted", self._aliases)
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
        self._previews.delete_all(voice.id)
        if clip:
            self._clips.delete(clip)
        return voice

    def ref(self, voice: Voice, language: Language | None = None) -> VoiceRef:
        """How a job names this voice; checks the file's digest. Raises ServerError.

        With a `language`, the state that was attached for it, where there is one.
        """
        if voice.stock_key is not None:
            return VoiceRef(stock=voice.stock_key)
        for accent in voice.accents:
            if accent.spoken == language != voice.locale:
                return VoiceRef(state=self._blobs.check(accent.blob, accent.digest))
        return VoiceRef(state=self._blobs.check(str(voice.blob), str(voice.digest)))

    def keep_embedding(self, voice: Voice, embedding: Sequence[float]) -> None:
        """Writes down the embedding of the state that this record names."""
        own = and_(Voice.blob == voice.blob, Voice.digest == voice.digest)
        if voice.stock_key is not None:
            own = and_(Voice.stock_key == voice.stock_key, Voice.snapshot == voice.snapshot)
        values = {"embedding": list(embedding), "embedding_of": voice.digest or voice.snapshot}
        with self._database.write() as session:
            session.execute(update(Voice).where(own).values(**values))

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
            known |= set(session.scalars(select(VoiceAccent.blob)))
            alive = set(session.scalars(select(Voice.id)))
        previews = [path.name for path in self._previews.folder.iterdir()]
        self._previews.sweep({name for name in previews if name.split(".")[0] in alive})
        return self._blobs.sweep({name for name in known if name is not None})


def new_row(organisation_id: str, voice_id: str, new: NewVoice, blob: str, digest: str) -> Voice:
    """The row of a clone whose state is in this file."""
    return Voice(
        id=voice_id,
        organisation_id=organisation_id,
        created_at=datetime.now(UTC),
        name=new.name,
        description=new.description,
        tagline=new.tagline,
        search=search_text(voice_id, new.name, new.description, new.tagline),
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
        embedding=None if new.embedding is None else list(new.embedding),
        embedding_of=None if new.embedding is None else digest,
        fine_tune_id=new.fine_tune_id,
        accents=[],
    )


def _stock_row(voice_id: str, info: ModelInfo, stock: StockVoice) -> Voice:
    return Voice(
        id=voice_id,
        organisation_id=None,
        created_at=stock_time(info.snapshot),
        name=stock.name,
        description=stock.description,
        tagline="",
        search=search_text(voice_id, stock.name, stock.description, stock.key),
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
