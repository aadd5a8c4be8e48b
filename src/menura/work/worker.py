"""A worker process: loads one engine and runs the jobs that come in on standard input.

One thread computes. Speech jobs take turns, one stretch of audio each, so that a long text does
not keep a short one waiting; a job whose listener is behind is passed over until it catches up.
A second thread only reads, so that a request to stop arrives while something is being computed,
and so that the process ends when the server does.

Standard output belongs to the protocol; whatever libraries print goes to standard error.
"""

import importlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, TYPE_CHECKING, Any

import structlog

from menura.errors import CancelledError, MenuraError, ServerError
from menura.work.check import CheckJob, HearingJob
from menura.work.failures import as_menura
from menura.work.jobs import CloneJob, JobProgress, SpeechJob, SpeechOutput
from menura.work.join import JoinJob
from menura.work.logs import configure_logs
from menura.work.prepare import PrepareJob
from menura.work.protocol import (
    LENGTH,
    WINDOW,
    Begin,
    Ended,
    Item,
    Ready,
    Result,
    Start,
    Stop,
    Taken,
    frame,
    unframe,
)
from menura.work.transcribe import TranscribeJob
from menura.work.tune import TuneJob
from menura.work.tuned_models import InspectModelJob, inspect_model
from menura.work.voices import (
    EmbedClipJob,
    EmbeddedJob,
    EmbedJob,
    InspectJob,
    LocaliseJob,
    MixJob,
    embed_voice,
    make_voice,
)

if TYPE_CHECKING:
    # Importing it loads the whole engine, which a test with its own engine does not need.
    from menura.engine import Engine

PROGRESS_SECONDS = 0.2
"""Least time between two progress messages of one stage."""

_log = structlog.get_logger("menura.worker")


@dataclass
class _Open:
    """A speech job under way."""

    outputs: Iterator[SpeechOutput]
    room: int = WINDOW


class Worker:
    """Runs jobs on one engine.

    Args:
        engine: what computes.
        send: takes a message for the server.
        inbox: messages from the server, in order.
        stopped: ids of jobs that are to end; the reading thread adds to it.
    """

    def __init__(
        self,
        engine: "Engine",
        send: Callable[[object], None],
        inbox: "queue.SimpleQueue[Start | Stop | Taken]",
        stopped: set[int],
    ) -> None:
        self._engine = engine
        self._send = send
        self._inbox = inbox
        self._stopped = stopped
        self._open: dict[int, _Open] = {}

    def run(self) -> None:
        """Works for ever; the process ends when its standard input does."""
        while True:
            self.turn()

    def turn(self) -> None:
        """Takes the messages that wait, then gives every speech job with room one stretch."""
        if not self._open and self._inbox.empty():
            self._idle()
        block = not any(job.room for job in self._open.values())
        while True:
            try:
                message = self._inbox.get(block=block)
            except queue.Empty:
                break
            block = False
            self._take(message)
        for job_id in [job_id for job_id, job in self._open.items() if job.room]:
            self._advance(job_id)

    def _idle(self) -> None:
        """Lets the engine do what it has left, until there is a message."""
        try:
            with closing(self._engine.catch_up()) as rests:
                for _ in rests:
                    if not self._inbox.empty():
                        break
        except Exception as error:
            # Nobody asked for it, so nobody can be told but the log.
            _log.warning("idle work failed", exc_info=error)

    def _take(self, message: Start | Stop | Taken) -> None:
        match message:
            case Start(job_id=job_id, job=SpeechJob() as job):
                self._open[job_id] = _Open(self._engine.speak(job))
            case Start(job_id=job_id, job=CloneJob() as job):
                self._several(job_id, partial(self._engine.clone, job, self._progress(job_id)))
            case Start(job_id=job_id, job=PrepareJob() as job):
                self._several(job_id, partial(self._engine.prepare, job, self._progress(job_id)))
            case Start(job_id=job_id, job=TuneJob() as job):
                self._several(job_id, partial(self._engine.tune, job))
            case Start(job_id=job_id, job=CheckJob() as job):
                self._single(job_id, partial(self._engine.check, job, self._progress(job_id)))
            case Start(job_id=job_id, job=HearingJob() as job):
                self._single(job_id, partial(self._engine.hearing, job))
            case Start(job_id=job_id, job=TranscribeJob() as job):
                self._single(job_id, partial(self._engine.transcribe, job, self._progress(job_id)))
            case Start(job_id=job_id, job=JoinJob() as job):
                self._single(job_id, partial(self._engine.join, job))
            case Start(
                job_id=job_id, job=LocaliseJob() | MixJob() | InspectJob() | EmbeddedJob() as job
            ):
                progress = self._progress(job_id)
                self._single(job_id, partial(make_voice, self._engine, job, progress))
            case Start(job_id=job_id, job=InspectModelJob() as job):
                self._single(job_id, partial(inspect_model, self._engine.model, job))
            case Start(job_id=job_id, job=EmbedJob() | EmbedClipJob() as job):
                self._single(job_id, partial(embed_voice, self._engine, job))
            case Stop(job_id=job_id):
                if job_id in self._open:
                    self._close(job_id, None)
                self._stopped.discard(job_id)
            case Taken(job_id=job_id) if job_id in self._open:
                self._open[job_id].room += 1

    def _advance(self, job_id: int) -> None:
        if job_id in self._stopped:
            # The message itself waits in the inbox and closes the job.
            return
        job = self._open[job_id]
        try:
            output = next(job.outputs)
        except StopIteration:
            self._close(job_id, None)
        except Exception as error:
            self._close(job_id, as_menura(error))
        else:
            # An empty one only says that others may have their turn.
            if not output.empty:
                job.room -= 1
                self._send(Item(job_id, output))

    def _close(self, job_id: int, error: MenuraError | None) -> None:
        outputs = self._open.pop(job_id).outputs
        self._stopped.discard(job_id)
        try:
            close = getattr(outputs, "close", None)
            if close is not None:
                close()
        except Exception as failure:
            error = error or as_menura(failure)
        self._send(Ended(job_id, error))

    def _several(self, job_id: int, work: Callable[[], Generator[Result, None, None]]) -> None:
        """A job that gives better and better results."""
        error: MenuraError | None = None
        try:
            with closing(work()) as outcomes:
                for outcome in outcomes:
                    if job_id in self._stopped:
                        break
                    self._send(Item(job_id, outcome))
        except Exception as failure:
            error = as_menura(failure)
        self._stopped.discard(job_id)
        self._send(Ended(job_id, error))

    def _single(self, job_id: int, work: Callable[[], Result]) -> None:
        """A job that gives one result."""
        error: MenuraError | None = None
        try:
            if job_id not in self._stopped:
                self._send(Item(job_id, work()))
        except Exception as failure:
            error = as_menura(failure)
        self._stopped.discard(job_id)
        self._send(Ended(job_id, error))

    def _progress(self, job_id: int) -> Callable[[str, float], None]:
        began = time.monotonic()
        told: tuple[str, float] = ("", 0.0)

        def progress(stage: str, share: float) -> None:
            nonlocal told
            if job_id in self._stopped:
                raise CancelledError("cancelled", "The job was cancelled.")
            now = time.monotonic()
            if stage == told[0] and now - told[1] < PROGRESS_SECONDS:
                return
            told = (stage, now)
            share = min(max(share, 0.0), 1.0)
            # Early shares say little about the whole; an estimate from them would jump about.
            eta = (now - began) * (1 - share) / share if share >= 0.05 else None
            self._send(Item(job_id, JobProgress(stage, share, eta)))

        return progress


