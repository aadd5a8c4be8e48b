"""Who speaks in an utterance, as numbers."""

import functools

import numpy as np
from numpy.typing import NDArray

from menura.judging.speaker import SpeakerEncoder

Audio = NDArray[np.float32]


@functools.cache
def _encoder() -> SpeakerEncoder:
    return SpeakerEncoder()


def embed(audio: Audio, sample_rate: int) -> bytes:
    """A unit vector of 192 numbers, float32 little-endian, for mono audio [samples].

    Raises ModelFilesError, and AudioError for less than a quarter of a second.
    """
    return _encoder().embed_array(audio, sample_rate).astype("<f4").tobytes()
