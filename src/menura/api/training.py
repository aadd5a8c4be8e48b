"""Trains the fine-tunes, one after the other, as long as the server runs.

What a fine-tune is doing is always in the library, never only here: a server that dies loses no
more than the training since the last checkpoint. A fine-tune that is cancelled or deleted, by
whatever process, is no longer held by this one, which looks once a second while it trains.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Protocol

import structlog
from starlette.concurrency import run_in_threadpool

from menura.errors import BusyError, InputError, MenuraError, NotFoundError, ServerError
from menura.library.fine_tune_tables import FineTune
from menura.library.store import Library
from menura.settings import Settings
from menura.tuning.learning import Lesson, learn_from
from menura.tuning.news import NewsDesk
from menura.work.failures import as_menura, log_failure
from menura.work.holders import device_name, new_holder
from menura.work.pool import ModelCard
from menura.work.tune import TuneJob, TuneOutcome, TuneProgress

MOST_CRASHES = 2
"""Worker processes that may die of one fine-tune in a row without getting further."""

POLL_SECONDS = 1.0
"""How often it is asked whether a fine-tune was cancelled."""

BEAT_SECONDS = 20.0
LISTEN_SECONDS = 2.0
"""How long a fine-tune steps back whose recordings are not prepared yet."""

MODEL_SECONDS = 10.0
"""How long a fine-tune steps back when the base model cannot be loaded."""

IDLE_SECONDS = 5.0
"""How often the line is looked at when nobody says that there is something new."""

RETRY_SECONDS = 1.0

_CRASHES = frozenset({"worker_lost", "worker_not_started", "internal_error"})

_log = structlog.get_logger("menura.api")

Runner = Callable[[TuneJob], AsyncGenerator[TuneProgress | TuneOutcome, None]]


class Booker(Protocol):
    """Books the credits of a fine-tune that succeeded, once however often it is called."""

    def __call__(
        self, organisation_id: str, fine_tune_id: str, *, model: str, api_key_id: str | None
    ) -> Awaitable[None]:
        """Books them for good."""


class Trainer:
    """Takes fine-tunes from the library's queue and gives back tuned models.

    Args:
        library: where the fine-tunes are; what was not finished is found again after a restart.
        settings: time budget, the speech that is needed, device.
        tune: runs a job in a worker (`WorkerPool.tune`).
        model: the base model of this server, as soon as it is known.
        book: books what was completed (`Meter.book_fine_tune`).
    """

    def __init__(
        self,
        library: Library,
        settings: Settings,
        tune: Runner,
        model: Callable[[], Awaitable[ModelCard]],
        book: Booker,
    ) -> None:
        self._library = library
        self._settings = settings
        self._tune = tune
        self._model = model
        self._book = book
        self._queue = library.tuning_queue
        self._news = asyncio.Event()
        self.worker = new_holder()
        self.device = device_name(settings.device)

    def wake(self) -> None:
        """There is a new fine-tune, or one that was cancelled or deleted."""
        self._news.set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        adrift = False
        while True:
            try:
                self._news.clear()
                if adrift:
                    # What was held when something failed that could not be written down either,
                    # such as a disk that was full to the last byte.
                    await run_in_threadpool(self._queue.reclaim, self.worker)
                    adrift = False
                await self._book_completed()
                # What a process held that was killed goes on at once.
                await run_in_threadpool(self._queue.recover)
                row = await run_in_threadpool(self._queue.claim, self.worker, self.device)
                if row is None:
                    await self._wait()
                else:
                    await self._work(row)
            except Exception as error:
                # Whatever it is, the other fine-tunes are to be trained all the same.
                log_failure(_log, "training of fine-tunes", error)
                adrift = True
                await asyncio.sleep(RETRY_SECONDS)

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                await self._news.wait()

    async def _book_completed(self) -> None:
        for row in await run_in_threadpool(self._queue.unbooked):
            owner, key = row.organisation_id, row.api_key_id
            try:
                await self._book(owner, row.id, model=row.snapshot, api_key_id=key)
                await run_in_threadpool(self._queue.booked, row.id)
            except Exception as error:
                # It is tried again; meanwhile others are trained.
                _log.error("booking of a fine-tune", fine_tune=row.id, exc_info=error)

    async def _work(self, row: FineTune) -> None:
        try:
            await self._train(row)
        except asyncio.CancelledError:
            # The server stops; the next one goes on at once.
            self._queue.release(row.id, self.worker)
            raise
        except BusyError:
            await run_in_threadpool(self._queue.release, row.id, self.worker, after=RETRY_SECONDS)
        except Exception as error:
            await self._fail(row, as_menura(error))

    async def _fail(self, row: FineTune, error: MenuraError, *, afresh: bool = False) -> None:
        """Tries again what may be a crash; ends the fine-tune with the reason otherwise."""
        if error.code == "stopping":
            await run_in_threadpool(self._queue.release, row.id, self.worker)
            return
        if error.code in _CRASHES:
            crashes = await run_in_threadpool(self._queue.crashed, row.id, self.worker)
            if not crashes:
                # It is over, or somebody else's.
                return
            if crashes < MOST_CRASHES:
                _log.warning("fine-tune crashed a worker", fine_tune=row.id, crashes=crashes)
                await run_in_threadpool(
                    self._queue.release, row.id, self.worker, after=RETRY_SECONDS
                )
                return
            error = ServerError(
                "training_crashed",
                f"The process that trains failed {crashes} times in a row at the same place.",
                "There may be too little memory (8 GB should be free), or the server's log has "
                "the reason; then retry the fine-tune.",
            )
        _log.warning("fine-tune failed", fine_tune=row.id, code=error.code, detail=error.message)
        fail = self._queue.fail
        if await run_in_threadpool(fail, row.id, self.worker, error, afresh=afresh) and afresh:
            await run_in_threadpool(self._library.fine_tunes.clear, row.id)

    async def _train(self, row: FineTune) -> None:
        lesson = await self._lesson(row)
        if lesson is None:
            queue = self._queue
            if await run_in_threadpool(queue.stage, row.id, self.worker, "listening"):
                await run_in_threadpool(queue.release, row.id, self.worker, after=LISTEN_SECONDS)
            return
        try:
            card = await self._model()
        except MenuraError as error:
            # Nothing is wrong with the fine-tune; the server tells of it elsewhere.
            _log.warning("fine-tune waits for the base model", code=error.code)
            await run_in_threadpool(self._queue.release, row.id, self.worker, after=MODEL_SECONDS)
            return
        if card.info.snapshot != row.snapshot:
            raise InputError(
                "base_model_differs",
                f"The fine-tune is for the base model {row.snapshot!r}; the server has "
                f"{card.info.snapshot!r} now.",
                "Make a new fine-tune of the same dataset for the model that is there.",
            )
        if not await run_in_threadpool(self._queue.begin, row.id, self.worker, lesson.learning):
            return
        await run_in_threadpool(lesson.make_room)
        try:
            outcome = await self._follow(row, lesson.job)
        except InputError as error:
            # What is learned from the same in the same way would be judged the same again.
            await self._fail(row, error, afresh=True)
            return
        if outcome is None:
            with suppress(NotFoundError):
                fine_tunes = self._library.fine_tunes
                await run_in_threadpool(fine_tunes.get, row.organisation_id, row.id)
                return
            await run_in_threadpool(fine_tunes.clear, row.id)
            return
        await run_in_threadpool(self._queue.stage, row.id, self.worker, "saving")
        if await run_in_threadpool(self._queue.finish, row.id, self.worker, outcome):
            await run_in_threadpool(self._library.fine_tunes.clear, row.id)
            await self._book_completed()

    async def _lesson(self, row: FineTune) -> Lesson | None:
        """What it learns from; None as long as recordings are not prepared."""
        try:
            return await run_in_threadpool(
                learn_from,
                self._library,
                row,
                least_seconds=self._settings.least_tune_seconds,
                budget=row.budget or self._settings.tune_seconds,
            )
        except NotFoundError as error:
            raise InputError(
                "dataset_deleted",
                "The dataset of the fine-tune was deleted.",
                "Make another fine-tune of a dataset that is there.",
            ) from error

    async def _follow(self, row: FineTune, job: TuneJob) -> TuneOutcome | None:
        """Keeps what becomes known; None when the fine-tune is no longer held."""
        desk = NewsDesk()
        looked = beaten = time.monotonic()
        async with aclosing(self._tune(job)) as results:
            coming = asyncio.ensure_future(anext(results, None))
            try:
                while True:
                    await asyncio.wait({coming}, timeout=POLL_SECONDS)
                    held, now = True, time.monotonic()
                    if coming.done():
                        item = coming.result()
                        if isinstance(item, TuneOutcome):
                            return item
                        if item is None:
                            raise ServerError("job_without_model", "The training gave no model.")
                        coming = asyncio.ensure_future(anext(results, None))
                        note = desk.take(item, now)
                        if note is not None:
                            looked = beaten = now
                            held = await run_in_threadpool(
                                self._queue.note, row.id, self.worker, note.news, event=note.event
                            )
                    if now - beaten >= BEAT_SECONDS:
                        looked = beaten = now
                        held = await run_in_threadpool(self._queue.beat, row.id, self.worker)
                    elif now - looked >= POLL_SECONDS:
                        looked = now
                        held = await run_in_threadpool(self._queue.holds, row.id, self.worker)
                    if not held:
                        return None
            except MenuraError:
                # How far it came decides whether it is tried again.
                if desk.unwritten is not None:
                    keep = partial(self._queue.note, row.id, self.worker, event=False)
                    await run_in_threadpool(keep, desk.unwritten)
                raise
            finally:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
