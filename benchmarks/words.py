"""Words heard against words written: the word error rate in English."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from menura.audio.recognise import Recogniser


@dataclass(frozen=True)
class WordErrors:
    """Edits that turn the written words into the heard ones."""

    errors: int
    words: int

    @property
    def rate(self) -> float:
        """Errors a written word."""
        return self.errors / max(self.words, 1)


def compare(written: str, heard: str) -> WordErrors:
    """Counts word errors after Whisper's English normaliser."""
    from whisper_normalizer.english import EnglishTextNormalizer

    normalise = EnglishTextNormalizer()
    reference, hypothesis = normalise(written).split(), normalise(heard).split()
    return WordErrors(edits(reference, hypothesis), len(reference))


def edits(reference: list[str], hypothesis: list[str]) -> int:
    """Fewest insertions, deletions and substitutions between two lists of words."""
    row = list(range(len(hypothesis) + 1))
    for i, word in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(hypothesis, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


def total(parts: Iterable[WordErrors]) -> WordErrors:
    """Adds up errors and words."""
    listed = list(parts)
    return WordErrors(sum(p.errors for p in listed), sum(p.words for p in listed))


class Listener:
    """Whisper base, greedy, told that it hears English.

    Args:
        cache: folder for the unpacked model.
    """

    def __init__(self, cache: Path) -> None:
        self._recogniser = Recogniser(cache, threads=1)

    def hear(self, audio: NDArray[np.float32]) -> str:
        """Writes down audio [T] at 16 kHz."""
        return self._recogniser.transcribe(audio, "en").text
