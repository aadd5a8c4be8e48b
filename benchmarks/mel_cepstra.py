"""Mel-cepstral distortion: how far two recordings of the same words are apart in timbre.

13 mel cepstra without the level (c0), frames matched by dynamic time warping, in dB as usual:
10 / ln 10 · √2 · mean Euclidean distance (Kubichek 1993). Silence counts like speech, so both
recordings should begin and end with it alike.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.mels import mel_spectrogram

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


def warp(distance: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cheapest monotone path through a distance matrix [N, M], as two arrays of indices.

    Goes diagonal by diagonal, so that each step is one vector operation.
    """
    rows, columns = distance.shape
    total = np.full((rows + 1, columns + 1), np.inf, np.float32)
    total[0, 0] = 0
    for diagonal in range(rows + columns - 1):
        i = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        j = diagonal - i
        # A diagonal step covers two cells; weighing it by two keeps straight paths unfavoured.
        cell = distance[i, j]
        best = np.minimum(total[i, j] + 2 * cell, total[i, j + 1] + cell)
        total[i + 1, j + 1] = np.minimum(best, total[i + 1, j] + cell)
    i, j = rows, columns
    path = []
    while i > 0 and j > 0:
        path.append((i - 1, j - 1))
        cell_cost = distance[i - 1, j - 1]
        steps = (
            total[i - 1, j - 1] + 2 * cell_cost,
            total[i - 1, j] + cell_cost,
            total[i, j - 1] + cell_cost,
        )
        move = int(np.argmin(steps))
        i, j = (i - 1, j - 1) if move == 0 else (i - 1, j) if move == 1 else (i, j - 1)
    path.reverse()
    first, second = np.array(path).T
    return first, second
