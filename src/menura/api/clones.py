"""Clones under way, and how a repeated request finds the one that it began.

The SDKs give a request up after a minute and send it again, upload and all. A clone may take longer
than that on a small machine, so the second request joins the first one's job instead of starting
another; for the same reason a job is not stopped in the moment when its client goes away.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from menura.api.clone_request import CloneRequest, LocalizedRequest, Request, restored
from menura.api.clone_work import Halt, Items, Work
from menura.api.refining import CloneRunner
from menura.errors import ServerError
from menura.library.store import Library
from menura.library.tables import Refinement, Voice
from menura.work.jobs import CloneJob, JobProgress, VoiceRef
from menura.work.voices import LocaliseJob

GRACE_SECONDS = 30.0
"""How long a job, or its unclaimed result, outlives its last client."""

PATIENCE_SECONDS = 25.0
"""How long a client waits without hearing anything; see `menura.api.waiting`."""


@dataclass(eq=False)
class _Entry:
    work: Work | None = None
    listeners: int = 0
    timer: asyncio.TimerHandle | None = None


class CloneDesk:
    """Takes requests for clones and answers them with voices.

    Args:
        library: where the voices go.
        clone: runs a job in a worker (`WorkerPool.clone`).
        grace: seconds; see GRACE_SECONDS.
        patience: seconds; see PATIENCE_SECONDS.
    """

    def __init__(
        self,
        library: Library,
        clone: Callable[[CloneJob | LocaliseJob], Items],
        grace: float = GRACE_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._library = library
        self._runner = CloneRunner(library, clone)
        self._grace = grace
        self.patience = patience
        self._entries: dict[Request, _Entry] = {}

    async def voice(
        self,
        request: CloneRequest,
        clip: Callable[[], Path],
        base: VoiceRef | None,
        *,
        wait: bool = False,
        tellable: Callable[[], bool] = lambda: True,
    ) -> Voice:
        """Makes a voice, or waits for the same one that is being made or refined.

        Returns when the voice is usable, with `wait` when its refinement is over. `clip` is called
        when a job starts and hands the file over. Raises what cloning raises; when `tellable` then
        says that this client cannot be told any more, the error is kept for the client's next
        attempt. Cancelling only stops a job without a usable voice, when nobody else comes for it
        in time.
        """
        entry = self._entries.get(request)
        if entry is None:
            entry = self._entries[request] = _Entry()
            entry.work = self._runner.begin(request, clip(), base, self._ended(request, entry))
        work = entry.work
        assert work is not None
        entry.listeners += 1
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None
        try:
            voice_id = await asyncio.shield(work.usable)
            if wait:
                await work.over.wait()
        except asyncio.CancelledError:
            self._leave(request, entry)
            raise
        except BaseException:
            if tellable():
                self._forget(request, entry)
            else:
                self._leave(request, entry)
            raise
        entry.listeners -= 1
        if work.over.is_set():
            self._forget(request, entry)
        return await run_in_threadpool(self._library.voices.get, request.organisation_id, voice_id)

    def refine_localised(self, voice_id: str, request: LocalizedRequest) -> None:
        """Lines up the refinement of a voice that was localized in a hurry and is stored."""
        self._runner.resume(voice_id, request, None, lambda: None)

    def progress(self, voice_id: str) -> JobProgress | None:
        """How far the running refinement of a voice is; None when it does not run."""
        return self._runner.progress(voice_id)

    def cancel(self, voice_id: str) -> None:
        """Stops the refinement of a voice that was deleted."""
        work = self._runner.cancel(voice_id)
        entry = None if work is None else self._entries.get(work.request)
        if work is not None and entry is not None and entry.work is work:
            self._forget(work.request, entry)

    async def resume(self) -> None:
        """Lines up the refinements that an earlier run did not finish; to be called at the start.

        One whose clip is gone is ended, with the voice as it is.
        """
        refinements = self._library.refinements
        for row in await run_in_threadpool(refinements.unfinished):
            request = await run_in_threadpool(self._request, row)
            if request is None:
                continue
            if isinstance(request, LocalizedRequest):
                self.refine_localised(row.voice_id, request)
                continue
            entry = self._entries.setdefault(request, _Entry())
            clip = self._library.uploads.folder / str(row.clip)
            ended = self._ended(request, entry)
            entry.work = self._runner.resume(row.voice_id, request, clip, ended)

    def refine(self) -> None:
        """Lets resumed refinements begin; before that only uploads are worked on."""
        self._runner.open()

    def aside(self) -> AbstractContextManager[None]:
        """Within this context no voice is refined: other work has the clone worker."""
        return self._runner.aside()

    async def stop(self) -> None:
        """Stops all clones: refinements can be resumed, of unfinished voices nothing stays."""
        entries = list(self._entries.values())
        self._entries.clear()
        for entry in entries:
            if entry.timer is not None:
                entry.timer.cancel()
        await self._runner.stop()
        for entry in entries:
            _look_at(entry)

    def _request(self, row: Refinement) -> Request | None:
        refinements = self._library.refinements
        try:
            request = restored(row.request)
        except TypeError:
            request = None
        if isinstance(request, LocalizedRequest) or (request and refinements.has_clip(row)):
            refinements.mark(row.voice_id, "waiting")
            return request
        error = ServerError(
            "refinement_clip_missing",
            "The clip is not in the data folder any more, so the voice cannot be refined further.",
            "The voice can be used as it is; clone the clip again to have it refined.",
        )
        refinements.finish(row.voice_id, "incomplete", error)
        return None

    def _ended(self, request: Request, entry: _Entry) -> Callable[[], None]:
        def ended() -> None:
            # Listeners, or a timer that waits for a client to come back, forget it themselves.
            if entry.listeners == 0 and entry.timer is None:
                self._forget(request, entry)

        return ended

    def _leave(self, request: Request, entry: _Entry) -> None:
        entry.listeners -= 1
        if entry.listeners == 0 and self._entries.get(request) is entry:
            loop = asyncio.get_running_loop()
            entry.timer = loop.call_later(self._grace, self._give_up, request, entry)

    def _give_up(self, request: Request, entry: _Entry) -> None:
        entry.timer = None
        work = entry.work
        if work is None or work.over.is_set() or work.voice_id is None:
            if work is not None and not work.over.is_set():
                work.stop(Halt.UNWANTED)
            _look_at(entry)
            self._forget(request, entry)

    def _forget(self, request: Request, entry: _Entry) -> None:
        if self._entries.get(request) is entry:
            del self._entries[request]


def _look_at(entry: _Entry) -> None:
    """Keeps asyncio from reporting an error that nobody fetched."""
    usable = None if entry.work is None else entry.work.usable
    if usable is not None and usable.done() and not usable.cancelled():
        usable.exception()
