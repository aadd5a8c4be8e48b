"""Accents as the API dates name them: by slug today, by display name before."""

from datetime import date

from menura.api.versions import ACCENT_SLUGS
from menura.errors import InputError
from menura.text.accents import (
    CATALOGUE,
    LOCALISABLE,
    Accent,
    accent_not_supported,
    display_name,
    slugs_of,
)


def show_accent(slug: str | None, version: date) -> str | None:
    """An accent as this API date shows it."""
    if slug is None:
        return None
    return slug if version >= ACCENT_SLUGS else display_name(slug)


def read_accent(value: str, locale: str, version: date) -> str:
    """The slug of an accent as this API date names it. Raises InputError."""
    slugs = slugs_of(locale)
    names = {} if version >= ACCENT_SLUGS else {display_name(slug).lower(): slug for slug in slugs}
    slug = names.get(value.lower(), value)
    if slug not in slugs:
        raise accent_not_supported(value, locale, (_named(slug, version) for slug in slugs))
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
