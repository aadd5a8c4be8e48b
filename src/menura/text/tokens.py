"""Cuts a clean sentence into words with the punctuation that clings to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from menura.text.readings import Reading

MOST_LETTERS = 40
"""A longer run of letters or digits is cut, so that it fits into an utterance."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903"
    "\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u20d0-\u20f0"
)
_DEVANAGARI = r"\u0900-\u0963\u0970-\u097f"
CJK = (
    r"\u3005\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
_LETTER = rf"(?![{_DEVANAGARI}{CJK}])[^\W\d_]"
_ATOM = re.compile(
    rf"(?P<devanagari>[{_DEVANAGARI}]{{1,{MOST_LETTERS}}})"
    rf"|(?P<cjk>[{CJK}]{{1,{MOST_LETTERS}}})"
    r"|(?P<digit>[0-9]{1,20})"
    rf"|(?P<letter>{_LETTER}(?:[{_MARKS}]|{_LETTER}|['-](?={_LETTER})){{0,{MOST_LETTERS - 1}}})"
    r"|(?P<blank>\s+)"
    r"|(?P<mark>\.{2,}|.)",
    re.DOTALL,
)
_STOPS = {
    **{c: c for c in ";:,.!?—…"},
    **dict(zip("、，。．！？：；।॥؟،؛｡‽", ",,..!?:;..?,;.?", strict=True)),
}
_OPENERS = {"(": "(", "[": "(", "{": "(", "“": "“", "「": "“", "『": "“", "《": "“", "【": "(",
            "（": "(", "〈": "“", "〔": "("}  # fmt: skip
_CLOSERS = {")": ")", "]": ")", "}": ")", "”": "”", "」": "”", "』": "”", "》": "”", "】": ")",
            "）": ")", "〉": "”", "〕": ")"}  # fmt: skip
_SILENT = frozenset("'\"*_~^|\\<>«»-‐•·●○■□▪◦‣♪–—/¡¿\u0964\u0965^`´¨¸˙†‡¶")


@dataclass
class Token:
    """A word of the sentence: `clean[start:end]` holds it with the punctuation that clings to it.

    `kind` is reading, letter, digit, devanagari or cjk. `words` are what is to be said. `joined`
    tells that nothing but silent marks stands between it and the word before.
    """

    start: int
    end: int
    text: str
    kind: str
    words: tuple[str, ...] = ()
    phonemes: str | None = None
    before: str = ""
    after: str = ""
    joined: bool = False
    core: int = 0
    """Where the word itself starts, after opening punctuation."""


def tokenise(clean: str, readings: Sequence[Reading]) -> tuple[list[Token], list[int]]:
    """Cuts a sentence into tokens; returns them with the offsets of what cannot be spoken.

    Readings become tokens of kind `reading`. Letters that belong together by a hyphen or an
    apostrophe are one token of kind `letter`.
    """
    builder = _Builder(clean)
    position = 0
    for reading in readings:
        builder.plain(position, reading.start)
        builder.word(reading.start, reading.end, "reading", reading.words, reading.phonemes)
        position = reading.end
    builder.plain(position, len(clean))
    return builder.tokens, builder.unspoken


class _Builder:
    def __init__(self, clean: str) -> None:
        self.clean = clean
        self.tokens: list[Token] = []
        self.unspoken: list[int] = []
        self._opening: tuple[int, str] | None = None
        self._last_end = -1

    def plain(self, start: int, end: int) -> None:
        for match in _ATOM.finditer(self.clean, start, end):
            kind = match.lastgroup or "mark"
            if kind == "blank":
                self._last_end = -1
            elif kind == "mark":
                self._mark(match.start(), match.group())
            else:
                self.word(match.start(), match.end(), kind, (match.group(),), None)

    def word(
        self, start: int, end: int, kind: str, words: tuple[str, ...], phonemes: str | None
    ) -> None:
        before = ""
        first = start
        joined = self._last_end == start
        if self._opening is not None:
            first, before = self._opening
            joined = False
            self._opening = None
        self.tokens.append(
            Token(
                first, end, self.clean[start:end], kind, words, phonemes, before, "", joined, start
            )
        )
        self._last_end = end

    def _mark(self, position: int, mark: str) -> None:
        if mark == '"':
            left = self.clean[position - 1 : position]
            mark = "“" if not left or left.isspace() or left in _OPENERS else "”"
        if mark in _OPENERS:
            if self._opening is None:
                self._opening = (position, _OPENERS[mark])
            self._last_end = -1
            return
        stop = "…" if mark.startswith("..") else _CLOSERS.get(mark) or _STOPS.get(mark, "")
        if mark in "-–":
            stop = "—" if self._stands_alone(position) else ""
        elif not stop and mark not in _SILENT:
            self.unspoken.append(position)
        if self._opening is None and self.tokens:
            self._cling(position, position + len(mark), stop)

    def _stands_alone(self, position: int) -> bool:
        left = self.clean[position - 1 : position]
        right = self.clean[position + 1 : position + 2]
        return left.isspace() and (right.isspace() or right == "")

    def _cling(self, start: int, end: int, stop: str) -> None:
        last = self.tokens[-1]
        if self._last_end == start:
            last.end = self._last_end = end
        if stop and not last.after.endswith(stop) and len(last.after) < 3:
            last.after += stop
