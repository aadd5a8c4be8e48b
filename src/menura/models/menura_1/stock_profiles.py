"""Speaker embeddings of the stock voices, to find where a clone starts from."""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load
from scipy.optimize import nnls

from menura.packaged import checked_bytes
from menura.text.utterance import Language

_OWN_LANGUAGE = 0.4
"""Head start of voices of the clip's language, as a cosine: their prosody is native. At 0.15 an
English clip began from a Hindi voice and kept her accent; Whisper misheard one word in six."""


_CANDIDATES = 5
"""Stock voices of each gender that are looked at as a start."""

_OCTAVE = 0.4
"""What an octave between the pitch of a stock voice and the speaker's costs, as a cosine."""

_LEAST_WEIGHT = 0.1
"""Weight in a mix, beside its greatest, below which a stock voice is left out."""

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

    def likeness(key: str) -> float:
        head_start = _OWN_LANGUAGE if is_native(key, language) else 0.0
        return float(profiles()[key].astype(np.float32) @ embedding) + head_start

    ranked = sorted(((key, likeness(key)) for key in profiles()), key=lambda pair: -pair[1])
    return [
        pair
        for gender in "fm"
        for pair in [found for found in ranked if found[0][1] == gender][:count]
    ]


def likest_mix(
    embedding: NDArray[np.float32], language: Language
) -> tuple[dict[str, float], float]:
    """The mix of stock voices of a language that is most like a speaker embedding [192].

    Returns weights by key, which add up to 1, and the cosine of the mix and the embedding.
    """
    keys = [key for key in profiles() if is_native(key, language)]
    columns = np.stack([profiles()[key].astype(np.float64) for key in keys], axis=1)
    found, _ = nnls(columns, embedding.astype(np.float64))
    found = np.where(found < _LEAST_WEIGHT * found.max(), 0.0, found)
    if not found.any():  # Unlike all of them: the least unlike is as good as any.
        found[int(np.argmax(columns.T @ embedding))] = 1.0
    mix = columns @ found
    weights = {
        key: float(weight / found.sum())
        for key, weight in zip(keys, found, strict=True)
        if weight > 0
    }
    return weights, float(mix @ embedding / np.linalg.norm(mix))


def is_native(key: str, language: Language) -> bool:
    """Whether a stock voice speaks a language like a native; English of any kind is English."""
    return key[0] in "ab" if language.startswith("en") else key[0] == language[0]


def start_voice(embedding: NDArray[np.float32], language: Language, log_pitch: float | None) -> str:
    """The stock voice that is most like a speaker and speaks at about their pitch.

    Args:
        embedding: of the speaker, a unit vector [192].
        language: that the speaker speaks.
        log_pitch: mean logarithm of F0 in Hz; None where it is not known.
    """
    best, most = "", -np.inf
    for key, likeness in nearest_voices(embedding, language, _CANDIDATES):
        apart = 0.0
        if log_pitch is not None:
            apart = abs(log_pitch - float(np.log(pitch_of(key)))) / np.log(2)
        if likeness - _OCTAVE * apart > most:
            best, most = key, likeness - _OCTAVE * apart
    return best
