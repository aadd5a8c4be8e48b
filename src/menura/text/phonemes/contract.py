"""What a language's pronunciation module offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass
class Spoken:
    """One word to be said.

    `pause` tells that punctuation follows, so that sounds do not run on into the next word.
    `phonemes` is filled in by the language; empty text means that the word cannot be said.
    """

    text: str
    pause: bool = False
    phonemes: str = ""


class Pronouncer(Protocol):
    """Fills in the phonemes of a sentence's words, in place. Thread-safe after it is made."""

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets `phonemes` of every word that can be said, and leaves it empty for the others."""
