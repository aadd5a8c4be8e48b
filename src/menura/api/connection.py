"""One connection of a client, with bounds on the head of a request.

uvicorn bounds neither the time nor the bytes that a client may take for the line and the headers
of a request: ten thousand connections that send a byte a minute would be kept for ever.
"""

import asyncio
import json
import uuid
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from menura.api.errors import HeadersTooLargeError, RequestTimeoutError, error_body
from menura.api.services import Services
from menura.errors import MenuraError

MOST_HEAD_BYTES = 64 * 1024
"""Line and headers of a request, trailers too; one read of the system may come on top."""


class Connection(HttpToolsProtocol):
    """Closes a connection whose request does not begin properly in time.

    Seconds are those of the setting `request_head_seconds`; between two requests of a connection,
    uvicorn's own time-out comes first. What is wrong is answered with 408 or 431, except to a
    client that has sent nothing.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **named)
        self._head = True
        """Whether the head of a request is expected, or coming in."""

        self._head_bytes = 0
        self._trailer_bytes = 0
        self._due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the clock of the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clock."""
        self._unwait()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what belongs to a head, and cuts one that is too large."""
        if self._head:
            self._head_bytes += len(data)
        super().data_received(data)
        # After an upgrade the connection belongs to the protocol of sockets.
        if not self._head or self.transport.get_protocol() is not self:
            self._unwait()
        elif self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(
                HeadersTooLargeError(
                    "headers_too_large",
                    "The request's address and headers are too large.",
                    f"At most {MOST_HEAD_BYTES // 1024} KiB are accepted.",
                )
            )
        else:
            self._wait()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Bounds the trailers, which come without a head of their own."""
        if not self._head:
            self._trailer_bytes += len(name) + len(value)
            if self._trailer_bytes > MOST_HEAD_BYTES:
                raise ValueError("the trailers are too large")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there: stops the clock."""
        self._unwait()
        self._head = False
        self._head_bytes = self._trailer_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next head may come."""
        self._head = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Starts the clock of a next head that has begun to come."""
        super().on_response_complete()
        if self._head and self._head_bytes:
            self._wait()

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        """Starts the clock, unless the client has to wait for the answer before."""
        if self._due is None and not self._answering and not self.transport.is_closing():
            services: Services = self.config.app.state.services  # type: ignore[union-attr]
            seconds = services.settings.request_head_seconds
            self._due = self.loop.call_later(seconds, self._late)

    def _unwait(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _late(self) -> None:
        self._due = None
        if self._head_bytes and not self._answering:
            self._refuse(
                RequestTimeoutError(
                    "request_timeout",
                    "The head of the request did not come in time.",
                    "Send the address and all headers at once.",
                )
            )
        elif not self._answering:
            self.transport.close()

    def _refuse(self, error: MenuraError) -> None:
        if not self._answering and not self.transport.is_closing():
            body = json.dumps(error_body(error, str(uuid.uuid4()))).encode()
            head = (
                b"content-type: application/json\r\nconnection: close\r\n"
                b"content-length: %d\r\n\r\n" % len(body)
            )
            self.transport.write(STATUS_LINE[error.status] + head + body)
        self.transport.close()
