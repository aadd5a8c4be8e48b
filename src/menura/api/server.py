"""Running the app as a server process."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn

from menura.api.app import create_app
from menura.api.services import Services
from menura.errors import ServerError
from menura.settings import Settings
from menura.work.logs import configure_logs
from menura.work.pool import ENGINE, WorkerPool

GRACEFUL_SECONDS = 10
"""How long requests under way may take after the server was told to stop."""


@dataclass(frozen=True)
class Started:
    """What there is to say when the server takes requests."""

    url: str
    first_key: str | None
    """The secret of the key that was made on the very first start; it is shown this once."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_start()


def serve(
    settings: Settings,
    on_start: Callable[[Started], None] | None = None,
    *,
    engine: str = ENGINE,
) -> None:
    """Serves until SIGINT or SIGTERM, then ends requests and workers in good order.

    Prints nothing: `on_start` gets the address, and on the first start the API key, once requests
    are taken; the model may still be loading then (`GET /ready`). `engine` is for `WorkerPool`.
    Raises ServerError when the port or the data folder cannot be used.
    """
    with _listen(settings) as listener:
        configure_logs(settings)
        app = create_app(settings, pool=WorkerPool(settings, engine=engine))
        at: Services = app.state.services
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        # Port 0 lets the system choose; this is what it chose.
        url = f"http://{host}:{listener.getsockname()[1]}"

        def started() -> None:
            first_key = at.library.keys.first_key()
            if on_start is not None:
                on_start(Started(url, first_key))

        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
        )
        server = _Server(config, started)
        with _stopping_is_no_error():
            server.run(sockets=[listener])
        if not server.started:
            raise ServerError(
                "server_not_started", "The server could not start.", "The log says why."
            )


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


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise ServerError(
            "address_not_available",
            f"The address {settings.host}:{settings.port} cannot be listened on: {error.strerror}.",
            "Choose another port, or stop the program that uses this one.",
        ) from error
