"""Fundamental frequency by SwiftF0 (package swift-f0, MIT): 2.4 cents of fine error, RTF 0.013."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

LOWEST_HZ = 50.0
HIGHEST_HZ = 600.0
VOICED_CONFIDENCE = 0.5


@dataclass(frozen=True)
class Pitch:
    """F0 on an even grid; three arrays [frames]."""

    times: NDArray[np.float64]
    """Seconds; frame k lies at k times the hop."""

    hz: NDArray[np.float32]
    """F0 in Hz, 0 where unvoiced."""

    confidence: NDArray[np.float32]
    """In [0, 1]; a frame is voiced from 0.5 on."""

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """Which frames are voiced, [frames]."""
        return self.hz > 0.0

    @property
    def semitone_spread(self) -> float:
        """Half the width of the middle 68 % of voiced F0, in semitones: a robust deviation."""
        voiced = self.hz[self.voiced]
        if voiced.size < 2:
            return 0.0
        low, high = np.percentile(12.0 * np.log2(voiced), [16.0, 84.0])
        return float(high - low) / 2.0


def f0_track(audio: Audio, sample_rate: int, hop_seconds: float) -> Pitch:
    """Tracks F0 of mono float32 audio [samples] at the times 0, hop, 2 hops … up to the end.

    The model works on 16 ms frames. Between two voiced frames F0 is interpolated in the logarithm;
    at an edge of voicing the nearer frame decides.
    """
    duration = audio.size / sample_rate
    count = int(duration / hop_seconds + 1e-6) + 1
    times = np.arange(count, dtype=np.float64) * np.float64(hop_seconds)
    if audio.size < sample_rate * 0.016:
        nothing = np.zeros(times.size, dtype=np.float32)
        return Pitch(times, nothing, nothing)
    found = _detector().detect(audio, sample_rate, fmin=LOWEST_HZ, fmax=HIGHEST_HZ)
    frames = np.asarray(found.timestamps)
    voiced = np.asarray(found.confidence) >= VOICED_CONFIDENCE
    if frames.size == 1:  # a lone frame stands for all times
        frames, voiced = np.repeat(frames, 2) + [0.0, 1.0], np.repeat(voiced, 2)
    values, sureness = _two(found.pitch_hz), _two(found.confidence)
    logs = np.log(np.maximum(values, 1e-3))
    right = np.clip(np.searchsorted(frames, times), 1, frames.size - 1)
    left = right - 1
    nearest = np.where(times - frames[left] <= frames[right] - times, left, right)
    both = voiced[left] & voiced[right]
    hz = np.exp(np.where(both, np.interp(times, frames, logs), logs[nearest]))
    hz[~voiced[nearest]] = 0.0
    confidence = np.interp(times, frames, sureness)
    return Pitch(times, hz.astype(np.float32), confidence.astype(np.float32))


def _two(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.repeat(values, 2) if values.size == 1 else np.asarray(values)


@functools.cache
def _detector() -> Any:  # noqa: ANN401
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1, spin=False)
