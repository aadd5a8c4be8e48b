"""Prepares the recordings of datasets, one after the other, as long as the server runs."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import structlog
from starlette.concurrency import run_in_threadpool

from menura.errors import BusyError, MenuraError, NotFoundError, ServerError
from menura.library.dataset_files import STALE_SECONDS
from menura.library.store import Library
from menura.library.tables import DatasetFile
from menura.tuning.settle import settle
from menura.work.failures import exhausted, log_failure
from menura.work.jobs import JobProgress
from menura.work.prepare import PrepareJob, PrepareOutcome

WORKER = "server"
MOST_CRASHES = 2
"""Worker processes that may die of one recording: it is tried again once."""

BEAT_SECONDS = 20.0
SETTLE_SECONDS = 10.0
"""A dataset that grows file by file is not looked at as a whole more often than that."""

_RETRY_SECONDS = 1.0
_CRASHES = frozenset({"worker_lost", "worker_not_started"})

_log = structlog.get_logger("menura.api")

Runner = Callable[[PrepareJob], AsyncGenerator[JobProgress | PrepareOutcome, None]]


class Preparer:
    """Takes recordings from the library and gives back what was found in them.

    Args:
        library: where the recordings are; what waits there is found again after a restart.
        prepare: runs a job in a worker (`WorkerPool.prepare`).
        max_seconds: longer recordings are refused.
    """

    def __init__(self, library: Library, prepare: Runner, max_seconds: float) -> None:
        self._library = library
        self._prepare = prepare
        self._max_seconds = max_seconds
        self._news = asyncio.Event()
        self._progress: dict[str, JobProgress] = {}
        self._unsettled: dict[str, str] = {}
        """Organisations by the ids of datasets whose speakers have to be told anew."""

        self._settled_at = 0.0

    def progress(self, file_id: str) -> JobProgress | None:
        """How far a recording is that is being prepared here."""
        return self._progress.get(file_id)

    def wake(self) -> None:
        """There are new recordings."""
        self._news.set()

    def changed(self, organisation_id: str, dataset_id: str) -> None:
        """A dataset has lost recordings, or gained some that were prepared before."""
        self._unsettled[dataset_id] = organisation_id
        self._news.set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        files = self._library.dataset_files
        await run_in_threadpool(files.resume, WORKER)
        self._unsettled |= await run_in_threadpool(self._library.datasets.unsettled)
        while True:
            try:
                self._news.clear()
                row = await run_in_threadpool(files.claim, WORKER)
                if row is not None:
                    await self._work(row)
                if row is None or time.monotonic() - self._settled_at >= SETTLE_SECONDS:
                    await self._settle()
                if row is None:
                    await self._wait()
            except Exception as error:
                # Whatever it is, the other recordings are to be prepared all the same.
                log_failure(_log, "preparation of datasets", error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(STALE_SECONDS):
                await self._news.wait()
        except TimeoutError:
            # Another process may have left something undone.
            return

    async def _work(self, row: DatasetFile) -> None:
        files = self._library.dataset_files
        try:
            await self._follow(row)
        except BusyError:
            await run_in_threadpool(files.release, row.id, WORKER)
            await asyncio.sleep(_RETRY_SECONDS)
        except Exception as failure:
            error = failure if isinstance(failure, MenuraError) else exhausted(failure)
            if error is None:
                raise
            if error.code == "stopping":
                await run_in_threadpool(files.release, row.id, WORKER)
            elif error.code in _CRASHES and row.crashes + 1 < MOST_CRASHES:
                _log.warning("recording crashed a worker", file=row.id)
                await run_in_threadpool(files.release, row.id, WORKER, crashed=True)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                await run_in_threadpool(files.fail, row.id, WORKER, error)
        finally:
            self._progress.pop(row.id, None)
        self._unsettled[row.dataset_id] = row.organisation_id

    async def _follow(self, row: DatasetFile) -> None:
        files = self._library.dataset_files
        job = PrepareJob(files.blobs.folder / row.id, files.partial(row.id), self._max_seconds)
        beaten = time.monotonic()
        async with aclosing(self._prepare(job)) as results:
            async for item in results:
                if isinstance(item, PrepareOutcome):
                    held = await run_in_threadpool(files.note, row.id, WORKER, item)
                    if item.last or not held:
                        return
                    continue
                self._progress[row.id] = item
                news = self._news.is_set()
                self._news.clear()
                if news or time.monotonic() - beaten >= BEAT_SECONDS:
                    # News may be that this very recording was deleted.
                    beaten = time.monotonic()
                    if not await run_in_threadpool(files.beat, row.id, WORKER):
                        break
        files.partial(row.id).unlink(missing_ok=True)
        if await run_in_threadpool(files.beat, row.id, WORKER):
            raise ServerError("job_without_report", "The preparation ended without a report.")

    async def _settle(self) -> None:
        self._settled_at = time.monotonic()
        while self._unsettled:
            dataset_id, organisation_id = self._unsettled.popitem()
            try:
                await run_in_threadpool(settle, self._library, organisation_id, dataset_id)
            except NotFoundError:
                # Deleted meanwhile.
                continue
            except BaseException:
                # It is looked at again later.
                self._unsettled.setdefault(dataset_id, organisation_id)
                raise
