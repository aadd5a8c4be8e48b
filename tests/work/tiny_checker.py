"""The tiny engine with a check of clips; loaded as `tiny_checker:TinyChecker`."""

import time

from tiny_engine import TinyEngine, TinyModel, read_frames

from menura.audio.activity import Span
from menura.models.contract import Progress
from menura.settings import Settings
from menura.work.check import CheckJob, CheckOutcome, HearingJob, HearingOutcome, Timeline
from menura.work.jobs import Advice


class TinyChecker(TinyEngine):
    """Checks a WAV by counting it, and notes when its model is asked for."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        del self.model

    def __getattr__(self, name: str) -> TinyModel:
        if name != "model":
            raise AttributeError(name)
        self.note("model loaded")
        return TinyModel()

    def check(self, job: CheckJob, progress: Progress) -> CheckOutcome:
        """Takes a WAV of any length; the transcript `[hold]` waits until it is stopped."""
        self.note(f"check {job.language} {job.mode} {job.enhance} {job.transcript}")
        try:
            frames = read_frames(job.clip)
            while job.transcript == "[hold]":
                time.sleep(0.02)
                progress("listen", 0.0)
        finally:
            self.note("check over")
        span = Span(0.0, frames / 24000)
        line = Timeline(span.end, (span,), (), (span,), (), (0.5, 1.0))
        advice = Advice("clip_short", "warning", "The clip is short.", "Give ten seconds.")
        return CheckOutcome("heard words", (advice,), {"speech_seconds": span.end}, line)

    def hearing(self, job: HearingJob) -> HearingOutcome:
        """Gives the clip back as it came; cleaned if that was asked for."""
        self.note(f"hearing {job.mode} {job.enhance}")
        read_frames(job.clip)
        job.target.write_bytes(job.clip.read_bytes())
        return HearingOutcome(bool(job.enhance), 31.5 if job.enhance else 18.25)
