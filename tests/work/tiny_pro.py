"""The tiny engine with fine-tunes whose report tells as much as the true one does."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from tiny_tuner import TinyTuner

from menura.work.tune import TunedSample, TuneJob, TuneOutcome, TuneProgress, TuneUtterance

SAMPLES = 2
BEFORE, AFTER = {"likeness": 0.62}, {"likeness": 0.81}


class TinyPro(TinyTuner):
    """Same members as `menura.engine.Engine`."""

    def tune(self, job: TuneJob) -> Generator[TuneProgress | TuneOutcome, None, None]:
        """As the tiny tuner, with source clips and samples."""
        for item in super().tune(job):
            if isinstance(item, TuneOutcome):
                yield replace(item, report={**item.report, **sources(item)}, samples=samples(job))
            else:
                yield item


def sources(outcome: TuneOutcome) -> dict[str, float | str]:
    """Where each voice is from, by the names that the true engine gives."""
    report: dict[str, float | str] = {}
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


def samples(job: TuneJob) -> tuple[TunedSample, ...]:
    """The first utterances, each spoken as a tone of half a second and of a whole one."""
    return tuple(
        _sample(job.folder, number, clip)
        for number, clip in enumerate(job.utterances[:SAMPLES], start=1)
    )


def _sample(folder: Path, number: int, clip: TuneUtterance) -> TunedSample:
    paths = [folder / f"sample-{number}-{kind}.flac" for kind in ("instant", "tuned")]
    for path, seconds in zip(paths, (0.5, 1.0), strict=True):
        times = np.arange(round(24000 * seconds)) / 24000
        soundfile.write(path, 0.1 * np.sin(400 * np.pi * times), 24000, subtype="PCM_16")
    return TunedSample(clip, 2.0, *paths, BEFORE, AFTER)
