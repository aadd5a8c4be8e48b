"""The workers of a server: one each to speak, clone, check, write down, prepare datasets, train."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from menura.errors import ServerError
from menura.models.contract import ModelInfo, StockVoice
from menura.settings import Settings
from menura.work.check import CheckJob, CheckOutcome, HearingJob, HearingOutcome
from menura.work.jobs import CloneJob, CloneOutcome, JobProgress, SpeechJob, SpeechOutput
from menura.work.join import JoinJob, JoinOutcome
from menura.work.lane import Lane, LaneOptions
from menura.work.prepare import PrepareJob, PrepareOutcome
from menura.work.protocol import Job
from menura.work.transcribe import TranscribeJob, TranscriptOutcome
from menura.work.tune import TuneJob, TuneOutcome, TuneProgress
from menura.work.tuned_models import InspectModelJob, ModelOutcome
from menura.work.voices import (
    REFITTED,
    EmbeddingJob,
    EmbeddingOutcome,
    LocaliseJob,
    VoiceJob,
    VoiceOutcome,
)

Outcome = TypeVar(
    "Outcome",
    CheckOutcome,
    HearingOutcome,
    JoinOutcome,
    TranscriptOutcome,
    VoiceOutcome,
    EmbeddingOutcome,
    ModelOutcome,
)

ENGINE = "menura.engine:Engine"
CLONE_NICENESS = 10
CHECK_IDLE_SECONDS = 120.0
TRANSCRIBE_IDLE_SECONDS = 600.0
PREPARE_IDLE_SECONDS = 60.0
TUNE_IDLE_SECONDS = 5.0
TUNE_NICENESS = 15
"""An hour of training should be felt less than a clone that somebody waits for."""

TUNE_KILL_SECONDS = 5.0
"""Its checkpoints are whole at any moment, so that a worker that is in the middle of a long step
may be killed."""


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
                "speech",
                settings.speech_queue,
                together=together,
                warm=True,
                stall_seconds=stall_seconds,
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

        # Of its own, so that a check need not wait until a clone is done; it loads no base model.
        self.checking = Lane(
            settings,
            engine,
            LaneOptions(
                "check",
                settings.clone_queue,
                together=1,
                niceness=CLONE_NICENESS,
                model=False,
                lazy=True,
                idle_seconds=CHECK_IDLE_SECONDS,
            ),
        )

        # Of its own, too: writing an hour down takes minutes.
        self.transcribing = Lane(
            settings,
            engine,
            LaneOptions(
                "transcription",
                settings.transcribe_queue,
                together=1,
                niceness=CLONE_NICENESS,
                model=False,
                lazy=True,
                idle_seconds=TRANSCRIBE_IDLE_SECONDS,
            ),
        )

        # Of its own, since it may go on for hours; the files wait in the library, not here.
        self.preparing = Lane(
            settings,
            engine,
            LaneOptions(
                "preparation",
                1,
                together=1,
                niceness=CLONE_NICENESS,
                model=False,
                lazy=True,
                idle_seconds=PREPARE_IDLE_SECONDS,
            ),
        )

        # Of its own: the fine-tunes wait in the library, as the files of datasets do.
        self.tuning = Lane(
            settings,
            engine,
            LaneOptions(
                "fine-tune",
                1,
                together=1,
                niceness=TUNE_NICENESS,
                lazy=True,
                idle_seconds=TUNE_IDLE_SECONDS,
                kill_seconds=TUNE_KILL_SECONDS,
            ),
        )

    async def start(self) -> None:
        """Begins to load the model and returns at once; `model` waits for it."""
        self.speech.start()
        self.cloning.start()
        self.checking.start()
        self.transcribing.start()
        self.preparing.start()
        self.tuning.start()

    async def stop(self) -> None:
        """Ends every job with an error, then the workers."""
        computing = (self.speech, self.cloning, self.checking, self.transcribing)
        lanes = (*computing, self.preparing, self.tuning)
        await asyncio.gather(*(lane.stop() for lane in lanes))

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

    async def clone(
        self, job: CloneJob | LocaliseJob
    ) -> AsyncGenerator[JobProgress | CloneOutcome, None]:
        """Makes a voice; yields progress, a usable voice and, as long as the job goes on, better
        ones. Closing the iterator stops the work.

        A localized voice comes once, refitted, with the score `REFITTED`.

        Raises BusyError when too many clones wait, ServerError when the worker died, and what
        `Engine.clone` raises.
        """
        async with aclosing(self.cloning.run(job)) as results:
            async for result in results:
                if isinstance(result, VoiceOutcome):
                    result = CloneOutcome(result.state, "", score=REFITTED)
                assert isinstance(result, JobProgress | CloneOutcome)
                yield result

    async def check(self, job: CheckJob) -> CheckOutcome:
        """Looks at a clip without cloning it; cancelling stops the work.

        Raises BusyError when too many clips wait, ServerError when the worker died, and what
        `Engine.check` raises.
        """
        return await _last(self.checking, job, CheckOutcome)

    async def hearing(self, job: HearingJob) -> HearingOutcome:
        """Writes what a clone of a clip would be made of; cancelling gives it up.

        Raises BusyError when too many clips wait, ServerError when the worker died, and what
        `Engine.hearing` raises.
        """
        return await _last(self.checking, job, HearingOutcome)

    async def join(self, job: JoinJob) -> JoinOutcome:
        """Joins speech to recordings in the worker that checks clips; cancelling gives it up.

        Raises BusyError when too many jobs wait, ServerError when the worker died, and what
        `Engine.join` raises.
        """
        return await _last(self.checking, job, JoinOutcome)

    async def transcribe(self, job: TranscribeJob) -> TranscriptOutcome:
        """Writes a recording down; cancelling stops the work.

        Raises BusyError when too many wait, ServerError when the worker died, and what
        `Engine.transcribe` raises.
        """
        return await _last(self.transcribing, job, TranscriptOutcome)

    async def prepare(self, job: PrepareJob) -> AsyncGenerator[JobProgress | PrepareOutcome, None]:
        """Prepares a recording of a dataset; yields progress, what it is like, its utterances.

        Closing the iterator stops the work. Raises BusyError when another one waits, ServerError
        when the worker died, and what `Engine.prepare` raises.
        """
        async with aclosing(self.preparing.run(job)) as results:
            async for result in results:
                assert isinstance(result, JobProgress | PrepareOutcome)
                yield result

    async def tune(self, job: TuneJob) -> AsyncGenerator[TuneProgress | TuneOutcome, None]:
        """Tunes the base model; yields how far it is, at last the outcome.

        Closing the iterator stops the work; a worker that does not stop within TUNE_KILL_SECONDS is
        killed. Raises BusyError when another one waits, ServerError when the worker died, and what
        `Engine.tune` raises.
        """
        async with aclosing(self.tuning.run(job)) as results:
            async for result in results:
                assert isinstance(result, TuneProgress | TuneOutcome)
                yield result

    async def make_voice(self, job: VoiceJob) -> VoiceOutcome:
        """Localises, mixes or checks voices.

        What takes long goes to the clone worker, the rest to the speech worker, which always has
        the model. Raises BusyError when too many jobs wait, ServerError when the worker died,
        and what `menura.work.voices.make_voice` raises.
        """
        long = isinstance(job, LocaliseJob) and job.refit
        lane = self.cloning if long else self.speech
        return await _last(lane, job, VoiceOutcome)

    async def inspect_model(self, job: InspectModelJob) -> ModelOutcome:
        """Checks a file of a tuned model and takes it apart, in the clone worker: it may be large.

        Raises BusyError when too many jobs wait, ServerError when the worker died, and what
        `menura.work.tuned_models.inspect_model` raises.
        """
        return await _last(self.cloning, job, ModelOutcome)

    async def embed(self, job: EmbeddingJob) -> tuple[float, ...]:
        """Tells a voice or a speaker as 192 numbers, in the speech worker.

        Raises BusyError when too many texts wait, ServerError when the worker died, and what
        `menura.work.voices.embed_voice` raises.
        """
        return (await _last(self.speech, job, EmbeddingOutcome)).embedding


_MISSING = {
    CheckOutcome: ("check_without_report", "The check ended without a report."),
    HearingOutcome: ("job_without_audio", "The job ended without its audio."),
    JoinOutcome: ("job_without_audio", "The job ended without its audio."),
    TranscriptOutcome: ("job_without_transcript", "The job ended without a transcript."),
    VoiceOutcome: ("job_without_voice", "The job ended without a voice."),
    ModelOutcome: ("job_without_model", "The job ended without a model."),
    EmbeddingOutcome: ("job_without_embedding", "The job ended without an embedding."),
}
"""Code and sentence for a job that ends without what it was to give."""


async def _last(lane: Lane, job: Job, kind: type[Outcome]) -> Outcome:
    """Runs a job that gives one outcome, and passes over its progress."""
    async with aclosing(lane.run(job)) as results:
        async for result in results:
            if isinstance(result, kind):
                return result
    raise ServerError(*_MISSING[kind])
