"""A small real engine for tests: speaks words as sine tones, clones a WAV by counting it.

It is loaded by worker processes as `tiny_engine:TinyEngine`, so it is a module of its own. What a
test wants to see from outside, it writes as lines into `events.txt` of the data folder.

A clone with the transcript `[hold]` waits until a file `release` is in the data folder. With one
of `SCORES` it yields a voice for each score; before the second one, `[refine-hold]` waits until a
file `release-FRAMES` is in the data folder, FRAMES being the length of the clip, `[refine-crash]`
kills the process, `[refine-crash-once]` does so the first time, `[refine-fail]` raises an error.

With a file `idle` in the data folder it has idle work, which ends when the file is gone.

Texts steer it: `[slow]` makes each stretch take a while, `[crash]` kills the process, `[fail]`
raises an unexpected error in the middle, `[text-error]` raises a TextError before any audio.
"""

import os
import time
import wave
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from menura.errors import AudioError, ModelFilesError, NotFoundError, TextError
from menura.models.contract import (
    ModelInfo,
    PhonemeTiming,
    Progress,
    StockVoice,
    VoiceState,
    WordTiming,
)
from menura.models.states import load
from menura.settings import Settings
from menura.work.jobs import Advice, CloneJob, CloneOutcome, SpeechJob, SpeechOutput

RATE = 24000
STOCK = (
    StockVoice("af_heart", "Heart", "en-US", "feminine", "Warm."),
    StockVoice("am_michael", "Michael", "en-US", "masculine", "Calm."),
    StockVoice("bf_emma", "Emma", "en-GB", "feminine", "Bright."),
    StockVoice("ef_dora", "Dora", "es-ES", "feminine", "Señora clara."),
)
SCORES = {
    "[refine]": (0.5, 0.7, 0.9),
    "[refine-hold]": (0.5, 0.9),
    "[refine-worse]": (0.5, 0.3, 0.4),
    "[refine-crash]": (0.5, 0.9),
    "[refine-crash-once]": (0.5, 0.9),
    "[refine-fail]": (0.5, 0.9),
}
INFO = ModelInfo("menura-1-2026-11", "menura-1", ("en-US", "en-GB", "es-ES"), RATE, 510)


class TinyModel:
    """The part of a base model that the worker asks for."""

    info = INFO

    def stock_voices(self) -> Sequence[StockVoice]:
        """All stock voices."""
        return STOCK


