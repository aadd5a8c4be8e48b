"""What the owner of a recording should know and do, told from its figures."""

from collections.abc import Sequence

from menura.cloning.advice import CLIPPED_SHARE, NARROW_HZ, NOISY_SNR_DB, QUIET_LUFS
from menura.tuning.measure import Figures
from menura.work.jobs import Advice
from menura.work.prepare import PROBLEMS, HeardUtterance

LEAST_SPEECH_SHARE = 0.3
"""Of the recording, under which it holds more pauses than speech."""


def advise(figures: Figures) -> tuple[Advice, ...]:
    """What can be told before anything was written down, the weightiest first."""
    found = []
    if figures.snr_db < NOISY_SNR_DB:
        found.append(
            Advice(
                "recording_noisy",
                "warning",
                f"The background is loud ({figures.snr_db:.0f} dB under the speech).",
                "Record in a quiet room, close to the microphone; the loudest parts are left out.",
            )
        )
    if figures.clipped_share >= CLIPPED_SHARE:
        found.append(
            Advice(
                "recording_overdriven",
                "warning",
                "The loudest parts are cut off (clipping); a voice learned from it sounds harsh.",
                "Record again with less gain or farther from the microphone.",
            )
        )
    if figures.bandwidth < NARROW_HZ:
        found.append(
            Advice(
                "recording_narrow_band",
                "warning",
                f"Nothing is heard above {figures.bandwidth / 1000:.1f} kHz, as on a telephone.",
                "Add the original recording, at 24 kHz or more.",
            )
        )
    if figures.loudness < QUIET_LUFS:
        found.append(
            Advice(
                "recording_quiet",
                "warning",
                f"The recording is very quiet ({figures.loudness:.0f} LUFS).",
                "Record closer to the microphone or with more gain; -30 to -15 LUFS is good.",
            )
        )
    if figures.speech_seconds < LEAST_SPEECH_SHARE * figures.seconds:
        found.append(
            Advice(
                "recording_mostly_pauses",
                "info",
                f"Only {figures.speech_seconds / figures.seconds:.0%} of the recording is speech.",
                "Nothing needs to be done; only the speech is taken.",
            )
        )
    return tuple(found)


def left_out(utterances: Sequence[HeardUtterance]) -> tuple[Advice, ...]:
    """Says for each problem how much speech it costs."""
    found = []
    for problem, meaning in PROBLEMS.items():
        seconds = sum(u.end - u.start for u in utterances if u.problem == problem)
        if seconds:
            found.append(
                Advice(
                    f"left_out_{problem}",
                    "info",
                    f"{seconds:.0f} s are left out, since {meaning}.",
                    "Listen to these utterances; take in again what is good, or record it anew.",
                )
            )
    return tuple(found)
