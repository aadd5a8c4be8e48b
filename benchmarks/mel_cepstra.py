"""Mel-cepstral distortion: how far two recordings of the same words are apart in timbre.

13 mel cepstra without the level (c0), frames matched by dynamic time warping, in dB as usual:
10 / ln 10 · √2 · mean Euclidean distance (Kubichek 1993). Silence counts like speech, so both
recordings should begin and end with it alike.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.mels import mel_spectrogram
from menura.models.menura_1.alignment import warp

RATE = 16000
_COUNT = 13
_FFT, _HOP, _BANDS = 1024, 200, 80
_DECIBEL = 10.0 / np.log(10.0) * np.sqrt(2.0)
_EDGE_DB = 40.0
_FLOOR = 1e-8


def cepstra(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mel cepstra 1 to 13 of [T] samples at 16 kHz, from its first sound to its last, [N, 13]."""
    power = mel_spectrogram(audio, _FFT, _HOP, _BANDS)
    level = 10 * np.log10(power.sum(axis=1) + 1e-10)
    loud = np.flatnonzero(level > level.max() - _EDGE_DB)
    kept = 0.5 * np.log(power[loud[0] : loud[-1] + 1] + _FLOOR * power.max())
    order = np.arange(1, _COUNT + 1)[:, None] * (np.arange(_BANDS)[None] + 0.5)
    basis = np.cos(order * (np.pi / _BANDS)) / _BANDS
    return np.asarray(kept @ basis.T)


def distortion(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Distortion in dB between two recordings [T] at 16 kHz of the same words."""
    a, b = cepstra(one), cepstra(other)
    distance = np.sqrt(np.maximum(((a[:, None] - b[None]) ** 2).sum(axis=2), 0.0))
    first, second = warp(distance.astype(np.float32))
    return float(_DECIBEL * distance[first, second].mean())
