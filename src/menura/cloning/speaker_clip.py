"""From a file to the bare speech in it, for telling who speaks; no words are heard."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import speech_spans
from menura.audio.decode import REFUSE_SECONDS, decode
from menura.audio.enhance import enhance as clean_up
from menura.audio.quality import measure
from menura.cloning.choose import assemble, choose
from menura.cloning.stretch import ENHANCE_RATE, find_speech

LISTENED_SECONDS = 60.0


def speech_of(path: Path, *, enhance: bool = False) -> tuple[NDArray[np.float32], int]:
    """The stretch of a recording that a clone would be made of, and its rate in Hz.

    Of a long file the first minute is listened to. Raises AudioError, ModelFilesError.
    """
    recording = decode(
        path,
        max_seconds=LISTENED_SECONDS,
        sample_rate=ENHANCE_RATE if enhance else 16000,
        refuse_seconds=REFUSE_SECONDS,
    )
    audio, rate = recording.audio, recording.sample_rate
    audio = audio - np.float32(audio.mean(dtype=np.float64))
    spans = find_speech(audio, rate)
    used = assemble(audio, rate, choose(audio, rate, spans, "similarity"))
    if enhance:
        quality = measure(audio, rate, spans, clipped=recording.clipped_share)
        used_spans = speech_spans(used, rate)
        used = clean_up(used, rate, used_spans, snr_db=quality.snr_db).audio
    return used, rate
