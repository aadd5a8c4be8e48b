"""Clones under way, and how a repeated request finds the one that it began.

The SDKs give a request up after a minute and send it again, upload and all. A clone takes longer
than that on a small machine, so the second request joins the first one's job instead of starting
another; for the same reason a job is not stopped in the moment when its client goes away.
"""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import structlog
from starlette.concurrency import run_in_threadpool

from menura.errors import ServerError
from menura.library.store import Library
from menura.library.tables import Voice
from menura.library.voices import NewVoice
from menura.models import states
from menura.work.jobs import CloneJob, CloneOutcome, JobProgress, VoiceRef

GRACE_SECONDS = 30.0
"""How long a job, or its unclaimed result, outlives its last client."""

PATIENCE_SECONDS = 25.0
"""How long a client waits without hearing anything; see `menura.api.waiting`."""

_log = structlog.get_logger("menura.api")


@dataclass(frozen=True)
class CloneRequest:
    """All that a client asks for; equal requests are the same clone."""

    organisation_id: str
    clip_digest: str
    name: str
    locale: str
    description: str = ""
    tagline: str = ""
    accent: str | None = None
    mode: str = "similarity"
    enhance: bool | None = None
    base_voice_id: str | None = None
    transcript: str | None = None


@dataclass
class _Entry:
    task: asyncio.Task[Voice]
    listeners: int = 0
    timer: asyncio.TimerHandle | None = None


class CloneDesk:
    """Runs clones and keeps their voices.

    Args:
        library: where the voices go.
        clone: runs a job in a worker (`WorkerPool.clone`).
        grace: seconds; see GRACE_SECONDS.
        patience: seconds; see PATIENCE_SECONDS.
    """

    def __init__(
        self,
        library: Library,
        clone: Callable[[CloneJob], AsyncGenerator[JobProgress | CloneOutcome, None]],
        grace: float = GRACE_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._library = library
        self._clone = clone
        self._grace = grace
        self.patience = patience
        self._entries: dict[CloneRequest, _Entry] = {}

    def running(self, request: CloneRequest) -> bool:
        """Whether this clone is under way, or done and not fetched yet."""
        return request in self._entries

    async def voice(
        self,
        request: CloneRequest,
        clip: Callable[[], Path],
        base: VoiceRef | None,
        tellable: Callable[[], bool] = lambda: True,
    ) -> Voice:
        """Makes a voice, or waits for the same one that is being made.

        `clip` is called when a job starts and hands the file over. Raises what cloning raises;
        when `tellable` then says that this client cannot be told any more, the error is kept for
        the client's next attempt. Cancelling only stops the job when nobody else comes for it in
        time.
        """
        entry = self._entries.get(request)
        if entry is None:
            task = asyncio.create_task(self._make(request, clip(), base))
            entry = self._entries[request] = _Entry(task)
        entry.listeners += 1
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None
        try:
            voice = await asyncio.shield(entry.task)
        except asyncio.CancelledError:
            self._leave(request, entry)
            raise
        except BaseException:
            if tellable():
                self._forget(request, entry)
            else:
                self._leave(request, entry)
            raise
        self._forget(request, entry)
        return voice

    async def stop(self) -> None:
        """Stops all clones; nothing of them stays."""
        entries = list(self._entries.values())
        self._entries.clear()
        for entry in entries:
            if entry.timer is not None:
                entry.timer.cancel()
            entry.task.cancel()
        await asyncio.gather(*(entry.task for entry in entries), return_exceptions=True)

    def _leave(self, request: CloneRequest, entry: _Entry) -> None:
        entry.listeners -= 1
        if entry.listeners == 0 and self._entries.get(request) is entry:
            loop = asyncio.get_running_loop()
            entry.timer = loop.call_later(self._grace, self._give_up, request, entry)

    def _give_up(self, request: CloneRequest, entry: _Entry) -> None:
        if entry.task.done():
            # Looked at, or asyncio would report an error that nobody fetched.
            entry.task.cancelled() or entry.task.exception()
        entry.task.cancel()
        self._forget(request, entry)

    def _forget(self, request: CloneRequest, entry: _Entry) -> None:
        if self._entries.get(request) is entry:
            del self._entries[request]

    async def _make(self, request: CloneRequest, clip: Path, base: VoiceRef | None) -> Voice:
        try:
            job = CloneJob(
                clip,
                request.locale,
                mode=request.mode,
                enhance=request.enhance,
                transcript=request.transcript,
                base=base,
            )
            outcome: CloneOutcome | None = None
            async with aclosing(self._clone(job)) as items:
                async for item in items:
                    if isinstance(item, CloneOutcome):
                        outcome = item
            if outcome is None:
                raise ServerError("clone_without_voice", "The clone ended without a voice.")
            return await run_in_threadpool(self._keep, request, outcome)
        finally:
            clip.unlink(missing_ok=True)

    def _keep(self, request: CloneRequest, outcome: CloneOutcome) -> Voice:
        new = NewVoice(
            name=request.name,
            locale=request.locale,
            snapshot=outcome.state.snapshot,
            description=request.description,
            tagline=request.tagline,
            accent=request.accent,
            mode=request.mode,
            base_voice_id=request.base_voice_id,
            clip_digest=request.clip_digest,
            transcript=outcome.transcript,
            report=outcome.report,
            advice=[dataclasses.asdict(advice) for advice in outcome.advice],
        )
        voice = self._library.voices.add(request.organisation_id, new, states.save(outcome.state))
        _log.info("voice cloned", voice=voice.id, mode=voice.mode)
        return voice
