"""Whether more than one person speaks in a clip: CAM++ over windows, split in two."""

import functools
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_mask
from menura.audio.resample import resample
from menura.judging.fbank import SAMPLE_RATE
from menura.judging.speaker import SpeakerEncoder

Audio = NDArray[np.float32]

WINDOW_SECONDS = 2.0
HOP_SECONDS = 1.0
LEAST_WINDOWS = 2
"""In each half: one odd window may be a laugh or a cough."""


@functools.cache
def _encoder() -> SpeakerEncoder:
    return SpeakerEncoder()


def window_embeddings(audio: Audio, sample_rate: int, spans: Sequence[Span]) -> NDArray[np.float32]:
    """Embeds the speech of mono float32 audio [samples] in windows of 2 s, [windows, 192].

    Raises ModelFilesError.
    """
    speech = audio[speech_mask(spans, audio.size, sample_rate)]
    speech = resample(speech, sample_rate, SAMPLE_RATE)
    size, hop = round(WINDOW_SECONDS * SAMPLE_RATE), round(HOP_SECONDS * SAMPLE_RATE)
    if speech.size < size:
        return np.zeros((0, 192), dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(speech, size)[::hop]
    with torch.no_grad():
        embedded = _encoder().embed(torch.from_numpy(windows.copy()))
    return np.asarray(embedded.cpu().numpy(), dtype=np.float32)


def halves_likeness(embeddings: NDArray[np.float32]) -> float | None:
    """Splits unit vectors [windows, 192] into the two groups least alike; gives their cosine.

    The split is 2-means from the two vectors farthest apart. None where a group would have fewer
    than two windows: then nothing can be told, or only one window is odd.
    """
    if len(embeddings) < 2 * LEAST_WINDOWS:
        return None
    cosines = embeddings @ embeddings.T
    first, second = np.unravel_index(int(cosines.argmin()), cosines.shape)
    centres = embeddings[[first, second]]
    for _ in range(10):
        group = (embeddings @ centres.T).argmax(axis=1)
        if min((group == 0).sum(), (group == 1).sum()) < LEAST_WINDOWS:
            return None
        means = np.stack([embeddings[group == k].mean(axis=0) for k in (0, 1)])
        centres = means / np.linalg.norm(means, axis=1, keepdims=True)
    return float(centres[0] @ centres[1])
