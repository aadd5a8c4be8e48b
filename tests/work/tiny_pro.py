"""The tiny engine with fine-tunes whose report tells of source clips, as the true one does."""

from collections.abc import Generator
from dataclasses import replace

from tiny_tuner import TinyTuner

from menura.work.tune import TuneJob, TuneOutcome, TuneProgress


class TinyPro(TinyTuner):
    """Same members as `menura.engine.Engine`."""

    def tune(self, job: TuneJob) -> Generator[TuneProgress | TuneOutcome, None, None]:
        """As the tiny tuner, with the names that the true engine gives to what it reports."""
        for item in super().tune(job):
            if isinstance(item, TuneOutcome):
                report = dict(item.report)
                for number, voice in enumerate(item.voices, start=1):
                    report |= {
                        f"voice_{number}_name": voice.name,
                        f"voice_{number}_file": voice.clip.audio.name,
                        f"voice_{number}_start": voice.clip.start,
                        f"voice_{number}_end": voice.clip.end,
                        f"voice_{number}_clips": 1.0,
                        f"voice_{number}_why": "It is typical.",
                    }
                yield replace(item, report=report)
            else:
                yield item
