"""Bodies of requests and answers, and how a JSON body is read; voices are in `voice_schemas`."""

from datetime import date
from typing import Any, Literal, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from menura.api.errors import describe_invalid
from menura.errors import TooLargeError

Body = TypeVar("Body", bound=BaseModel)

EXAMPLE_ID = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"


class RequestBody(BaseModel):
    """A JSON body; what it does not know is ignored."""

    # Strict, so that a number where a text belongs is an error and not a text.
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class GenerationConfig(RequestBody):
    """How a text is spoken."""

    speed: float | None = Field(None, ge=0.6, le=1.5, description="Factor of the pace.")
    volume: float | None = Field(None, ge=0.5, le=2.0, description="Factor of the amplitude.")
    emotion: Any = Field(
        None,
        description="A name such as `happy`, `calm`, `angry` or `sad`; it changes pitch, melody, "
        "pace and loudness a little. Unknown ones have no effect.",
    )


class SpeechRequest(RequestBody):
    """Body of `POST /tts/bytes`."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "model_id": "sonic-latest",
                "transcript": "Good morning! How did you sleep?",
                "voice": {"mode": "id", "id": EXAMPLE_ID},
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
    transcript: str = Field(
        description="The text to speak. It may hold `<break time='1s'/>`, `<speed ratio='1.2'/>`, "
        "`<volume ratio='0.8'/>`, `<emotion value='sad'/>`, `<spell>ABC</spell>` and phonemes "
        "such as `<<m|ə|n>>`."
    )
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
    normalization: str | None = Field(
        None, description="`auto`, `off`, or a locale of the language whose rules are meant."
    )
    pronunciation_dict_id: str | None = Field(None, description="See `/pronunciation-dicts`.")
    save: bool | None = Field(None, description="Keep the audio as a file; see `GET /files`.")
    duration: float | None = Field(
        None, gt=0, description="Deprecated. Most seconds of audio; the rest is cut off."
    )
    add_timestamps: bool | None = Field(None, description="Accepted; without effect here.")


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
