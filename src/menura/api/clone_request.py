"""What a client asks for when it clones, or localizes."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from menura.text.utterance import Language


@dataclass(frozen=True)
class CloneRequest:
    """All that a client asks for; equal requests are the same clone."""

    again: ClassVar = "clone the clip again"

    organisation_id: str
    clip_digest: str
    name: str
    locale: str
    description: str = ""
    tagline: str = ""
    accent: str | None = None
    mode: str = "similarity"
    enhance: bool | None = None
    base_voice_id: str | None = None
    transcript: str | None = None
    consent: str | None = None
    """That the person agreed, in words."""

    key_id: str | None = None
    """The key that the consent came with."""

    refined: bool = True
    """Whether it goes on after the first usable voice."""

    @classmethod
    def restored(cls, kept: Mapping[str, Any]) -> Self:
        """A request from its JSON values; those of another version's fields are left out.

        Raises TypeError when one that is needed is missing.
        """
        known = {each.name for each in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})


@dataclass(frozen=True)
class LocalizedRequest:
    """A voice that was localized in a hurry, and what it takes to do better."""

    again: ClassVar = "localize the voice that it was made of again"

    organisation_id: str
    source_voice_id: str
    """The voice that it was made of. It may have got better since, and is read when it is used."""

    target: Language
    gender: str | None = None

    @classmethod
    def restored(cls, kept: Mapping[str, Any]) -> Self | None:
        """As kept in JSON with a `source_voice_id`; None for that of a clone.

        Raises TypeError when a value that is needed is missing.
        """
        if "source_voice_id" not in kept:
            return None
        known = {each.name for each in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})


Request = CloneRequest | LocalizedRequest
