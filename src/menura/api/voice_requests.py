"""Bodies of the calls that make voices out of voices."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field

from menura.api.accents import read_accent
from menura.api.schemas import EXAMPLE_ID, RequestBody
from menura.api.voice_schemas import (
    DESCRIPTION_CHARACTERS,
    NAME_CHARACTERS,
    TAGLINE_CHARACTERS,
)
from menura.errors import InputError
from menura.text.dialects import Dialect, find_dialect
from menura.text.languages import resolve

REQUEST_BYTES = 256 * 1024
MOST_VOICES = 16

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


class LocalizeRequest(RequestBody):
    """Body of `POST /voices/localize`: an accent, or a language with or without a dialect."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"voice_id": EXAMPLE_ID, "name": "Ada, en français", "accent": "parisian"}
        }
    )

    voice_id: str = Field(description="The voice to start from; it stays as it is.")
    name: str = Field(min_length=1, max_length=NAME_CHARACTERS)
    description: str | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
    tagline: str | None = Field(None, max_length=TAGLINE_CHARACTERS)
    language: str | None = Field(None, description="Language or locale to speak.")
    dialect: str | None = Field(None, description="au in so uk us, mx pe, br eu, eu ca.")
    accent: str | None = Field(
        None, description="A localizable slug (display name before 2026-08-14); goes first."
    )
    original_speaker_gender: Literal["male", "female"] | None = Field(
        None, description="Told from the voice when absent."
    )

    @property
    def gender(self) -> str | None:
        """The gender in our words."""
        words = {"male": "masculine", "female": "feminine"}
        return words.get(self.original_speaker_gender or "")

    def target(self, version: date) -> Dialect:
        """What the voice is to speak. Raises InputError, TextError."""
        if not self.accent:
            if not self.language:
                raise InputError(
                    "field_missing",
                    "The field `accent` is missing.",
                    f"Send `accent` ({', '.join(sorted(LOCALISABLE))}) or `language`.",
                )
            return find_dialect(self.language, self.dialect)
        if self.language:
            slug = read_accent(self.accent, resolve(self.language), version)
        else:
            slug = _any_accent(self.accent, version)
        if slug not in LOCALISABLE:
            raise InputError(
                "accent_not_localizable",
                f"Voices cannot be localized to the accent {self.accent[:80]!r}.",
                f"Accepted: {', '.join(sorted(LOCALISABLE))}.",
            )
        return find_dialect(*LOCALISABLE[slug])


class MixPart(RequestBody):
    """One voice of a mix."""

    id: str
    weight: float = Field(ge=0, description="Weights are scaled to a sum of 1.")


class MixRequest(RequestBody):
    """Body of `POST /voices/mix`."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Between",
                "voices": [
                    {"id": EXAMPLE_ID, "weight": 0.6},
                    {"id": "694f9389-aac1-45b6-b726-9d9369183238", "weight": 0.4},
                ],
            }
        }
    )

    name: str = Field(min_length=1, max_length=NAME_CHARACTERS)
    description: str | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
    tagline: str | None = Field(None, max_length=TAGLINE_CHARACTERS)
    voices: list[MixPart] = Field(min_length=1, max_length=MOST_VOICES)


def _any_accent(value: str, version: date) -> str:
    for slug, (language, _) in LOCALISABLE.items():
        try:
            if read_accent(value, language, version) == slug:
                return slug
        except InputError:
            continue
    return value
