"""The steps of a fine-tune's life, each inside of a transaction of who takes it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from menura.errors import MenuraError, NotFoundError
from menura.library.fine_tune_tables import FineTune, FineTuneEvent
from menura.library.tuned_models import StoredModel
from menura.library.voices import NewVoice, new_row


def error_fields(error: MenuraError) -> dict[str, str]:
    """An error as it is kept."""
    return {"code": error.code, "sentence": error.sentence, "remedy": error.remedy}


def end(session: Session, row: FineTune, error: Mapping[str, str]) -> None:
    """Ends a fine-tune with the reason."""
    row.status, row.error = "failed", dict(error)
    row.worker = row.heartbeat = row.device = row.eta_seconds = None
    row.ended_at = datetime.now(UTC)
    record(session, row)


def complete(
    session: Session,
    row: FineTune,
    stored: StoredModel,
    voices: Sequence[NewVoice],
    report: Mapping[str, Any],
    samples: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Ends a fine-tune well, with the voices and samples whose files are written."""
    row.status, row.stage, row.progress = "completed", "done", 1.0
    row.worker = row.heartbeat = row.device = row.eta_seconds = row.error = None
    row.adapter, row.adapter_digest = stored.adapter, stored.digest
    row.report = dict(report)
    row.samples = [dict(one) for one in samples]
    row.ended_at = datetime.now(UTC)
    for new, voice in zip(voices, stored.voices, strict=True):
        made = new_row(row.organisation_id, voice.id, new, voice.blob, voice.digest)
        made.fine_tune_id = row.id
        session.add(made)
    record(session, row)


def record(
    session: Session,
    row: FineTune,
    *,
    step: int = 0,
    losses: Mapping[str, float] | None = None,
    scores: Mapping[str, float] | None = None,
) -> None:
    """Adds an event that says how a fine-tune is now."""
    session.add(
        FineTuneEvent(
            fine_tune_id=row.id,
            at=datetime.now(UTC),
            attempt=row.attempts,
            status=row.status,
            stage=row.stage,
            progress=row.progress,
            eta_seconds=row.eta_seconds,
            step=step,
            losses=dict(losses or {}),
            scores=dict(scores or {}),
            error=row.error,
        )
    )


def find_fine_tune(session: Session, organisation_id: str, fine_tune_id: str) -> FineTune:
    """A fine-tune that is there for this organisation. Raises NotFoundError."""
    row = session.get(FineTune, fine_tune_id)
    if row is None or row.organisation_id != organisation_id or row.deleted_at is not None:
        raise NotFoundError(
            "fine_tune_not_found",
            f"There is no fine-tune {fine_tune_id[:80]!r}.",
            "List the fine-tunes to see the ids of those that you have.",
        )
    return row
