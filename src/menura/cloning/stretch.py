"""From a file to the stretch of it that a voice is made of, cleaned where that was asked for."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_seconds, speech_spans
from menura.audio.decode import REFUSE_SECONDS, Decoded, decode
from menura.audio.enhance import enhance as clean_up
from menura.audio.loudness import normalise_rms
from menura.audio.quality import Quality, bandwidth, measure, signal_to_noise
from menura.audio.resample import resample
from menura.cloning.choose import Choice, all_heard, assemble, choose
from menura.errors import AudioError, InputError

Audio = NDArray[np.float32]

MODES = {"similarity": False, "stability": True}
"""The modes, and whether they clean up when the caller does not say."""

LEAST_SPEECH_SECONDS = 1.0
MOST_TAKEN_SECONDS = 300.0
"""Of a longer file only this much is listened to; from an hour on it is refused as a whole."""

ENHANCE_RATE = 48000

QUIET_SNR_DB, LIKE_SNR_DB = 20.0, 3.0
"""All that is heard has this signal-to-noise ratio, or the stretch's own within so much: else it
tells less of the voice than of noise that the clip does not have."""


@dataclass(frozen=True)
class Stretch:
    """What a voice is made of, and the recording that it was taken from."""

    used: Audio
    """Mono at the rate that was asked for, its speech at an even level."""

    used_spans: tuple[Span, ...]
    """The speech in `used`."""

    used_bandwidth: float
    """Hz, before clean-up."""

    used_snr: float
    """dB, before clean-up."""

    wanted: bool
    """Whether clean-up was asked for, or is the mode's default."""

    enhanced: bool
    """Whether noise was really taken out."""

    snr_after: float
    """dB; that of the recording where nothing was taken out."""

    recording: Decoded
    audio: Audio
    """The recording without its offset, at `rate`."""

    rate: int
    spans: list[Span]
    quality: Quality
    choice: Choice

    def heard(self, sample_rate: int) -> Audio | None:
        """All that is said in the recording, or 30 s of it, made as `used` was.

        None where `used` has it all, or was chosen because the rest is noisy. Raises
        ModelFilesError.
        """
        if self.choice.whole:
            return None
        heard = assemble(self.audio, self.rate, all_heard(self.audio, self.rate, self.spans))
        spans = _spans(heard, self.rate)
        least = min(QUIET_SNR_DB, self.used_snr - LIKE_SNR_DB)
        if signal_to_noise(heard, self.rate, spans) < least:
            return None
        if self.enhanced:
            heard = clean_up(heard, self.rate, spans, snr_db=self.quality.snr_db).audio
        return normalise_rms(resample(heard, self.rate, sample_rate), sample_rate, spans)


def take_stretch(
    path: Path, *, mode: str = "similarity", enhance: bool | None = None, sample_rate: int = 24000
) -> Stretch:
    """Finds the best stretch of a recording for a mode; `enhance` None takes the mode's default.

    Raises AudioError, InputError for an unknown mode, ModelFilesError.
    """
    if mode not in MODES:
        raise InputError(
            "clone_mode_invalid",
            f"There is no clone mode {mode[:40]!r}.",
            f"Accepted: {', '.join(MODES)}.",
        )
    wanted = MODES[mode] if enhance is None else enhance
    recording = decode(
        path,
        max_seconds=MOST_TAKEN_SECONDS,
        sample_rate=ENHANCE_RATE if wanted else sample_rate,
        refuse_seconds=REFUSE_SECONDS,
    )
    audio, rate = recording.audio, recording.sample_rate
    audio = audio - np.float32(audio.mean(dtype=np.float64))
    spans = find_speech(audio, rate)
    quality = measure(audio, rate, spans, clipped=recording.clipped_share)
    choice = choose(audio, rate, spans, mode)
    used = assemble(audio, rate, choice)
    used_spans = _spans(used, rate)
    used_bandwidth = min(bandwidth(used, rate, used_spans), sample_rate / 2)
    enhanced, snr_after = False, quality.snr_db
    used_snr = signal_to_noise(used, rate, used_spans)
    if wanted:
        cleaned = clean_up(used, rate, used_spans, snr_db=quality.snr_db)
        used, enhanced, snr_after = cleaned.audio, cleaned.applied, cleaned.snr_after
    used = normalise_rms(resample(used, rate, sample_rate), sample_rate, used_spans)
    return Stretch(
        used=used,
        used_spans=tuple(used_spans),
        used_bandwidth=used_bandwidth,
        used_snr=used_snr,
        wanted=wanted,
        enhanced=enhanced,
        snr_after=snr_after,
        recording=recording,
        audio=audio,
        rate=rate,
        spans=spans,
        quality=quality,
        choice=choice,
    )


def _spans(audio: Audio, sample_rate: int) -> list[Span]:
    return speech_spans(audio, sample_rate) or [Span(0.0, audio.size / sample_rate)]


def find_speech(audio: Audio, sample_rate: int) -> list[Span]:
    """Where speech is. Raises AudioError unless there is enough of it to tell a voice."""
    spans = speech_spans(audio, sample_rate)
    total = audio.size / sample_rate
    if total < LEAST_SPEECH_SECONDS:
        raise AudioError(
            "audio_too_short",
            f"The recording is only {total:.2f} s long.",
            f"At least {LEAST_SPEECH_SECONDS:.0f} s of speech are needed; 5 to 15 s are best.",
        )
    if not spans:
        raise AudioError(
            "audio_no_speech",
            "No speech was found in the recording; music, noise and singing do not count.",
            "Record 5 to 15 seconds of one person who speaks clearly.",
        )
    seconds = speech_seconds(spans)
    if seconds < LEAST_SPEECH_SECONDS:
        raise AudioError(
            "audio_too_short",
            f"The recording has only {seconds:.1f} s of speech.",
            f"At least {LEAST_SPEECH_SECONDS:.0f} s are needed; 5 to 15 s are best.",
        )
    return spans
