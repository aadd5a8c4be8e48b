"""Finds the sentences of a text of any length, one after the other, without reading ahead."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from menura.text.utterance import Language
from menura.text.word_lists import word_set


class Break(IntEnum):
    """What ends a stretch of text; a later one is a stronger break."""

    CUT = 0
    SENTENCE = 1
    LINE = 2
    PARAGRAPH = 3


@dataclass(frozen=True)
class Segment:
    """A sentence, or a part of one that is too long: `text[start:end]` of the caller's text."""

    start: int
    end: int
    ending: Break


MOST_CHARACTERS = 800
"""A sentence longer than this is cut at punctuation or a blank, so that work stays bounded."""

MOST_DENSE_CHARACTERS = 240
"""The same for Japanese and Chinese, where a character is a syllable."""

_CLOSERS = "\"'”’»)\\]」』】）》〉"
_ENDING = re.compile(
    rf"(?P<dense>[。！？｡।॥]+[{_CLOSERS}]*)"
    rf"|(?P<stop>[.!?…‽؟]+[{_CLOSERS}*_]*(?=\s|$|[\u3040-\u30ff\u4e00-\u9fff]))"
    r"|(?P<line>[^\S\n]*(?:\n|\r|\u2028|\u2029)\s*)"
)
_LAST_WORD = re.compile(r"[\w.'’-]*$")
_NEXT = re.compile(r"[\s\"'“”‘’«»(\[*_—–-]*([^\W_]+)?")
_SPACES = re.compile(r"\s+")

_TITLES = word_set(
    "mr mrs ms mx dr prof st sr sra srta dra mme mlle gen col sgt capt cpt lt maj cmdr rev fr hon "
    "gov sen rep pres supt messrs vs e.g i.e cf viz al fig figs vol vols pp op ed eds nos approx "
    "mt ft sig avv ing dott prof.ssa dott.ssa exc ex.mo sr.ª ud uds vd art núm pág tel jan feb "
    "mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun no nr ca"
)
"""Abbreviations that something follows: their stop never ends a sentence."""

_NUMBER_ONLY = word_set(
    "no nos nr fig figs vol vols pp art núm pág jan feb mar apr jun jul aug sep sept oct nov dec "
    "mon tue tues wed thu thurs fri sat sun fr"
)  # fmt: skip
"""Of these, the ones that are plain words too, and so only count before a digit or capital."""

_MAY_END = word_set(
    "etc inc ltd co corp llc bros jr sr esq u.s u.k u.n u.s.a e.u d.c a.m p.m ph.d m.d b.a m.a "
    "b.c a.d ave blvd rd st dept est min max ee.uu s.a s.p.a"
)
"""Abbreviations that may stand at the end of a sentence; the next word decides."""

_STARTERS = word_set(
    "the a an he she it they we i you this that these those but and so or in on at when if as "
    "however there then his her my our their what why how where who after before for with no yes "
    "not one some many most all every each now meanwhile although while since because"
)


def segments(text: str, language: Language, start: int = 0) -> Iterator[Segment]:
    """Yields the sentences of `text` from an offset on, in order.

    Together they hold every non-blank character.

    Newlines end a line unless they only wrap a paragraph; blank lines end a paragraph.
    """
    most = MOST_DENSE_CHARACTERS if language[:2] in ("ja", "zh") else MOST_CHARACTERS
    start = _skip_blanks(text, start)
    search = start
    while start < len(text):
        limit = start + most
        match = _ENDING.search(text, search, min(len(text), limit + 200))
        if match is None or match.start() > limit:
            end = len(text) if match is None and len(text) <= limit else _cut(text, start, limit)
            ending = Break.PARAGRAPH if end == len(text) else Break.CUT
        else:
            found = _judge(text, start, match)
            if found is None:
                search = match.end()
                continue
            end, ending = found
        yield Segment(start, end, ending)
        start = search = _skip_blanks(text, end)


def _skip_blanks(text: str, start: int) -> int:
    match = _SPACES.match(text, start)
    return match.end() if match else start


def _judge(text: str, start: int, match: re.Match[str]) -> tuple[int, Break] | None:
    """Decides whether a candidate ends a segment; returns the end and the kind of break."""
    if match.lastgroup == "line":
        return _judge_line(text, start, match)
    if match.lastgroup == "stop" and not _is_sentence_end(text, start, match):
        return None
    after = re.compile(r"\s*").match(text, match.end())
    blanks = after.group() if after else ""
    ending = Break.SENTENCE
    if match.end() + len(blanks) >= len(text) or blanks.count("\n") > 1:
        ending = Break.PARAGRAPH
    elif "\n" in blanks:
        ending = Break.LINE
    return match.end(), ending


def _judge_line(text: str, start: int, match: re.Match[str]) -> tuple[int, Break] | None:
    if match.start() <= start:
        return None
    if match.end() >= len(text) or len(re.findall(r"\n", match.group())) > 1:
        return match.start(), Break.PARAGRAPH
    line_start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - 200)
    before, after = text[match.start() - 1], text[match.end()]
    wrapped = match.start() - line_start >= 50 and (before.isalnum() or before in ",;-—")
    if wrapped and after.isalnum():
        return None
    return match.start(), Break.LINE


def _is_sentence_end(text: str, start: int, match: re.Match[str]) -> bool:
    following = _NEXT.match(text, match.end(), min(len(text), match.end() + 60))
    word = (following.group(1) or "") if following else ""
    if word[:1].islower():
        return False
    stop = match.group()
    if not stop.startswith(".") or stop.startswith(".."):
        return True
    last = _LAST_WORD.search(text, max(start, match.start() - 24), match.start())
    before = last.group() if last else ""
    plain = before.lower().strip("'’-")
    if before.isdigit() and match.start() - start <= 3:
        return False  # "1. First" at the start of a line
    if len(before) == 1 and before.isupper() and before.isascii():
        return before == "I" and word.lower() in _STARTERS
    if plain in _MAY_END and (plain not in _TITLES or word.lower() in _STARTERS):
        return not word or word.lower() in _STARTERS
    if plain in _NUMBER_ONLY:
        if plain in ("no", "nos", "nr", "fig", "figs", "vol", "vols", "pp", "art", "núm", "pág"):
            return not word[:1].isdigit()
        return not (word[:1].isdigit() or before[:1].isupper())
    return plain not in _TITLES


def _cut(text: str, start: int, limit: int) -> int:
    """Where to cut a sentence without an end: after punctuation, at a blank, or anywhere."""
    window = text[start:limit]
    half = len(window) // 2
    for marks in (";:—–…", ",，、；：·", " \t\n"):
        best = max(window.rfind(mark) for mark in marks)
        if best >= half:
            return start + best + 1
    end = min(limit, len(text))
    for _ in range(32):  # a letter keeps its marks
        if end >= len(text) or unicodedata.category(text[end])[0] != "M":
            break
        end += 1
    return end
