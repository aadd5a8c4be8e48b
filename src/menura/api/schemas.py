"""Bodies of requests and answers: a superset of what every API date knows."""

import dataclasses
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from menura.api.accents import native_accent, show_accent
from menura.api.errors import describe_invalid
from menura.errors import TooLargeError
from menura.library.tables import Refinement, Voice
from menura.work.check import CheckOutcome
from menura.work.jobs import JobProgress

Body = TypeVar("Body", bound=BaseModel)
RefinementState = Literal[
    "waiting", "running", "interrupted", "done", "off", "failed", "incomplete"
]
Gender = Literal["masculine", "feminine", "gender_neutral"]

NAME_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 5000
TAGLINE_CHARACTERS = 32

_EXAMPLE_ID = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"


class _Request(BaseModel):
    # Strict, so that a number where a text belongs is an error and not a text.
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class GenerationConfig(_Request):
    """How a text is spoken."""

    speed: float | None = Field(None, ge=0.6, le=1.5, description="Factor of the pace.")
    volume: float | None = Field(None, ge=0.5, le=2.0, description="Factor of the amplitude.")
    emotion: Any = Field(None, description="Accepted; without effect on this model.")


class SpeechRequest(_Request):
    """Body of `POST /tts/bytes`."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "model_id": "sonic-latest",
                "transcript": "Good morning! How did you sleep?",
                "voice": {"mode": "id", "id": _EXAMPLE_ID},
                "output_format": {
                    "container": "wav",
                    "encoding": "pcm_s16le",
                    "sample_rate": 24000,
                },
                "language": "en",
            }
        }
    )

    model_id: str = Field(description="A name of the base model; see the table of model ids.")
    transcript: str = Field(description="The text to speak.")
    voice: str | dict[str, Any] = Field(
        description="A voice id, `{id}`, or `{mode: 'id', id}`.", union_mode="left_to_right"
    )
    output_format: dict[str, Any] = Field(
        description="`container` raw or wav with `encoding` and `sample_rate`; or mp3 with "
        "`sample_rate` and `bit_rate`."
    )
    language: str | None = Field(None, description="Language or locale; heard out when absent.")
    locale: str | None = Field(None, description="As `language`; give one of the two.")
    generation_config: GenerationConfig | None = None
    speed: Literal["slow", "normal", "fast"] | None = Field(None, description="Deprecated.")
    normalization: str | None = Field(None, description="Accepted; without effect yet.")
    pronunciation_dict_id: str | None = None
    save: bool | None = Field(None, description="Accepted; without effect yet.")
    duration: float | None = Field(None, description="Accepted; without effect.")
    add_timestamps: bool | None = Field(None, description="Accepted; without effect here.")


class VoiceUpdate(_Request):
    """Body of `PATCH /voices/{id}`; what is absent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ada, calm"}})

    name: str | None = Field(None, min_length=1, max_length=NAME_CHARACTERS)
    description: str | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
    gender: Gender | None = Field(None, description="null resets it.")
    accent: str | None = Field(None, description="A slug, before 2026-08-14 a display name.")
    tagline: str | None = Field(None, max_length=TAGLINE_CHARACTERS)


class VoiceLocale(BaseModel):
    """A locale that a voice speaks."""

    locale: str
    is_native: bool


class RefinementErrorBody(BaseModel):
    """Why a refinement ended early."""

    code: str = Field(examples=["refinement_crashed"])
    sentence: str
    remedy: str


class RefinementBody(BaseModel):
    """How far a clone is on its way from usable to full quality. The voice speaks all the while."""

    state: RefinementState = Field(
        description="`waiting`: in line for the worker; a new upload goes first. `running`. "
        "`interrupted`: the server was stopped; it goes on at the next start. `done`: at full "
        "quality. `off`: not asked for. `failed`, `incomplete`: ended early by an error, or "
        "because its clip is gone; the voice stays as good as it was."
    )
    progress: float = Field(ge=0, le=1, description="Share done: 1 when done, else 0 at rest.")
    eta_seconds: float | None = Field(description="Time left; null until it can be told.")
    score: float = Field(
        description="The model's own measure of the voice as it is, higher is better; to be "
        "compared with this voice's other scores only. It never falls."
    )
    error: RefinementErrorBody | None = None


