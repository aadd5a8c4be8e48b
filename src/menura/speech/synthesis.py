"""Speaks a text of any length: utterance by utterance, joined, encoded, with timings."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np

from menura.audio.encode import Encoder
from menura.models.contract import BaseModel, PhonemeTiming, VoiceState, WordTiming
from menura.text.prepare import prepare
from menura.text.warning import TextWarning
from menura.work.jobs import SpeechJob, SpeechOutput

T = TypeVar("T", WordTiming, PhonemeTiming)


def synthesise(
    model: BaseModel,
    voice: VoiceState,
    job: SpeechJob,
    on_warning: Callable[[TextWarning], None] | None = None,
) -> Iterator[SpeechOutput]:
    """Yields the bytes of a job as they are ready; closing the iterator stops the work.

    Every utterance leaves as soon as it is spoken, so the first audio of a long text does not wait
    for the rest. Raises TextError, StateError, before the first output where the fault is there.
    """
    rate = model.info.sample_rate
    encoder = Encoder(job.output, rate, volume=job.volume)
    spoken = 0  # samples so far
    utterances = prepare(
        job.text, job.language, limit=model.info.utterance_symbols, on_warning=on_warning
    )
    for number, utterance in enumerate(utterances):
        for stretch in model.speak(utterance, voice, speed=job.speed, seed=job.seed + number):
            offset = spoken / rate
            words = tuple(_later(word, offset) for word in stretch.words)
            phonemes = tuple(_later(phoneme, offset) for phoneme in stretch.phonemes)
            spoken += stretch.audio.size
            yield SpeechOutput(encoder.write(stretch.audio), words, phonemes)
        pause = np.zeros(round(utterance.pause / job.speed * rate), np.float32)
        spoken += pause.size
        if pause.size:
            yield SpeechOutput(encoder.write(pause))
    yield SpeechOutput(encoder.finish())


def _later(timing: T, seconds: float) -> T:
    return replace(timing, start=timing.start + seconds, end=timing.end + seconds)
