"""Runs the product in a process of its own: its memory and time are not the judges'."""

import contextlib
import multiprocessing
import os
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from menura.audio.formats import OutputFormat
from menura.engine import Engine
from menura.models import states
from menura.models.contract import WordTiming
from menura.settings import Settings
from menura.work.jobs import CloneJob, SpeechJob, VoiceRef
from menura.work.voices import LocaliseJob, make_voice

RATE = 24000
_RAW = OutputFormat("raw", RATE, "pcm_f32le")
"""No header, so the first bytes that arrive are audio."""


@dataclass(frozen=True)
class Spoken:
    """One speech job's audio and what it took."""

    audio: NDArray[np.float32]
    """At 24 kHz."""

    words: tuple[WordTiming, ...]
    seconds: float
    """Wall time of the whole job."""

    cpu_seconds: float
    first_seconds: float
    """Wall time until the first audio."""

    memory: tuple[tuple[float, float], ...]
    """After each stretch: seconds of audio so far, resident memory in MB."""

    @property
    def length(self) -> float:
        """Seconds of audio."""
        return self.audio.size / RATE


@dataclass(frozen=True)
class Stage:
    """A voice that a clone yielded, and when it came."""

    state: Path
    state_bytes: int
    seconds: float
    """Wall time since the clip was given."""

    cpu_seconds: float
    score: float
    report: dict[str, float | str]


@dataclass(frozen=True)
class CloneRequest:
    """A clip, as a user would give it: without a transcript."""

    clip: Path
    folder: Path
    """Where the voices are written: `first.safetensors` and `refined.safetensors`."""

    mode: str = "similarity"
    enhance: bool | None = None
    steps: int = 0
    language: str = "en-US"
    only_first: bool = False
    """Stop at the first usable voice."""


@dataclass(frozen=True)
class Cloned:
    """A clone and what it took."""

    first: Stage
    refined: Stage
    """The last voice; the first one where no other came."""

    voices: int
    """How many voices came."""

    transcript: str
    advice: tuple[str, ...]


class Product:
    """The engine behind a process border; a context manager.

    Args:
        settings: as for the server.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> "Product":
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, _start, (self._settings,))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def speak(self, text: str, voice: VoiceRef, language: str = "en-US") -> Spoken:
        """Speaks a text."""
        return self._pool.submit(_speak, text, voice, language).result()

    def clone(self, request: CloneRequest) -> Cloned:
        """Clones a clip."""
        return self._pool.submit(_clone, request).result()

    def localise(self, source: Path, target: Path, language: str, gender: str) -> float:
        """Writes a US English voice as one of another language; returns the seconds that took."""
        return self._pool.submit(_localise, source, target, language, gender).result()

    def switch(self, voice: VoiceRef) -> float:
        """Seconds until the engine is ready to speak in another voice."""
        return self._pool.submit(_switch, voice).result()

    def warm_up(self) -> float:
        """Loads all that speaking and cloning need, so that times are not about it; seconds."""
        return self._pool.submit(_warm_up).result()

    def resident_mb(self) -> float:
        """Resident memory now, in MB."""
        return self._pool.submit(_status_mb, "VmRSS").result()

    def peak_mb(self) -> float:
        """Most resident memory since the last call, in MB."""
        return self._pool.submit(_peak_mb).result()


_engine: Engine


def _start(settings: Settings) -> None:
    global _engine
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _engine = Engine(settings)


def _end_with_parent() -> None:
    # A benchmark that is killed would leave its clone running, to disturb the next measurement.
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _speak(text: str, voice: VoiceRef, language: str) -> Spoken:
    started, cpu = time.perf_counter(), time.process_time()
    first = 0.0
    parts: list[NDArray[np.float32]] = []
    words: list[WordTiming] = []
    memory: list[tuple[float, float]] = []
    samples = 0
    for output in _engine.speak(SpeechJob(text, voice, language, _RAW)):
        if output.data and not samples:
            first = time.perf_counter() - started
        parts.append(np.frombuffer(output.data, dtype="<f4"))
        words.extend(output.words)
        samples += parts[-1].size
        memory.append((samples / RATE, _status_mb("VmRSS")))
    return Spoken(
        audio=np.concatenate(parts),
        words=tuple(words),
        seconds=time.perf_counter() - started,
        cpu_seconds=time.process_time() - cpu,
        first_seconds=first,
        memory=tuple(memory),
    )


def _clone(request: CloneRequest) -> Cloned:
    job = CloneJob(
        request.clip,
        request.language,
        mode=request.mode,
        enhance=request.enhance,
        steps=request.steps,
        refine=not request.only_first,
    )
    started, cpu = time.perf_counter(), time.process_time()
    stages: list[Stage] = []
    with contextlib.closing(_engine.clone(job, _Progress())) as outcomes:
        for outcome in outcomes:
            seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
            path = request.folder / f"{'refined' if stages else 'first'}.safetensors"
            path.write_bytes(states.save(outcome.state))
            size = path.stat().st_size
            stages.append(
                Stage(path, size, seconds, cpu_seconds, outcome.score, dict(outcome.report))
            )
    sys.stderr.write("\n")
    return Cloned(
        first=stages[0],
        refined=stages[-1],
        voices=len(stages),
        transcript=outcome.transcript,
        advice=tuple(item.code for item in outcome.advice),
    )


class _Progress:
    """Writes progress on one line."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, stage: str, share: float) -> None:
        line = f"\r  {stage} {share:4.0%}   "
        if line != self._last:
            sys.stderr.write(line)
            sys.stderr.flush()
            self._last = line


def _localise(source: Path, target: Path, language: str, gender: str) -> float:
    job = LocaliseJob(VoiceRef(state=source), "en-US", language, gender)
    started = time.perf_counter()
    state = make_voice(_engine, job).state
    seconds = time.perf_counter() - started
    target.write_bytes(states.save(state))
    return seconds


def _switch(voice: VoiceRef) -> float:
    model: Any = _engine.model
    started = time.perf_counter()
    model.activate(_engine.voice(voice))
    return time.perf_counter() - started


def _warm_up() -> float:
    started = time.perf_counter()
    stock = _engine.model.stock_voices()[0].key
    _speak("Warming up.", VoiceRef(stock=stock), "en-US")
    _engine._listener().transcribe(np.zeros(RATE, dtype=np.float32), "en")
    return time.perf_counter() - started


def _peak_mb() -> float:
    peak = _status_mb("VmHWM")
    Path("/proc/self/clear_refs").write_text("5")  # starts the peak anew
    return peak


def _status_mb(name: str) -> float:
    """A line of this process's memory status; Linux only.

    Not `getrusage`: its peak starts at that of the parent process.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)
