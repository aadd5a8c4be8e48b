"""The mel spectrogram that GE2E and P808 were trained on (librosa's, in NumPy).

Centred frames with zeros outside, a periodic Hann window of the FFT's length, power spectrum, and
triangles of equal area on Slaney's mel scale (linear below 1 kHz, logarithmic above).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RATE = 16000
_LINEAR_HZ = 200.0 / 3.0
"""Width of one mel below the break."""

_BREAK_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27.0


def mel_spectrogram(audio: NDArray[np.float32], fft: int, hop: int, bands: int) -> Array:
    """Power mel spectrogram [1 + T // hop, bands] of [T] samples at 16 kHz."""
    padded = np.pad(audio.astype(np.float64), fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, fft)[::hop]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(fft) / fft)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    return np.asarray(power @ _triangles(fft, bands).T)


def _to_mel(hertz: Array) -> Array:
    above = _BREAK_HZ / _LINEAR_HZ + np.log(np.maximum(hertz, 1.0) / _BREAK_HZ) / _LOG_STEP
    return np.where(hertz < _BREAK_HZ, hertz / _LINEAR_HZ, above)


def _to_hertz(mel: Array) -> Array:
    above = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_HZ / _LINEAR_HZ))
    return np.where(mel < _BREAK_HZ / _LINEAR_HZ, mel * _LINEAR_HZ, above)


@lru_cache
def _triangles(fft: int, bands: int) -> Array:
    """Band weights [bands, fft // 2 + 1]."""
    top = float(_to_mel(np.array([RATE / 2]))[0])
    edges = _to_hertz(np.linspace(0.0, top, bands + 2))
    bins = np.fft.rfftfreq(fft, 1 / RATE)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    height = 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)) * height[:, None])
