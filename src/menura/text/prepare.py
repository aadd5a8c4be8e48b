"""The entry to the text room: from a caller's text to utterances with phonemes."""

from collections.abc import Iterator

from menura.text.markup import parse
from menura.text.script import SMALLEST_LIMIT, Line, nothing_to_speak, perform
from menura.text.utterance import Language, Utterance
from menura.text.warning import OnWarning, TextWarning

__all__ = ["SMALLEST_LIMIT", "OnWarning", "TextWarning", "phonemise", "prepare"]


def prepare(
    text: str,
    language: Language,
    *,
    limit: int = 510,
    on_warning: OnWarning | None = None,
) -> Iterator[Utterance]:
    """Yields the utterances of a text of any length, each as soon as it is ready.

    `limit` is the largest number of phoneme symbols of an utterance. `on_warning` hears of
    characters that are not spoken. Marks in the text (`menura.text.markup`) are understood; how
    they want it delivered is for callers of `menura.text.script.perform`.

    Raises TextError: `language_not_supported`, `text_phonemes_unknown`, and when the iteration
    reaches it `text_nothing_to_speak` for a text without anything that can be said.
    """
    return _utterances(perform(parse(text), language, limit=limit, on_warning=on_warning))


def phonemise(text: str, language: Language, normalization: Language | None = "") -> str:
    """All phonemes of a text in one line, utterances separated by a blank; for checking.

    `normalization` is the language whose rules are used, None for none; its own when empty.
    Raises TextError like `prepare`.
    """
    asked = "off" if normalization is None else normalization
    parts = perform(parse(text), language, normalization=asked)
    return " ".join(utterance.phonemes for utterance in _utterances(parts))


def _utterances(parts: Iterator[Line | float]) -> Iterator[Utterance]:
    spoken = False
    for part in parts:
        if isinstance(part, Line):
            spoken = True
            yield part.utterance
    if not spoken:
        raise nothing_to_speak()
