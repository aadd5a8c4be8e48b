"""What a client asks for when it clones."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class CloneRequest:
    """All that a client asks for; equal requests are the same clone."""

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
