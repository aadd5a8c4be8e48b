"""Running the app as a server process."""

from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from menura.api.app import create_app
from menura.api.services import Services
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
    def __init__(self, config: uvicorn.Config, listening: Callable[[int], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            # Port 0 lets the system choose; this is what it chose.
            self._listening(self.servers[0].sockets[0].getsockname()[1])


def make_server(
    settings: Settings,
    on_start: Callable[[Started], None] | None = None,
    *,
    engine: str = ENGINE,
) -> uvicorn.Server:
    """Opens the library and makes a server that is ready to `run`.

    `on_start` is called once requests are taken; the model may still be loading (`GET /ready`).
    Raises ServerError when the data folder cannot be used.
    """
    configure_logs(settings)
    app = create_app(settings, pool=WorkerPool(settings, engine=engine))
    at: Services = app.state.services
    first_key = at.library.keys.first_key()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )

    def listening(port: int) -> None:
        if on_start is not None:
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            on_start(Started(f"http://{host}:{port}", first_key))

    return _Server(config, listening)


def serve(settings: Settings, on_start: Callable[[Started], None] | None = None) -> None:
    """Serves until SIGINT or SIGTERM, then ends requests and workers in good order.

    Prints nothing: `on_start` gets the address, and on the first start the API key.
    Raises ServerError when the data folder or the port cannot be used.
    """
    make_server(settings, on_start).run()
