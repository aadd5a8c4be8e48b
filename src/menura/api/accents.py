"""Accent slugs of the languages that Menura speaks, and their display names.

An accent is a label of a voice: it is kept and shown, the sound comes from the recording. Slugs
and names follow Cartesia's catalogue as far as it is public.
"""

from collections.abc import Mapping
from datetime import date

from menura.api.versions import ACCENT_SLUGS
from menura.errors import InputError

_NAMES: Mapping[str, str] = {
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "pt": "Portuguese",
    "zh": "Chinese",
}
_SLUGS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("african-american", "arabic-english", "australian", "british", "california"),
        *("canadian-english", "general-american", "indian-english", "irish"),
        *("midwestern-american", "new-york", "new-zealand", "singaporean"),
        *("south-african", "southern-us"),
    ),
    "es": ("castilian", "chilean", "colombian", "mexican", "peruvian"),
    "fr": ("african-french", "belgian-french", "canadian-french", "parisian"),
    "hi": ("hindi",),
    "it": ("abruzzo-italian", "campania", "italian"),
    "ja": ("japanese", "standard-japanese"),
    "pt": ("brazilian-portuguese", "european-portuguese"),
    "zh": ("mandarin", "taiwanese-mandarin"),
}
_NATIVE: Mapping[str, str] = {
    "en-US": "general-american",
    "en-GB": "british",
    "es-ES": "castilian",
    "fr-FR": "parisian",
    "hi-IN": "hindi",
    "it-IT": "italian",
    "ja-JP": "japanese",
    "pt-BR": "brazilian-portuguese",
    "zh-CN": "mandarin",
}
_SPECIAL = {"southern-us": "Southern American English"}


def native_accent(locale: str) -> str | None:
    """The accent that a voice of this locale has when nobody says otherwise."""
    return _NATIVE.get(locale)


def display_name(slug: str) -> str:
    """`british` as `British English`."""
    if slug in _SPECIAL:
        return _SPECIAL[slug]
    words = slug.replace("-", " ").title()
    language = next((code for code, slugs in _SLUGS.items() if slug in slugs), None)
    name = _NAMES.get(language or "", "")
    return words if words.endswith(name) else f"{words} {name}"


def show_accent(slug: str | None, version: date) -> str | None:
    """An accent as this API date shows it."""
    if slug is None:
        return None
    return slug if version >= ACCENT_SLUGS else display_name(slug)


def read_accent(value: str, locale: str, version: date) -> str:
    """The slug of an accent as this API date names it. Raises InputError."""
    slugs = _SLUGS.get(locale.split("-")[0], ())
    names = {} if version >= ACCENT_SLUGS else {display_name(slug).lower(): slug for slug in slugs}
    slug = names.get(value.lower(), value)
    if slug not in slugs:
        raise InputError(
            "accent_not_supported",
            f"The accent {value[:80]!r} is none of the language of this voice.",
            f"Accepted for {locale}: {', '.join(show_accent(s, version) or '' for s in slugs)}.",
        )
    return slug
