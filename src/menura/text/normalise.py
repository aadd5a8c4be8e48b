"""What the numbers, signs and short forms of a text are read as, in words."""

from collections.abc import Sequence
from functools import cache

from menura.text.clean import clean
from menura.text.readings import Rule, apply
from menura.text.tokens import tokenise
from menura.text.utterance import Language


@cache
def rules(language: Language) -> Sequence[Rule]:
    """The normalisation rules of a language that is written with an alphabet."""
    from menura.text.normalising import english

    return english.rules(british=language == "en-GB")


def in_words(text: str, language: Language) -> str:
    """A sentence as it will be said, without punctuation, words separated by blanks.

    For checking; the speech path uses the readings themselves, which remember their place.
    """
    plain = clean(text, 0, len(text)).text
    tokens, _ = tokenise(plain, apply(rules(language), plain))
    return " ".join(word for token in tokens for word in token.words)
