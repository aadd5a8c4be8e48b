"""Brings a stretch of text to a plain form and remembers where each character came from."""

import unicodedata
from dataclasses import dataclass

_SINGLE: dict[str, str] = {
    **dict.fromkeys("’‘ʼ‛`´＇\u02b9", "'"),
    **dict.fromkeys("„‟“«‹〝", "“"),
    **dict.fromkeys("”»›〞", "”"),
    **dict.fromkeys("\u2010\u2011\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2013\u2012", "–"),
    **dict.fromkeys("\u2014\u2015\u2e3a\u2e3b", "—"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\ufe0e\ufe0f\u034f\u061c", ""),
    "…": "…",
}
# Compatibility characters that mean something of their own; NFKC would turn ² into a plain 2.
_KEPT = frozenset("²³¹⁰⁴⁵⁶⁷⁸⁹½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘⅙⅚™ªº…·")
_MARKS_KEPT = 8


@dataclass(frozen=True)
class Clean:
    """Plain text and, for each of its characters, the offset in the caller's text.

    `offsets` has one entry more than `text` has characters: the last is the end.
    `controls` are the offsets of control characters that were passed over.
    """

    text: str
    offsets: list[int]
    controls: tuple[int, ...] = ()


def clean(text: str, start: int, end: int) -> Clean:
    """Cleans `text[start:end]`: NFC, plain quotes, one kind of blank, no invisible characters.

    Full-width and stylised letters become ordinary ones. Marks are capped at 8 for one letter.
    """
    piece = text[start:end]
    if piece.isascii() and piece.isprintable() and "`" not in piece:
        return Clean(piece, list(range(start, end + 1)))
    out: list[str] = []
    offsets: list[int] = []
    controls: list[int] = []
    position = 0
    length = len(piece)
    while position < length:
        first = position
        character = piece[position]
        position += 1
        if character not in _SINGLE:
            while position < length and _joins(piece[position]):
                position += 1
        plain = _plain(piece[first : min(position, first + 1 + _MARKS_KEPT)])
        if plain is None:
            controls.append(start + first)
            plain = " "
        out.append(plain)
        offsets.extend([start + first] * len(plain))
    offsets.append(end)
    return Clean("".join(out), offsets, tuple(controls))


def _joins(character: str) -> bool:
    # Half-width katakana carry their voicing as a second character.
    return unicodedata.combining(character) != 0 or character in "ﾞﾟ"


def _plain(cluster: str) -> str | None:
    """One character with its marks in plain form; None for a control character."""
    single = _SINGLE.get(cluster)
    if single is not None:
        return single
    character = cluster[0]
    if character.isascii() and len(cluster) == 1:
        if character.isprintable():
            return character
        return " " if character in "\t\n\r\v\f" else None
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp"):
        return " "
    if category in ("Cc", "Cf", "Cs"):
        return None
    if category == "Nd":
        return str(unicodedata.digit(character))
    composed = unicodedata.normalize("NFC", cluster)
    if character in _KEPT or not unicodedata.decomposition(character).startswith("<"):
        return composed
    wide = unicodedata.normalize("NFKC", cluster)
    return "".join(_SINGLE.get(c, c) for c in wide)
