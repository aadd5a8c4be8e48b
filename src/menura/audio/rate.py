"""How fast someone speaks, counted from the audio alone and so in any language.

The count follows de Jong and Wempe, "Praat script to detect syllable nuclei and measure speech
rate automatically", Behavior Research Methods 41 (2009): a syllable is a peak of intensity with a
dip before it, in a voiced place.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from menura.audio.activity import Span, speech_seconds
from menura.audio.pitch import Pitch

Audio = NDArray[np.float32]

FRAME_SECONDS = 0.01
BAND_HZ = (300.0, 3000.0)
SMOOTH_HZ = 10.0
DIP_DB = 1.5
BELOW_MEDIAN_DB = 12.0


def syllable_rate(audio: Audio, sample_rate: int, spans: Sequence[Span], pitch: Pitch) -> float:
    """Syllables per second of speech in mono float32 audio [samples]; 0 without speech."""
    seconds = speech_seconds(spans)
    if seconds <= 0.0:
        return 0.0
    levels = _levels(audio, sample_rate)
    times = (np.arange(levels.size) + 0.5) * FRAME_SECONDS
    inside = np.zeros(levels.size, dtype=np.bool_)
    for span in spans:
        inside |= (times >= span.start) & (times < span.end)
    if not inside.any():
        return 0.0
    nearest = np.clip(np.searchsorted(pitch.times, times), 0, pitch.times.size - 1)
    voiced = pitch.voiced[nearest]
    loud = float(np.percentile(levels[inside], 95.0)) - 25.0
    peaks, _ = signal.find_peaks(levels, prominence=DIP_DB, height=loud, distance=6)
    return float((inside[peaks] & voiced[peaks]).sum() / seconds)


def _levels(audio: Audio, sample_rate: int) -> NDArray[np.float64]:
    high = min(BAND_HZ[1], 0.45 * sample_rate)
    sos = signal.butter(2, (BAND_HZ[0], high), "bandpass", fs=sample_rate, output="sos")
    band = signal.sosfiltfilt(sos, audio.astype(np.float64))
    size = round(FRAME_SECONDS * sample_rate)
    frames = np.square(band[: band.size // size * size]).reshape(-1, size).mean(axis=1)
    smooth = signal.butter(2, SMOOTH_HZ, fs=1.0 / FRAME_SECONDS, output="sos")
    levels = 10.0 * np.log10(frames + 1e-10)
    return np.asarray(signal.sosfiltfilt(smooth, levels) if levels.size > 20 else levels)
