"""The text machinery of each language, made when it is first asked for and then kept."""

import threading
from collections.abc import Callable
from typing import Protocol

from menura.text.alphabetic import Alphabetic, ForeignPronouncer
from menura.text.clean import Clean
from menura.text.phonemes.contract import Pronouncer
from menura.text.unspoken import Unspoken
from menura.text.utterance import Language, Word


class Analyst(Protocol):
    """Turns clean sentences of a language into words with phonemes."""

    def words(self, text: str, clean: Clean, unspoken: Unspoken) -> list[Word]:
        """Words of one sentence of the caller's `text`, with offsets in it."""


_lock = threading.RLock()
_pronouncers: dict[Language, Pronouncer] = {}
_analysts: dict[Language, Analyst] = {}


def pronouncer(language: Language) -> Pronouncer:
    """The pronouncer of a language. Thread-safe."""
    with _lock:
        if language not in _pronouncers:
            _pronouncers[language] = _PRONOUNCERS[language]()
        return _pronouncers[language]


def analyst(language: Language) -> Analyst:
    """The analyst of a language. Thread-safe."""
    with _lock:
        if language not in _analysts:
            _analysts[language] = _make_analyst(language)
        return _analysts[language]


def _english(british: bool) -> Pronouncer:
    from menura.text.phonemes.english import English

    return English(british)


_PRONOUNCERS: dict[Language, Callable[[], Pronouncer]] = {
    "en-US": lambda: _english(False),
    "en-GB": lambda: _english(True),
}


def _make_analyst(language: Language) -> Analyst:
    foreign = {"devanagari": ForeignPronouncer("hi-IN"), "cjk": ForeignPronouncer("zh-CN")}
    from menura.text.normalising import english

    return Alphabetic(english.rules(language == "en-GB"), pronouncer(language), foreign)
