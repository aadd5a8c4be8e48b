"""Does the work of a process: text, model, speech and cloning, without database or network."""

import os
import time
from collections import OrderedDict
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import structlog
import torch
from numpy.typing import NDArray

from menura.audio.formats import OutputFormat
from menura.audio.recognise import RATE, Recogniser
from menura.audio.spool import spooled
from menura.audio.transcribe import transcribe
from menura.cloning.clip import prepare_clip
from menura.cloning.hearing import write_hearing
from menura.cloning.speaker_clip import speech_of
from menura.errors import InputError, NotFoundError
from menura.models import states
from menura.models.adapters import load_adapter
from menura.models.contract import (
    Adapter,
    BaseModel,
    CloneOptions,
    IdlingModel,
    Progress,
    VoiceState,
)
from menura.models.registry import load_model
from menura.settings import Settings
from menura.speech.joining import write_joined
from menura.speech.synthesis import synthesise
from menura.text.languages import resolve
from menura.text.warning import TextWarning
from menura.tuning.prepare import prepare
from menura.tuning.tune import Tuning, tune
from menura.work.check import CheckJob, CheckOutcome, HearingJob, HearingOutcome
from menura.work.jobs import CloneJob, CloneOutcome, SpeechJob, SpeechOutput, VoiceRef
from menura.work.join import JoinJob, JoinOutcome
from menura.work.prepare import PrepareJob, PrepareOutcome
from menura.work.transcribe import TranscribeJob, TranscriptOutcome
from menura.work.tune import TuneJob
from menura.work.tuned_models import tunable
from menura.work.voices import embedding_model

_MOST_VOICES = 32
_MOST_ADAPTERS = 4
"""Each may take 120 MB."""

_Key = tuple[object, ...]

_LISTENING = 0.05
"""Share of a clone's time that goes into reading the clip."""

log = structlog.get_logger()


def compute_threads(settings: Settings) -> int:
    """How many threads a worker computes with."""
    return settings.threads or min(os.cpu_count() or 1, 4)


@dataclass
class _Tuned:
    """An adapter in memory, and the voices that were spoken with it."""

    adapter: Adapter
    voices: dict[_Key, VoiceState] = field(default_factory=dict)


