"""Accent slugs of the languages that Menura speaks, and their display names.

The accent of a clone is a label: it is kept and shown, the sound comes from the recording; only
localizing changes the sound. Slugs and names follow Cartesia's catalogue as far as it is public.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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


def slugs_of(locale: str) -> tuple[str, ...]:
    """The accents of a locale's language."""
    return tuple(_LOCALES.get(locale.split("-")[0], ()))


def check_accent(slug: str, locale: str) -> str:
    """Returns an accent of the language of a locale. Raises InputError."""
    accepted = slugs_of(locale)
    if slug not in accepted:
        raise accent_not_supported(slug, locale, accepted)
    return slug


def accent_not_supported(value: str, locale: str, accepted: Iterable[str]) -> InputError:
    """For what is no accent of a language; `accepted` are the names of those that are."""
    return InputError(
        "accent_not_supported",
        f"The accent {value[:80]!r} is none of the language of this voice.",
        f"Accepted for {locale}: {', '.join(accepted)}.",
    )


CATALOGUE: Mapping[str, Accent] = _catalogue()
"""All accents of the languages that Menura speaks, by slug, in order."""
