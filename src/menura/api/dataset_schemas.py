"""Datasets on the wire (section 15): bodies and errors.

What Cartesia's clients know comes first in each body; what follows is ours, and they ignore it.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from menura.api.plain_text import Line, Text
from menura.api.schemas import RequestBody
from menura.api.voice_schemas import DESCRIPTION_CHARACTERS, NAME_CHARACTERS, AdviceBody
from menura.errors import InputError

FILE_PURPOSE = "fine_tune"


class DatasetRequest(RequestBody):
    """Body of `POST /datasets`."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ada", "description": ""}})

    name: Line = Field(max_length=NAME_CHARACTERS)
    description: Text = Field("", max_length=DESCRIPTION_CHARACTERS)


class DatasetUpdate(RequestBody):
    """Body of `PATCH /datasets/{id}`, which answers 204; what is absent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ada", "description": ""}})

    name: Line | None = Field(None, max_length=NAME_CHARACTERS)
    description: Text | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
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


def file_purpose_invalid(purpose: str) -> InputError:
    """For an upload to a dataset with another purpose."""
    return InputError(
        "file_purpose_invalid",
        f"A file of a dataset cannot have the purpose {purpose[:40]!r}.",
        f"Send `purpose` as {FILE_PURPOSE}, or leave it out.",
    )
