"""What sounds between the words: tones that come and go are music."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal
from scipy.ndimage import median_filter

from menura.audio.activity import Span

Audio = NDArray[np.float32]

FRAME_SECONDS = 0.064
BAND_HZ = (120.0, 4000.0)
MARGIN_SECONDS = 0.15
"""A word rings on; so much of a gap after it, and before the next one, is left out."""

LEAST_FRAMES = 15
"""Half a second of gaps, at half-overlapping frames."""

NEIGHBOURS_HZ = 250.0
TONE_OVER_NEIGHBOURS = 8.0


def tone_share(audio: Audio, sample_rate: int, spans: Sequence[Span]) -> float | None:
    """Share [0, 1] of the sound in the gaps that lies in tones; None with too few gaps to tell.

    A tone is a line of the spectrum 9 dB over its neighbourhood. Mono float32 audio [samples].
    """
    size = round(FRAME_SECONDS * sample_rate)
    if audio.size < 2 * size:
        return None
    freqs, times, power = signal.spectrogram(
        audio.astype(np.float64), sample_rate, "hann", size, size // 2, mode="psd"
    )
    gap = np.ones(times.size, dtype=np.bool_)
    reach = MARGIN_SECONDS + FRAME_SECONDS / 2
    for span in spans:
        gap &= (times < span.start - reach) | (times > span.end + reach)
    gap &= power.sum(axis=0) > 1e-14
    if gap.sum() < LEAST_FRAMES:
        return None
    band = (freqs >= BAND_HZ[0]) & (freqs <= BAND_HZ[1])
    heard = power[band][:, gap]  # [bins, frames]
    width = max(3, round(NEIGHBOURS_HZ / (freqs[1] - freqs[0])))
    tones = heard > TONE_OVER_NEIGHBOURS * median_filter(heard, size=(width, 1))
    shares = (heard * tones).sum(axis=0) / heard.sum(axis=0)
    return float(np.median(shares))
