"""Running the app as a server process."""

import asyncio
import contextlib
import logging
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from menura.api.app import create_app
from menura.api.connection import Connection
from menura.api.services import Services
from menura.api.socket_messages import most_message_bytes
from menura.api.tls import encryption
from menura.errors import ServerError
from menura.settings import Settings
from menura.work.logs import configure_logs
from menura.work.pool import ENGINE, WorkerPool

CLOSING_SECONDS = 1
"""For connections to close by themselves, once there is nothing more to wait for."""

VANISHED_SECONDS = 600
"""A connection that takes nothing of what is sent for so long is given up by the system."""

PING_SECONDS = 20
"""Keeps the way to a client open. No answer is waited for: a client that plays what it gets as it
comes finds the ping behind minutes of speech."""

TLS_HANDSHAKE_SECONDS = 10
"""A client that takes longer to say how it wants to encrypt is cut off."""


@dataclass(frozen=True)
class Started:
    """What there is to say when the server takes requests."""

    url: str
    first_key: str | None
    """The secret of the key that was made on the very first start; it is shown this once."""
    tls_url: str | None = None
    authority: Path | None = None
    """The development authority that clients of the TLS port have to trust, where there is one."""


class _Server(uvicorn.Server):
    """One server on the plain port and, where there is one, the TLS port."""

    def __init__(
        self,
        config: uvicorn.Config,
        on_start: Callable[[], None],
        tls: tuple[socket.socket, ssl.SSLContext] | None,
        at: Services,
    ) -> None:
        super().__init__(config)
        self._on_start = on_start
        self._at = at
        self._tls = tls

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            if self._tls is not None:
                await self._listen_with_tls(*self._tls)
            self._on_start()

    async def _listen_with_tls(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        # uvicorn knows TLS for all its sockets or for none. The server that is added here shares
        # state, limits and the end of the first one.
        def protocol() -> asyncio.Protocol:
            made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
                config=self.config,
                server_state=self.server_state,
                app_state=self.lifespan.state,
            )
            return made

        server = await asyncio.get_running_loop().create_server(
            protocol, sock=listener, ssl=context, ssl_handshake_timeout=TLS_HANDSHAKE_SECONDS
        )
        self.servers.append(server)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal ends the server in good order, the second one at once."""
        self.force_exit = self.force_exit or self.should_exit
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends in good order. uvicorn would close sockets in the middle of their speech.

        New connections are taken meanwhile, so that they can be told to come back.
        """
        seconds = self._at.settings.drain_seconds
        draining = asyncio.gather(self._at.traffic.drain(seconds), self._at.sockets.drain(seconds))
        while not draining.done() and not self.force_exit:
            await asyncio.wait({draining}, timeout=0.1)
        draining.cancel()
        await super().shutdown(sockets)


def serve(
    settings: Settings,
    on_start: Callable[[Started], None] | None = None,
    *,
    engine: str = ENGINE,
) -> None:
    """Serves until SIGINT or SIGTERM, then ends requests and workers in good order.

    Prints nothing: `on_start` gets the address, and on the first start the API key, once requests
    are taken; the model may still be loading then (`GET /ready`). `engine` is for `WorkerPool`.
    With a certificate in the settings, a TLS port is served beside the plain one.
    Raises ServerError when a port, the certificate or the data folder cannot be used.
    """
    secure = encryption(settings)
    with contextlib.ExitStack() as open_sockets:
        listener = open_sockets.enter_context(_listen(settings.host, settings.port))
        tls = None
        if secure is not None:
            tls_listener = open_sockets.enter_context(_listen(settings.host, settings.tls_port))
            tls = (tls_listener, secure.context)
        configure_logs(settings)
        logging.getLogger("uvicorn.error").addFilter(_discreet)
        app = create_app(settings, pool=WorkerPool(settings, engine=engine))
        at: Services = app.state.services

        def started() -> None:
            first_key = at.library.keys.first_key()
            if on_start is not None:
                on_start(
                    Started(
                        _url("http", settings, listener),
                        first_key,
                        None if tls is None else _url("https", settings, tls[0]),
                        None if secure is None else secure.authority,
                    )
                )

        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http=Connection,
            timeout_graceful_shutdown=CLOSING_SECONDS,
            # The session answers what is too large for it; this bounds what reaches it.
            ws_max_size=2 * most_message_bytes(settings),
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=None,
            ws_per_message_deflate=False,
        )
        server = _Server(config, started, tls, at)
        with _stopping_is_no_error():
            server.run(sockets=[listener])
        if not server.started:
            raise ServerError(
                "server_not_started", "The server could not start.", "The log says why."
            )


def _discreet(record: logging.LogRecord) -> bool:
    """Drops lines with the whole address of a socket or its headers, since keys are in both.

    Also the complaint that every refused handshake gives rise to, although it was answered.
    """
    text = str(record.msg)
    refused = "ASGI callable returned without completing handshake." in text
    return record.levelno >= logging.INFO and '"WebSocket' not in text and not refused


@contextlib.contextmanager
def _stopping_is_no_error() -> Iterator[None]:
    """Keeps the signal that stopped the server from ending the process once more.

    After an orderly stop uvicorn raises the signal again for the handlers that were there before:
    the exit code would be that of a killed process, and Ctrl-C would end in a traceback.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(kind, lambda number, place: None) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def _url(scheme: str, settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    # Port 0 lets the system choose; this is what it chose.
    return f"{scheme}://{host}:{listener.getsockname()[1]}"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ServerError(
            "address_not_available",
            f"The address {host}:{port} cannot be listened on: {error.strerror}.",
            "Choose another port, or stop the program that uses this one.",
        ) from error
    # Connections inherit these. Without them, a client that reads nothing more, or whose machine
    # has been switched off, would be kept for ever.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * VANISHED_SECONDS)
    return listener
