"""The tables as typed classes; `menura.library.migrations` is what makes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Dialect, ForeignKey, LargeBinary, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcTime(TypeDecorator[datetime]):
    """A moment as text in UTC with microseconds, so that the order of texts is the order of time.

    Without the fixed width `12:00:00Z` would sort after `12:00:00.5Z`.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class Table(DeclarativeBase):
    """Base of all tables."""


class Organisation(Table):
    """Who owns keys and voices."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class OrganisationPlan(Table):
    """The plan of an organisation; one without a row is on the first of `menura.library.plans`."""

    __tablename__ = "organisation_plans"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    plan: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What this organisation has otherwise than its plan says."""

    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class ApiKey(Table):
    """A key as its digest; the key itself is known to its owner only."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    digest: Mapped[str]
    hint: Mapped[str]
    """The last four characters, for telling keys apart."""

    description: Mapped[str]
    is_admin: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Voice(Table):
    """A stock voice of a model (no organisation, no file) or a clone (both)."""

    __tablename__ = "voices"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str]
    description: Mapped[str]
    tagline: Mapped[str]
    search: Mapped[str]
    """Name, description, tagline and id without case and diacritics."""

    locale: Mapped[str]
    gender: Mapped[str | None]
    accent: Mapped[str | None]
    access: Mapped[str]
    visibility: Mapped[str]
    mode: Mapped[str | None]
    snapshot: Mapped[str]
    stock_key: Mapped[str | None]
    base_voice_id: Mapped[str | None]
    blob: Mapped[str | None]
    digest: Mapped[str | None]
    """SHA-256 of the state file."""

    clip_digest: Mapped[str | None]
    transcript: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column(JSON)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    advice: Mapped[list[Any]] = mapped_column(JSON)
    consent: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The statement, when it was given, and the id of the key that it came with, if any."""

    embedding: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    """As in `menura.models.contract.EmbeddingModel`."""

    embedding_of: Mapped[str | None]
    """Digest of the state file (of a stock voice: the snapshot) that the embedding is of."""

    fine_tune_id: Mapped[str | None]
    """Of a pro voice: the fine-tune whose weights it is spoken with."""

    accents: Mapped[list["VoiceAccent"]] = relationship(
        lazy="selectin",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="VoiceAccent.created_at",
    )
    """Attached ones; the native one is not among them."""

    refinement: Mapped["Refinement | None"] = relationship(
        lazy="joined", cascade="all, delete-orphan", passive_deletes=True
    )
    """None for stock voices, and for voices that no clip was cloned for here."""


class VoiceAccent(Table):
    """Another accent that a clone speaks, by a localized state of its own."""

    __tablename__ = "voice_accents"

    voice_id: Mapped[str] = mapped_column(ForeignKey("voices.id"), primary_key=True)
    accent: Mapped[str] = mapped_column(primary_key=True)
    """The slug."""

    created_at: Mapped[datetime] = mapped_column(UtcTime)
    locale: Mapped[str]
    """The accent's own."""

    spoken: Mapped[str]
    """The same, or the nearest that the model speaks."""

    blob: Mapped[str]
    digest: Mapped[str]
    made_of: Mapped[str]
    """Digest of the voice's state that was localized; the voice may be better by now."""

    def copy(self) -> "VoiceAccent":
        """The same values in a record of no session."""
        names = [column.key for column in self.__table__.columns]
        return VoiceAccent(**{name: getattr(self, name) for name in names})


