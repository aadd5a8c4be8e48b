"""The tiny engine with fine-tunes whose weights are large; loaded as `tiny_filler:TinyFiller`."""

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from tiny_engine import INFO
from tiny_tuner import TinyTuner

from menura.models.adapters import write_adapter
from menura.models.contract import Adapter
from menura.work.tune import TuneJob, TuneOutcome, TuneProgress

WEIGHTS = 3_000_000
"""Bytes."""


class TinyFiller(TinyTuner):
    """Same members as `menura.engine.Engine`."""

    def tune(self, job: TuneJob) -> Generator[TuneProgress | TuneOutcome, None, None]:
        """As the tiny tuner; weights are written as by the true engine."""
        for item in super().tune(job):
            if isinstance(item, TuneOutcome):
                target = job.folder / "large.safetensors"
                write_adapter(Adapter(INFO.snapshot, {"large": np.zeros(WEIGHTS, np.int8)}), target)
                yield replace(item, adapter=target)
            else:
                yield item
