"""Which language a text is spoken in, by what the caller says, the text, and the voice."""

from menura.errors import InputError
from menura.text.detect import detect_language
from menura.text.languages import resolve
from menura.text.utterance import Language

SURE_LETTERS = 25
"""Fewer letters do not tell one Latin-script language from another ("no", "chat", "come")."""

_LATIN = ("en", "es", "fr", "it", "pt")


def choose_language(
    text: str, language: str | None, locale: str | None, voice: Language
) -> Language:
    """The language to speak in.

    A stated one counts; a bare code such as `en` leaves the region to a voice of that language.
    Else it is read off the text, and where that tells too little, it is the voice's.
    Raises InputError when both are stated, TextError for a language that is not spoken.
    """
    if language and locale:
        raise InputError(
            "language_and_locale",
            "Both `language` and `locale` were sent.",
            "Send one of the two.",
        )
    stated = (language or locale or "").strip()
    if stated:
        return voice if stated.lower() == voice[:2] else resolve(stated[:40])
    found = detect_language(text)
    if found is None:
        return voice
    unsure = sum(character.isalpha() for character in text[:1000]) < SURE_LETTERS
    if unsure and found[:2] in _LATIN and voice[:2] in _LATIN:
        return voice
    return voice if found[:2] == voice[:2] else found
