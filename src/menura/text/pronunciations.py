"""How single words are to be said, by a dictionary of the caller's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from menura.errors import TextError
from menura.text.clean import clean
from menura.text.readings import Reading
from menura.text.tokens import CJK
from menura.text.utterance import Language


@dataclass(frozen=True)
class Pronunciation:
    """One entry of a dictionary."""

    text: str
    """A word, or several."""

    alias: str
    """What is said in its place: other text, or phonemes in double angle brackets."""

    case_sensitive: bool = False
    """False: every capitalisation is meant. True: just this one; if it has no capital, one at the
    start is meant too, as in a sentence's first word."""


_LETTER = rf"(?![{CJK}])[^\W_]"
_POSSESSIVE = "'s"


def matches(
    pronunciations: tuple[Pronunciation, ...],
    text: str,
    language: Language,
    normalization: Language | None,
) -> list[Reading]:
    """Readings of the entries that occur in a clean sentence as whole words, longest first.

    An alias that the language cannot say leaves its word as it was.
    """
    out = []
    for start, end, entry in _matcher(pronunciations).find(text):
        alias = entry.alias
        if language[:2] == "en" and text.startswith(_POSSESSIVE, end):
            end += len(_POSSESSIVE)
            alias = _possessive(alias)
        said = sound(alias, language, normalization)
        if said:
            out.append(Reading(start, end, (alias,), said))
    return out


class _Matcher:
    def __init__(self, pronunciations: tuple[Pronunciation, ...]) -> None:
        self._exact: dict[str, Pronunciation] = {}
        self._any_case: dict[str, Pronunciation] = {}
        patterns: list[tuple[int, str]] = []
        for entry in pronunciations:
            words = clean(entry.text, 0, len(entry.text)).text.split()
            key = " ".join(words)
            if not key:
                continue
            pattern = r"\s+".join(map(re.escape, words))
            if not entry.case_sensitive:
                self._any_case.setdefault(key.casefold(), entry)
                pattern = f"(?i:{pattern})"
            else:
                self._exact.setdefault(key, entry)
                if key == key.lower() and key[0].upper() != key[0] and len(key[0].upper()) == 1:
                    self._exact.setdefault(key[0].upper() + key[1:], entry)
                    pattern = f"(?:{pattern}|{re.escape(key[0].upper())}{pattern[1:]})"
            before = rf"(?<!{_LETTER})" if re.match(_LETTER, key) else ""
            after = rf"(?!{_LETTER})" if re.match(_LETTER, key[-1]) else ""
            patterns.append((len(key), before + pattern + after))
        patterns.sort(key=lambda item: -item[0])
        self._pattern = re.compile("|".join(p for _, p in patterns) if patterns else r"(?!)")

    def find(self, text: str) -> Iterator[tuple[int, int, Pronunciation]]:
        """Places of entries, with the entry."""
        for match in self._pattern.finditer(text):
            key = " ".join(match.group().split())
            entry = self._exact.get(key) or self._any_case.get(key.casefold())
            if entry is not None:
                yield match.start(), match.end(), entry


@lru_cache(maxsize=32)
def _matcher(pronunciations: tuple[Pronunciation, ...]) -> _Matcher:
    return _Matcher(pronunciations)


@lru_cache(maxsize=8192)
def sound(text: str, language: Language, normalization: Language | None) -> str:
    """Phonemes of a short text in one line, punctuation inside included; empty if there are none.

    Raises TextError for phonemes in brackets that are outside of the alphabet.
    """
    from menura.text.prepare import phonemise  # it needs this module

    try:
        return phonemise(text, language, normalization).strip(" .,;:!?…—")
    except TextError as error:
        if error.code == "text_nothing_to_speak":
            return ""
        raise


@cache
def _possessive(alias: str) -> str:
    if not alias.rstrip().endswith(">>"):
        return alias + _POSSESSIVE
    inner = alias.rstrip()[:-2].rstrip("| ")
    last = inner[-1:]
    ending = "ɪ|z" if last in "szʃʒʧʤ" else "s" if last in "ptkfθ" else "z"
    return f"{inner}|{ending}>>"
