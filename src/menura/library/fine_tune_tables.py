"""The tables of fine-tunes as typed classes, beside those of `menura.library.tables`."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from menura.library.tables import Table, UtcTime


class FineTune(Table):
    """A base model's training on a dataset. Of a deleted one only its place in the list is left."""

    __tablename__ = "fine_tunes"

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str]
    description: Mapped[str]
    language: Mapped[str]
    """As it was asked for."""

    accent: Mapped[str | None]
    """As it was asked for; its voices have it, too."""

    locale: Mapped[str]
    """The language that the model is trained in, one of its own."""

    model_id: Mapped[str]
    """The base model as it is shown."""

    snapshot: Mapped[str]
    """The base model that is trained, and no other."""

    dataset_id: Mapped[str]
    """May be deleted by now."""

    consent: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """As in `menura.library.tables.Voice`."""

    api_key_id: Mapped[str | None]
    """The key that asked, which the credits are booked under."""

    status: Mapped[str]
    """`created`, `training`, `completed` or `failed`."""

    stage: Mapped[str]
    """What is being done; see `menura.library.fine_tunes.STAGES`."""

    progress: Mapped[float]
    """Share of the whole in [0, 1]."""

    eta_seconds: Mapped[float | None]
    seconds: Mapped[float | None]
    """Of the speech that it learns from; None until that was counted."""

    budget: Mapped[float | None]
    """Seconds that the training may take, as asked for; None leaves it to who trains."""

    fingerprint: Mapped[str]
    """Of what it learns from and how; empty before it began. Another one begins afresh."""

    seed: Mapped[int]
    attempts: Mapped[int]
    """How often it was asked for: 1, and one for each retry."""

    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    samples: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Held-out sentences as sound; see `menura.library.fine_tune_samples`."""

    error: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Code, sentence and remedy of what it failed of."""

    queued_at: Mapped[datetime] = mapped_column(UtcTime)
    """Its place in the line."""

    due_at: Mapped[datetime] = mapped_column(UtcTime)
    """Nobody may take it before."""

    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When its training began for the first time since it was asked for."""

    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    booked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When the credits of a completed one were booked."""

    worker: Mapped[str | None]
    """Who trains it."""

    device: Mapped[str | None]
    """What that one trains it on."""

    heartbeat: Mapped[datetime | None] = mapped_column(UtcTime)
    """When that one was last known to be at it."""

    crashes: Mapped[int]
    """How many worker processes died of it in a row, none of which got further."""

    crashed_at: Mapped[float]
    """Progress that had been reached by the last of them; -1 for none."""

    furthest: Mapped[float]
    """Progress that was ever reached with this fingerprint."""

    adapter: Mapped[str | None]
    """File of the tuned weights."""

    adapter_digest: Mapped[str | None]
    """SHA-256 of that file."""

    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class FineTuneEvent(Table):
    """What became known of a fine-tune at a moment."""

    __tablename__ = "fine_tune_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    fine_tune_id: Mapped[str] = mapped_column(ForeignKey("fine_tunes.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    attempt: Mapped[int]
    """As `FineTune.attempts` was."""

    status: Mapped[str]
    stage: Mapped[str]
    progress: Mapped[float]
    eta_seconds: Mapped[float | None]
    step: Mapped[int]
    losses: Mapped[dict[str, float]] = mapped_column(JSON)
    """Means since the event before."""

    scores: Mapped[dict[str, float]] = mapped_column(JSON)
    """Measures of held-out utterances, whenever they were taken anew."""

    error: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
