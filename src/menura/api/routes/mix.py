"""Mixing voices: into a new voice, or as of old into numbers."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request

from menura.api.auth import Caller
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.schemas import parse, read_body
from menura.api.services import Services
from menura.api.voice_making import find_voices, keep_voice
from menura.api.voice_requests import (
    REQUEST_BYTES,
    EmbeddingBody,
    MixRequest,
    NamedMixRequest,
)
from menura.api.voice_schemas import ClonedVoiceBody, show_clone
from menura.api.voice_space import embedding_of, mixed_embedding
from menura.errors import InputError
from menura.library.offspring import mixed
from menura.library.tuned_voices import blendable
from menura.work.voices import MixJob

router = APIRouter(prefix="/voices", tags=["Voices"])

_BODY: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/MixRequest"}}


@router.post(
    "/mix",
    summary="Mix voices",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": _BODY}}},
)
async def mix_voices(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> ClonedVoiceBody | EmbeddingBody:
    """Makes a new voice of the weighted ones and keeps it under the name given.

    Without a name, nothing is kept and the answer is the mix as 192 numbers, as on the old dates;
    only then may embeddings be mixed, too.
    """
    data = await read_body(request, REQUEST_BYTES) or b"{}"
    body = parse(MixRequest, data)
    weights = tuple(part.weight for part in body.voices)
    if not sum(weights) > 0:
        raise InputError(
            "mix_weights_invalid",
            "All weights of the mix are 0.",
            "Give one weight above 0 at least; they are scaled to a sum of 1.",
        )
    if body.name is None:
        return EmbeddingBody(embedding=await _numbers(at, caller, body))
    named = parse(NamedMixRequest, data)
    sources, refs = await find_voices(at, caller, [part.id for part in named.voices])
    for source in sources:
        blendable(source)
    outcome = await at.pool.make_voice(MixJob(refs, weights))
    new = mixed(
        sources,
        weights,
        outcome.state,
        name=named.name,
        description=body.description or "",
        tagline=body.tagline or "",
    )
    voice = await keep_voice(at, caller, new, outcome.state)
    return show_clone(voice, caller.organisation_id, version)


async def _numbers(at: Services, caller: Caller, body: MixRequest) -> list[float]:
    found, _ = await find_voices(at, caller, [part.id for part in body.voices if part.id])
    voices = iter(found)
    parts: list[tuple[float, Sequence[float]]] = []
    for part in body.voices:
        if part.id:
            parts.append((part.weight, await embedding_of(at, next(voices))))
        else:
            assert part.embedding is not None
            parts.append((part.weight, part.embedding))
    return mixed_embedding(parts)
