"""Finds how long each symbol lasts in a recording: dynamic time warping onto synthetic speech.

The same phonemes are spoken with a stock voice, whose durations are known; warping its cepstra onto
those of the recording carries them over. Works for any language that the model speaks.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.models.menura_1.features import cepstra


@dataclass(frozen=True)
class Alignment:
    """Durations of the tokens in a recording."""

    durations: Tensor
    """Frames of 25 ms of each token, pads included, int64 [T]; they sum to the asked frames."""

    cost: float
    """Mean cosine distance along the path: below 0.7 for the same words, about 1 for others."""


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


def align(spoken_mel: Tensor, durations: Tensor, clip_mel: Tensor, frames: int) -> Alignment:
    """Carries the durations of synthetic speech over to a recording of the same words.

    Args:
        spoken_mel: log-mel of the synthetic speech [80, T] at 12.5 ms.
        durations: its tokens' durations in frames of 25 ms.
        clip_mel: log-mel of the recording [80, T'].
        frames: length of the recording in frames of 25 ms; at least one a token.
    """
    ours, theirs = cepstra(spoken_mel), cepstra(clip_mel)
    cosine = torch.nn.functional.normalize(ours, dim=0).T @ torch.nn.functional.normalize(
        theirs, dim=0
    )
    distance = (1 - cosine).numpy()
    first, second = warp(distance)
    # Where each frame of the synthetic speech lies in the recording, on average.
    heard = np.bincount(first, second) / np.maximum(np.bincount(first), 1)
    ends = 2 * np.cumsum(durations.numpy())
    carried = np.interp(ends, np.arange(heard.size) + 0.5, heard + 0.5) / 2
    carried[-1] = frames
    return Alignment(
        torch.from_numpy(_whole_frames(carried, frames)),
        float(distance[first, second].mean()),
    )


def _whole_frames(ends: NDArray[np.float64], frames: int) -> NDArray[np.int64]:
    """Rounds token ends so that every token keeps a frame and the sum is exact."""
    count = ends.size
    if frames < count:
        raise ValueError(f"{frames} frames cannot hold {count} tokens")
    rounded = np.round(ends).astype(np.int64)
    rounded[-1] = frames
    for k in range(count):
        rounded[k] = max(rounded[k], (rounded[k - 1] if k else 0) + 1)
    limit = frames
    for k in range(count - 1, -1, -1):
        rounded[k] = min(rounded[k], limit)
        limit = rounded[k] - 1
    return np.diff(rounded, prepend=0)
