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
from tiny_engine import RATE, outcome, read_frames
from tiny_whole import TinyWhole

from menura.audio.recognise import Transcript
from menura.cloning.clip import prepare_clip
from menura.cloning.hearing import write_hearing
from menura.cloning.stretch import Audio
from menura.models.contract import Progress, TuneNews
from menura.work.check import CheckJob, CheckOutcome, HearingJob, HearingOutcome
from menura.work.jobs import CloneJob, CloneOutcome
from menura.work.tune import TuneJob, TuneOutcome, TuneProgress

SAID = "The harbour was quiet that morning, and a thin fog lay over the boats."


class Listener:
    """Hears the same words in everything."""

    def transcribe(self, audio: Audio, language: str | None = None) -> Transcript:
        """English, and sure of it."""
        return Transcript(SAID, "en", 0.99, -0.2, 0.01)


class TinyStudio(TinyWhole):
    """Same members as `menura.engine.Engine`."""

    def check(self, job: CheckJob, progress: Progress) -> CheckOutcome:
        """As the true engine does, but for the words."""
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
                yield replace(item, report={**item.report, **_report(item)})
                continue
            if item.news.stage == "training" and not told:
                told = True
                yield from _learning()
            if item.news.step == 3:
                # It waits, and need not tell so all the time.
                time.sleep(0.3)
            # Its steps begin anew in each stage.
            yield replace(item, news=replace(item.news, losses={}, scores={}))


def _learning() -> Generator[TuneProgress, None, None]:
    instant = {"instant_likeness": 0.62, "instant_naturalness": 3.6}
    yield TuneProgress(TuneNews("judging", 0.25, 0, {}, instant), 600.0)
    for number in range(1, 13):
        left = 0.8**number
        scores = {"likeness": 0.81 - 0.2 * left, "naturalness": 4.1 - 0.6 * left}
        losses = {"mel": 0.3 + 0.5 * left, "speaker": 0.2 + 0.4 * left}
        news = TuneNews("training", 0.25 + number / 60, 50 * number, losses, scores)
        yield TuneProgress(news, 600.0 - 40 * number)


def _report(outcome: TuneOutcome) -> dict[str, float | str]:
    report: dict[str, float | str] = {
        **{"instant_likeness": 0.62, "tuned_likeness": 0.81},
        **{"instant_naturalness": 3.6, "tuned_naturalness": 4.1},
    }
    for number, voice in enumerate(outcome.voices, start=1):
        report |= {
            f"voice_{number}_name": voice.name,
            f"voice_{number}_file": voice.clip.audio.name,
            f"voice_{number}_start": voice.clip.start,
            f"voice_{number}_end": voice.clip.end,
            f"voice_{number}_clips": 1.0,
            f"voice_{number}_why": "It is typical.",
        }
    return report
