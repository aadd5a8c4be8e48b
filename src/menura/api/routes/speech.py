"""Text to audio."""

from collections.abc import AsyncGenerator, Mapping

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from menura.api.deps import CallerDep, ServicesDep
from menura.api.disconnect import while_connected
from menura.api.errors import request_id
from menura.api.schemas import SpeechRequest, parse, read_body
from menura.api.speaking import speak_request
from menura.api.speech_requests import speech_headers, speech_job
from menura.audio.encode import complete_wav
from menura.errors import MenuraError
from menura.work.jobs import SpeechOutput

router = APIRouter(prefix="/tts", tags=["Speech"])

_log = structlog.get_logger("menura.api")

SHORT_CHARACTERS = 120
"""A wav of so short a text is answered whole, with its true length in the header."""


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
    job = await speech_job(at, caller, body)
    headers = await speech_headers(at, body, job)
    outputs = speak_request(at, caller, body, job, "bytes")
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
