"""Runs the product in a process of its own: its memory and time are not the judges'."""

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from menura.audio.formats import OutputFormat
from menura.engine import Engine
from menura.models import states
from menura.models.contract import WordTiming
from menura.settings import Settings
from menura.work.jobs import CloneJob, SpeechJob, VoiceRef

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
class Cloned:
    """A finished clone and what it took."""

    state_bytes: int
    seconds: float
    cpu_seconds: float
    transcript: str
    advice: tuple[str, ...]
    report: dict[str, float | str]


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

    def speak(self, text: str, voice: VoiceRef) -> Spoken:
        """Speaks a text."""
        return self._pool.submit(_speak, text, voice).result()

    def clone(self, clip: Path, state: Path, steps: int) -> Cloned:
        """Clones a clip as a user would, without a transcript; writes the voice to `state`."""
        return self._pool.submit(_clone, clip, state, steps).result()

    def peak_mb(self) -> float:
        """Most resident memory since the last call, in MB."""
        return self._pool.submit(_peak_mb).result()


_engine: Engine


def _start(settings: Settings) -> None:
    global _engine
    _engine = Engine(settings)


def _speak(text: str, voice: VoiceRef) -> Spoken:
    started, cpu = time.perf_counter(), time.process_time()
    first = 0.0
    parts: list[NDArray[np.float32]] = []
    words: list[WordTiming] = []
    memory: list[tuple[float, float]] = []
    samples = 0
    for output in _engine.speak(SpeechJob(text, voice, "en-US", _RAW)):
        if output.data and not parts:
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


def _clone(clip: Path, state: Path, steps: int) -> Cloned:
    started, cpu = time.perf_counter(), time.process_time()
    last = ""

    def progress(stage: str, share: float) -> None:
        nonlocal last
        line = f"\r  {stage} {share:4.0%}   "
        if line != last:
            sys.stderr.write(line)
            sys.stderr.flush()
            last = line

    outcome = _engine.clone(CloneJob(clip, "en-US", steps=steps), progress)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    sys.stderr.write("\n")
    state.write_bytes(states.save(outcome.state))
    return Cloned(
        state_bytes=state.stat().st_size,
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        transcript=outcome.transcript,
        advice=tuple(item.code for item in outcome.advice),
        report=dict(outcome.report),
    )


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
