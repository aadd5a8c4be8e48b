"""Times of words and phonemes in the shape that clients expect (section 10.6).

Words are pieces of the text as it was sent, in order, with their punctuation. In Chinese and
Japanese every character is a piece, and so is every punctuation mark.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from menura.models.contract import PhonemeTiming, WordTiming
from menura.text.alphabet import BLANK, MODIFIERS, PUNCTUATION, STRESS
from menura.text.utterance import Language, Word

_DENSE = ("ja", "zh")
_PIECE = re.compile(r"<<[^<>]*>>|[A-Za-zÀ-ɏ0-9]+(?:['’.,-][A-Za-zÀ-ɏ0-9]+)*|\S")
_SILENT = PUNCTUATION | {BLANK}


def word_items(
    word: Word, timing: WordTiming, language: Language, *, normalized: bool = False
) -> list[WordTiming]:
    """What is reported of one word of an utterance.

    `normalized` reports the words that it is read as instead of its text.
    """
    text = word.in_full if normalized and word.in_full else timing.text
    if language[:2] in _DENSE:
        pieces = _PIECE.findall(text)
        return _shared_out(timing, pieces, [_weight(piece) for piece in pieces])
    if text is timing.text:
        return [timing]
    pieces = text.split()
    sounds = word.phonemes.split(BLANK)
    measure = sounds if len(sounds) == len(pieces) else pieces
    return _shared_out(timing, pieces, [len(one) for one in measure])


def phoneme_items(timings: Iterable[PhonemeTiming]) -> list[PhonemeTiming]:
    """Phonemes without blanks and punctuation, marks of stress and length with their sound."""
    out: list[PhonemeTiming] = []
    stress = ""
    start = 0.0
    for one in timings:
        if one.phoneme in _SILENT:
            continue
        if one.phoneme in STRESS:
            stress, start = one.phoneme, one.start
        elif one.phoneme in MODIFIERS and out and not stress:
            out[-1] = replace(out[-1], phoneme=out[-1].phoneme + one.phoneme, end=one.end)
        elif stress:
            out.append(PhonemeTiming(stress + one.phoneme, start, one.end))
            stress = ""
        else:
            out.append(one)
    return out


def _weight(piece: str) -> float:
    if not any(character.isalnum() for character in piece):
        return 0.0
    return 1.0 if len(piece) == 1 else 0.5 * len(piece)


def _shared_out(
    timing: WordTiming, pieces: Sequence[str], weights: Sequence[float]
) -> list[WordTiming]:
    """Parts the time of a word among its pieces, by weight."""
    total = sum(weights) or 1.0
    out: list[WordTiming] = []
    done = 0.0
    length = timing.end - timing.start
    for piece, weight in zip(pieces, weights, strict=True):
        start = timing.start + length * done / total
        done += weight
        out.append(WordTiming(piece, start, timing.start + length * done / total))
    return out