class VoiceBody(BaseModel):
    """A voice as every API date understands it."""

    id: str = Field(examples=[_EXAMPLE_ID])
    name: str
    description: str
    tagline: str
    created_at: datetime
    language: str = Field(examples=["en"])
    locales: list[VoiceLocale]
    gender: Gender | None
    accent: str | None
    country: str | None
    access: Literal["private", "public"]
    visibility: Literal["owner", "all"]
    is_public: bool
    is_owner: bool
    is_starred: bool
    user_id: str = Field(description="Id of the owning organisation; empty for stock voices.")
    preview_file_url: str | None
    base_voice_id: str | None
    model_snapshot: str = Field(description="The base model that this voice belongs to.")
    refinement: RefinementBody | None = Field(
        None,
        description="Of voices that were cloned here; stock voices and others have none.",
        exclude_if=lambda value: value is None,
    )


class AdviceBody(BaseModel):
    """One finding about a clip."""

    code: str
    severity: Literal["info", "warning"]
    sentence: str
    remedy: str


class ClonedVoiceBody(VoiceBody):
    """Answer of `POST /voices/clone`: the voice, and how the cloning went."""

    mode: str
    transcript: str | None = Field(description="The words of the clip, given or heard.")
    advice: list[AdviceBody]
    report: dict[str, Any]


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


class VoicePageBody(BaseModel):
    """A page of voices, newest first."""

    data: list[VoiceBody]
    has_more: bool
    next_page: str | None = Field(description="Deprecated; the id to go on after.")


class ErrorBody(BaseModel):
    """Every failure."""

    error_code: str | None = Field(examples=["voice_not_found"])
    title: str
    message: str
    request_id: str
    remedy: str


class StatusBody(BaseModel):
    """Answer of `GET /`."""

    ok: bool
    version: date


class ReadyBody(BaseModel):
    """Answer of `GET /ready`."""

    ready: bool
    reason: str = Field(description="Empty when ready.")


async def read_body(request: Request, limit: int) -> bytes:
    """Reads a body of at most `limit` bytes. Raises TooLargeError."""
    too_large = TooLargeError(
        "body_too_large", "The body is too large.", f"At most {limit} bytes are accepted here."
    )
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


def parse(model: type[Body], body: bytes) -> Body:
    """Reads a JSON body. Raises InputError that names the first field that is wrong."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise describe_invalid(error.errors(include_url=False)) from None


def show_voice(
    voice: Voice, organisation_id: str, version: date, progress: JobProgress | None = None
) -> VoiceBody:
    """A voice as the caller of this API date sees it; `progress` is that of its refinement."""
    return VoiceBody(**_voice_fields(voice, organisation_id, version, progress))


def show_clone(
    voice: Voice, organisation_id: str, version: date, progress: JobProgress | None = None
) -> ClonedVoiceBody:
    """A voice with what is known of its making."""
    return ClonedVoiceBody(
        **_voice_fields(voice, organisation_id, version, progress),
        mode=voice.mode or "",
        transcript=voice.transcript,
        advice=[AdviceBody(**advice) for advice in voice.advice],
        report=voice.report,
    )


def _refinement(row: Refinement | None, progress: JobProgress | None) -> RefinementBody | None:
    if row is None:
        return None
    running = progress if row.state == "running" else None
    at_rest = 1.0 if row.state == "done" else 0.0
    return RefinementBody.model_validate(
        {
            "state": row.state,
            "progress": at_rest if running is None else round(running.share, 3),
            "eta_seconds": None if running is None else running.eta_seconds,
            "score": row.score,
            "error": row.error,
        }
    )


def show_check(found: CheckOutcome) -> ClipCheckBody:
    """What was found in a clip."""
    return ClipCheckBody.model_validate(dataclasses.asdict(found))


def _voice_fields(
    voice: Voice, organisation_id: str, version: date, progress: JobProgress | None
) -> dict[str, Any]:
    language, _, region = voice.locale.partition("-")
    return {
        "id": voice.id,
        "name": voice.name,
        "description": voice.description,
        "tagline": voice.tagline,
        "created_at": voice.created_at.astimezone(UTC),
        "language": language,
        "locales": [VoiceLocale(locale=voice.locale, is_native=True)],
        "gender": voice.gender,
        "accent": show_accent(voice.accent or native_accent(voice.locale), version),
        "country": region or None,
        "access": voice.access,
        "visibility": voice.visibility,
        "is_public": voice.access == "public",
        "is_owner": voice.organisation_id == organisation_id,
        "is_starred": False,
        "user_id": voice.organisation_id or "",
        "preview_file_url": None,
        "base_voice_id": voice.base_voice_id,
        "model_snapshot": voice.snapshot,
        "refinement": _refinement(voice.refinement, progress),
    }
