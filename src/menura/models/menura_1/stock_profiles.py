"""Speaker embeddings of the stock voices, to find where a clone starts from."""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from menura.packaged import checked_bytes
from menura.text.utterance import Language

_OWN_LANGUAGE = 0.4
"""Head start of voices of the clip's language, as a cosine: their prosody is native. At 0.15 an
English clip began from a Hindi voice and kept her accent; Whisper misheard one word in six."""


_PITCH = "pitch/"


@functools.cache
def _content() -> dict[str, NDArray[np.floating]]:
    return load(checked_bytes(Path(__file__).with_name("stock_profiles.safetensors")))


def pitch_of(key: str) -> float:
    """Geometric mean of the F0 that a stock voice plans for an English sentence, in Hz."""
    return float(_content()[_PITCH + key][0])


@functools.cache
def profiles() -> dict[str, NDArray[np.floating]]:
    """Unit CAM++ embeddings [192] of the stock voices by key."""
    return {key: value for key, value in _content().items() if not key.startswith(_PITCH)}


def nearest_voices(
    embedding: NDArray[np.float32], language: Language, count: int
) -> list[tuple[str, float]]:
    """The stock voices most like a speaker embedding [192], with their likeness, best first.

    The best `count` of each gender: embeddings alone confuse them in short or noisy clips.
    """
    initial = {"en-US": "a", "en-GB": "b"}.get(language, language[0])

    def likeness(key: str) -> float:
        own = key[0] in "ab" if language.startswith("en") else key[0] == initial
        return float(profiles()[key].astype(np.float32) @ embedding) + (_OWN_LANGUAGE if own else 0)

    ranked = sorted(((key, likeness(key)) for key in profiles()), key=lambda pair: -pair[1])
    return [
        pair
        for gender in "fm"
        for pair in [found for found in ranked if found[0][1] == gender][:count]
    ]
