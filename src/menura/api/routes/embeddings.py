"""Voices and numbers, as the oldest clients exchange them (section 7.10)."""

from typing import Any

from fastapi import APIRouter, Request

from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.forms import bad, filled, flag
from menura.api.schemas import parse, read_body
from menura.api.uploads import receive_upload
from menura.api.voice_making import find_voices, keep_voice
from menura.api.voice_requests import REQUEST_BYTES, CreateRequest, EmbeddingBody
from menura.api.voice_schemas import ClonedVoiceBody, show_clone
from menura.api.voice_space import mixed_embedding
from menura.errors import InputError
from menura.library.offspring import embedded
from menura.library.tuned_voices import blendable
from menura.text.languages import SPOKEN, resolve
from menura.work.voices import EmbedClipJob, EmbeddedJob

router = APIRouter(prefix="/voices", tags=["Voices"])

MODES = ("similarity", "stability", "clip")

_BODY: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/CreateRequest"}}
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["clip"],
    "properties": {
        "clip": {"type": "string", "format": "binary"},
        "enhance": {"type": "boolean", "description": "Clean the clip first."},
        "mode": {"type": "string", "enum": list(MODES), "description": "Without effect here."},
    },
}


@router.post(
    "",
    summary="Create a voice from an embedding",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": _BODY}}},
)
async def create_voice(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> ClonedVoiceBody:
    """Makes a voice of 192 numbers and keeps it; kept alive on all dates, new programs clone."""
    body = parse(CreateRequest, await read_body(request, REQUEST_BYTES) or b"{}")
    numbers = tuple(mixed_embedding([(1.0, body.embedding)]))
    bases, refs = await find_voices(at, caller, [body.base_voice_id] if body.base_voice_id else [])
    base, ref = (bases[0], refs[0]) if bases else (None, None)
    if base is not None:
        blendable(base)
    language = resolve(body.language) if body.language else base.locale if base else SPOKEN[0]
    outcome = await at.pool.make_voice(EmbeddedJob(numbers, language, ref))
    new = embedded(
        numbers, outcome.state, language, base, name=body.name, description=body.description or ""
    )
    voice = await keep_voice(at, caller, new, outcome.state)
    return show_clone(voice, caller.organisation_id, version)


@router.post(
    "/clone/clip",
    summary="Get the embedding of a clip",
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    },
)
async def embed_clip(request: Request, at: ServicesDep, caller: CallerDep) -> EmbeddingBody:
    """Tells who speaks in a recording as 192 numbers; nothing is kept."""
    folder, limit = at.library.uploads.folder, at.settings.max_upload_bytes
    async with receive_upload(request, folder, "clip", limit) as upload:
        fields = filled(upload)
        mode = fields.get("mode", "similarity")
        if mode not in MODES:
            raise bad("mode", mode, f"Accepted: {', '.join(MODES)}.")
        job = EmbedClipJob(upload.path, flag(fields, "enhance") or False)
        return EmbeddingBody(embedding=list(await at.pool.embed(job)))


@router.post("/clone/url", summary="Refused: clone from a URL")
async def embed_url(caller: CallerDep) -> EmbeddingBody:
    """Always answers 400: Menura fetches nothing from elsewhere."""
    raise InputError(
        "url_not_fetched",
        "Menura makes no requests to other servers, so it cannot fetch a clip from a URL.",
        "Download the clip and send it to POST /voices/clone/clip.",
    )
