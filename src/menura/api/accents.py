"""Accent slugs of the languages that Menura speaks, and their display names.

The accent of a clone is a label: it is kept and shown, the sound comes from the recording; only
localizing changes the sound. Slugs and names follow Cartesia's catalogue as far as it is public.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from menura.api.versions import ACCENT_SLUGS
from menura.errors import InputError
from menura.text.dialects import Dialect, find_dialect

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


@dataclass(frozen=True)
class Accent:
    """An accent of the catalogue."""

    slug: str
    language: str
    locale: str
    dialect: Dialect | None = None
    """What is spoken for it; None where no voice can be localized to it."""

    is_locale_default: bool = False

    @property
    def name(self) -> str:
        """The display name, such as `British English`."""
        return display_name(self.slug)


_LOCALES: Mapping[str, Mapping[str, str]] = {
    # The first accent of a locale is its default one.
    "en": {
        "general-american": "en-US",
        "british": "en-GB",
        "african-american": "en-US",
        "arabic-english": "en-AE",
        "australian": "en-AU",
        "california": "en-US",
        "canadian-english": "en-CA",
        "indian-english": "en-IN",
        "irish": "en-IE",
        "midwestern-american": "en-US",
        "new-york": "en-US",
        "new-zealand": "en-NZ",
        "singaporean": "en-SG",
        "south-african": "en-ZA",
        "southern-us": "en-US",
    },
    "es": {
        "castilian": "es-ES",
        "chilean": "es-CL",
        "colombian": "es-CO",
        "mexican": "es-MX",
        "peruvian": "es-PE",
    },
    "fr": {
        "parisian": "fr-FR",
        # The region 002 is Africa.
        "african-french": "fr-002",
        "belgian-french": "fr-BE",
        "canadian-french": "fr-CA",
    },
    "hi": {"hindi": "hi-IN"},
    "it": {"italian": "it-IT", "abruzzo-italian": "it-IT", "campania": "it-IT"},
    "ja": {"japanese": "ja-JP", "standard-japanese": "ja-JP"},
    "pt": {"brazilian-portuguese": "pt-BR", "european-portuguese": "pt-PT"},
    "zh": {"mandarin": "zh-CN", "taiwanese-mandarin": "zh-TW"},
}
"""Locale of each accent slug, by language. Which slug belongs to which locale is public for the
older accents only; the others are ours."""

LOCALISABLE: Mapping[str, tuple[str, str | None]] = {
    "australian": ("en", "au"),
    "brazilian-portuguese": ("pt", "br"),
    "british": ("en", "uk"),
    "canadian-french": ("fr", "ca"),
    "castilian": ("es", "pe"),
    "european-portuguese": ("pt", "eu"),
    "general-american": ("en", "us"),
    "hindi": ("hi", None),
    "indian-english": ("en", "in"),
    "italian": ("it", None),
    "japanese": ("ja", None),
    "mandarin": ("zh", None),
    "mexican": ("es", "mx"),
    "parisian": ("fr", "eu"),
    "southern-us": ("en", "so"),
}
"""Language and dialect of each accent slug that a voice can be localized to."""

_PLACES: Mapping[str, str] = {
    "002": "Africa",
    "AE": "United Arab Emirates",
    "AU": "Australia",
    "BE": "Belgium",
    "BR": "Brazil",
    "CA": "Canada",
    "CL": "Chile",
    "CN": "China",
    "CO": "Colombia",
    "ES": "Spain",
    "FR": "France",
    "GB": "United Kingdom",
    "IE": "Ireland",
    "IN": "India",
    "IT": "Italy",
    "JP": "Japan",
    "MX": "Mexico",
    "NZ": "New Zealand",
    "PE": "Peru",
    "PT": "Portugal",
    "SG": "Singapore",
    "TW": "Taiwan",
    "US": "United States",
    "ZA": "South Africa",
}


def _catalogue() -> Mapping[str, Accent]:
    accents: dict[str, Accent] = {}
    seen: set[str] = set()
    for language, slugs in _LOCALES.items():
        for slug, locale in slugs.items():
            place = LOCALISABLE.get(slug)
            dialect = None if place is None else find_dialect(*place)
            accents[slug] = Accent(slug, language, locale, dialect, locale not in seen)
            seen.add(locale)
    return dict(sorted(accents.items()))


_SPECIAL = {"southern-us": "Southern American English"}


def native_accent(locale: str) -> str | None:
    """The accent that a voice of this locale has when nobody says otherwise."""
    found = (a.slug for a in CATALOGUE.values() if a.locale == locale and a.is_locale_default)
    return next(found, None)


def locale_name(locale: str) -> str:
    """`en-GB` as `English (United Kingdom)`."""
    language, _, place = locale.partition("-")
    return f"{_NAMES[language]} ({_PLACES[place]})"


def display_name(slug: str) -> str:
    """`british` as `British English`."""
    if slug in _SPECIAL:
        return _SPECIAL[slug]
    words = slug.replace("-", " ").title()
    language = next((code for code, slugs in _LOCALES.items() if slug in slugs), None)
    name = _NAMES.get(language or "", "")
    return words if words.endswith(name) else f"{words} {name}"


def show_accent(slug: str | None, version: date) -> str | None:
    """An accent as this API date shows it."""
    if slug is None:
        return None
    return slug if version >= ACCENT_SLUGS else display_name(slug)


def read_accent(value: str, locale: str, version: date) -> str:
    """The slug of an accent as this API date names it. Raises InputError."""
    slugs = tuple(_LOCALES.get(locale.split("-")[0], ()))
    names = {} if version >= ACCENT_SLUGS else {display_name(slug).lower(): slug for slug in slugs}
    slug = names.get(value.lower(), value)
    if slug not in slugs:
        raise InputError(
            "accent_not_supported",
            f"The accent {value[:80]!r} is none of the language of this voice.",
            f"Accepted for {locale}: {', '.join(show_accent(s, version) or '' for s in slugs)}.",
        )
    return slug


def find_localisable(value: str, version: date, language: str | None = None) -> Accent:
    """An accent that voices can be localized to, as this API date names it. Raises InputError.

    With a `language` (or locale), one of it.
    """
    if language:
        slug = read_accent(value, language, version)
    else:
        slug = next((s for s in CATALOGUE if value.lower() == _named(s, version).lower()), value)
    accent = CATALOGUE.get(slug)
    if accent is None or accent.dialect is None:
        raise InputError(
            "accent_not_localizable",
            f"Voices cannot be localized to the accent {value[:80]!r}.",
            f"Accepted: {', '.join(_named(slug, version) for slug in sorted(LOCALISABLE))}.",
        )
    return accent


def _named(slug: str, version: date) -> str:
    return slug if version >= ACCENT_SLUGS else display_name(slug)


CATALOGUE: Mapping[str, Accent] = _catalogue()
"""All accents of the languages that Menura speaks, by slug, in order."""
