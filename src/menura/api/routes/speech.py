"""Text to audio."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from menura.api.auth import Caller
from menura.api.deps import CallerDep, ServicesDep
from menura.api.disconnect import while_connected
from menura.api.errors import request_id
from menura.api.model_ids import check_model_id
from menura.api.schemas import SpeechRequest, parse, read_body
from menura.api.services import Services
from menura.audio.encode import complete_wav
from menura.audio.formats import parse_output_format
from menura.errors import InputError, MenuraError, NotFoundError, TextError, TooLargeError
from menura.text.choice import choose_language
from menura.work.jobs import SpeechJob, SpeechOutput

router = APIRouter(prefix="/tts", tags=["Speech"])

_log = structlog.get_logger("menura.api")

SHORT_CHARACTERS = 120
"""A wav of so short a text is answered whole, with its true length in the header."""

SPEEDS = {"slow": 0.8, "normal": 1.0, "fast": 1.2}


@router.post(
    "/bytes",
    summary="Speak a text",
    response_class=Response,
    responses={
        200: {
            "description": "The audio, as it is made.",
            "content": {"audio/wav": {}, "audio/mpeg": {}, "application/octet-stream": {}},
            "headers": {
                "Menura-Model": {
                    "description": "Snapshot of the base model that spoke.",
                    "schema": {"type": "string"},
                },
                "Menura-Language": {
                    "description": "The language that was spoken, stated or found.",
                    "schema": {"type": "string"},
                },
                "Menura-Ignored": {
                    "description": "Fields of the request that had no effect.",
                    "schema": {"type": "string"},
                },
            },
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/SpeechRequest"}}
            },
        }
    },
)
async def speak_bytes(request: Request, at: ServicesDep, caller: CallerDep) -> Response:
    """Speaks a text; a client that goes away stops the work."""
    most = at.settings.max_transcript_characters
    # A character takes at most twelve bytes in JSON, as a pair of \\u escapes.
    body = parse(SpeechRequest, await read_body(request, 12 * most + 65536))
    job = await _job(at, caller, body)
    card = await at.model()
    check_model_id(body.model_id, card.info, at.settings.model_ids)
    headers = {"Menura-Model": card.info.snapshot, "Menura-Language": job.language}
    ignored = _ignored(body)
    if ignored:
        headers["Menura-Ignored"] = ", ".join(ignored)
    outputs = at.pool.speak(job)
    try:
        if job.output.container == "wav" and len(job.text) <= SHORT_CHARACTERS:
            whole = await while_connected(request, _all(outputs))
            return Response(complete_wav(whole), 200, headers, job.output.media_type)
        first = await while_connected(request, anext(outputs, None))
    except BaseException:
        await outputs.aclose()
        raise
    return _Audio(first, outputs, headers, job.output.media_type)


class _Audio(StreamingResponse):
    """Sends outputs as they come, and stops the work when sending ends for whatever reason."""

    def __init__(
        self,
        first: SpeechOutput | None,
        outputs: AsyncGenerator[SpeechOutput, None],
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        self._outputs = outputs
        super().__init__(self._bytes(first), 200, headers, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except MenuraError as error:
            # The headers are out. An answer that ends without its last chunk breaks the connection
            # off, which is the only sign of an error that is left.
            _log.error("speech broke off", code=error.code, request_id=request_id(scope))
        finally:
            await self._outputs.aclose()

    async def _bytes(self, first: SpeechOutput | None) -> AsyncGenerator[bytes, None]:
        if first is not None and first.data:
            yield first.data
        async for output in self._outputs:
            if output.data:
                yield output.data


async def _all(outputs: AsyncGenerator[SpeechOutput, None]) -> bytes:
    return b"".join([output.data async for output in outputs])


async def _job(at: Services, caller: Caller, body: SpeechRequest) -> SpeechJob:
    output = parse_output_format(body.output_format)
    if not body.transcript.strip():
        raise TextError("transcript_empty", "The transcript is empty.", "Send some words to speak.")
    most = at.settings.max_transcript_characters
    if len(body.transcript) > most:
        raise TooLargeError(
            "transcript_too_long",
            f"The transcript has {len(body.transcript)} characters.",
            f"At most {most} are accepted; send it in parts.",
        )
    if body.pronunciation_dict_id:
        raise NotFoundError(
            "pronunciation_dict_not_found",
            f"There is no pronunciation dictionary {body.pronunciation_dict_id[:80]!r}.",
            "Leave `pronunciation_dict_id` out.",
        )
    asked = voice_id(body.voice)
    await at.voices_known()
    voice = await run_in_threadpool(at.library.voices.get, caller.organisation_id, asked)
    # Detecting takes milliseconds of computing, and its tables are read on first use.
    language = await run_in_threadpool(
        choose_language, body.transcript, body.language, body.locale, voice.locale
    )
    config = body.generation_config
    speed = config.speed if config is not None else None
    volume = config.volume if config is not None else None
    return SpeechJob(
        text=body.transcript,
        voice=await run_in_threadpool(at.library.voices.ref, voice),
        language=language,
        output=output,
        speed=SPEEDS[body.speed or "normal"] if speed is None else speed,
        volume=1.0 if volume is None else volume,
    )


def voice_id(voice: str | Mapping[str, Any]) -> str:
    """Reads the voice specifier: an id, `{id}` or `{mode: "id", id}`. Raises InputError."""
    remedy = "Send an id as text, or an object {mode: 'id', id: ...}."
    if isinstance(voice, str):
        found: object = voice
    elif voice.get("mode") not in (None, "id") or ("embedding" in voice and "id" not in voice):
        raise InputError("embeddings_not_supported", "Voice embeddings are not supported.", remedy)
    else:
        found = voice.get("id")
    if not isinstance(found, str) or not found:
        raise InputError("voice_invalid", "The field `voice` names no voice id.", remedy)
    return found


def _ignored(body: SpeechRequest) -> list[str]:
    """Names of fields that were sent and change nothing, so that nobody has to guess."""
    ignored = []
    if body.generation_config is not None and body.generation_config.emotion:
        ignored.append("generation_config.emotion")
    if body.normalization not in (None, "auto"):
        ignored.append("normalization")
    if body.save:
        ignored.append("save")
    if body.duration is not None:
        ignored.append("duration")
    if isinstance(body.voice, dict) and body.voice.get("__experimental_controls"):
        ignored.append("voice.__experimental_controls")
    return ignored
