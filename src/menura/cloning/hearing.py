"""Writes what a voice would be made of, so that people can hear it before it is cloned."""

import soundfile

from menura.cloning.stretch import take_stretch
from menura.work.check import HearingJob, HearingOutcome

RATE = 24000


def write_hearing(job: HearingJob) -> HearingOutcome:
    """Writes the stretch as a WAV of 16 bits, mono, 24 kHz.

    Its speech is at the same level with and without clean-up, so that the two can be compared by
    ear. Raises AudioError, InputError, ModelFilesError.
    """
    taken = take_stretch(job.clip, mode=job.mode, enhance=job.enhance, sample_rate=RATE)
    with job.target.open("xb") as file:
        soundfile.write(file, taken.used, RATE, format="WAV", subtype="PCM_16")
    return HearingOutcome(taken.enhanced, taken.snr_after)
