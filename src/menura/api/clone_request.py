"""What a client asks for when it clones, or localizes."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

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


@dataclass(frozen=True)
class LocalizedRequest:
    """A voice that was localized in a hurry, and what it takes to do better."""

    again: ClassVar = "localize the voice that it was made of again"

    organisation_id: str
    source_voice_id: str
    """The voice that it was made of. It may have got better since, and is read when it is used."""

    target: Language
    gender: str | None = None


Request = CloneRequest | LocalizedRequest


def restored(kept: Mapping[str, Any]) -> Request:
    """A request from its JSON values; those of another version's fields are left out.

    Raises TypeError when one that is needed is missing.
    """
    kind = LocalizedRequest if "source_voice_id" in kept else CloneRequest
    known = {each.name for each in dataclasses.fields(kind)}
    return kind(**{name: value for name, value in kept.items() if name in known})
