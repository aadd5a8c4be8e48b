"""Text to audio as an event stream (section 9)."""

import json
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.disconnect import while_connected
from menura.api.errors import request_id
from menura.api.event_requests import SpeechEventsRequest
from menura.api.schemas import parse, read_body
from menura.api.speaking import speak_request
from menura.api.speech_events import check_raw, done_event, error_event, speech_events
from menura.api.speech_requests import speech_headers, speech_job
from menura.errors import MenuraError
from menura.work.jobs import SpeechOutput

router = APIRouter(prefix="/tts", tags=["Speech"])

_log = structlog.get_logger("menura.api")


@router.post(
    "/sse",
    summary="Speak a text, as events",
    response_class=Response,
    responses={
        200: {
            "description": "Events `chunk`, `timestamps`, `phoneme_timestamps`, then one `done`; "
            "or `error`, when something fails after the first audio.",
            "content": {"text/event-stream": {}},
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/SpeechEventsRequest"}}
            },
        }
    },
)
async def speak_events(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> Response:
    """Speaks a text; a client that goes away stops the work."""
    began = time.perf_counter()
    most = at.settings.max_transcript_characters
    body = parse(SpeechEventsRequest, await read_body(request, 12 * most + 65536))
    job = await speech_job(at, caller, body, version)
    check_raw(job.output)
    headers = await speech_headers(at, body, job)
    outputs = speak_request(at, caller, body, job, "sse")
    try:
        first = await while_connected(request, anext(outputs, None))
    except BaseException:
        await outputs.aclose()
        raise
    return _Events(body, first, outputs, headers, began)


class _Events(StreamingResponse):
    """Sends events as they come, and stops the work when sending ends for whatever reason."""

    def __init__(
        self,
        body: SpeechEventsRequest,
        first: SpeechOutput | None,
        outputs: AsyncGenerator[SpeechOutput, None],
        headers: Mapping[str, str],
        began: float,
    ) -> None:
        self._body = body
        self._outputs = outputs
        self._began = began
        self._identity = ""
        # A proxy that gathers the answer would take the point away from streaming it.
        calm = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        super().__init__(self._lines(first), 200, {**headers, **calm}, "text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._identity = request_id(scope)
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._outputs.aclose()

    async def _lines(self, first: SpeechOutput | None) -> AsyncGenerator[str, None]:
        named = self._body.context_id
        try:
            output = first
            while output is not None:
                for line in self._of(output):
                    yield line
                output = await anext(self._outputs, None)
            yield _line(done_event(named))
        except MenuraError as error:
            _log.error("speech broke off", code=error.code, request_id=self._identity)
            yield _line(error_event(error, self._identity, named))

    def _of(self, output: SpeechOutput) -> list[str]:
        now = time.perf_counter()
        step, self._began = 1000 * (now - self._began), now
        common = {} if self._body.context_id is None else {"context_id": self._body.context_id}
        events = speech_events(output, self._body.timestamps, step_ms=step, common=common)
        return [_line(event) for event in events]


def _line(event: dict[str, Any]) -> str:
    # On one line, since the old SDK's reader takes each line of data for an event; in ASCII, since
    # some readers end a line at U+2028 too.
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