class Refinement(Table):
    """How far the refinement of a clone is; see `menura.library.refinements` for the states."""

    __tablename__ = "refinements"

    voice_id: Mapped[str] = mapped_column(ForeignKey("voices.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[str]
    score: Mapped[float]
    """The model's own measure of the stored state."""

    clip: Mapped[str | None]
    """File of the upload, as long as the refinement is not over."""

    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the client asked for; empty once it is over."""

    crashes: Mapped[int]
    """How many workers died of it."""

    error: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Code, sentence and remedy of what ended it early."""


class DeletedVoice(Table):
    """The place in the list where a deleted voice stood."""

    __tablename__ = "deleted_voices"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    deleted_at: Mapped[datetime] = mapped_column(UtcTime)


class LedgerEntry(Table):
    """Credits that were used. The database lets no entry be changed or removed."""

    __tablename__ = "ledger"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str]
    """What was paid for; unique within an organisation."""

    booked_at: Mapped[datetime] = mapped_column(UtcTime)
    api_key_id: Mapped[str | None]
    capability: Mapped[str]
    model: Mapped[str]
    voice_id: Mapped[str | None]
    amount: Mapped[int]
    """Thousandths of a credit."""


class SigningSecret(Table):
    """What access tokens are signed with."""

    __tablename__ = "signing_secrets"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str]
    """Hexadecimal."""

    created_at: Mapped[datetime] = mapped_column(UtcTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When another took its place; its tokens still live out their time."""


class PronunciationDictionary(Table):
    """How words are to be said. Of a deleted one only its place in the list is left."""

    __tablename__ = "pronunciation_dictionaries"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str]
    description: Mapped[str]
    pinned: Mapped[bool]
    items: Mapped[list[Any]] = mapped_column(JSON)
    """Fields of `menura.text.pronunciations.Pronunciation`, in the caller's order."""

    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class StoredFile(Table):
    """A file that a client keeps. Of a deleted one only its place in the list is left."""

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Also the name of its blob."""

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    filename: Mapped[str]
    purpose: Mapped[str]
    size: Mapped[int]
    """Bytes."""

    digest: Mapped[str]
    """SHA-256 of the bytes."""

    link_key: Mapped[str]
    """What links to this file are signed with, hexadecimal."""

    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Dataset(Table):
    """Recordings of one speaker. Of a deleted one only its place in the list is left."""

    __tablename__ = "datasets"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str]
    description: Mapped[str]
    chosen: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Embedding of the speaker that was chosen; None for the one who speaks longest."""

    target: Mapped[int]
    """Number of the speaker whose utterances count."""

    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class DatasetFile(Table):
    """A recording of a dataset. Of a deleted one only its place in the list is left."""

    __tablename__ = "dataset_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Also the beginning of the names of its blobs."""

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    filename: Mapped[str]
    size: Mapped[int]
    """Bytes."""

    digest: Mapped[str]
    """SHA-256 of the bytes."""

    duplicates: Mapped[int]
    """How often the same bytes were sent again."""

    state: Mapped[str]
    """`waiting`, `preparing`, `ready` or `failed`; see `menura.library.dataset_files`."""

    worker: Mapped[str | None]
    """Who prepares it."""

    heartbeat: Mapped[datetime | None] = mapped_column(UtcTime)
    """When that one was last known to be at it."""

    crashes: Mapped[int]
    """How many worker processes died of it."""

    preparation: Mapped[int]
    """Version of the preparation that its report and utterances are of; 0 for none."""

    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    advice: Mapped[list[Any]] = mapped_column(JSON)
    error: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Code, sentence and remedy of what ended its preparation."""

    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Utterance(Table):
    """A stretch of a dataset's recording, fields as in `menura.work.prepare.HeardUtterance`."""

    __tablename__ = "utterances"

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"))
    file_id: Mapped[str] = mapped_column(ForeignKey("dataset_files.id"))
    start: Mapped[float]
    end: Mapped[float]
    transcript: Mapped[str]
    confidence: Mapped[float]
    snr_db: Mapped[float]
    problem: Mapped[str | None]
    embedding: Mapped[bytes] = mapped_column(LargeBinary)
    speaker: Mapped[int | None]
    """Number within the dataset, 0 for the one who speaks longest; None before it is told."""

    corrected: Mapped[str | None]
    """The transcript as somebody wrote it."""

    excluded: Mapped[bool | None]
    """What somebody decided; None leaves it to speaker and problem."""
