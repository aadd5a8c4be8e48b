"""Does the work of a process: text, model, speech and cloning, without database or network."""

from collections.abc import Iterator

from menura.models.contract import BaseModel, Progress
from menura.settings import Settings
from menura.work.jobs import CloneJob, CloneOutcome, SpeechJob, SpeechOutput


class Engine:
    """Holds a loaded base model and runs jobs, one at a time, in the calling thread.

    Args:
        settings: device, threads, precision, data folder.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def model(self) -> BaseModel:
        """The base model, loaded on first use. Raises ModelFilesError."""
        raise NotImplementedError

    def speak(self, job: SpeechJob) -> Iterator[SpeechOutput]:
        """Speaks a job, a stretch at a time; closing the iterator stops the work.

        Raises TextError, StateError, NotFoundError.
        """
        raise NotImplementedError

    def clone(self, job: CloneJob, progress: Progress) -> CloneOutcome:
        """Makes a voice from a clip. Raises AudioError, TextError, CancelledError."""
        raise NotImplementedError