class Engine:
    """Holds a loaded base model and runs jobs, one at a time, in the calling thread.

    Args:
        settings: device, threads, precision, data folder.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._model: BaseModel | None = None
        self._recogniser: Recogniser | None = None
        self._voices: OrderedDict[_Key, VoiceState] = OrderedDict()
        self._tuned: OrderedDict[_Key, _Tuned] = OrderedDict()

    @property
    def model(self) -> BaseModel:
        """The base model, loaded on first use. Raises ModelFilesError."""
        if self._model is None:
            torch.set_num_threads(compute_threads(self.settings))
            self._model = load_model(self.settings)
        return self._model

    def warm_up(self) -> None:
        """Speaks a word, so that dictionaries and tables are there when the first request comes.

        Raises ModelFilesError.
        """
        voice = self.model.stock_voices()[0]
        output = OutputFormat("raw", self.model.info.sample_rate, "pcm_s16le")
        job = SpeechJob("Ready.", VoiceRef(stock=voice.key), voice.language, output)
        for _ in self.speak(job):
            pass

    def voice(self, ref: VoiceRef) -> VoiceState:
        """Loads a voice, the last 32 from memory; so are the last 4 adapters.

        Raises NotFoundError, StateError, InputError for an embedding that cannot be used.
        """
        key: _Key
        if ref.stock is not None:
            key = (ref.stock, 0)
        elif ref.embedding is not None:
            key = (ref.embedding, ref.language)
        elif ref.state is not None:
            key = _file_key(ref.state)
        else:
            raise InputError(
                "voice_not_given", "No voice is named.", "Name a stock voice or a stored one."
            )
        if key not in self._voices:
            self._voices[key] = self._load_voice(ref)
            if len(self._voices) > _MOST_VOICES:
                self._voices.popitem(last=False)
        self._voices.move_to_end(key)
        voice = self._voices[key]
        return voice if ref.adapter is None else self._with_adapter(key, voice, ref.adapter)

    def _with_adapter(self, key: _Key, voice: VoiceState, path: Path) -> VoiceState:
        """The same voice object each time, by which a model may know what it is ready to speak."""
        model = tunable(self.model)
        place = _file_key(path)
        if place not in self._tuned:
            # Before the new one is read, so that there are never more in memory.
            while len(self._tuned) >= _MOST_ADAPTERS:
                self._tuned.popitem(last=False)
            self._tuned[place] = _Tuned(load_adapter(path))
        self._tuned.move_to_end(place)
        tuned = self._tuned[place]
        if key not in tuned.voices:
            if len(tuned.voices) >= _MOST_VOICES:
                tuned.voices.clear()
            tuned.voices[key] = model.with_adapter(voice, tuned.adapter)
        return tuned.voices[key]

    def _load_voice(self, ref: VoiceRef) -> VoiceState:
        if ref.stock is not None:
            return self.model.stock_state(ref.stock)
        if ref.embedding is not None:
            language = ref.language or self.model.info.languages[0]
            return embedding_model(self.model).from_embedding(ref.embedding, language)
        state = states.load(Path(str(ref.state)))
        self.model.check_state(state)
        return state

    def speak(self, job: SpeechJob) -> Iterator[SpeechOutput]:
        """Speaks a job, a stretch at a time; closing the iterator stops the work.

        Raises TextError, StateError, NotFoundError.
        """
        yield from synthesise(self.model, self.voice(job.voice), job, self._warn)

    def catch_up(self) -> Generator[None, None, None]:
        """Does what the model has left for an idle moment; closing the iterator stops the work."""
        if isinstance(self._model, IdlingModel):
            yield from self._model.catch_up()

    @staticmethod
    def _warn(warning: TextWarning) -> None:
        log.warning("text_warning", code=warning.code, start=warning.start)

    def clone(self, job: CloneJob, progress: Progress) -> Generator[CloneOutcome, None, None]:
        """Makes a voice from a clip, then better ones unless `job.refine` is off.

        `progress` hears `usable` before the first voice that is not the last, then `refining`.
        Closing the iterator stops the work. Raises AudioError, TextError, CancelledError.
        """
        started = time.monotonic()
        model = self.model
        progress("listen", 0.0)
        prepared = prepare_clip(
            job.clip,
            language=job.language,
            recogniser=self._listener(),
            mode=job.mode,
            enhance=job.enhance,
            transcript=job.transcript,
            sample_rate=model.info.sample_rate,
        )
        base = self.voice(job.base) if job.base is not None else None
        options = CloneOptions(
            mode=job.mode,
            steps=job.steps or self.settings.clone_steps,
            base=base,
            language=resolve(job.language),
        )
        progress("fit", _LISTENING)

        done, usable = _LISTENING, False

        def fitting(stage: str, share: float) -> None:
            nonlocal done
            done = _LISTENING + (1 - _LISTENING) * share
            progress("refining" if usable else stage, done)

        results = model.clone(prepared.clip, options, fitting)
        try:
            for result in results:
                report = {**prepared.facts.report(), **result.report}
                report["total_seconds"] = round(time.monotonic() - started, 2)
                last = result.last or not job.refine
                if not usable and not last:
                    progress("usable", done)
                usable = True
                yield CloneOutcome(
                    result.state,
                    prepared.transcript,
                    prepared.advice,
                    report,
                    score=result.score,
                    last=last,
                )
                if last:
                    return
        finally:
            # A model leaves its network as it was only when its iterator is closed.
            if isinstance(results, Generator):
                results.close()

    def check(self, job: CheckJob, progress: Progress) -> CheckOutcome:
        """Looks at a clip as cloning would; needs no base model.

        Raises AudioError, TextError, InputError, CancelledError.
        """
        progress("listen", 0.0)
        prepared = prepare_clip(
            job.clip,
            language=job.language,
            recogniser=self._listener(),
            mode=job.mode,
            enhance=job.enhance,
            transcript=job.transcript,
        )
        return CheckOutcome(
            prepared.transcript, prepared.advice, prepared.facts.report(), prepared.timeline
        )

    def hearing(self, job: HearingJob) -> HearingOutcome:
        """Writes what a clone of a clip would be made of; needs no base model.

        Raises AudioError, InputError, ModelFilesError.
        """
        return write_hearing(job)

    def speech_of(self, clip: Path, *, enhance: bool = False) -> tuple[NDArray[np.float32], int]:
        """The speech in a clip, and its rate in Hz. Raises AudioError, ModelFilesError."""
        return speech_of(clip, enhance=enhance)

    def transcribe(self, job: TranscribeJob, progress: Progress) -> TranscriptOutcome:
        """Writes a recording down; needs no base model.

        Raises AudioError, TextError, CancelledError.
        """
        progress("decode", 0.0)
        with spooled(
            job.file,
            sample_rate=RATE,
            max_seconds=self.settings.max_transcribe_seconds,
            headerless=job.headerless,
        ) as spool:
            segments, language = transcribe(
                spool,
                self._listener(),
                job.language,
                words=job.words,
                progress=lambda share: progress("transcribe", share),
            )
            return TranscriptOutcome(language, spool.seconds, segments)

    def prepare(self, job: PrepareJob, progress: Progress) -> Generator[PrepareOutcome, None, None]:
        """Prepares a recording of a dataset: what it is like, then its utterances too.

        Needs no base model. Raises AudioError, ServerError, CancelledError.
        """
        yield from prepare(job, self._listener(), progress)

    def tune(self, job: TuneJob) -> Tuning:
        """Tunes the base model on one speaker; yields progress, at last the outcome.

        Closing the iterator stops the work; a job with the same folder goes on from there. Raises
        AudioError, StateError, InputError for a model that cannot be tuned, ServerError.
        """
        yield from tune(self.model, job)

    def join(self, job: JoinJob) -> JoinOutcome:
        """Puts speech between recordings; needs no base model. Raises AudioError."""
        return write_joined(job)

    def _listener(self) -> Recogniser:
        if self._recogniser is None:
            self._recogniser = Recogniser(self.settings.cache, compute_threads(self.settings))
        return self._recogniser


def _file_key(path: Path) -> _Key:
    """Tells a file from others, and from what it was before. Raises NotFoundError."""
    try:
        return (str(path), path.stat().st_mtime_ns)
    except OSError as error:
        raise NotFoundError(
            "voice_not_found",
            "The voice's file is gone.",
            "It may have been deleted a moment ago; list the voices.",
        ) from error
