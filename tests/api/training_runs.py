"""Runs trainings as a server does, without the server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from tiny_engine import INFO, STOCK, events
from tuning_place import TuningPlace

from menura.api.metering import Meter
from menura.api.training import Booker, Trainer
from menura.library.fine_tune_tables import FineTune
from menura.work.pool import ModelCard, WorkerPool

MILLION = 1_000_000_000
"""Credits of a fine-tune, in thousandths."""


class Place(TuningPlace):
    """One of many tests' own organisation in a folder that they share, with their worker."""

    pool: WorkerPool
    begun: int = 0

    def noted(self) -> list[str]:
        """What the workers have noted since the test began."""
        return list(events(self.settings).lines)[self.begun :]

    def count(self, line: str) -> int:
        """How often they noted this."""
        return self.noted().count(line)

    def tunings(self) -> list[list[str]]:
        """The number of utterances, the checkpoint and the seed of each training."""
        lines = [line.split() for line in self.noted() if line.startswith("tune ")]
        return [[words[1], words[3], words[5]] for words in lines if words != ["tune", "over"]]

    def tell(self, name: str) -> Path:
        """Puts a file into the data folder that steers the workers."""
        path = self.settings.data / name
        path.touch()
        return path


async def model() -> ModelCard:
    """The base model of the server."""
    return ModelCard(INFO, STOCK)


@asynccontextmanager
async def trained(place: Place, book: Booker | None = None) -> AsyncIterator[None]:
    """Trains, as a server does, until the block ends."""
    meter = Meter(place.library)
    booker = book or meter.book_fine_tune
    trainer = Trainer(place.library, place.settings, place.pool.tune, model, booker)
    task = asyncio.create_task(trainer.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await until(lambda: place.pool.tuning.busy == 0)
        await meter.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(240):
        while not condition():
            await asyncio.sleep(0.05)


async def over(place: Place, row: FineTune) -> FineTune:
    """A fine-tune once it is completed or failed."""
    await until(lambda: place.now(row).status in ("completed", "failed"))
    return place.now(row)


def code(row: FineTune) -> str:
    """What a fine-tune failed of; with a remedy."""
    assert row.status == "failed"
    assert row.error is not None
    assert row.error["sentence"]
    assert row.error["remedy"]
    return row.error["code"]


def spent(place: Place) -> int:
    """Thousandths of credits that were booked."""
    return place.library.ledger.spent(place.owner, datetime(2020, 1, 1, tzinfo=UTC))
