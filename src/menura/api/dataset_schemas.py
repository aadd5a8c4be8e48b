"""Datasets and fine-tunes on the wire (sections 15 and 16): bodies, states and errors.

What Cartesia's clients know comes first in each body; what follows is ours, and they ignore it.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from menura.api.schemas import RequestBody
from menura.api.voice_schemas import DESCRIPTION_CHARACTERS, NAME_CHARACTERS, AdviceBody
from menura.errors import ConflictError, InputError, NotFoundError

FILE_PURPOSE = "fine_tune"
LEAST_SECONDS = 30 * 60
"""Of speech in a dataset, without which no fine-tune begins."""

VOICES_OF_A_FINE_TUNE = 4

FineTuneStatus = Literal["created", "training", "completed", "failed"]
FineTuneStage = Literal["waiting", "listening", "training", "choosing", "done"]


class DatasetRequest(RequestBody):
    """Body of `POST /datasets`."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ada", "description": ""}})

    name: str = Field(max_length=NAME_CHARACTERS)
    description: str = Field("", max_length=DESCRIPTION_CHARACTERS)


class DatasetUpdate(RequestBody):
    """Body of `PATCH /datasets/{id}`, which answers 204; what is absent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ada", "description": ""}})

    name: str | None = Field(None, max_length=NAME_CHARACTERS)
    description: str | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
    speaker: int | None = Field(
        None,
        ge=0,
        description="Whose utterances count, by the number in the report; null goes back to the "
        "one who speaks longest.",
    )


class DatasetBody(BaseModel):
    """Recordings of one speaker for a fine-tune."""

    id: str = Field(examples=["dataset_5pgBiTNbGSNr8dyGgVXCqa"])
    name: str
    description: str
    created_at: datetime
    files: int = Field(description="How many recordings it has.")
    seconds: float = Field(description="Of speech that counts, as found so far.")


class DatasetPageBody(BaseModel):
    """A page of datasets, newest first."""

    data: list[DatasetBody]
    has_more: bool
    next_page: str | None = None


class DatasetFileBody(BaseModel):
    """A recording of a dataset."""

    id: str = Field(examples=["file_5pgBiTNbGSNr8dyGgVXCqa"])
    filename: str
    size: int = Field(description="Bytes.")
    created_at: datetime
    seconds: float | None = Field(None, description="Of speech; null until it was listened to.")
    advice: list[AdviceBody] = Field(default_factory=list)


class DatasetFilePageBody(BaseModel):
    """A page of recordings, newest first."""

    data: list[DatasetFileBody]
    has_more: bool
    next_page: str | None = None


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

    name: str = Field(min_length=1, max_length=NAME_CHARACTERS)
    description: str = Field("", max_length=DESCRIPTION_CHARACTERS)
    language: str
    model_id: str = Field(description="The base model; a name of the table of model ids.")
    dataset: str = Field(description="Id of the dataset.")
    accent: str | None = Field(None, description="Given to the voices; one of the language.")
    seconds: float | None = Field(
        None, gt=0, description="Time budget of the training; the server's own where absent."
    )


class FineTuneErrorBody(BaseModel):
    """Why a fine-tune failed."""

    code: str = Field(examples=["dataset_too_short"])
    sentence: str
    remedy: str


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
    stage: FineTuneStage = Field(
        description="`waiting` in line, `listening` to the dataset, `training`, `choosing` the "
        "clips that the voices are made of, `done` when completed or failed."
    )
    progress: float = Field(ge=0, le=1, description="Share done of the whole.")
    eta_seconds: float | None = Field(None, description="Time left; null until it can be told.")
    error: FineTuneErrorBody | None = Field(
        None, description="Of a failed one.", exclude_if=lambda value: value is None
    )
    report: dict[str, Any] = Field(
        default_factory=dict,
        description="Figures: speech used, steps, likeness and naturalness before and after.",
    )


class FineTunePageBody(BaseModel):
    """A page of fine-tunes, newest first."""

    data: list[FineTuneBody]
    has_more: bool
    next_page: str | None = None


def dataset_not_found(asked: str) -> NotFoundError:
    """For a dataset that is not there, or not for this caller."""
    return NotFoundError(
        "dataset_not_found",
        f"There is no dataset {asked[:80]!r}.",
        "List the datasets to see the ids of those that you can use.",
    )


def dataset_in_use(name: str) -> ConflictError:
    """For deleting or changing a dataset that is being trained on."""
    return ConflictError(
        "dataset_in_use",
        f"A fine-tune is being trained on the dataset {name[:80]!r}.",
        "Wait until it is over, or delete the fine-tune first.",
    )


def dataset_too_short(seconds: float) -> InputError:
    """For a fine-tune with too little speech."""
    return InputError(
        "dataset_too_short",
        f"The dataset has {seconds / 60:.0f} minutes of speech.",
        f"At least {LEAST_SECONDS // 60} are needed, two hours are good.",
    )


def file_purpose_invalid(purpose: str) -> InputError:
    """For an upload to a dataset with another purpose."""
    return InputError(
        "file_purpose_invalid",
        f"A file of a dataset cannot have the purpose {purpose[:40]!r}.",
        f"Send `purpose` as {FILE_PURPOSE}, or leave it out.",
    )


def fine_tune_not_found(asked: str) -> NotFoundError:
    """For a fine-tune that is not there, or not for this caller."""
    return NotFoundError(
        "fine_tune_not_found",
        f"There is no fine-tune {asked[:80]!r}.",
        "List the fine-tunes to see the ids of those that you can use.",
    )


def voice_not_localizable(name: str) -> InputError:
    """For localizing, or attaching accents to, a voice of a fine-tune (sections 7.7 and 7.8)."""
    return InputError(
        "voice_not_localizable",
        f"The voice {name[:80]!r} belongs to a fine-tune and speaks with its weights only.",
        "Localize a stock voice or an instant clone instead.",
    )
