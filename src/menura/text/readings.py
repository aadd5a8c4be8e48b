"""The shape of a normalisation rule: a pattern, and what its match is read as."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """How `text[start:end]` is said: as these words, or as these phonemes.

    A word with stops, such as `U.S.`, is spelled letter by letter.
    """

    start: int
    end: int
    words: tuple[str, ...]
    phonemes: str | None = None


Handler = Callable[[re.Match[str]], "Sequence[Reading] | Sequence[str] | None"]
"""Gives readings, or words for the whole match, or None when the match is not meant."""


@dataclass(frozen=True)
class Rule:
    """One pattern with its handler; `needs` are characters of which one must be in the text."""

    pattern: re.Pattern[str]
    handler: Handler
    needs: str = ""


def rule(pattern: str, handler: Handler, needs: str = "", flags: int = 0) -> Rule:
    """Compiles a rule."""
    return Rule(re.compile(pattern, flags), handler, needs)


DIGITS = "0123456789"
_HAS_DIGIT = re.compile(r"[0-9]")


def apply(rules: Iterable[Rule], text: str) -> list[Reading]:
    """Applies rules in order; an earlier rule's reading keeps later ones off its characters."""
    taken = bytearray(len(text))
    found: list[Reading] = []
    has_digit = _HAS_DIGIT.search(text) is not None
    for one in rules:
        if one.needs == DIGITS:
            if not has_digit:
                continue
        elif one.needs and not any(c in text for c in one.needs):
            continue
        for match in one.pattern.finditer(text):
            if match.end() == match.start() or any(taken[match.start() : match.end()]):
                continue
            result = one.handler(match)
            if result is None:
                continue
            for reading in _readings(result, match):
                if not any(taken[reading.start : reading.end]):
                    taken[reading.start : reading.end] = b"\1" * (reading.end - reading.start)
                    found.append(reading)
    found.sort(key=lambda reading: reading.start)
    return found


def _readings(result: Sequence[Reading] | Sequence[str], match: re.Match[str]) -> list[Reading]:
    words = tuple(item for item in result if isinstance(item, str))
    if words:
        return [Reading(match.start(), match.end(), words)]
    return [item for item in result if isinstance(item, Reading)]


def group(match: re.Match[str], name: str, words: Sequence[str]) -> Reading:
    """A reading of one group of a match."""
    return Reading(match.start(name), match.end(name), tuple(words))


def laid_over(readings: Sequence[Reading], fixed: Sequence[Reading]) -> list[Reading]:
    """Both in order of their place; of readings that touch a fixed one only that stays."""
    if not fixed:
        return list(readings)
    starts = [one.start for one in fixed]
    outside = []
    for reading in readings:
        i = bisect_left(starts, reading.end)
        if i == 0 or fixed[i - 1].end <= reading.start:
            outside.append(reading)
    return sorted([*outside, *fixed], key=lambda reading: reading.start)
