"""Making a voice between voices."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.schemas import parse, read_body
from menura.api.voice_requests import REQUEST_BYTES, MixRequest
from menura.api.voice_schemas import ClonedVoiceBody, show_clone
from menura.errors import InputError
from menura.library.offspring import mixed
from menura.library.tables import Voice
from menura.models import states
from menura.work.jobs import VoiceRef
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
) -> ClonedVoiceBody:
    """Makes a new voice of the weighted ones and keeps it under the name given."""
    body = parse(MixRequest, await read_body(request, REQUEST_BYTES) or b"{}")
    weights = tuple(part.weight for part in body.voices)
    if not sum(weights) > 0:
        raise InputError(
            "mix_weights_invalid",
            "All weights of the mix are 0.",
            "Give one weight above 0 at least; they are scaled to a sum of 1.",
        )
    await at.voices_known()
    voices, owner = at.library.voices, caller.organisation_id

    def find() -> tuple[list[Voice], tuple[VoiceRef, ...]]:
        found = [voices.get(owner, part.id) for part in body.voices]
        return found, tuple(voices.ref(voice) for voice in found)

    sources, refs = await run_in_threadpool(find)
    outcome = await at.pool.make_voice(MixJob(refs, weights))
    new = mixed(
        sources,
        weights,
        outcome.state,
        name=body.name,
        description=body.description or "",
        tagline=body.tagline or "",
    )
    voice = await run_in_threadpool(lambda: voices.add(owner, new, states.save(outcome.state)))
    return show_clone(voice, owner, version)
