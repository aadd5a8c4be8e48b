"""Answers that are audio: whole where it is short, else as it is made."""

from collections.abc import AsyncGenerator, Mapping

import structlog
from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from menura.api.disconnect import while_connected
from menura.api.errors import request_id
from menura.audio.encode import complete_wav
from menura.errors import MenuraError
from menura.work.jobs import SpeechJob, SpeechOutput

SHORT_CHARACTERS = 120
"""A wav of so short a text is answered whole, with its true length in the header."""

_log = structlog.get_logger("menura.api")


async def answer_audio(
    request: Request,
    job: SpeechJob,
    outputs: AsyncGenerator[SpeechOutput, None],
    headers: Mapping[str, str],
    media_type: str | None = None,
) -> Response:
    """Answers with the speech of a job; the work stops when the client goes.

    `media_type` is that of the job's output format where it is not given. Raises what comes before
    the first audio, ClientDisconnect when the client goes until then.
    """
    kind = media_type or job.output.media_type
    try:
        if job.output.container == "wav" and len(job.text) <= SHORT_CHARACTERS:
            whole = await while_connected(request, _all(outputs))
            return Response(complete_wav(whole), 200, dict(headers), kind)
        first = await while_connected(request, anext(outputs, None))
    except BaseException:
        await outputs.aclose()
        raise
    return _Audio(first, outputs, headers, kind)


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
