"""Loudness after ITU-R BS.1770 (pyloudnorm), and levels by RMS."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_mask

Audio = NDArray[np.float32]

SPEECH_RMS = 0.06
"""RMS of the speech that models are given, -24.4 dBFS. Six stock voices of menura-1 speak one
sentence at 0.043 to 0.088, 0.061 in the geometric mean."""

PEAK = 0.99


def loudness(audio: Audio, sample_rate: int) -> float:
    """Integrated loudness in LUFS; minus infinity for silence and for less than 0.4 s."""
    import pyloudnorm

    if audio.size < 0.4 * sample_rate:
        return float("-inf")
    with warnings.catch_warnings(), np.errstate(divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        value = float(pyloudnorm.Meter(sample_rate).integrated_loudness(audio.astype(np.float64)))
    return value if np.isfinite(value) else float("-inf")


def normalise_loudness(audio: Audio, sample_rate: int, target: float) -> Audio:
    """Brings audio to a loudness in LUFS, less where its peak would pass full scale."""
    value = loudness(audio, sample_rate)
    if value == float("-inf"):
        return audio
    return _amplify(audio, 10.0 ** ((target - value) / 20.0))


def normalise_rms(
    audio: Audio, sample_rate: int, spans: Sequence[Span], target: float = SPEECH_RMS
) -> Audio:
    """Brings the RMS of the speech in `spans` to `target`, less where its peak would clip."""
    mask = speech_mask(spans, audio.size, sample_rate)
    speech = audio[mask] if mask.any() else audio
    rms = float(np.sqrt(np.square(speech, dtype=np.float64).mean())) if speech.size else 0.0
    return _amplify(audio, target / rms) if rms > 0.0 else audio


def _amplify(audio: Audio, gain: float) -> Audio:
    peak = float(np.abs(audio).max(initial=0.0))
    if peak * gain > PEAK:
        gain = PEAK / peak
    return np.asarray(audio * np.float32(gain), dtype=np.float32)
