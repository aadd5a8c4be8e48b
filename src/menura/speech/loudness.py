"""Changes of loudness inside of a stream of speech."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

RAMP_SECONDS = 0.02
"""A change takes this long, so that it makes no click."""


class Loudness:
    """Multiplies a stream by a factor that changes at given samples.

    The result does not depend on how the stream is cut.

    Args:
        sample_rate: Hz.
        factor: at the start.
    """

    def __init__(self, sample_rate: int, factor: float) -> None:
        self._ramp = max(1, round(sample_rate * RAMP_SECONDS))
        self._factor = self._target = factor
        self._left = 0  # samples of the change under way
        self._waiting: list[tuple[int, float]] = []

    def apply(self, audio: Audio, changes: Sequence[tuple[int, float]]) -> Audio:
        """Takes the next stretch, and from which samples on another factor holds, in order.

        Samples count from the start of the stretch; they may lie before it or behind it.
        """
        self._waiting += [(max(0, at), factor) for at, factor in changes]
        if not self._left and all(factor == self._target for _, factor in self._waiting):
            self._waiting = []
            return audio if self._factor == 1.0 else audio * np.float32(self._factor)
        gain = np.empty(audio.size, np.float32)
        done = 0
        while self._waiting and self._waiting[0][0] < audio.size:
            at, factor = self._waiting.pop(0)
            self._fill(gain[done:at])
            done = max(done, at)
            if factor != self._target:
                self._target, self._left = factor, self._ramp
        self._fill(gain[done:])
        self._waiting = [(at - audio.size, factor) for at, factor in self._waiting]
        return audio * gain

    def _fill(self, gain: Audio) -> None:
        """Writes the factors of the next samples."""
        count = min(self._left, gain.size)
        if count:
            step = (self._target - self._factor) / self._left
            gain[:count] = self._factor + step * np.arange(1, count + 1)
            self._factor += step * count
            self._left -= count
        if not self._left:
            self._factor = self._target
        gain[count:] = self._factor
