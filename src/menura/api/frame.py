"""What every request gets: an id, one spelling of its path, and a line in the log."""

import time
import uuid

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = structlog.get_logger("menura.api")


class RequestFrame:
    """Outermost ASGI layer.

    A trailing slash is dropped instead of redirected, since a redirect turns POST into GET in some
    clients. The log line carries neither query, headers nor body: keys may be in all of them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identity = str(uuid.uuid4())
        path = scope["path"].rstrip("/") or "/"
        scope = {**scope, "path": path, "raw_path": path.encode()}
        scope["state"] = {**scope.get("state", {}), "request_id": identity}
        status = 499
        began = time.perf_counter()

        async def mark(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = identity
            await send(message)

        try:
            await self.app(scope, receive, mark)
        finally:
            _log.info(
                "request",
                request_id=identity,
                method=scope["method"],
                path=path[:200],
                status=status,
                seconds=round(time.perf_counter() - began, 3),
            )
