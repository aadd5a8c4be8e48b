"""The text machinery of each language, made when it is first asked for and then kept."""

import threading
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from menura.text.alphabetic import Alphabetic, ForeignPronouncer
from menura.text.clean import Clean
from menura.text.normalise import digits_only, rules
from menura.text.phonemes.contract import Pronouncer
from menura.text.readings import Reading
from menura.text.unspoken import Unspoken
from menura.text.utterance import Language, Word


class Analyst(Protocol):
    """Turns clean sentences of a language into words with phonemes."""

    def words(
        self, text: str, clean: Clean, unspoken: Unspoken, fixed: Sequence[Reading] = ()
    ) -> list[Word]:
        """Words of one sentence of the caller's `text`, with offsets in it.

        `fixed` are readings, with offsets in the clean text, that come before the language's own.
        """


_lock = threading.RLock()
_pronouncers: dict[Language, Pronouncer] = {}
_analysts: dict[tuple[Language, Language | None], Analyst] = {}


def pronouncer(language: Language) -> Pronouncer:
    """The pronouncer of a language. Thread-safe."""
    with _lock:
        if language not in _pronouncers:
            _pronouncers[language] = _make_pronouncer(language)
        return _pronouncers[language]


def analyst(language: Language, normalization: Language | None) -> Analyst:
    """The analyst of a language, with the normalisation rules of a language. Thread-safe."""
    key = (language, normalization)
    with _lock:
        if key not in _analysts:
            _analysts[key] = _make_analyst(language, normalization)
        return _analysts[key]


_PRONOUNCERS: dict[Language, tuple[str, str]] = {
    # module under menura.text.phonemes, class
    "es-ES": ("spanish", "Spanish"),
    "fr-FR": ("french", "French"),
    "hi-IN": ("hindi", "Hindi"),
    "it-IT": ("italian", "Italian"),
    "ja-JP": ("japanese", "Japanese"),
    "pt-BR": ("portuguese", "Portuguese"),
    "zh-CN": ("chinese", "Chinese"),
}


def _make_pronouncer(language: Language) -> Pronouncer:
    if language[:2] == "en":
        from menura.text.phonemes.english import English

        return English(british=language == "en-GB")
    module, name = _PRONOUNCERS[language]
    made: Pronouncer = getattr(import_module(f"menura.text.phonemes.{module}"), name)()
    return made


_SCRIPTS = {"devanagari": "hi-IN", "cjk": "zh-CN", "letter": "en-US"}
_NATIVE_SCRIPT = {"hi": "devanagari", "ja": "cjk", "zh": "cjk"}


def _make_analyst(language: Language, normalization: Language | None) -> Analyst:
    own = digits_only(language) if normalization is None else rules(normalization)
    native = _NATIVE_SCRIPT.get(language[:2], "letter")
    foreign = {kind: ForeignPronouncer(other) for kind, other in _SCRIPTS.items() if kind != native}
    if language == "ja-JP":
        from menura.text.japanese_words import JapaneseAnalyst
        from menura.text.phonemes.japanese import Japanese

        japanese = pronouncer(language)
        assert isinstance(japanese, Japanese)
        return JapaneseAnalyst(own, japanese, foreign)
    cut = None
    if language == "zh-CN":
        from menura.text.phonemes import chinese

        cut = chinese.split_words
    return Alphabetic(own, pronouncer(language), foreign, cut)
