"""The entry to the text room: from a caller's text to utterances with phonemes."""

from collections.abc import Iterator

from menura.errors import TextError
from menura.text import spoken_languages
from menura.text.clean import clean
from menura.text.languages import SPOKEN
from menura.text.sentences import segments
from menura.text.split import Sentence, pack
from menura.text.unspoken import Unspoken
from menura.text.utterance import Language, Utterance
from menura.text.warning import OnWarning, TextWarning

__all__ = ["SMALLEST_LIMIT", "OnWarning", "TextWarning", "phonemise", "prepare"]

SMALLEST_LIMIT = 40
"""The smallest number of symbols that an utterance may be limited to."""


def prepare(
    text: str,
    language: Language,
    *,
    limit: int = 510,
    on_warning: OnWarning | None = None,
) -> Iterator[Utterance]:
    """Yields the utterances of a text of any length, each as soon as it is ready.

    `limit` is the largest number of phoneme symbols of an utterance. `on_warning` hears of
    characters that are not spoken. Phonemes in double angle brackets, with or without bars
    between the symbols (`<<m|ə|n|ˈʊ|ɹ|ə>>`), are taken as they are.

    Raises TextError, when the iteration reaches it: `language_not_supported`,
    `text_nothing_to_speak` for a text without anything that can be said.
    """
    if language not in SPOKEN:
        raise TextError(
            "language_not_supported",
            f"The language {language!r} cannot be spoken.",
            f"Spoken languages are {', '.join(SPOKEN)}.",
        )
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"limit must be at least {SMALLEST_LIMIT}")
    return _prepare(text, language, limit, on_warning)


def _prepare(
    text: str, language: Language, limit: int, on_warning: OnWarning | None
) -> Iterator[Utterance]:
    spoken = False
    for utterance in pack(_sentences(text, language, Unspoken(on_warning)), language, limit):
        spoken = True
        yield utterance
    if not spoken:
        raise TextError(
            "text_nothing_to_speak",
            "The text has nothing that can be spoken.",
            "Send words or numbers in the language that is asked for.",
        )


def _sentences(text: str, language: Language, unspoken: Unspoken) -> Iterator[Sentence]:
    analyst = spoken_languages.analyst(language)
    for segment in segments(text, language):
        plain = clean(text, segment.start, segment.end)
        for position in plain.controls:
            unspoken.control(position)
        yield Sentence(analyst.words(text, plain, unspoken), segment.ending)


def phonemise(text: str, language: Language) -> str:
    """All phonemes of a text in one line, utterances separated by a blank; for checking.

    Raises TextError like `prepare`.
    """
    return " ".join(utterance.phonemes for utterance in prepare(text, language))
