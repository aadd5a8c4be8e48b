"""The languages that Menura can write down as phonemes, and how callers may name them."""

from menura.errors import TextError
from menura.text.utterance import Language

SPOKEN: tuple[Language, ...] = (
    "en-US", "en-GB", "es-ES", "fr-FR", "hi-IN", "it-IT", "ja-JP", "pt-BR", "zh-CN",
)  # fmt: skip

_DEFAULTS: dict[str, Language] = {tag[:2]: tag for tag in reversed(SPOKEN)}


def resolve(name: str) -> Language:
    """Maps a language code or locale (`en`, `en_gb`, `EN-GB`, `pt-PT`) to a spoken language.

    A locale whose region is not spoken falls back to the language's default region.
    Raises TextError for a language that cannot be spoken; the remedy lists what can.
    """
    tag = name.strip().replace("_", "-")
    for spoken in SPOKEN:
        if tag.lower() == spoken.lower():
            return spoken
    language = _DEFAULTS.get(tag.lower().split("-")[0])
    if language is None:
        raise TextError(
            "language_not_supported",
            f"The language {name!r} cannot be spoken.",
            f"Spoken languages are {', '.join(SPOKEN)}; a bare code such as 'en' is accepted too.",
        )
    return language
