"""Answers that take longer than clients wait.

HTTP clients give up when they hear nothing for a while (the SDKs after 60 s). JSON may begin with
blanks, so after some patience the answer is begun, and a blank is sent now and then until its body
is there. By then its status has gone out as 200; a failure after that breaks the connection off,
and the client, when it tries again, gets the failure at once with its proper status.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from menura.api.disconnect import gone
from menura.api.errors import request_id
from menura.errors import MenuraError

BEAT_SECONDS = 10.0

_log = structlog.get_logger("menura.api")


class Waiting:
    """One answer that may take long."""

    def __init__(self) -> None:
        self.begun = False
        """Whether the answer has been begun, so that no error can be told any more."""

    async def answer(
        self, request: Request, work: Coroutine[Any, Any, bytes], patience: float
    ) -> Response:
        """Answers with the JSON that `work` gives; work is cancelled when the client goes.

        Raises what the work raises within `patience` seconds, ClientDisconnect when the client
        goes in that time.
        """
        task = asyncio.ensure_future(work)
        watch = asyncio.create_task(gone(request))
        try:
            await asyncio.wait({task, watch}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and not watch.done():
                self.begun = True
                return _Beating(task, min(patience, BEAT_SECONDS))
            if not task.done():
                raise ClientDisconnect
            return Response(task.result(), media_type="application/json")
        finally:
            watch.cancel()
            if not self.begun:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await asyncio.gather(watch, return_exceptions=True)


class _Beating(StreamingResponse):
    """Sends blanks until the work is done, then its result."""

    def __init__(self, task: "asyncio.Task[bytes]", beat: float) -> None:
        self._task = task
        self._beat = beat
        super().__init__(self._parts(), media_type="application/json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except MenuraError as error:
            # As for speech: an answer without its last chunk is all that can still be said.
            _log.error("clone broke off", code=error.code, request_id=request_id(scope))
        finally:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _parts(self) -> AsyncGenerator[bytes, None]:
        while not self._task.done():
            yield b" "
            await asyncio.wait({self._task}, timeout=self._beat)
        yield self._task.result()
