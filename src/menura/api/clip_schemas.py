"""What a check of a clip answers."""

import dataclasses
from typing import Any

from pydantic import BaseModel, Field

from menura.api.voice_schemas import AdviceBody
from menura.work.check import CheckOutcome


class SpanBody(BaseModel):
    """A stretch of a recording."""

    start: float = Field(description="Seconds.")
    end: float = Field(description="Seconds.")


class TimelineBody(BaseModel):
    """What lies where in a recording."""

    seconds: float = Field(description="Of the recording that were listened to.")
    speech: list[SpanBody]
    pauses: list[SpanBody] = Field(description="The long ones.")
    used: list[SpanBody] = Field(description="The speech that a clone would be made of.")
    clipped: list[SpanBody] = Field(description="Where peaks are cut off.")
    peaks: list[float] = Field(description="Largest magnitude of evenly long stretches.")


class ClipCheckBody(BaseModel):
    """Answer of `POST /voices/check`."""

    transcript: str = Field(description="The words of the clip, given or heard.")
    advice: list[AdviceBody]
    report: dict[str, Any]
    timeline: TimelineBody


def show_check(found: CheckOutcome) -> ClipCheckBody:
    """What was found in a clip."""
    return ClipCheckBody.model_validate(dataclasses.asdict(found))
