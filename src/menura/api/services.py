"""What the routes work with, held by the app."""

import asyncio
from dataclasses import dataclass, field

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from menura.api.clones import CloneDesk
from menura.api.errors import NotReadyError
from menura.api.metering import Meter
from menura.api.preparing import Preparer
from menura.api.sockets import Sockets
from menura.api.traffic import Traffic
from menura.api.training import Trainer
from menura.errors import MenuraError
from menura.library.store import Library
from menura.settings import Settings
from menura.work.pool import ModelCard, WorkerPool

FIRST_LOAD_SECONDS = 30.0
"""How long a request waits for the model of a server that has just started."""

TIDY_SECONDS = 3600.0

_log = structlog.get_logger("menura.api")


@dataclass
class Services:
    """Settings, library and workers of one app."""

    settings: Settings
    library: Library
    pool: WorkerPool
    desk: CloneDesk
    meter: Meter = field(init=False)
    preparer: Preparer = field(init=False)
    trainer: Trainer = field(init=False)
    sockets: Sockets = field(default_factory=Sockets)
    traffic: Traffic = field(default_factory=Traffic)
    _stocked: bool = field(default=False)

    def __post_init__(self) -> None:
        self.meter = Meter(self.library)
        longest = self.settings.max_dataset_seconds
        self.preparer = Preparer(self.library, self.pool.prepare, longest)
        self.trainer = Trainer(
            self.library, self.settings, self.pool.tune, self.pool.model, self.meter.book_fine_tune
        )

    async def follow_model(self) -> None:
        """Once the model is loaded, lists its stock voices and lets refinements go on."""
        while True:
            changed = self.pool.speech.changed
            try:
                card = await self.pool.model()
                break
            except MenuraError as error:
                _log.error("model cannot be loaded", code=error.code, detail=error.message)
                await changed.wait()
        await self._stock(card)
        # Not before: the first speech of a server that starts should not share the cores.
        self.desk.refine()

    async def tidy(self) -> None:
        """Removes what clones have left behind, again and again."""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            try:
                await run_in_threadpool(self.library.sweep)
            except Exception as error:
                # Whatever it is, it may be over when it is time again.
                _log.error("tidying the library", exc_info=error)

    async def model(self) -> ModelCard:
        """The loaded model, with its stock voices in the library.

        Raises NotReadyError when loading takes long, and what loading raised.
        """
        try:
            async with asyncio.timeout(FIRST_LOAD_SECONDS):
                card = await self.pool.model()
        except TimeoutError:
            raise NotReadyError(
                "model_loading",
                "The model is still being loaded.",
                "Wait until GET /ready answers 200 and send the request again.",
            ) from None
        await self._stock(card)
        return card

    async def voices_known(self) -> None:
        """Waits, on the very first start, until the stock voices are in the library."""
        if not self._stocked and not await run_in_threadpool(
            self.library.voices.has_stock, self.settings.model
        ):
            await self.model()

    async def _stock(self, card: ModelCard) -> None:
        if not self._stocked:
            await run_in_threadpool(self.library.voices.sync_stock, card.info, card.stock)
            self._stocked = True


def services(connection: HTTPConnection) -> Services:
    """The services of the app that a request, or a socket, came to."""
    found: Services = connection.app.state.services
    return found
