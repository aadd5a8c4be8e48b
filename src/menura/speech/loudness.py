"""Changes of loudness inside of a stream of speech."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

RAMP_SECONDS = 0.02
"""A change takes this long, so that it makes no click."""


class Loudness:
    """Multiplies a stream by a factor that changes at given samples.

    Args:
        sample_rate: Hz.
        factor: at the start.
    """

    def __init__(self, sample_rate: int, factor: float) -> None:
        self._ramp = max(1, round(sample_rate * RAMP_SECONDS))
        self._factor = factor

    def apply(self, audio: Audio, changes: Sequence[tuple[int, float]]) -> Audio:
        """Takes the next stretch, and the samples in it from which another factor holds."""
        changes = [(max(0, at), factor) for at, factor in changes if at < audio.size]
        if all(factor == self._factor for _, factor in changes):
            return audio if self._factor == 1.0 else audio * np.float32(self._factor)
        gain = np.full(audio.size, self._factor, np.float32)
        for at, factor in changes:
            ramp = min(self._ramp, audio.size - at)
            gain[at : at + ramp] = np.linspace(gain[at], factor, ramp, dtype=np.float32)
            gain[at + ramp :] = factor
            self._factor = factor
        return audio * gain
