"""How a caller sees fine-tunes."""

from datetime import date
from typing import Any, cast

from menura.api.accents import show_accent
from menura.api.fine_tune_schemas import (
    FineTuneBody,
    FineTuneConsentBody,
    FineTuneErrorBody,
    FineTuneStatus,
)
from menura.library.fine_tune_tables import FineTune


def show_fine_tune(row: FineTune, version: date) -> FineTuneBody:
    """A fine-tune as the caller of this API date sees it."""
    return FineTuneBody(
        id=row.id,
        name=row.name,
        description=row.description,
        language=row.language,
        model_id=row.model_id,
        dataset=row.dataset_id,
        status=cast(FineTuneStatus, row.status),
        accent=show_accent(row.accent, version),
        created_at=row.created_at,
        stage=row.stage,
        progress=round(row.progress, 4),
        eta_seconds=None if row.eta_seconds is None else round(row.eta_seconds, 1),
        error=show_error(row.error),
        report=row.report,
        locale=row.locale,
        model_snapshot=row.snapshot,
        speech_seconds=row.seconds,
        seconds=row.budget,
        attempts=row.attempts,
        started_at=row.started_at,
        ended_at=row.ended_at,
        consent=None if row.consent is None else FineTuneConsentBody(**row.consent),
    )


def show_error(error: dict[str, Any] | None) -> FineTuneErrorBody | None:
    """What a fine-tune failed of."""
    return None if error is None else FineTuneErrorBody(**error)
