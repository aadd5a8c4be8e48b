"""Stock voices and the style tables that voices are made of."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from menura.models.contract import StockVoice
from menura.packaged import checked_bytes

ROWS = (*range(16), *range(16, 510, 16), 509)
"""Phoneme counts (less one) whose style is stored; others are interpolated."""

_LANGUAGES = {
    "a": ("en-US", "American"),
    "b": ("en-GB", "British"),
    "e": ("es-ES", "Spanish"),
    "f": ("fr-FR", "French"),
    "h": ("hi-IN", "Hindi"),
    "i": ("it-IT", "Italian"),
    "j": ("ja-JP", "Japanese"),
    "p": ("pt-BR", "Brazilian"),
    "z": ("zh-CN", "Chinese"),
}
_GENDERS = {"f": ("feminine", "woman"), "m": ("masculine", "man")}


@functools.cache
def tables() -> dict[str, NDArray[np.float16]]:
    """Style tables of all stock voices by key, each float16 [len(ROWS), 256].

    Raises ModelFilesError when the packaged file is damaged.
    """
    return load(checked_bytes(Path(__file__).with_name("stock_voices.safetensors")))


@functools.cache
def stock_voices() -> Sequence[StockVoice]:
    """All stock voices, in the order of their keys."""
    voices = []
    for key in sorted(tables()):
        language, people = _LANGUAGES[key[0]]
        gender, person = _GENDERS[key[1]]
        voices.append(StockVoice(key, key[3:].capitalize(), language, gender, f"{people} {person}"))
    return tuple(voices)


def mixed(weights: Mapping[str, float]) -> NDArray[np.float32]:
    """The weighted mean of stock voices' style tables, [len(ROWS), 256]; weights above 0 by key."""
    total = sum(weight * tables()[key].astype(np.float32) for key, weight in weights.items())
    return np.asarray(total, dtype=np.float32) / np.float32(sum(weights.values()))


def style_row(table: NDArray[np.floating], symbols: int) -> NDArray[np.float32]:
    """Style [256] for an utterance of so many symbols, from a table [len(ROWS), 256]."""
    position = float(np.interp(symbols - 1, ROWS, np.arange(len(ROWS))))
    low = int(position)
    high = min(low + 1, len(ROWS) - 1)
    share = np.float32(position - low)
    return table[low].astype(np.float32) * (1 - share) + table[high].astype(np.float32) * share
