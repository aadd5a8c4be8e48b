"""Bodies of the calls that make voices out of voices."""

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from menura.api.accents import find_localisable
from menura.api.plain_text import Line, Text
from menura.api.schemas import EXAMPLE_ID, RequestBody
from menura.api.voice_schemas import (
    DESCRIPTION_CHARACTERS,
    NAME_CHARACTERS,
    TAGLINE_CHARACTERS,
)
from menura.api.voice_space import Embedding
from menura.errors import InputError
from menura.text.accents import LOCALISABLE
from menura.text.dialects import Dialect, find_dialect
from menura.text.languages import resolve

REQUEST_BYTES = 256 * 1024
MOST_VOICES = 16


_EXAMPLE: list[JsonValue] = [1.0, *(0.0 for _ in range(191))]


class LocalizeRequest(RequestBody):
    """Body of `POST /voices/localize`: an accent, or a language with or without a dialect."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"voice_id": EXAMPLE_ID, "name": "Ada, en français", "accent": "parisian"}
        }
    )

    voice_id: str = Field(description="The voice to start from; it stays as it is.")
    name: Line = Field(min_length=1, max_length=NAME_CHARACTERS)
    description: Text | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
    tagline: Line | None = Field(None, max_length=TAGLINE_CHARACTERS)
    language: str | None = Field(None, description="Language or locale to speak.")
    dialect: str | None = Field(None, description="au in so uk us, mx pe, br eu, eu ca.")
    accent: str | None = Field(
        None, description="A localizable slug (display name before 2026-08-14); goes first."
    )
    original_speaker_gender: Literal["male", "female"] | None = Field(
        None, description="Told from the voice when absent."
    )
    refine: Literal["wait", "background", "off"] | None = Field(
        None,
        description="`background` answers with a first voice and brings it nearer to the person "
        "afterwards (its `refinement` tells how far that is), `wait` answers when that is done, "
        "`off` leaves it out. The server's MENURA_REFINE where absent.",
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
        language = resolve(self.language) if self.language else None
        dialect = find_localisable(self.accent, version, language).dialect
        assert dialect is not None
        return dialect


class MixPart(RequestBody):
    """One voice of a mix: its id, or an embedding where the mix has no name."""

    id: str | None = None
    embedding: Embedding | None = None
    weight: float = Field(ge=0, description="Weights are scaled to a sum of 1.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.id is None) == (self.embedding is None):
            raise ValueError("give an id or an embedding")
        return self


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

    name: Line | None = Field(
        None,
        min_length=1,
        max_length=NAME_CHARACTERS,
        description="Of the voice that is made; without it only numbers are answered.",
    )
    description: Text | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
    tagline: Line | None = Field(None, max_length=TAGLINE_CHARACTERS)
    voices: list[MixPart] = Field(min_length=1, max_length=MOST_VOICES)


class NamedMixPart(MixPart):
    """One voice of a mix that is kept."""

    id: str


class NamedMixRequest(MixRequest):
    """A mix that is kept as a voice: voices only, since numbers say little of a voice."""

    name: Line
    voices: list[NamedMixPart]  # type: ignore[assignment]


class CreateRequest(RequestBody):
    """Body of `POST /voices`: a voice made of an embedding, as on the old dates."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "Ada", "description": "", "embedding": [*_EXAMPLE]}}
    )

    name: Line = Field(min_length=1, max_length=NAME_CHARACTERS)
    description: Text | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
    embedding: Embedding = Field(description="192 numbers, as cloning and mixing answer them.")
    language: str | None = Field(None, description="`en` when absent, or that of the base voice.")
    base_voice_id: str | None = Field(
        None, description="A voice that gives melody and pace; the nearest stock voice if absent."
    )


class AccentsRequest(RequestBody):
    """Body of `PATCH /voices/{id}/accents`."""

    model_config = ConfigDict(json_schema_extra={"example": {"accents": ["parisian"]}})

    accents: list[str] = Field(max_length=100, description="Slugs to be attached.")


class EmbeddingBody(BaseModel):
    """A voice as numbers."""

    embedding: list[float] = Field(description="192 numbers of length 1 together.")