class TinyEngine:
    """Same members as `menura.engine.Engine`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.model = TinyModel()
        self.note(f"started {os.getpid()} nice {os.nice(0)} omp {os.environ['OMP_NUM_THREADS']}")
        print("a library that prints must not disturb the protocol")  # noqa: T201

    def warm_up(self) -> None:
        """Nothing is loaded on first use."""
        self.note("warm")

    def note(self, line: str) -> None:
        """Adds a line to the events that a test reads."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        with (self.settings.data / "events.txt").open("a") as file:
            file.write(line + "\n")

    def speak(self, job: SpeechJob) -> Iterator[SpeechOutput]:
        """One stretch of raw sine per word, 50 ms long; the voice decides the pitch."""
        if job.voice.stock is not None:
            if job.voice.stock not in {voice.key for voice in STOCK}:
                raise NotFoundError("stock_voice_not_found", "There is no such stock voice.")
            pitch = 200.0
        else:
            assert job.voice.state is not None
            pitch = float(load(job.voice.state).tensors["pitch"][0])
        if "[text-error]" in job.text:
            raise TextError("symbol_not_supported", "The text has a bad symbol.", "Use letters.")
        self.note(f"speak {job.text[:40]} {job.language} speed {job.speed} volume {job.volume}")
        words = [entry.text for entry in job.pronunciations]
        manner = f"{job.emotion!r} {job.normalization} {job.duration} {job.normalized_words}"
        self.note(f"manner {job.text[:40]} {manner} {words}")
        try:
            yield from self._stretches(job, pitch)
        finally:
            self.note(f"closed {job.text[:40]}")

    def _stretches(self, job: SpeechJob, pitch: float) -> Iterator[SpeechOutput]:
        if job.output.container == "wav":
            yield SpeechOutput(wav_header(job.output.sample_rate))
        for number, word in enumerate(job.text.split()):
            if word == "[crash]":
                os.kill(os.getpid(), 9)
            if word == "[fail]" and number:
                raise RuntimeError("secret detail that nobody outside may see")
            if "[slow]" in job.text:
                time.sleep(0.05)
            times = np.arange(job.output.sample_rate // 20) / job.output.sample_rate
            tone = np.sin(2 * np.pi * pitch * times) * 0.3 * job.volume
            start, end = number * 0.05, (number + 1) * 0.05
            yield SpeechOutput(
                (tone * 32767).astype("<i2").tobytes(),
                (WordTiming(word, start, end),),
                (PhonemeTiming("a", start, end),),
            )

    def catch_up(self) -> Generator[None, None, None]:
        """Works with many rests while there is a file `idle`."""
        idle = self.settings.data / "idle"
        if not idle.exists():
            return
        self.note("idle")
        try:
            while idle.exists():
                if idle.read_text() == "fail":
                    idle.unlink()
                    raise RuntimeError("secret detail of idle work")
                time.sleep(0.01)
                yield
        finally:
            self.note("idle over")

    def clone(self, job: CloneJob, progress: Progress) -> Generator[CloneOutcome, None, None]:
        """Takes a WAV of any length; its number of frames becomes the pitch.

        Each better voice is 100 Hz higher than the one before.
        """
        self.note(f"clone {job.language} {job.mode} {job.enhance} {job.transcript} {job.base}")
        try:
            frames = read_frames(job.clip)
            steps = 20 if job.transcript in ("[slow]", "[late]") else 4
            if job.transcript == "[crash]":
                os.kill(os.getpid(), 9)
            while job.transcript == "[hold]" and not (self.settings.data / "release").exists():
                time.sleep(0.02)
                progress("reading", 0.0)
            for step in range(steps):
                time.sleep(0.05 if steps > 4 else 0.0)
                progress("adapting" if step else "reading", step / steps)
            if job.transcript == "[late]":
                raise AudioError("audio_no_speech", "The clip has no speech.", "Send speech.")
            scores = SCORES.get(job.transcript or "", (1.0,))
            for number, score in enumerate(scores):
                if number:
                    self._refine(job, frames, number, progress)
                last = number == len(scores) - 1 or not job.refine
                yield outcome(job, 100.0 * (number + 1) + frames % 100, score, last)
                if last:
                    return
        finally:
            self.note("clone over")

    def _refine(self, job: CloneJob, frames: int, number: int, progress: Progress) -> None:
        self.note(f"refine {job.transcript} {frames}")
        progress("refine", 0.3 * number)
        released = self.settings.data / f"release-{frames}"
        while job.transcript == "[refine-hold]" and not released.exists():
            time.sleep(0.02)
            progress("refine", 0.3 * number)
        crashed = self.settings.data / "crashed"
        if job.transcript == "[refine-crash]" or (
            job.transcript == "[refine-crash-once]" and not crashed.exists()
        ):
            crashed.touch()
            os.kill(os.getpid(), 9)
        if job.transcript == "[refine-fail]":
            raise AudioError("audio_odd", "The clip is odd.", "Send another.")


def outcome(job: CloneJob, pitch: float, score: float, last: bool) -> CloneOutcome:
    """A voice of this pitch."""
    tensors = {"pitch": np.array([pitch], np.float32)}
    state = VoiceState(INFO.snapshot, tensors, {"kind": "sine"})
    advice = Advice("clip_short", "warning", "The clip is short.", "Give ten seconds.")
    words = job.transcript or "heard words"
    return CloneOutcome(state, words, (advice,), {"steps": 4.0}, score=score, last=last)


class BrokenEngine:
    """An engine whose model files are missing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def model(self) -> TinyModel:
        """Always raises."""
        raise ModelFilesError("model_files_missing", "The weights are missing.", "Install them.")


class CrashingEngine:
    """An engine that takes its process down while it loads."""

    def __init__(self, settings: Settings) -> None:
        os.kill(os.getpid(), 9)


def read_frames(path: Path) -> int:
    """Number of frames of a WAV. Raises AudioError."""
    try:
        with wave.open(str(path), "rb") as file:
            frames = file.getnframes()
    except (wave.Error, EOFError) as error:
        raise AudioError("audio_unreadable", "The clip is no audio.", "Send a WAV.") from error
    if frames == 0:
        raise AudioError("audio_empty", "The clip has no sound.", "Send a recording.")
    return frames


def wav_header(rate: int) -> bytes:
    """Header of a streamed 16-bit mono WAV of unknown length."""
    unknown = b"\xff\xff\xff\xff"
    fmt = b"".join(
        (
            (1).to_bytes(2, "little"),
            (1).to_bytes(2, "little"),
            rate.to_bytes(4, "little"),
            (rate * 2).to_bytes(4, "little"),
            (2).to_bytes(2, "little"),
            (16).to_bytes(2, "little"),
        )
    )
    size = len(fmt).to_bytes(4, "little")
    return b"RIFF" + unknown + b"WAVE" + b"fmt " + size + fmt + b"data" + unknown


def events(settings: Settings) -> SimpleNamespace:
    """What the engine noted so far: all lines, and a count by first word."""
    path = settings.data / "events.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return SimpleNamespace(lines=lines, of=lambda word: [x for x in lines if x.startswith(word)])
