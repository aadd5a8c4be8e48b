"""What the server and a worker process say to each other, and how it is framed.

A message is a pickle behind its length (8 bytes, little-endian) on the worker's standard input or
output. Both ends are one program on one machine, so unpickling is safe here.
"""

import pickle
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from menura.errors import MenuraError
from menura.models.contract import ModelInfo, StockVoice
from menura.settings import Settings
from menura.work.check import CheckJob, CheckOutcome, HearingJob, HearingOutcome
from menura.work.jobs import CloneJob, CloneOutcome, JobProgress, SpeechJob, SpeechOutput
from menura.work.join import JoinJob, JoinOutcome
from menura.work.prepare import PrepareJob, PrepareOutcome
from menura.work.transcribe import TranscribeJob, TranscriptOutcome
from menura.work.tune import TuneJob, TuneOutcome, TuneProgress
from menura.work.tuned_models import InspectModelJob, ModelOutcome
from menura.work.voices import EmbeddingJob, EmbeddingOutcome, VoiceJob, VoiceOutcome

Job = (
    SpeechJob
    | CloneJob
    | CheckJob
    | VoiceJob
    | EmbeddingJob
    | TranscribeJob
    | JoinJob
    | PrepareJob
    | HearingJob
    | TuneJob
    | InspectModelJob
)
Result = (
    SpeechOutput
    | JobProgress
    | CloneOutcome
    | CheckOutcome
    | HearingOutcome
    | VoiceOutcome
    | EmbeddingOutcome
    | TranscriptOutcome
    | JoinOutcome
    | PrepareOutcome
    | TuneProgress
    | TuneOutcome
    | ModelOutcome
)

WINDOW = 4
"""Outputs of one speech job that may lie between worker and listener; then the worker pauses it."""

LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Begin:
    """First message to a worker: what to load."""

    settings: Settings
    engine: str
    path: Sequence[str]
    """The server's import path, so that the worker finds the same modules."""

    model: bool = True
    """Whether to load the base model; checks of clips do without."""

    warm: bool = False
    """Whether to speak a word before saying that it is ready, so that the first request need not
    wait for what is loaded on first use."""


@dataclass(frozen=True)
class Start:
    """Work on a job."""

    job_id: int
    job: Job


@dataclass(frozen=True)
class Stop:
    """Nobody listens to this job any more."""

    job_id: int


@dataclass(frozen=True)
class Taken:
    """The listener took one output of this job."""

    job_id: int


@dataclass(frozen=True)
class Ready:
    """From a worker: the model is loaded, where one was asked for."""

    info: ModelInfo | None
    stock: tuple[StockVoice, ...]


@dataclass(frozen=True)
class Item:
    """From a worker: the next output of a job."""

    job_id: int
    item: Result


@dataclass(frozen=True)
class Ended:
    """From a worker: a job is over, well or with an error. Without a job: loading failed."""

    job_id: int | None
    error: MenuraError | None = None


def frame(message: object) -> bytes:
    """A message as bytes on the wire."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def unframe(body: bytes) -> Any:  # noqa: ANN401 - the reader matches on the class
    """The message in a frame's body."""
    return pickle.loads(body)
