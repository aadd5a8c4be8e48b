"""Clones from their upload to their last, best state.

The first usable voice of a clone is hurried: it never waits for the refinement of another. When an
upload comes while a voice is being refined, that refinement is set aside (its job is stopped) and
begins again from its clip once no upload is waiting, the oldest first. A state is only replaced by
one that scores higher, so that beginning again costs time and never likeness.

Localized voices come with their first state and are refined in the same line, from the voice that
they were made of as it is by then.
"""

import asyncio
import contextlib
import dataclasses
import itertools
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import structlog
from starlette.concurrency import run_in_threadpool

from menura.api.clone_request import CloneRequest, LocalizedRequest, Request
from menura.api.clone_work import Halt, Items, Work, first_of, job_of, until
from menura.errors import BusyError, MenuraError, ModelFilesError, NotFoundError, ServerError
from menura.library.offspring import localisation_report
from menura.library.refinements import BetterState, NewRefinement
from menura.library.store import Library
from menura.library.voices import NewVoice, new_consent
from menura.models import states
from menura.work.jobs import CloneJob, CloneOutcome, JobProgress, VoiceRef
from menura.work.voices import LocaliseJob

MOST_CRASHES = 2
"""Workers that may die of one refinement: it is tried again once."""

BUSY_SECONDS = 1.0

_CRASHES = frozenset({"worker_lost", "worker_not_started"})

_log = structlog.get_logger("menura.api")