def load_engine(begin: Begin) -> "Engine":
    """Makes the engine named `module:factory`. Raises ServerError for a wrong name."""
    for entry in begin.path:
        if entry not in sys.path:
            sys.path.append(entry)
    module, _, name = begin.engine.partition(":")
    try:
        factory = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ServerError(
            "engine_not_found",
            f"The engine {begin.engine!r} cannot be imported: {error}.",
            "Give module:factory, or leave the setting out.",
        ) from error
    engine: Engine = factory(begin.settings)
    return engine


def _read(stream: IO[bytes]) -> Any | None:  # noqa: ANN401 - any message
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return unframe(body) if len(body) == length else None


def _listen(
    stream: IO[bytes], inbox: "queue.SimpleQueue[Start | Stop | Taken]", stopped: set[int]
) -> None:
    while (message := _read(stream)) is not None:
        if isinstance(message, Stop):
            stopped.add(message.job_id)
        inbox.put(message)
    # The server closed the pipe or died: nobody waits for anything that is still computed.
    os._exit(0)


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keeps the protocol's two pipes apart from what libraries read and print."""
    stdin = os.fdopen(os.dup(0), "rb")
    stdout = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return stdin, stdout


def main() -> None:
    """Entry of the process: `python -m menura.work.worker NICENESS`."""
    stdin, stdout = _own_streams()
    # Ctrl-C in a terminal reaches the whole group; the server decides when a worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    niceness = int(sys.argv[1])
    if niceness and hasattr(os, "nice"):
        os.nice(niceness)

    def send(message: object) -> None:
        stdout.write(frame(message))
        stdout.flush()

    begin = _read(stdin)
    if not isinstance(begin, Begin):
        return
    configure_logs(begin.settings)
    inbox: queue.SimpleQueue[Start | Stop | Taken] = queue.SimpleQueue()
    stopped: set[int] = set()
    threading.Thread(target=_listen, args=(stdin, inbox, stopped), daemon=True).start()
    try:
        engine = load_engine(begin)
        ready = Ready(None, ())
        if begin.model:
            ready = Ready(replace(engine.model.info), tuple(engine.model.stock_voices()))
        if begin.warm:
            engine.warm_up()
    except Exception as error:
        send(Ended(None, as_menura(error)))
        return
    send(ready)
    Worker(engine, send, inbox, stopped).run()


if __name__ == "__main__":
    main()
