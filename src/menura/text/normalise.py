"""What the numbers, signs and short forms of a text are read as, in words."""

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module

from menura.errors import TextError
from menura.text.clean import clean
from menura.text.dialects import find_dialect
from menura.text.readings import DIGITS, Rule, apply, rule
from menura.text.tokens import tokenise
from menura.text.utterance import Language

_MODULES = {"es-ES": "spanish", "fr-FR": "french", "hi-IN": "hindi", "it-IT": "italian",
            "ja-JP": "japanese", "pt-BR": "portuguese", "zh-CN": "chinese"}  # fmt: skip


@cache
def rules(language: Language) -> Sequence[Rule]:
    """The normalisation rules of a language, loaded when they are first asked for."""
    if language[:2] == "en":
        from menura.text.normalising import english

        return english.rules(british=language == "en-GB")
    found: Sequence[Rule] = import_module(f"menura.text.normalising.{_MODULES[language]}").RULES
    return found


def normalization_language(asked: str, language: Language) -> Language | None:
    """Whose rules are meant for text that is spoken in `language`; None for none at all.

    `asked` is `auto`, `off`, or a locale of the same language, such as `en-GB` for its dates in
    text that is spoken by an American. Raises TextError for anything else.
    """
    wanted = asked.strip().lower()
    if wanted in ("", "auto"):
        return language
    if wanted == "off":
        return None
    try:
        found = find_dialect(asked.strip()[:40]).spoken
    except TextError:
        found = ""
    if found[:2] != language[:2]:
        raise TextError(
            "normalization_not_supported",
            f"The normalization {asked[:40]!r} does not fit to speech in {language}.",
            f"Accepted: auto, off, or a locale of the language, such as {language}.",
        )
    return found


@cache
def digits_only(language: Language) -> Sequence[Rule]:
    """The rules that are left when normalization is off: digits are said one by one."""
    if language == "ja-JP":
        return ()  # its dictionary reads numbers by itself
    own = rules(language)

    def digits(match: re.Match[str]) -> list[str]:
        return [
            word
            for digit in match.group()
            for reading in apply(own, digit)
            for word in reading.words
        ]

    return (rule(r"[0-9]{1,20}", digits, DIGITS),)


def in_words(text: str, language: Language) -> str:
    """A sentence as it will be said, without punctuation, words separated by blanks.

    For checking; the speech path uses the readings themselves, which remember their place.
    """
    plain = clean(text, 0, len(text)).text
    tokens, _ = tokenise(plain, apply(rules(language), plain))
    return " ".join(word for token in tokens for word in token.words)