class CloneRunner:
    """Runs clones, and refines one voice at a time when nothing else is to be cloned.

    Args:
        library: where voices and clips are.
        clone: runs a job in a worker (`WorkerPool.clone`).
    """

    def __init__(self, library: Library, clone: Callable[[CloneJob | LocaliseJob], Items]) -> None:
        self._library = library
        self._clone = clone
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._voices: dict[str, Work] = {}
        self._works: set[Work] = set()
        self._hurried: set[Work] = set()
        """Without a usable voice yet."""

        self._guests = 0
        """Other work that is waited for, and has the clone worker to itself."""

        self._waiting: set[Work] = set()
        self._refining: Work | None = None
        self._open = False

    def begin(
        self, request: CloneRequest, clip: Path, base: VoiceRef | None, ended: Callable[[], None]
    ) -> Work:
        """Starts a clone; the clip is removed when it is not needed any more."""
        work = self._work(request, clip, ended)
        work.base = base
        self._hurried.add(work)
        if self._refining is not None:
            self._refining.stop(Halt.ASIDE)
        self._start(work)
        return work

    def resume(
        self, voice_id: str, request: Request, clip: Path | None, ended: Callable[[], None]
    ) -> Work:
        """Lines up a refinement of a voice that is there already."""
        work = self._work(request, clip, ended)
        work.usable.set_result(voice_id)
        work.voice_id = voice_id
        self._voices[voice_id] = work
        self._start(work)
        return work

    def open(self) -> None:
        """Lets waiting refinements begin; before that only uploads are worked on."""
        self._open = True
        self._next()

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Within this context no voice is refined, so that other work need not wait for that."""
        self._guests += 1
        if self._refining is not None:
            self._refining.stop(Halt.ASIDE)
        try:
            yield
        finally:
            self._guests -= 1
            self._next()

    def cancel(self, voice_id: str) -> Work | None:
        """Stops the refinement of a voice that was deleted; returns it if there was one."""
        work = self._voices.get(voice_id)
        if work is not None:
            work.stop(Halt.UNWANTED)
        return work

    def progress(self, voice_id: str) -> JobProgress | None:
        """How far the running refinement of a voice is; None when it does not run."""
        work = self._voices.get(voice_id)
        return None if work is None or work.halt is not None else work.progress

    async def stop(self) -> None:
        """Stops everything; refinements can be resumed, unfinished voices leave nothing."""
        self._open = False
        for work in list(self._works):
            work.stop(Halt.STOPPING)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _work(self, request: Request, clip: Path | None, ended: Callable[[], None]) -> Work:
        usable: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        return Work(request, clip, next(self._numbers), usable, ended)

    def _start(self, work: Work) -> None:
        self._works.add(work)
        task = asyncio.create_task(self._live(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live(self, work: Work) -> None:
        try:
            again = work.voice_id is not None or await self._run(work)
            while again:
                again = await self._turn(work) and await self._run(work)
        except Exception as error:
            if work.usable.done():
                _log.error("refinement broke off", voice=work.voice_id, exc_info=error)
            else:
                work.usable.set_exception(error)
        finally:
            work.usable.cancel()
            self._works.discard(work)
            self._hurried.discard(work)
            self._waiting.discard(work)
            if self._refining is work:
                self._refining = None
            if work.voice_id is None:
                assert work.clip is not None
                work.clip.unlink(missing_ok=True)
            else:
                self._voices.pop(work.voice_id, None)
            work.end()
            self._next()

    def _next(self) -> None:
        """Gives the oldest waiting refinement its turn, if nothing else is to be done."""
        busy = self._hurried or self._guests or self._refining is not None
        if self._open and not busy and self._waiting:
            self._refining = min(self._waiting, key=lambda work: work.number)
            self._waiting.discard(self._refining)
            self._refining.turn.set()

    async def _turn(self, work: Work) -> bool:
        """Waits until a refinement may run; False when it is not to run any more."""
        while True:
            work.rewind()
            if self._refining is work:
                self._refining = None
            self._waiting.add(work)
            self._next()
            await first_of(work.turn, work.halted)
            if work.halt is None:
                await self._mark(work, "running")
                return True
            if work.halt is not Halt.ASIDE:
                return await self._over(work)

    async def _run(self, work: Work) -> bool:
        """Runs the job; True when it is to run again. Raises what cloning raises, at first."""
        try:
            job = await run_in_threadpool(self._job, work)
            async with aclosing(until(self._clone(job), work.halted)) as items:
                async for item in items:
                    if isinstance(item, CloneOutcome):
                        await self._store(work, item)
                    else:
                        work.progress = item
        except MenuraError as error:
            if work.voice_id is None:
                raise
            return await self._failed(work, error)
        if work.halt is None and work.voice_id is None:
            raise ServerError("clone_without_voice", "The clone ended without a voice.")
        return await self._over(work)

    async def _over(self, work: Work) -> bool:
        """Writes down why the job is over; True when it is to run again."""
        if work.voice_id is None or work.halt is Halt.UNWANTED or work.over.is_set():
            return False
        if work.halt is Halt.ASIDE:
            await self._mark(work, "waiting")
            return True
        if work.halt is Halt.STOPPING:
            await self._mark(work, "interrupted")
            return False
        await self._finish(work, "done")
        return False

    async def _failed(self, work: Work, error: MenuraError) -> bool:
        """Decides what becomes of a refinement that went wrong; True when it is to run again."""
        refinements, voice_id = self._library.refinements, str(work.voice_id)
        if work.halt is not None or isinstance(error, BusyError):
            if isinstance(error, BusyError):
                await asyncio.sleep(BUSY_SECONDS)
            work.halt = work.halt or Halt.ASIDE
            return await self._over(work)
        if error.code == "refinement_not_found":
            # Another process deleted the voice, and the clip with it.
            return False
        if isinstance(error, ModelFilesError) or error.code == "stopping":
            await self._mark(work, "interrupted")
            return False
        if error.code in _CRASHES:
            if await run_in_threadpool(refinements.crashed, voice_id) < MOST_CRASHES:
                await self._mark(work, "waiting")
                return True
            error = ServerError(
                "refinement_crashed",
                "The process that refined this voice ended unexpectedly, twice.",
                f"The voice can be used as it is; {work.request.again} to have it refined.",
            )
        if isinstance(error, NotFoundError):
            error = ServerError(
                "refinement_source_missing",
                "The voice that this one was made of was deleted, so it cannot be refined further.",
                "The voice can be used as it is.",
            )
            await self._finish(work, "incomplete", error)
            return False
        _log.error("refinement failed", voice=voice_id, code=error.code, detail=error.message)
        await self._finish(work, "failed", error)
        return False

    async def _mark(self, work: Work, state: str) -> None:
        try:
            await run_in_threadpool(self._library.refinements.mark, str(work.voice_id), state)
        except NotFoundError:
            work.stop(Halt.UNWANTED)

    async def _finish(self, work: Work, state: str, error: MenuraError | None = None) -> None:
        finish = self._library.refinements.finish
        # A voice that is deleted meanwhile takes its refinement along.
        with contextlib.suppress(NotFoundError):
            await run_in_threadpool(finish, str(work.voice_id), state, error)
            _log.info("refinement over", voice=work.voice_id, state=state)

    async def _store(self, work: Work, outcome: CloneOutcome) -> None:
        if work.voice_id is not None:
            report = outcome.report
            if isinstance(work.request, LocalizedRequest):
                report = localisation_report(outcome.state)
            better = BetterState(
                outcome.state.snapshot, states.save(outcome.state), outcome.score, report
            )
            improve = self._library.refinements.improve
            if await run_in_threadpool(improve, work.voice_id, better):
                _log.info("voice improved", voice=work.voice_id, score=outcome.score)
            if outcome.last:
                await self._finish(work, "done")
                work.end()
            return
        work.voice_id = voice_id = await run_in_threadpool(self._keep, work, outcome)
        self._voices[voice_id] = work
        self._hurried.discard(work)
        if work.halt is Halt.UNWANTED:
            # Given up in this very moment: the voice is there, so it goes on like any other.
            work.halt = Halt.ASIDE
        if outcome.last:
            work.end()
        elif self._hurried or self._guests or self._refining is not None:
            work.stop(Halt.ASIDE)
        else:
            self._refining = work
        work.usable.set_result(voice_id)

    def _keep(self, work: Work, outcome: CloneOutcome) -> str:
        request = work.request
        assert isinstance(request, CloneRequest)
        assert work.clip is not None
        if outcome.last:
            state = "done" if request.refined else "off"
            refinement = NewRefinement(state, outcome.score)
        else:
            self._library.uploads.seal(work.clip.name)
            refinement = NewRefinement(
                "running", outcome.score, work.clip.name, dataclasses.asdict(request)
            )
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
            consent=None if not request.consent else new_consent(request.consent, request.key_id),
            refinement=refinement,
        )
        voice = self._library.voices.add(request.organisation_id, new, states.save(outcome.state))
        if outcome.last:
            work.clip.unlink(missing_ok=True)
        _log.info("voice cloned", voice=voice.id, mode=voice.mode)
        return voice.id

    def _job(self, work: Work) -> CloneJob | LocaliseJob:
        request, voices = work.request, self._library.voices
        if isinstance(request, LocalizedRequest):
            source = voices.get(request.organisation_id, request.source_voice_id)
            ref = voices.ref(source)
            return LocaliseJob(ref, source.locale, request.target, request.gender)
        if work.voice_id is not None:
            work.base = self._base(request)
        return job_of(work, request)

    def _base(self, request: CloneRequest) -> VoiceRef | None:
        if request.base_voice_id is None:
            return None
        voices = self._library.voices
        return voices.ref(voices.get(request.organisation_id, request.base_voice_id))
