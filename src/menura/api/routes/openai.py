"""The speech part of OpenAI's API, for clients that speak it."""

import base64
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from menura.api.audio_answer import answer_audio
from menura.api.deps import CallerDep, ServicesDep
from menura.api.disconnect import while_connected
from menura.api.errors import openai_error, request_id
from menura.api.metering import billable_characters
from menura.api.model_ids import usable_ids
from menura.api.openai_speech import VOICES, OpenAISpeechRequest, translate, with_ignored
from menura.api.schemas import parse, read_body
from menura.api.services import Services
from menura.api.speaking import speak_request
from menura.api.speech_requests import speech_headers, speech_job
from menura.errors import MenuraError, NotFoundError
from menura.library.stock import stock_time
from menura.work.jobs import SpeechJob, SpeechOutput

router = APIRouter(prefix="/v1", tags=["OpenAI"])

_PCM = "audio/pcm"
_log = structlog.get_logger("menura.api")


@router.post(
    "/audio/speech",
    summary="Speak a text, as OpenAI does",
    response_class=Response,
    responses={
        200: {
            "description": "The audio as it is made; with `stream_format` `sse` events "
            "`speech.audio.delta`, then `speech.audio.done`.",
            "content": {
                kind: {}
                for kind in (
                    *("audio/mpeg", "audio/ogg", "audio/aac", "audio/flac", "audio/wav"),
                    *(_PCM, "text/event-stream"),
                )
            },
            "headers": {
                "Menura-Speed": {
                    "description": "The pace that was spoken, where it is not the one asked for.",
                    "schema": {"type": "string"},
                },
            },
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/OpenAISpeechRequest"}}
            },
        }
    },
)
async def speak(request: Request, at: ServicesDep, caller: CallerDep) -> Response:
    """Speaks a text; a client that goes away stops the work."""
    most = at.settings.max_transcript_characters
    sent = parse(OpenAISpeechRequest, await read_body(request, 12 * most + 65536))
    asked = await translate(at, caller, sent)
    # These clients send no API date, so that none of them has to know of dated ids.
    spoken = await speech_job(at, caller, asked.body, aliases=True)
    job = replace(spoken, output=asked.output)
    headers = {**await speech_headers(at, asked.body, job), **asked.headers}
    headers = with_ignored(headers, sent)
    outputs = speak_request(at, caller, asked.body, job, "openai")
    if sent.stream_format == "sse":
        return await _answer_events(request, job, outputs, headers)
    kind = _PCM if sent.response_format == "pcm" else None
    return await answer_audio(request, job, outputs, headers, kind)


@router.get("/audio/voices", summary="List voices by name")
async def list_voices(at: ServicesDep, caller: CallerDep) -> JSONResponse:
    """Lists what `voice` may be: OpenAI's names, then own and stock voices by id."""
    await at.voices_known()
    page = await run_in_threadpool(at.library.voices.list, caller.organisation_id)
    shown = [{"id": name, "name": name.capitalize()} for name in VOICES]
    shown += [
        {"id": voice.id, "name": voice.name, "language": voice.locale} for voice in page.voices
    ]
    return JSONResponse({"voices": shown})


@router.get("/models", summary="List model names")
async def list_models(at: ServicesDep, caller: CallerDep) -> JSONResponse:
    """Lists every model name that may be sent."""
    return JSONResponse({"object": "list", "data": await _models(at)})


@router.get("/models/{model}", summary="Show a model name")
async def get_model(at: ServicesDep, caller: CallerDep, model: str) -> JSONResponse:
    """Shows one model name."""
    for shown in await _models(at):
        if shown["id"] == model:
            return JSONResponse(shown)
    raise NotFoundError(
        "model_not_found", f"There is no model {model[:80]!r}.", "See GET /v1/models for all names."
    )


async def _models(at: Services) -> list[dict[str, Any]]:
    info = (await at.model()).info
    made = int(stock_time(info.snapshot).timestamp())
    return [
        {"id": name, "object": "model", "created": made, "owned_by": "menura"}
        for name in usable_ids(info, at.settings.model_ids)
    ]


async def _answer_events(
    request: Request,
    job: SpeechJob,
    outputs: AsyncGenerator[SpeechOutput, None],
    headers: dict[str, str],
) -> Response:
    try:
        first = await while_connected(request, anext(outputs, None))
    except BaseException:
        await outputs.aclose()
        raise
    return _Events(job, first, outputs, headers)


class _Events(StreamingResponse):
    """Sends audio as events, and stops the work when sending ends for whatever reason."""

    def __init__(
        self,
        job: SpeechJob,
        first: SpeechOutput | None,
        outputs: AsyncGenerator[SpeechOutput, None],
        headers: dict[str, str],
    ) -> None:
        self._job = job
        self._first = first
        self._outputs = outputs
        self._identity = ""
        super().__init__(self._frames(), 200, headers, "text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._identity = request_id(scope)
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._outputs.aclose()

    async def _frames(self) -> AsyncGenerator[str, None]:
        try:
            if self._first is not None:
                yield _delta(self._first)
            async for output in self._outputs:
                if output.data:
                    yield _delta(output)
        except MenuraError as error:
            _log.error("speech broke off", code=error.code, request_id=self._identity)
            yield _frame({"type": "error", **openai_error(error)})
            return
        # There are no tokens here; what is counted, and paid for, is characters.
        count = billable_characters(self._job.text)
        usage = {"input_tokens": count, "output_tokens": 0, "total_tokens": count}
        yield _frame({"type": "speech.audio.done", "usage": usage})


def _delta(output: SpeechOutput) -> str:
    data = base64.b64encode(output.data).decode()
    return _frame({"type": "speech.audio.delta", "audio": data})


def _frame(event: dict[str, Any]) -> str:
    return f"data: {json.dumps(event)}\n\n"
