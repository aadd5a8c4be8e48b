"""Words heard against words written: the word error rate."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import hindustani
from menura.audio.recognise import Recogniser
from menura.text.alphabet import CONSONANTS, TONES, VOWELS
from menura.text.languages import resolve
from menura.text.prepare import phonemise


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


def compare_in(language: str, written: str, heard: str) -> WordErrors:
    """Counts errors in any language: words, or signs where words are not set apart.

    - English: words after Whisper's normaliser.
    - Spanish, French, Italian, Portuguese: words without case and punctuation.
    - Hindi: consonants and long vowels, whichever script they were written down in.
    - Japanese and Chinese: phonemes of both texts by the same rules, so that kana for kanji, or
      traditional for simplified signs, are no errors.
    """
    code = language.split("-")[0]
    if code == "en":
        return compare(written, heard)
    if code in ("ja", "zh"):
        sides = [list(_sounds(text, resolve(language))) for text in (written, heard)]
    elif code == "hi":
        sides = [hindustani.sounds(text) for text in (written, heard)]
    else:
        sides = [plain(text).split() for text in (written, heard)]
    return WordErrors(edits(*sides), len(sides[0]))


def plain(text: str) -> str:
    """Letters, their marks and digits in lower case; all else is a blank."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)


def _sounds(text: str, language: str) -> str:
    """Phonemes of a text without stress, blanks and punctuation."""
    if not plain(text).strip():
        return ""
    return "".join(s for s in phonemise(text, language) if s in VOWELS | CONSONANTS | TONES)


class Listener:
    """Whisper base, told which language it hears.

    Args:
        cache: folder for the unpacked model.
        threads: to compute with.
    """

    def __init__(self, cache: Path, threads: int = 1) -> None:
        self._recogniser = Recogniser(cache, threads=threads)

    def hear(self, audio: NDArray[np.float32], language: str = "en") -> str:
        """Writes down audio [T] at 16 kHz."""
        return self._recogniser.transcribe(audio, language).text
