"""The tiny engine with preparation of datasets; loaded as `tiny_preparer:TinyPreparer`."""

import os
import tempfile
import time
from collections.abc import Generator

import numpy as np
from tiny_engine import TinyEngine

from menura.audio.decode import decode_source
from menura.audio.recording import keep
from menura.audio.spool import Spool
from menura.models.contract import Progress
from menura.work.prepare import RATE, HeardUtterance, PrepareJob, PrepareOutcome

PEOPLE = ((0, None), (0, "noise"), (1, None))
"""Who speaks in a recording, and what is wrong."""


class TinyPreparer(TinyEngine):
    """Finds three utterances in every recording: 4 s of one person, 1 s of noise, 2 s of another.

    It waits while there is a file `hold-preparation` in the data folder, and dies once when there
    is one called `crash-preparation`.
    """

    def prepare(self, job: PrepareJob, progress: Progress) -> Generator[PrepareOutcome, None, None]:
        """Decodes the recording as the true engine does."""
        self.note(f"prepare {job.file.name} nice {os.nice(0)}")
        try:
            crash = self.settings.data / "crash-preparation"
            if crash.exists():
                crash.unlink()
                os.kill(os.getpid(), 9)
            with tempfile.TemporaryFile(dir=job.target.parent) as file:
                source = decode_source(file, job.file, job.max_seconds, RATE)
                spool = Spool(file, source.rows, RATE)
                keep(spool, job.target, lambda share: progress("decode", share / 10))
            report: dict[str, float | str] = {"container": source.container, "speech_seconds": 7.0}
            yield PrepareOutcome(report, last=False)
            while (self.settings.data / "hold-preparation").exists():
                time.sleep(0.02)
                progress("transcribe", 0.5)
            yield PrepareOutcome({**report, "language": "en"}, (), utterances())
        finally:
            self.note("prepare over")


def utterances() -> tuple[HeardUtterance, ...]:
    """What is found in every recording."""
    times = ((0.0, 4.0), (4.0, 5.0), (5.0, 7.0))
    return tuple(
        HeardUtterance(start, end, f"words {person}", -0.2, 30.0, problem, embedding(person))
        for (start, end), (person, problem) in zip(times, PEOPLE, strict=True)
    )


def embedding(person: int) -> bytes:
    """That of a person by number."""
    return bytes(np.eye(192, dtype="<f4")[person].tobytes())
