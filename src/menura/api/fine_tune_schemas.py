"""Fine-tunes on the wire (section 16): bodies and errors.

What Cartesia's clients know comes first in each body; what follows is ours, and they ignore it.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from menura.api.plain_text import Line, Text
from menura.api.schemas import RequestBody
from menura.api.voice_schemas import DESCRIPTION_CHARACTERS, NAME_CHARACTERS

FineTuneStatus = Literal["created", "training", "completed", "failed"]


class FineTuneRequest(RequestBody):
    """Body of `POST /fine-tunes`; training begins with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Ada",
                "description": "",
                "language": "en",
                "model_id": "sonic-3-2026-01-12",
                "dataset": "dataset_5pgBiTNbGSNr8dyGgVXCqa",
            }
        }
    )

    name: Line = Field(min_length=1, max_length=NAME_CHARACTERS)
    description: Text = Field("", max_length=DESCRIPTION_CHARACTERS)
    language: str = Field(description="Language or locale of the recordings.")
    model_id: str = Field(description="The base model; a name of the table of model ids.")
    dataset: str = Field(description="Id of the dataset.")
    accent: str | None = Field(
        None,
        description="Given to the voices; a slug of the language, before 2026-08-14 a display "
        "name.",
    )
    seconds: float | None = Field(
        None,
        ge=1,
        le=24 * 3600,
        description="Time budget of the training; the server's own where absent.",
    )
    consent: bool | None = Field(
        None,
        description="Whether you accept the statement of `GET /fine-tunes/consent`. Where the "
        "server does not require an answer, a request without one accepts it.",
    )


class FineTuneErrorBody(BaseModel):
    """Why a fine-tune failed."""

    code: str = Field(examples=["dataset_too_short"])
    sentence: str
    remedy: str


class FineTuneConsentBody(BaseModel):
    """That the person agreed to a voice being made of the recordings."""

    statement: str
    given_at: datetime | None = None
    given_by: str | None = Field(
        None,
        description="`accepted` with `consent: true`, `by_api` by a request that did not say, or "
        "by the `command_line` or a `program` on the server's machine.",
    )
    key_id: str | None = Field(None, description="The API key that it came with.")


class FineTuneBody(BaseModel):
    """A training of a base model on a dataset, and how far it is."""

    id: str = Field(examples=["fine_tune_5pgBiTNbGSNr8dyGgVXCqa"])
    name: str
    description: str
    language: str
    model_id: str
    dataset: str
    status: FineTuneStatus
    accent: str | None = None
    created_at: datetime
    stage: str = Field(
        description="`waiting` in line, `listening` until its dataset is prepared, `loading` the "
        "model, `aligning`, `training`, `judging`, `saving`, then `done`; a failed one keeps the "
        "stage that it failed in."
    )
    progress: float = Field(ge=0, le=1, description="Share done of the whole.")
    eta_seconds: float | None = Field(None, description="Time left; null until it can be told.")
    error: FineTuneErrorBody | None = Field(
        None, description="Of a failed one.", exclude_if=lambda value: value is None
    )
    report: dict[str, Any] = Field(
        default_factory=dict,
        description="Figures: speech used, steps, likeness and naturalness before and after; more "
        "with `GET /fine-tunes/{id}/report`.",
    )
    locale: str = Field(description="The language of the base model that it is trained in.")
    model_snapshot: str = Field(description="The base model that its voices speak with.")
    speech_seconds: float | None = Field(
        None, description="Of the speech that it learns from; null until that was counted."
    )
    seconds: float | None = Field(
        None, description="Time budget that was asked for; null for the server's own."
    )
    attempts: int = Field(description="1, and one more for each retry.")
    started_at: datetime | None = None
    ended_at: datetime | None = None
    consent: FineTuneConsentBody | None = Field(
        None, exclude_if=lambda value: value is None, description="As given when it was made."
    )


class FineTunePageBody(BaseModel):
    """A page of fine-tunes, newest first."""

    data: list[FineTuneBody]
    has_more: bool
    next_page: str | None = None


class ConsentStatementBody(BaseModel):
    """What whoever begins a fine-tune declares."""

    statement: str
    required: bool = Field(description="Whether a request has to say `consent: true`.")
