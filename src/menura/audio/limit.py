"""A look-ahead peak limiter, so that louder speech never clips."""

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

CEILING = 0.999
"""Largest magnitude that leaves; so near to full scale that ordinary speech stays as it is."""

BLOCK_SECONDS = 0.001
LOOK_AHEAD_BLOCKS = 5
"""The gain is down before the peak comes: an attack of 5 ms is too slow to click."""

RELEASE_SECONDS = 0.08
"""Time constant of the way back; shorter than a syllable, longer than a pitch period."""


class Limiter:
    """Multiplies a stream by a volume and holds its peaks under CEILING.

    The gain is found at the borders of 1 ms blocks counted from the start of the stream and is
    linear in between, so the joined output does not depend on how the stream was cut. Where nothing
    exceeds the ceiling the gain is exactly the volume.

    Args:
        sample_rate: Hz.
        volume: factor of the amplitude.
    """

    def __init__(self, sample_rate: int, volume: float = 1.0) -> None:
        self._volume = np.float32(volume)
        self._block = max(1, round(sample_rate * BLOCK_SECONDS))
        self._release = 1.0 - float(np.exp(-BLOCK_SECONDS / RELEASE_SECONDS))
        self._waiting = np.zeros(0, dtype=np.float32)
        # Targets of the blocks in `waiting`, preceded by the one of the block that left last.
        self._targets: list[float] = [1.0]
        self._held = 1.0
        self._recent: list[float] = []
        self._gain = 1.0

    def write(self, audio: Audio) -> Audio:
        """Takes a chunk, returns what is ready (may be empty)."""
        scaled = np.asarray(audio, dtype=np.float32) * self._volume
        self._waiting = np.concatenate([self._waiting, scaled])
        known = len(self._targets) - 1
        whole = self._waiting.size // self._block
        self._measure(self._waiting[known * self._block : whole * self._block])
        return self._leave(max(0, whole - LOOK_AHEAD_BLOCKS - 1))

    def finish(self) -> Audio:
        """Returns the rest; nothing may be written afterwards."""
        samples = self._waiting.size
        blocks = -(-samples // self._block)
        padding = blocks * self._block - samples
        self._waiting = np.pad(self._waiting, (0, padding))
        known = len(self._targets) - 1
        self._measure(self._waiting[known * self._block :])
        self._targets += [1.0] * (LOOK_AHEAD_BLOCKS + 1)
        return self._leave(blocks)[:samples]

    def _measure(self, audio: Audio) -> None:
        if audio.size:
            peaks = np.abs(audio.reshape(-1, self._block)).max(axis=1)
            self._targets += [float(t) for t in CEILING / np.maximum(peaks, CEILING)]

    def _leave(self, blocks: int) -> Audio:
        if blocks == 0:
            return np.zeros(0, dtype=np.float32)
        if not self._recent:  # the start of the stream has no time to come down
            self._gain = self._held = min(self._targets[: LOOK_AHEAD_BLOCKS + 2])
            self._recent = [self._gain] * (LOOK_AHEAD_BLOCKS + 1)
        borders = [self._gain]
        for block in range(blocks):
            # The border after block k must suit the blocks k and k+1; targets[0] is block -1.
            lowest = min(self._targets[block + 1 : block + 3 + LOOK_AHEAD_BLOCKS])
            self._held = min(lowest, self._held + (1.0 - self._held) * self._release)
            if self._held > 1.0 - 1e-6:
                self._held = 1.0
            self._recent = [*self._recent[1:], self._held]
            borders.append(sum(self._recent) / len(self._recent))
        self._gain = borders[-1]
        count = blocks * self._block
        ready, self._waiting = self._waiting[:count], self._waiting[count:]
        self._targets = self._targets[blocks:]
        if min(borders) == 1.0:
            return ready
        place = np.arange(count, dtype=np.float64) / self._block
        gain = np.interp(place, np.arange(blocks + 1), borders)
        return np.asarray(ready * gain, dtype=np.float32)
