"""One clone, or localized voice, as the server follows it, and waiting for what its job gives."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from menura.api.clone_request import CloneRequest, Request
from menura.work.jobs import CloneJob, CloneOutcome, JobProgress, VoiceRef

Items = AsyncGenerator[JobProgress | CloneOutcome, None]


class Halt(Enum):
    """Why a job is stopped."""

    ASIDE = auto()
    """An upload is waiting; it begins again later."""

    STOPPING = auto()
    """The server ends; a voice that is usable already is refined after the next start."""

    UNWANTED = auto()
    """The voice was deleted, or nobody came back for it before it was usable."""


@dataclass(eq=False)
class Work:
    """One clone from its upload to its last state."""

    request: Request
    clip: Path | None
    """That of a localized voice is none."""

    number: int
    usable: "asyncio.Future[str]"
    """The voice's id once it is stored; or why there is none."""

    ended: Callable[[], None]
    """Called once, when nothing will come any more."""

    base: VoiceRef | None = None
    voice_id: str | None = None
    progress: JobProgress | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Event = field(default_factory=asyncio.Event)
    halted: asyncio.Event = field(default_factory=asyncio.Event)
    halt: Halt | None = None

    def stop(self, why: Halt) -> None:
        """Stops the job that runs; a final reason is not overruled by a passing one."""
        if self.halt in (None, Halt.ASIDE):
            self.halt = why
        self.halted.set()

    def rewind(self) -> None:
        """Forgets a passing halt, so that the job can run again."""
        self.halt, self.progress = None, None
        self.halted.clear()
        self.turn.clear()

    def end(self) -> None:
        """Says that nothing will come any more."""
        if not self.over.is_set():
            self.over.set()
            self.ended()


def job_of(work: Work, request: CloneRequest) -> CloneJob:
    """The job that the clone worker is given."""
    assert work.clip is not None
    return CloneJob(
        work.clip,
        request.locale,
        mode=request.mode,
        enhance=request.enhance,
        transcript=request.transcript,
        base=work.base,
        refine=request.refined,
    )


async def first_of(*events: asyncio.Event) -> None:
    """Waits until one of several events is set."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def until(items: Items, halted: asyncio.Event) -> Items:
    """Passes on what a job gives until it ends or is halted; then the job is stopped."""

    async def following() -> JobProgress | CloneOutcome | None:
        return await anext(items, None)

    halt = asyncio.create_task(halted.wait())
    step: asyncio.Task[JobProgress | CloneOutcome | None] | None = None
    try:
        while not halt.done():
            step = asyncio.create_task(following())
            await asyncio.wait({step, halt}, return_when=asyncio.FIRST_COMPLETED)
            if not step.done() or (item := step.result()) is None:
                return
            yield item
    finally:
        halt.cancel()
        if step is not None:
            # An iterator cannot be closed while it is being asked for its next item.
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)
        await items.aclose()
