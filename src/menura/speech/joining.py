"""Decodes, joins and encodes an infill."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from menura.audio.decode import decode
from menura.audio.encode import encode
from menura.audio.join import join
from menura.audio.resample import resample
from menura.errors import AudioError
from menura.work.join import JoinJob, JoinOutcome

Audio = NDArray[np.float32]

SIDE_SECONDS = 300.0
"""Longest recording on either side."""


def write_joined(job: JoinJob) -> JoinOutcome:
    """Joins what was spoken to the recordings and writes the target.

    All is brought to the rate of the output, so that nothing of the recordings is lost on the way.
    Raises AudioError that names the side.
    """
    rate = job.output.sample_rate
    left = _side("left_audio", job.left, rate)
    right = _side("right_audio", job.right, rate)
    spoken = np.fromfile(job.spoken, dtype="<f4").astype(np.float32)
    whole = join(left, resample(spoken, job.spoken_rate, rate), right, rate)
    with job.target.open("xb") as file:
        file.write(encode(whole, rate, job.output))
    return JoinOutcome(whole.size / rate)


def _side(name: str, path: Path | None, rate: int) -> Audio | None:
    if path is None:
        return None
    try:
        return decode(
            path, max_seconds=SIDE_SECONDS, sample_rate=rate, refuse_seconds=SIDE_SECONDS
        ).audio
    except AudioError as error:
        remedy = error.remedy
        if error.code == "audio_too_long":
            remedy = "Send only the minutes beside the gap and keep the rest."
        raise AudioError(error.code, f"`{name}`: {error.sentence}", remedy) from error
