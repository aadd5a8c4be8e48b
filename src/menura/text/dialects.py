"""Dialects by Cartesia's short names, and the spoken language that stands in where one is missing.

The names are unique inside of a language only: `eu` is Portugal for Portuguese, France for French.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from menura.errors import TextError
from menura.text.languages import resolve
from menura.text.utterance import Language


@dataclass(frozen=True)
class Dialect:
    """A way to speak a language."""

    name: str
    """For people, such as `Australian English`."""

    tag: str
    """BCP-47 tag."""

    spoken: Language
    """The same, or the nearest language that can be spoken."""

    @property
    def native(self) -> bool:
        """Whether it is spoken as such, not by its nearest neighbour."""
        return self.tag == self.spoken


DIALECTS: Mapping[str, Mapping[str, Dialect]] = {
    "en": {
        # Both grew from southern British English and kept its vowels and silent r.
        "au": Dialect("Australian English", "en-AU", "en-GB"),
        "in": Dialect("Indian English", "en-IN", "en-GB"),
        "so": Dialect("Southern American English", "en-US-southern", "en-US"),
        "uk": Dialect("British English", "en-GB", "en-GB"),
        "us": Dialect("American English", "en-US", "en-US"),
    },
    "es": {
        "mx": Dialect("Mexican Spanish", "es-MX", "es-ES"),
        "pe": Dialect("Peninsular Spanish", "es-ES", "es-ES"),
    },
    "fr": {
        "ca": Dialect("Canadian French", "fr-CA", "fr-FR"),
        "eu": Dialect("European French", "fr-FR", "fr-FR"),
    },
    "pt": {
        "br": Dialect("Brazilian Portuguese", "pt-BR", "pt-BR"),
        "eu": Dialect("European Portuguese", "pt-PT", "pt-BR"),
    },
}


def find_dialect(language: str, dialect: str | None = None) -> Dialect:
    """The dialect of a language code with a dialect's short name, or of a locale (`en-AU`).

    Raises TextError for a language that cannot be spoken and for a dialect that it lacks; the
    remedy lists those that there are.
    """
    spoken = resolve(language)
    known = DIALECTS.get(spoken[:2], {})
    wanted = (dialect or "").strip().lower()
    if wanted:
        if wanted in known:
            return known[wanted]
        names = ", ".join(f"{key} ({entry.name})" for key, entry in known.items())
        raise TextError(
            "dialect_not_supported",
            f"The language {language!r} has no dialect {wanted[:40]!r}.",
            f"Accepted: {names}; or none." if names else "Leave the dialect out.",
        )
    tag = language.strip().replace("_", "-").lower()
    for entry in known.values():
        if entry.tag.lower() == tag:
            return entry
    if tag in (spoken.lower(), spoken[:2]):
        return Dialect(spoken, spoken, spoken)
    return Dialect(tag, tag, spoken)
