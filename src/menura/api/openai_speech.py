"""What OpenAI's clients send for speech, and what it means here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.schemas import RequestBody, SpeechRequest
from menura.api.services import Services
from menura.audio.formats import OutputFormat
from menura.errors import InputError, NotFoundError
from menura.library.stock import stock_id
from menura.library.tables import Voice
from menura.library.voice_query import VoiceFilter

RATE = 24000
"""Hz of every format; that of OpenAI's own `pcm`."""

FORMATS: Mapping[str, OutputFormat] = {
    "mp3": OutputFormat("mp3", RATE, bit_rate=128000),
    "opus": OutputFormat("opus", RATE),
    "aac": OutputFormat("aac", RATE),
    "flac": OutputFormat("flac", RATE),
    "wav": OutputFormat("wav", RATE, encoding="pcm_s16le"),
    "pcm": OutputFormat("raw", RATE, encoding="pcm_s16le"),
}

VOICES: Mapping[str, str] = {
    "alloy": "af_alloy",
    "ash": "am_michael",
    "ballad": "bm_george",
    "cedar": "am_fenrir",
    "coral": "af_bella",
    "echo": "am_echo",
    "fable": "bm_fable",
    "marin": "af_heart",
    "nova": "af_nova",
    "onyx": "am_onyx",
    "sage": "af_sarah",
    "shimmer": "af_sky",
    "verse": "am_puck",
}
"""Names of OpenAI's voices, and the stock voice that answers to each.

They are stand-ins, no likenesses. A model without such a stock voice answers with its first one.
"""

SLOWEST, FASTEST = 0.6, 1.5
"""What the model can speak; what is asked for beyond is spoken at the nearer of the two."""


class OpenAISpeechRequest(RequestBody):
    """Body of `POST /v1/audio/speech`."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "model": "tts-1",
                "input": "Good morning! How did you sleep?",
                "voice": "alloy",
                "response_format": "mp3",
            }
        },
    )

    model: str = Field(description="A name of `GET /v1/models`.")
    input: str = Field(description="The text to speak.")
    voice: str | dict[str, Any] = Field(
        description="A voice of OpenAI such as `alloy`, a voice's id or name, or `{id}`.",
        union_mode="left_to_right",
    )
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] | None = Field(
        None, description="mp3 where it is absent. All are mono at 24 kHz."
    )
    speed: float | None = Field(
        None,
        ge=0.25,
        le=4.0,
        description=f"Factor of the pace. Under {SLOWEST} and over {FASTEST} the nearer of the two "
        "is spoken, and the header `Menura-Speed` says so.",
    )
    stream_format: Literal["audio", "sse"] | None = None
    instructions: str | None = Field(None, description="Accepted; without effect.")
    language: str | None = Field(
        None, description="Language or locale; heard out of the text when absent. Not OpenAI's."
    )


@dataclass(frozen=True)
class Translated:
    """An OpenAI request as one of Menura's own."""

    body: SpeechRequest
    output: OutputFormat
    headers: Mapping[str, str]
    """Beside those of every speech answer."""


async def translate(at: Services, caller: Caller, sent: OpenAISpeechRequest) -> Translated:
    """Finds the voice and says the rest in Menura's words. Raises InputError, NotFoundError."""
    voice = await find_voice(at, caller, sent.voice)
    asked = 1.0 if sent.speed is None else sent.speed
    speed = min(max(asked, SLOWEST), FASTEST)
    raw = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE}
    body = SpeechRequest.model_validate(
        {
            "model_id": sent.model,
            "transcript": sent.input,
            "voice": voice.id,
            # Cartesia's wire knows fewer formats; the job gets the real one.
            "output_format": raw,
            "language": sent.language or None,
            "generation_config": {"speed": speed},
        }
    )
    headers = {} if speed == asked else {"Menura-Speed": f"{speed:g}"}
    return Translated(body, FORMATS[sent.response_format or "mp3"], headers)


def with_ignored(headers: Mapping[str, str], sent: OpenAISpeechRequest) -> dict[str, str]:
    """Adds what had no effect to the headers of an answer."""
    if not sent.instructions:
        return dict(headers)
    names = [name for name in (headers.get("Menura-Ignored"), "instructions") if name]
    return {**headers, "Menura-Ignored": ", ".join(names)}


async def find_voice(at: Services, caller: Caller, asked: str | Mapping[str, Any]) -> Voice:
    """The voice that a name or id means: own voices by name first, then OpenAI's names.

    Raises NotFoundError, InputError for what is no name, ConflictError for one of several voices.
    """
    name = asked if isinstance(asked, str) else asked.get("id")
    if not isinstance(name, str) or not name.strip():
        raise InputError(
            "voice_invalid", "The field `voice` names no voice.", "Send a name such as 'alloy'."
        )
    await at.voices_known()
    voices, owner, wanted = at.library.voices, caller.organisation_id, name.strip().casefold()
    own = await run_in_threadpool(voices.list, owner, VoiceFilter(q=wanted, is_owner=True))
    mine = [voice for voice in own.voices if voice.name.casefold() == wanted]
    if len(mine) == 1:
        return mine[0]
    if not mine and wanted in VOICES:
        return await _stand_in(at, owner, VOICES[wanted])
    return await run_in_threadpool(voices.resolve, owner, name.strip())


async def _stand_in(at: Services, owner: str, key: str) -> Voice:
    card = await at.model()
    try:
        found = stock_id(card.info.alias, key)
        return await run_in_threadpool(at.library.voices.get, owner, found)
    except NotFoundError:
        first = min(voice.key for voice in card.stock)
        found = stock_id(card.info.alias, first)
        return await run_in_threadpool(at.library.voices.get, owner, found)
