"""Speaker embeddings of the stock voices, to find where a clone starts from."""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from menura.models.menura_1.voices import tables
from menura.packaged import checked_bytes
from menura.text.utterance import Language

_OWN_LANGUAGE = 0.05
"""Head start of voices of the clip's language, as a cosine: their prosody is native."""


@functools.cache
def profiles() -> dict[str, NDArray[np.float16]]:
    """Unit CAM++ embeddings [192] of the stock voices by key."""
    return load(checked_bytes(Path(__file__).with_name("stock_profiles.safetensors")))


def nearest_voice(
    embedding: NDArray[np.float32], language: Language
) -> tuple[str, NDArray[np.floating]]:
    """Key and style table of the stock voice most like a speaker embedding [192]."""
    initial = {"en-US": "a", "en-GB": "b"}.get(language, language[0])

    def likeness(key: str) -> float:
        own = key[0] in "ab" if language.startswith("en") else key[0] == initial
        return float(profiles()[key].astype(np.float32) @ embedding) + (_OWN_LANGUAGE if own else 0)

    best = max(profiles(), key=likeness)
    return best, tables()[best]
