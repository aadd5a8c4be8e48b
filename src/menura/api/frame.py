"""What every request gets: an id, one spelling of its path, and a line in the log."""

import asyncio
import contextlib
import time
import uuid

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from menura.api.errors import error_response
from menura.errors import NotFoundError

DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 10.0

_log = structlog.get_logger("menura.api")


class RequestFrame:
    """Outermost ASGI layer.

    A trailing slash is dropped instead of redirected, since a redirect turns POST into GET in some
    clients. The log line carries neither query, headers nor body: keys may be in all of them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        identity = str(uuid.uuid4())
        path = scope["path"].rstrip("/") or "/"
        scope = {**scope, "path": path, "raw_path": path.encode()}
        scope["state"] = {**scope.get("state", {}), "request_id": identity}
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        status = 499
        body = _Body(scope, receive)
        began = time.perf_counter()

        async def mark(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = identity
                await body.drain()
            await send(message)

        try:
            await self.app(scope, body.receive, mark)
        finally:
            _log.info(
                "request",
                request_id=identity,
                method=scope["method"],
                path=path[:200],
                status=status,
                seconds=round(time.perf_counter() - began, 3),
            )

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same for a handshake, and for the socket that comes of it."""
        identity = scope["state"]["request_id"]
        status = 499
        began = time.perf_counter()

        async def mark(message: Message) -> None:
            nonlocal status
            if message["type"] == "websocket.close" and status == 499:
                # Nothing serves this path; without this it would be answered with 403.
                missing = NotFoundError(
                    "route_not_found",
                    f"There is no socket at {scope['path'][:200]!r}.",
                    "Connect to /tts/websocket.",
                )
                await error_response(missing, scope)(scope, receive, mark)
                return
            if message["type"] in ("websocket.accept", "websocket.http.response.start"):
                status = message.get("status", 101)
                MutableHeaders(scope=message)["X-Request-Id"] = identity
            await send(message)

        try:
            await self.app(scope, receive, mark)
        finally:
            _log.info(
                "socket",
                request_id=identity,
                path=scope["path"][:200],
                status=status,
                seconds=round(time.perf_counter() - began, 3),
            )


class _Body:
    """A request's body, whose unread rest is taken in before the answer goes out.

    A client that is refused while it still sends (a wrong key, too large an upload) would
    otherwise find its connection reset, never see the answer, and send everything again.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._whole = False
        # A client that asks first sends nothing unless it is told to.
        self._asks_first = any(name == b"expect" for name, _ in scope["headers"])
        self._touched = False

    async def receive(self) -> Message:
        """The next message, as it is."""
        self._touched = True
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            self._whole = True
        return message

    async def drain(self) -> None:
        """Reads what is left of the body, within bounds, and forgets it."""
        if self._asks_first and not self._touched:
            return
        left = DRAIN_BYTES
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self._whole and left > 0:
                    left -= len((await self.receive()).get("body", b""))
