"""How a caller sees voices: its API date, and what it asks to have shown beside (`expand[]`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Query, Request

from menura.api.auth import Caller
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.services import Services
from menura.api.versions import FIRST_PAGED
from menura.api.voice_schemas import Expanded, VoiceBody, show_voice
from menura.api.voice_space import embedding_of
from menura.errors import InputError
from menura.library.tables import Voice

PREVIEW, EMBEDDING = "preview_file_url", "embedding"


@dataclass(frozen=True)
class View:
    """Shows voices to one caller."""

    at: Services
    caller: Caller
    version: date
    base_url: str
    expand: frozenset[str]

    async def one(self, voice: Voice) -> VoiceBody:
        """A voice as the caller sees it."""
        expanded = Expanded(
            preview_file_url=f"{self.base_url}voices/{voice.id}/preview"
            if PREVIEW in self.expand
            else None,
            embedding=await self._embedding(voice),
        )
        return show_voice(
            voice,
            self.caller.organisation_id,
            self.version,
            self.at.desk.progress(voice.id),
            expanded,
        )

    async def many(self, voices: Sequence[Voice]) -> list[VoiceBody]:
        """Voices as the caller sees them."""
        return [await self.one(voice) for voice in voices]

    async def _embedding(self, voice: Voice) -> Sequence[float] | None:
        if EMBEDDING not in self.expand and self.version >= FIRST_PAGED:
            return None
        try:
            return await embedding_of(self.at, voice)
        except InputError as error:
            # A list must not fail because of the kind of the base model, or of one voice.
            if error.code not in ("model_without_embeddings", "voice_without_embedding"):
                raise
            return None


def _view(
    request: Request,
    at: ServicesDep,
    caller: CallerDep,
    version: VersionDep,
    expand: Annotated[
        list[str] | None,
        Query(alias="expand[]", description="`preview_file_url`, `is_starred`, `embedding`."),
    ] = None,
) -> View:
    return View(at, caller, version, str(request.base_url), frozenset(expand or ()))


ViewDep = Annotated[View, Depends(_view)]
