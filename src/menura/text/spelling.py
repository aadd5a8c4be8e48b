"""Spells codes and names: letters and digits one by one, with a short pause after each."""

import unicodedata
from functools import cache

from menura.text.normalise import in_words
from menura.text.pronunciations import sound
from menura.text.readings import Reading
from menura.text.utterance import Language

MOST_CHARACTERS = 100
"""Of one run without blanks; a longer one is cut."""

_DOT = {"en": "dot", "es": "punto", "fr": "point", "hi": "डॉट", "it": "punto", "ja": "ドット",
        "pt": "ponto", "zh": "点"}  # fmt: skip
_UNDERSCORE = {"en": "underscore", "es": "guion bajo", "fr": "tiret bas", "hi": "अंडरस्कोर",
               "it": "trattino basso", "ja": "アンダーバー", "pt": "sublinhado",
               "zh": "下划线"}  # fmt: skip
_SLASH = {"en": "slash", "es": "barra", "fr": "slash", "hi": "स्लैश", "it": "barra",
          "ja": "スラッシュ", "pt": "barra", "zh": "斜杠"}  # fmt: skip
_NAMED = frozenset("@#+=&%*")
_LETTERS: dict[str, dict[str, str]] = {
    # Names that differ from how the letter is said as a word of its own.
    "es": {"a": "ˈa", "e": "ˈe", "i": "ˈi", "o": "ˈo", "u": "ˈu", "y": "ˈi ɡɾjˈeɣa"},
    "fr": {"a": "ˈa", "e": "ˈə", "i": "ˈi", "o": "ˈo", "u": "ˈy", "y": "iɡʁˈɛk", "é": "ˈe"},
    "it": {"a": "ˈa", "c": "ʧˈi", "e": "ˈe", "i": "ˈi", "o": "ˈɔ", "u": "ˈu"},
    "pt": {"a": "ˈa", "e": "ˈɛ", "i": "ˈi", "o": "ˈɔ", "u": "ˈu"},
}


def spell(text: str, start: int, end: int, language: Language) -> list[Reading]:
    """Readings of the runs without blanks in `text[start:end]`, character by character.

    Letters and digits are named in the language; Latin letters have their English names where the
    language has another script. The marks @ # + = & % * _ / and a dot inside of a run are named,
    other ones only part groups.
    """
    out: list[Reading] = []
    position = start
    while position < end:
        if text[position].isspace():
            position += 1
            continue
        last = position
        while last < end and not text[last].isspace() and last - position < MOST_CHARACTERS:
            last += 1
        said = _run(text[position:last], language)
        if said:
            out.append(Reading(position, last, (text[position:last],), said))
        position = last
    # A pause between runs; what follows the last one brings its own punctuation.
    return [Reading(one.start, one.end, one.words, f"{one.phonemes};") for one in out[:-1]] + out[
        -1:
    ]


def _run(text: str, language: Language) -> str:
    said, stop = "", ""
    for i, character in enumerate(text):
        inside = 0 < i < len(text) - 1
        name = character_name(character, language) if character != "." or inside else ""
        if not name:
            stop = "; "
            continue
        said += (stop or ", ") + name if said else name
        stop = ""
    return said


@cache
def character_name(character: str, language: Language) -> str:
    """Phonemes of the name of a letter, a digit or a sign; empty for what has none."""
    code = language[:2]
    plain = character.lower()
    base = unicodedata.normalize("NFD", plain)[:1]
    for letter in (plain, base):
        if letter in _LETTERS.get(code, {}):
            return _LETTERS[code][letter]
    others = {".": _DOT, "_": _UNDERSCORE, "/": _SLASH}
    if character in others:
        return sound(others[character][code], language, language)
    if character.isdecimal() or character in _NAMED:
        return sound(in_words(character, language), language, language)
    if not character.isalpha():
        return ""
    # A capital with a stop is a letter's name, not the article or the pronoun.
    if base.isascii():
        return sound(f"{base.upper()}.", language, language) or sound(base, language, language)
    return sound(character, language, language)
