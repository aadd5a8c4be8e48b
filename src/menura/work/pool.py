"""The worker processes of a server: one that speaks, one that clones."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from menura.models.contract import ModelInfo, StockVoice
from menura.settings import Settings
from menura.work.jobs import CloneJob, CloneOutcome, JobProgress, SpeechJob, SpeechOutput
from menura.work.lane import Lane, LaneOptions

ENGINE = "menura.engine:Engine"
CLONE_NICENESS = 10


@dataclass(frozen=True)
class ModelCard:
    """What the loaded base model says of itself."""

    info: ModelInfo
    stock: tuple[StockVoice, ...]


@dataclass(frozen=True)
class PoolState:
    """Whether speech can be made now."""

    ready: bool
    reason: str
    """Empty when ready."""


class WorkerPool:
    """Runs jobs in processes of their own, so that the caller's event loop stays free.

    The speech worker starts at once and takes up to `together` texts in turns, a stretch of audio
    each. The clone worker starts with the first clone, runs below normal priority so that speech
    goes first, does one clone at a time, and ends after idle minutes to free its memory.

    Args:
        settings: go to the workers as they are.
        engine: `module:factory`; the factory takes the settings and gives an object with the
            members of `menura.engine.Engine`. It must not print to standard output.
        together: speech jobs that take turns.
        clone_idle_seconds: idle time after which the clone worker ends.
        stall_seconds: a speech job whose listener takes nothing for so long is given up.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        engine: str = ENGINE,
        together: int = 4,
        clone_idle_seconds: float = 600.0,
        stall_seconds: float = 600.0,
    ) -> None:
        self.speech = Lane(
            settings,
            engine,
            LaneOptions(
                "speech", settings.speech_queue, together=together, stall_seconds=stall_seconds
            ),
        )
        self.cloning = Lane(
            settings,
            engine,
            LaneOptions(
                "clone",
                settings.clone_queue,
                together=1,
                niceness=CLONE_NICENESS,
                lazy=True,
                idle_seconds=clone_idle_seconds,
            ),
        )

    async def start(self) -> None:
        """Begins to load the model and returns at once; `model` waits for it."""
        self.speech.start()
        self.cloning.start()

    async def stop(self) -> None:
        """Ends every job with an error, then the workers."""
        await asyncio.gather(self.speech.stop(), self.cloning.stop())

    @property
    def state(self) -> PoolState:
        """Whether the speech worker has its model, and why not."""
        if self.speech.ready:
            return PoolState(True, "")
        if self.speech.failure is not None:
            return PoolState(False, self.speech.failure.message)
        return PoolState(False, "The model is being loaded.")

    async def model(self) -> ModelCard:
        """Waits until the model has been loaded once. Raises what loading raised."""
        while True:
            changed = self.speech.changed
            if self.speech.info is not None:
                return ModelCard(self.speech.info, self.speech.stock)
            if self.speech.failure is not None:
                raise self.speech.failure
            await changed.wait()

    async def speak(self, job: SpeechJob) -> AsyncGenerator[SpeechOutput, None]:
        """Speaks a text; closing the iterator stops the work within one stretch of audio.

        Raises BusyError when too many texts wait, ServerError when the worker died, and what
        `Engine.speak` raises.
        """
        async with aclosing(self.speech.run(job)) as results:
            async for result in results:
                assert isinstance(result, SpeechOutput)
                yield result

    async def clone(self, job: CloneJob) -> AsyncGenerator[JobProgress | CloneOutcome, None]:
        """Makes a voice; yields progress, then the outcome. Closing the iterator stops the work.

        Raises BusyError when too many clones wait, ServerError when the worker died, and what
        `Engine.clone` raises.
        """
        async with aclosing(self.cloning.run(job)) as results:
            async for result in results:
                assert not isinstance(result, SpeechOutput)
                yield result
