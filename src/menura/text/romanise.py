"""Words in scripts that a language's rules cannot read, in Latin letters.

Only for recordings: a person who is cloned may have said something in any language, and roughly
what was said is enough to find it in the audio. Text to be spoken is never changed in this way.
"""

import unicodedata

from menura.text.utterance import Language

_READ = {
    "hi": ("DEVANAGARI",),
    "ja": ("CJK", "HIRAGANA", "KATAKANA"),
    "zh": ("CJK",),
}
"""Beginnings of the names of letters, beside Latin ones, that a language is written in."""


def romanise(text: str, language: Language) -> str:
    """The text with each word in Latin letters that the rules of `language` cannot read.

    Uses AnyAscii, which knows the letters of some 130 scripts, but no language's own spelling.
    """
    readable = ("LATIN", *_READ.get(language[:2], ()))
    return " ".join(
        word if _all_of(word, readable) else _latin(word) for word in text.split()
    ).strip()


def _all_of(word: str, scripts: tuple[str, ...]) -> bool:
    return all(unicodedata.name(c, "").startswith(scripts) for c in word if c.isalpha())


def _latin(word: str) -> str:
    from anyascii import anyascii

    # Soft and hard signs come out as apostrophes, which would part the word.
    return str(anyascii(word)).lower().replace("'", "")
