"""What every request gets: an id, one spelling of its path, and a line in the log."""

import asyncio
import contextlib
import time
import uuid

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from menura.api.errors import NotReadyError, RequestTimeoutError, error_response
from menura.api.services import Services
from menura.errors import NotFoundError

DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 10.0
LEAST_BODY_RATE = 1024
"""Bytes a second, over the seconds of `request_body_seconds`; a slower body is given up."""

_log = structlog.get_logger("menura.api")


class RequestFrame:
    """Outermost ASGI layer.

    A trailing slash is dropped instead of redirected, since a redirect turns POST into GET in some
    clients. The log line carries neither query, headers nor body: keys may be in all of them.
    """

    def __init__(self, app: ASGIApp, at: Services) -> None:
        self.app = app
        self._traffic = at.traffic
        self._body_seconds = at.settings.request_body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        identity = str(uuid.uuid4())
        given = scope["path"]
        path = given.rstrip("/") or "/"
        scope = {**scope, "path": path, "raw_path": path.encode()}
        told = {"request_id": identity, "slashed": path != given}
        scope["state"] = {**scope.get("state", {}), **told}
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        status = 499
        body = _Body(scope, receive, self._body_seconds)
        began = time.perf_counter()

        async def mark(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = identity
                await body.drain()
                if not body.whole:
                    # What is left of the body could go on to trickle in for ever.
                    headers["Connection"] = "close"
            await send(message)

        try:
            with self._traffic.one():
                await self._open(scope)(scope, body.receive, mark)
        finally:
            _log.info(
                "request",
                request_id=identity,
                method=scope["method"],
                path=path[:200],
                status=status,
                seconds=round(time.perf_counter() - began, 3),
            )

    def _open(self, scope: Scope) -> ASGIApp:
        """The app, or a refusal when the server is being stopped."""
        try:
            self._traffic.check(scope["path"])
        except NotReadyError as error:
            return error_response(error, scope)
        return self.app

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
            await self._open(scope)(scope, receive, mark)
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

    def __init__(self, scope: Scope, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._waited = 0.0
        self._bytes = 0
        self.whole = False
        """Whether all of it came, or the client has gone."""

        # A client that asks first sends nothing unless it is told to.
        self._asks_first = any(name == b"expect" for name, _ in scope["headers"])
        self._touched = False

    async def receive(self) -> Message:
        """The next message, as it is. Raises RequestTimeoutError for a body that only trickles."""
        self._touched = True
        if self.whole:
            return await self._receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds - self._waited):
                message = await self._receive()
        except TimeoutError:
            raise self._late() from None
        # Only what the client is waited for counts, not what the server takes for the bytes.
        self._waited += time.monotonic() - began
        self._bytes += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            self.whole = True
        elif self._waited >= self._seconds:
            raise self._late()
        elif self._bytes >= LEAST_BODY_RATE * self._seconds:
            self._waited, self._bytes = 0.0, 0
        return message

    def _late(self) -> RequestTimeoutError:
        self._seconds = 0.0
        return RequestTimeoutError(
            "request_timeout",
            "The body of the request came too slowly, or not at all.",
            f"Send at least {LEAST_BODY_RATE} bytes a second.",
        )

    async def drain(self) -> None:
        """Reads what is left of the body, within bounds, and forgets it."""
        if (self._asks_first and not self._touched) or not self._seconds:
            return
        left = DRAIN_BYTES
        with contextlib.suppress(TimeoutError, RequestTimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.whole and left > 0:
                    left -= len((await self.receive()).get("body", b""))
