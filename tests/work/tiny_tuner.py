"""The tiny engine with fine-tunes; loaded as `tiny_tuner:TinyTuner`.

A training has the STAGES, with a checkpoint before each. What the transcripts of the utterances
say steers it, at the stage that is named, such as `[hold training]`:

- `[hold STAGE]` waits until a file `release-STAGE` is in the data folder, and tells so meanwhile.
- `[stuck STAGE]` waits for ever and tells nothing.
- `[crash STAGE]` kills the process; `[crash-once STAGE]` does so the first time only.
- `[full STAGE]` finds the disk full as long as a file `full` is in the data folder.
- `[memory STAGE]` finds too little memory, `[worse STAGE]` a result that is no good.
- `[fail STAGE]` raises an error that nobody foresaw.
"""

import errno
import os
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
from tiny_engine import INFO
from tiny_preparer import TinyPreparer

from menura.errors import AudioError
from menura.models.contract import TuneNews, VoiceState
from menura.models.states import save
from menura.work.tune import VOICES, TunedVoice, TuneJob, TuneOutcome, TuneProgress

STAGES = ("aligning", "training", "judging", "voices")


class TinyTuner(TinyPreparer):
    """Learns the number of utterances, which becomes the pitch of its voices."""

    def tune(self, job: TuneJob) -> Generator[TuneProgress | TuneOutcome, None, None]:
        """Goes on after the last checkpoint in the job's folder."""
        job.folder.mkdir(parents=True, exist_ok=True)
        checkpoint = job.folder / "checkpoint"
        begun = int(checkpoint.read_text()) if checkpoint.exists() else 0
        self.note(f"tune {len(job.utterances)} from {begun} seed {job.seed} nice {os.nice(0)}")
        try:
            for number, stage in enumerate(STAGES):
                if number < begun:
                    continue
                _write(checkpoint, str(number).encode())
                share = number / len(STAGES)
                for step in range(3):
                    yield _progress(stage, share + step / 100, step)
                yield from self._steered(job, stage, share)
            adapter = job.folder / "adapter.safetensors"
            _write(adapter, save(_state(50.0)))
            yield TuneOutcome(adapter, _voices(job), {"steps": 3.0, "begun": float(begun)})
        finally:
            self.note("tune over")

    def _says(self, job: TuneJob, what: str, stage: str) -> bool:
        return any(f"[{what} {stage}]" in one.transcript for one in job.utterances)

    def _steered(
        self, job: TuneJob, stage: str, share: float
    ) -> Generator[TuneProgress, None, None]:
        data = self.settings.data
        self.note(f"stage {stage}")
        while self._says(job, "hold", stage) and not (data / f"release-{stage}").exists():
            time.sleep(0.05)
            yield _progress(stage, share + 0.1, 3)
        while self._says(job, "stuck", stage):
            time.sleep(1.0)
        crashed = data / f"crashed-{stage}"
        if self._says(job, "crash", stage) or (
            self._says(job, "crash-once", stage) and not crashed.exists()
        ):
            crashed.touch()
            os.kill(os.getpid(), 9)
        if self._says(job, "full", stage) and (data / "full").exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        if self._says(job, "memory", stage):
            raise MemoryError
        if self._says(job, "worse", stage):
            raise AudioError("tuning_no_better", "It is no better.", "Record more.")
        if self._says(job, "fail", stage):
            raise RuntimeError("secret detail that nobody outside may see")


def _write(path: Path, data: bytes) -> None:
    partial = path.with_suffix(".part")
    partial.write_bytes(data)
    partial.replace(path)


def _progress(stage: str, share: float, step: int) -> TuneProgress:
    scores = {"likeness": 0.5 + share / 2} if step == 1 else {}
    return TuneProgress(TuneNews(stage, share, step, {"loss": 1.0 - share}, scores), 10.0)


def _state(pitch: float) -> VoiceState:
    return VoiceState(INFO.snapshot, {"pitch": np.array([pitch], np.float32)}, {"kind": "sine"})


def _voices(job: TuneJob) -> tuple[TunedVoice, ...]:
    pitch = 100.0 * len(job.utterances)
    return tuple(
        TunedVoice(
            f"voice {number}",
            "As calm as a sine.",
            _state(pitch + number),
            job.utterances[number % len(job.utterances)],
        )
        for number in range(VOICES)
    )
