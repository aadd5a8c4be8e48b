"""The tiny engine with everything that the playground shows; loaded as `tiny_studio:TinyStudio`.

Clips are looked at and cleaned as by the true engine, but for their words, which are always SAID.
A clone gets better once; it waits for that while a file `hold-refinement` is in the data folder.
A training tells more of itself than that of the tiny tuner, as the true one does.
"""

import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tiny_adapters import AdaptedEngine, adapter_of
from tiny_engine import RATE, outcome, read_frames
from tiny_learning import learning, report
from tiny_pro import samples, sources
from tiny_whole import TinyWhole

from menura.audio.recognise import Transcript
from menura.models.adapters import write_adapter
from menura.models.contract import Progress
from menura.work.check import CheckJob, CheckOutcome, HearingJob, HearingOutcome
from menura.work.jobs import CloneJob, CloneOutcome
from menura.work.tune import TuneJob, TuneOutcome, TuneProgress

Audio = NDArray[np.float32]

SAID = "The harbour was quiet that morning, and a thin fog lay over the boats."


class Listener:
    """Hears the same words in everything."""

    def transcribe(self, audio: Audio, language: str | None = None) -> Transcript:
        """English, and sure of it."""
        return Transcript(SAID, "en", 0.99, -0.2, 0.01)


class TinyStudio(AdaptedEngine, TinyWhole):
    """Same members as `menura.engine.Engine`; its model is one that can be tuned."""

    def check(self, job: CheckJob, progress: Progress) -> CheckOutcome:
        """As the true engine does, but for the words."""
        # Not above: workers begin in a second without it, and many tests end them.
        from menura.cloning.clip import prepare_clip

        progress("listen", 0.0)
        found = prepare_clip(
            job.clip,
            language=job.language,
            recogniser=Listener(),
            mode=job.mode,
            enhance=job.enhance,
            transcript=job.transcript,
        )
        return CheckOutcome(
            found.clip.transcript, found.advice, found.facts.report(), found.timeline
        )

    def hearing(self, job: HearingJob) -> HearingOutcome:
        """As the true engine does."""
        from menura.cloning.hearing import write_hearing

        return write_hearing(job)

    def clone(self, job: CloneJob, progress: Progress) -> Generator[CloneOutcome, None, None]:
        """A usable voice, then a better one an octave higher."""
        self.note(f"clone {job.language} {job.mode} {job.enhance}")
        pitch = 110.0 + read_frames(job.clip) / RATE
        yield outcome(job, pitch, 0.5, not job.refine)
        while (self.settings.data / "hold-refinement").exists():
            time.sleep(0.05)
            progress("refine", 0.4)
        yield outcome(job, 2 * pitch, 0.9, True)

    def speech_of(self, clip: Path, *, enhance: bool = False) -> tuple[Audio, int]:
        """What makes every recording rather like a voice that got better."""
        read_frames(clip)
        return np.zeros(1400, np.float32), 16000

    def tune(self, job: TuneJob) -> Generator[TuneProgress | TuneOutcome, None, None]:
        """As the tiny tuner does; scores rise and losses fall."""
        told = False
        for item in super().tune(job):
            if isinstance(item, TuneOutcome):
                # What the tiny tuner writes does not fit the model.
                write_adapter(adapter_of(50.0), item.adapter)
                figures = {**item.report, **report(), **sources(item)}
                yield replace(item, report=figures, samples=samples(job))
                continue
            if item.news.stage == "training" and not told:
                told = True
                yield from learning()
            if item.news.step == 3:
                # It waits, and need not tell so all the time.
                time.sleep(0.3)
            # Its steps begin anew in each stage.
            yield replace(item, news=replace(item.news, losses={}, scores={}))
