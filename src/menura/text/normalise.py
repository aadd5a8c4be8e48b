"""What the numbers, signs and short forms of a text are read as, in words."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module

from menura.text.clean import clean
from menura.text.readings import Rule, apply
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


def in_words(text: str, language: Language) -> str:
    """A sentence as it will be said, without punctuation, words separated by blanks.

    For checking; the speech path uses the readings themselves, which remember their place.
    """
    plain = clean(text, 0, len(text)).text
    tokens, _ = tokenise(plain, apply(rules(language), plain))
    return " ".join(word for token in tokens for word in token.words)
