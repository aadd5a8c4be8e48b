"""The report of a fine-tune on the wire: ours, Cartesia has none."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from menura.api.fine_tune_schemas import FineTuneErrorBody, FineTuneStatus


class CurvePointBody(BaseModel):
    """Where a training was at a moment."""

    at: datetime
    attempt: int = Field(description="1, and one more for each retry.")
    stage: str
    step: int
    progress: float
    losses: dict[str, float] = Field(description="Means since the point before, by name.")
    scores: dict[str, float] = Field(
        description="Measures of held-out utterances, whenever they were taken anew."
    )


class SourceClipBody(BaseModel):
    """The stretch of a recording that a voice is made of."""

    number: int
    name: str = Field(description="What it is like.", examples=["calm and low"])
    why: str = Field(description="Why it was taken.")
    voice: str | None = Field(description="Id of the voice; null when it was deleted.")
    transcript: str | None
    start: float = Field(description="Seconds of the recording, as `end`.")
    end: float
    file: str | None = Field(
        description="Id of the recording in the dataset; null when it was deleted."
    )
    filename: str | None
    audio_url: str | None = Field(
        description="Where the clip can be heard, with the same key; null when its recording was "
        "deleted."
    )


class SampleBody(BaseModel):
    """A sentence that was kept out of the training, for ears: before and after."""

    number: int
    transcript: str
    file: str | None = Field(
        description="Id of the recording in the dataset; null when it was deleted."
    )
    filename: str | None
    start: float = Field(description="Seconds of the recording, as `end`.")
    end: float
    recording_url: str | None = Field(
        description="Where the person can be heard, with the same key, as the other two; null when "
        "the recording was deleted."
    )
    instant_url: str | None = Field(description="The same words by the instant clone.")
    tuned_url: str | None = Field(description="The same words by the tuned model.")
    instant_scores: dict[str, float] = Field(
        description="What this sentence was given, by names as in `figures`."
    )
    tuned_scores: dict[str, float]


class FineTuneReportBody(BaseModel):
    """What became of a fine-tune."""

    fine_tune: str
    status: FineTuneStatus
    error: FineTuneErrorBody | None = None
    speech_seconds: float | None = Field(description="Of the speech that it learns from.")
    figures: dict[str, Any] = Field(
        description="As the model tells them: steps, seconds, held-out scores of the instant clone "
        "and of the tuned model."
    )
    curve: list[CurvePointBody] = Field(description="In the order of time, over all attempts.")
    clips: list[SourceClipBody] = Field(description="One for each voice, when it is completed.")
    samples: list[SampleBody] = Field(
        description="Up to three, when it is completed; none of one that was imported."
    )
