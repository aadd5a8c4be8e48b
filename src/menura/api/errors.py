"""Every failure as one JSON body, whatever it is and wherever it happens."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from menura.errors import (
    BusyError,
    CancelledError,
    ConflictError,
    InputError,
    MenuraError,
    ModelFilesError,
    NotFoundError,
    QuotaError,
    ServerError,
    TooLargeError,
)
from menura.work.failures import exhausted, log_failure

RETRY_SECONDS = 2

_TITLES = {
    "model_sunsetted": "Model sunsetted",
}
_log = structlog.get_logger("menura.api")


class NotReadyError(ServerError):
    """The server cannot do this yet, or no more; the same call may succeed later."""

    status = 503
    title = "Not ready"


class StorageFullError(ServerError):
    """No room on the disk of the data folder; the same call may succeed when there is."""

    status = 507
    title = "Disk full"


class RequestTimeoutError(CancelledError):
    """A request that came in too slowly."""

    status = 408
    title = "Request timeout"


class HeadersTooLargeError(TooLargeError):
    """The line and the headers of a request are over the limit."""

    status = 431
    title = "Headers too large"


class NotSupportedError(ServerError):
    """A call of the wire that Menura does not answer yet."""

    status = 501
    title = "Not supported yet"


class MethodError(InputError):
    """The path exists, but not with this method."""

    status = 405
    title = "Method not allowed"


def request_id(scope: Scope) -> str:
    """The id that `RequestFrame` gave to a request."""
    found: str = scope["state"]["request_id"]
    return found


def error_body(error: MenuraError, identity: str) -> dict[str, Any]:
    """The JSON of a failure: Cartesia's fields, and the remedy by itself."""
    return {
        "error_code": error.code,
        "title": _TITLES.get(error.code, error.title),
        "message": error.message,
        "request_id": identity,
        "remedy": error.remedy,
    }


_OPENAI_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    429: "rate_limit_error",
}


def openai_error(error: MenuraError) -> dict[str, Any]:
    """The JSON of a failure as OpenAI's clients know it."""
    kind = "server_error" if error.status >= 500 else "invalid_request_error"
    kind = _OPENAI_TYPES.get(error.status, kind)
    return {"error": {"message": error.message, "type": kind, "param": None, "code": error.code}}


def error_headers(error: MenuraError) -> dict[str, str]:
    """What clients need to know about trying again.

    The SDKs repeat 408, 409, 429 and all from 500 on by themselves, uploads too, unless told not.
    """
    headers = {}
    if isinstance(error, BusyError | NotReadyError):
        headers["retry-after"] = str(RETRY_SECONDS)
    hopeless = (ConflictError, ModelFilesError, QuotaError, NotSupportedError, StorageFullError)
    if isinstance(error, hopeless) or error.code == "internal_error":
        headers["x-should-retry"] = "false"
    return headers


def error_response(
    error: MenuraError, scope: Scope, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Answers a failure, in the shape of the API that was called."""
    if error.code == "disk_full":
        error = StorageFullError(error.code, error.sentence, error.remedy)
    openai = str(scope["path"]).startswith("/v1/")
    return JSONResponse(
        openai_error(error) if openai else error_body(error, request_id(scope)),
        status_code=error.status,
        headers={**error_headers(error), **(headers or {})},
    )


def describe_invalid(errors: Sequence[Any]) -> InputError:
    """Turns pydantic's findings into one sentence about the first."""
    first = errors[0]
    kind = str(first.get("type", ""))
    places = [str(part) for part in first.get("loc", ())]
    # FastAPI puts the place before, pydantic the branch of a union behind.
    named = [p for p in places if p not in ("body", "query", "path", "str") and "[" not in p]
    name = ".".join(named)[:120]
    if kind == "json_invalid":
        reason = str(first.get("ctx", {}).get("error", ""))[:200]
        return InputError(
            "json_invalid", f"The body is no JSON: {reason}.", "Send one JSON object in UTF-8."
        )
    if kind == "missing":
        return InputError(
            "field_missing", f"The field `{name}` is missing.", f"Send `{name}`; see /openapi.json."
        )
    if not name:
        return InputError(
            "request_invalid", "The body is no JSON object.", "Send one JSON object in UTF-8."
        )
    text = str(first.get("msg", "")).rstrip(".")
    return InputError(
        "request_invalid",
        f"The field `{name}` cannot be used.",
        f"{text}; see /openapi.json.",
    )


def internal_error() -> ServerError:
    """What the caller learns of a fault of ours: nothing but that there was one."""
    return ServerError(
        "internal_error",
        "Something in Menura failed unexpectedly.",
        "The server's log has the details under this request id; please report it.",
    )


def add_error_handlers(app: FastAPI) -> None:
    """Makes the app answer all failures with `error_body`."""

    async def on_menura(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, MenuraError)
        if isinstance(error, ServerError):
            _log.error(
                "server error",
                code=error.code,
                detail=error.message,
                request_id=request_id(request.scope),
            )
        return error_response(error, request.scope)

    async def on_invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return error_response(describe_invalid(error.errors()), request.scope)

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        path = request.url.path[:200]
        found: MenuraError
        if error.status_code == 404:
            found = NotFoundError(
                "route_not_found", f"There is no path {path!r}.", "See /openapi.json for all paths."
            )
        elif error.status_code == 405:
            found = MethodError(
                "method_not_allowed",
                f"{request.method} is not possible on {path!r}.",
                f"Accepted: {(error.headers or {}).get('Allow', 'see /openapi.json')}.",
            )
        elif error.status_code < 500:
            found = InputError("request_invalid", str(error.detail), "See /openapi.json.")
        else:
            found = internal_error()
        return error_response(found, request.scope, error.headers)

    app.add_exception_handler(MenuraError, on_menura)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)


class Guard:
    """ASGI layer that answers what no handler answered; it cuts an answer that has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            begun = ("http.response.start", "websocket.accept", "websocket.http.response.start")
            started = started or message["type"] in begun
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            if not started:
                gone = CancelledError("client_gone", "The client closed the connection.")
                await error_response(gone, scope)(scope, receive, send)
        except Exception as error:
            if started:
                # Headers are out, so the only honest sign is a connection that breaks off.
                raise
            log_failure(_log, "unexpected error", error, request_id=request_id(scope))
            found = exhausted(error) or internal_error()
            await error_response(found, scope)(scope, receive, send)
