"""How much of a recording was cut off at full scale."""

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span

BINS = 8192
WIDEST = 2.0
"""Lossy codecs overshoot full scale where a recording was cut; beyond this it is another scale."""

NEAR_PEAK = 0.995
"""Speech touches the last 0.5 % below its peak in about 1 of 100,000 samples; cut speech stays."""


class PeakHistogram:
    """Counts magnitudes, so that samples piled up at the peak can be seen afterwards.

    The peak itself is found, not assumed: recordings are often made quieter after they clipped.
    """

    def __init__(self) -> None:
        self._counts = np.zeros(BINS + 1, dtype=np.int64)
        self._over = 0

    def add(self, samples: NDArray[np.floating]) -> None:
        """Counts samples of any shape; full scale is 1."""
        places = np.minimum(np.abs(samples).ravel() * (BINS / WIDEST), BINS + 1).astype(np.int64)
        inside = places[places <= BINS]
        self._over += places.size - inside.size
        self._counts += np.bincount(inside, minlength=BINS + 1)

    @property
    def share(self) -> float:
        """Share of samples within 0.5 % of the peak; 0 for floats far beyond full scale."""
        filled = np.flatnonzero(self._counts)
        if filled.size == 0 or self._over:
            return 0.0
        lowest = int(np.ceil(filled[-1] * NEAR_PEAK))
        return float(self._counts[lowest:].sum() / self._counts.sum())


def clipped_share(audio: NDArray[np.float32]) -> float:
    """Share of samples [0, 1] that lie at the peak; above 1e-4 the recording was cut off.

    Measured at the rate of the recording: resampling rounds the cut tops.
    """
    histogram = PeakHistogram()
    histogram.add(audio)
    return histogram.share


BLOCK_SECONDS = 0.02
LEAST_CUT = 3
"""Samples of a block near the peak from which on it counts as cut."""


def clipped_spans(audio: NDArray[np.float32], sample_rate: int) -> tuple[Span, ...]:
    """Lists the places in mono audio [samples] that touch the peak again and again.

    Of use only where the whole was found to be clipped; ordinary speech has a highest peak too.
    The 2 % leave room for what resampling did to the cut tops.
    """
    size = round(BLOCK_SECONDS * sample_rate)
    blocks = np.abs(audio[: audio.size // size * size]).reshape(-1, size)
    cut = (blocks >= 0.98 * blocks.max(initial=0.0)).sum(axis=1) >= LEAST_CUT
    edges = np.flatnonzero(np.diff(np.concatenate(([0], cut.astype(np.int8), [0]))))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(
        Span(float(a) * size / sample_rate, float(b) * size / sample_rate) for a, b in pairs
    )
