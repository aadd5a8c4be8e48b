"""Reports and utterances of datasets on the wire: ours, Cartesia has none."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from menura.api.plain_text import Line
from menura.api.schemas import RequestBody
from menura.api.voice_schemas import AdviceBody

Verdict = Literal["pending", "good", "fair", "unusable"]


class FileReportBody(BaseModel):
    """What became of a recording."""

    id: str
    filename: str
    verdict: Verdict = Field(
        description="`pending` until it was prepared; `good` when most of its speech counts, "
        "`fair` when less does or something should be better, `unusable` when none does."
    )
    stage: str | None = Field(None, description="`decode`, `listen` or `transcribe`.")
    progress: float = Field(ge=0, le=1, description="Share of its preparation that is done.")
    eta_seconds: float | None = None
    seconds_that_count: float
    other_speakers_seconds: float = Field(description="Left out, as others speak.")
    utterances: int
    duplicates: int = Field(description="How often the same bytes were sent again.")
    report: dict[str, Any] = Field(
        description="Figures: container, codec, original_rate, original_channels, seconds, "
        "speech_seconds, snr_db, clipped_share, bandwidth, loudness, language; as far as known."
    )
    advice: list[AdviceBody]


class SpeakerBody(BaseModel):
    """Somebody who speaks in a dataset."""

    speaker: int = Field(description="0 speaks longest; the numbers may change with new files.")
    seconds: float
    utterances: int
    target: bool = Field(description="Whether it is this one's utterances that count.")


class DatasetReportBody(BaseModel):
    """What a dataset is worth."""

    dataset: str
    ready: bool = Field(description="Whether every recording has been prepared, or has failed.")
    minutes_that_count: float
    minutes_needed: float
    minutes_ideal: float
    enough: bool
    languages: dict[str, float] = Field(description="Minutes that count, by language.")
    speakers: list[SpeakerBody]
    advice: list[AdviceBody]
    files: list[FileReportBody]


class UtteranceUpdate(RequestBody):
    """Body of `PATCH /datasets/{id}/utterances/{utterance_id}`; what is absent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"transcript": "Good morning."}})

    transcript: Line | None = Field(None, description="null goes back to what was heard.")
    excluded: bool | None = Field(
        None, description="true leaves it out, false takes it in, null leaves it to its problem."
    )


class UtteranceBody(BaseModel):
    """A stretch of speech of 2 to 15 s."""

    id: str = Field(examples=["utterance_5pgBiTNbGSNr8dyGgVXCqa"])
    file: str = Field(description="Id of the recording.")
    start: float = Field(description="Seconds of the recording.")
    end: float
    transcript: str = Field(description="As corrected, else as heard.")
    heard: str
    confidence: float = Field(description="Mean log probability of what was heard.")
    snr_db: float
    speaker: int | None = Field(description="Null until all is told.")
    problem: str | None = Field(
        description="noise, music, clipped, two_voices, unintelligible or language."
    )
    excluded: bool | None = Field(description="What somebody decided.")
    counts: bool = Field(description="Whether it is trained on.")


class UtterancePageBody(BaseModel):
    """A page of utterances, in the order of the recordings and of time."""

    data: list[UtteranceBody]
    has_more: bool
    next_page: str | None = None
