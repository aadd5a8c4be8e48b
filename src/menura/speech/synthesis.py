"""Speaks a text of any length: utterance by utterance, joined, encoded, with timings."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from menura.audio.encode import Encoder
from menura.models.contract import (
    BaseModel,
    PhonemeTiming,
    ProsodyFactors,
    SpokenAudio,
    VoiceState,
    WordTiming,
)
from menura.speech.loudness import Loudness
from menura.speech.timings import phoneme_items, word_items
from menura.text.emotions import Emotion, find_emotion
from menura.text.markup import Delivery, Script, parse
from menura.text.script import Line, perform
from menura.text.warning import TextWarning
from menura.work.jobs import SpeechJob, SpeechOutput

T = TypeVar("T", WordTiming, PhonemeTiming)
Audio = NDArray[np.float32]

SILENCE_SECONDS = 1.0
"""A longer silence leaves in stretches of this length, so that it can be stopped."""

FADE_SECONDS = 0.005


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
    script = parse(job.text, Delivery(job.speed, job.volume, job.emotion))
    parts = perform(
        script,
        job.language,
        limit=model.info.utterance_symbols,
        normalization=job.normalization,
        pronunciations=job.pronunciations,
        on_warning=on_warning,
    )
    speaker = _Speaker(model, voice, job, script)
    for part in parts:
        yield from speaker.silence(part) if isinstance(part, float) else speaker.line(part)
        if speaker.over:
            break
    yield SpeechOutput(speaker.encoder.finish())


class _Speaker:
    """The stream of one job: what was said so far, and how loud it is."""

    def __init__(self, model: BaseModel, voice: VoiceState, job: SpeechJob, script: Script) -> None:
        self._model = model
        self._voice = voice
        self._job = job
        self._script = script
        self._rate = model.info.sample_rate
        self._most = None if job.duration is None else round(job.duration * self._rate)
        self._seed = job.seed
        self._spoken = 0  # samples so far
        emotion, _ = find_emotion(job.emotion)
        self._loudness = Loudness(self._rate, job.volume * emotion.volume)
        # The loudness is set here, word by word; the encoder still keeps peaks from clipping.
        self.encoder = Encoder(job.output, self._rate)

    @property
    def over(self) -> bool:
        """Whether as much was said as the job allows."""
        return self._most is not None and self._spoken >= self._most

    def line(self, line: Line) -> Iterator[SpeechOutput]:
        """Speaks an utterance and the pause after it."""
        utterance, speed = line.utterance, line.delivery.speed
        emotion, _ = find_emotion(line.delivery.emotion)
        begun = self._spoken
        told = 0
        for stretch in self._speak(line, emotion):
            offset = begun / self._rate
            words: list[WordTiming] = []
            changes: list[tuple[int, float]] = []
            for word, timing in zip(utterance.words[told:], stretch.words, strict=False):
                factor = self._script.volume_at(word.start) * emotion.volume
                at = begun + round(timing.start * self._rate) - self._spoken
                changes.append((at, factor))
                words += word_items(
                    word,
                    timing,
                    utterance.language,
                    normalized=self._job.normalized_words,
                )
            told += len(stretch.words)
            audio = self._loudness.apply(stretch.audio, changes)
            yield self._output(
                audio,
                [_later(word, offset) for word in words],
                [_later(phoneme, offset) for phoneme in phoneme_items(stretch.phonemes)],
            )
            if self.over:
                return
        yield from self.silence(utterance.pause / speed)

    def silence(self, seconds: float) -> Iterator[SpeechOutput]:
        """Nothing for a while."""
        left = round(seconds * self._rate)
        while left > 0 and not self.over:
            size = min(left, round(SILENCE_SECONDS * self._rate))
            yield self._output(np.zeros(size, np.float32))
            left -= size

    def _speak(self, line: Line, emotion: Emotion) -> Iterator[SpokenAudio]:
        factors = ProsodyFactors(emotion.pitch, emotion.pitch_spread, emotion.pace)
        seed, self._seed = self._seed, self._seed + 1
        yield from self._model.speak(
            line.utterance,
            self._voice,
            speed=line.delivery.speed,
            seed=seed,
            prosody=None if factors == ProsodyFactors() else factors,
        )

    def _output(
        self,
        audio: Audio,
        words: Iterable[WordTiming] = (),
        phonemes: Iterable[PhonemeTiming] = (),
    ) -> SpeechOutput:
        """Encodes a stretch, cut where the job's time is over."""
        if self._most is not None:
            end = self._most / self._rate
            words, phonemes = _before(words, end), _before(phonemes, end)
            if self._spoken + audio.size > self._most:
                audio = _cut(audio, self._most - self._spoken, self._rate)
        self._spoken += audio.size
        return SpeechOutput(self.encoder.write(audio), tuple(words), tuple(phonemes))


def _later(timing: T, seconds: float) -> T:
    return replace(timing, start=timing.start + seconds, end=timing.end + seconds)


def _before(timings: Iterable[T], end: float) -> list[T]:
    return [replace(one, end=min(one.end, end)) for one in timings if one.start < end]


def _cut(audio: Audio, size: int, rate: int) -> Audio:
    """The first samples, faded out at the end."""
    out = audio[:size].copy()
    fade = min(round(FADE_SECONDS * rate), size)
    if fade:
        out[size - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return out
