"""How long a room rings on, read from how fast speech dies away in it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from menura.audio.activity import Span, speech_mask

Audio = NDArray[np.float32]

FRAME_SECONDS = 0.01
BAND_HZ = (500.0, 4000.0)
DROP_DB = 12.0
"""Least fall of a decay that is used."""

ABOVE_NOISE_DB = 6.0
"""Decays are followed down to this much above the noise floor, where they bend."""

LEAST_DECAYS = 6
FASTEST_SHARE = 25.0
"""Percentile of the decay times that is given: a mouth may close slowly, but in a room nothing
falls faster than the room."""


def reverberation_seconds(audio: Audio, sample_rate: int, spans: Sequence[Span]) -> float | None:
    """Estimates the time in which mono float32 audio [samples] falls by 60 dB, in seconds.

    Dry speech reads what mouths need to close, not zero. None where there are too few clean
    decays to tell, as in noise.
    """
    levels = _levels(audio, sample_rate)
    if levels.size < 20:
        return None
    mask = speech_mask(spans, audio.size, sample_rate)
    size = round(FRAME_SECONDS * sample_rate)
    inside = np.asarray(mask[: levels.size * size].reshape(-1, size).any(axis=1), dtype=np.bool_)
    floor = float(np.percentile(levels, 5.0)) + ABOVE_NOISE_DB
    times = _decays(levels, inside, floor)
    if len(times) < LEAST_DECAYS:
        return None
    return float(np.percentile(times, FASTEST_SHARE))


def _levels(audio: Audio, sample_rate: int) -> NDArray[np.float64]:
    # Band levels in dB, [frames], smoothed over three frames.
    high = min(BAND_HZ[1], 0.45 * sample_rate)
    sos = signal.butter(4, (BAND_HZ[0], high), "bandpass", fs=sample_rate, output="sos")
    band = signal.sosfilt(sos, audio.astype(np.float64))
    size = round(FRAME_SECONDS * sample_rate)
    frames = np.square(band[: band.size // size * size]).reshape(-1, size).mean(axis=1)
    return np.asarray(10.0 * np.log10(np.convolve(frames, np.full(3, 1 / 3), "same") + 1e-12))


def _decays(levels: NDArray[np.float64], inside: NDArray[np.bool_], floor: float) -> list[float]:
    # Seconds for 60 dB of every uninterrupted fall that is deep enough.
    times: list[float] = []
    falling = np.concatenate(([False], np.diff(levels) < 0, [False]))
    edges = np.flatnonzero(np.diff(falling.astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if not inside[start]:
            continue
        part = levels[start : end + 1]
        # Without the round top, and only what stands clear of the noise.
        used = part[(part <= part[0] - 2.0) & (part >= floor)]
        if used.size >= 3 and part[0] - used[-1] >= DROP_DB:
            slope = float(np.polyfit(np.arange(used.size) * FRAME_SECONDS, used, 1)[0])
            times.append(-60.0 / slope)
    return times
