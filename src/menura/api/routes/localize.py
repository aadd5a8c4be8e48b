"""Making a voice speak another language."""

from contextlib import nullcontext
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from menura.api.clone_request import LocalizedRequest
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.disconnect import while_connected
from menura.api.schemas import parse, read_body
from menura.api.voice_making import find_voices, keep_voice
from menura.api.voice_requests import REQUEST_BYTES, LocalizeRequest
from menura.api.voice_schemas import ClonedVoiceBody, show_clone
from menura.library.offspring import localised
from menura.library.refinements import NewRefinement
from menura.library.tuned_voices import localisable
from menura.work.voices import HURRIED, REFITTED, LocaliseJob

router = APIRouter(prefix="/voices", tags=["Voices"])

_BODY: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/LocalizeRequest"}}


@router.post(
    "/localize",
    summary="Localize a voice",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": _BODY}}},
)
async def localize_voice(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> ClonedVoiceBody:
    """Makes a new voice that speaks the language natively; the old one stays.

    Where the model has no natives of a dialect, the nearest are taken and `advice` says so. The
    first voice comes within seconds; its refinement takes about 40 more on two cores (see
    `refine`), and begins when that of the old voice is over. A client that waits for it and goes
    away stops it.
    """
    body = parse(LocalizeRequest, await read_body(request, REQUEST_BYTES) or b"{}")
    target = body.target(version)
    (source,), (ref,) = await find_voices(at, caller, [body.voice_id])
    gender = body.gender or source.gender
    localisable(source)
    refine = body.refine or at.settings.refine
    job = LocaliseJob(ref, source.locale, target.spoken, gender, refit=refine == "wait")
    with at.desk.aside() if job.refit else nullcontext():
        outcome = await while_connected(request, at.pool.make_voice(job))
    wanted = LocalizedRequest(caller.organisation_id, source.id, target.spoken, gender)
    refinement = {
        "wait": NewRefinement("done", REFITTED),
        "background": NewRefinement("waiting", HURRIED, None, asdict(wanted)),
        "off": NewRefinement("off", HURRIED),
    }[refine]
    new = localised(
        source,
        outcome.state,
        target,
        name=body.name,
        description=body.description or "",
        tagline=body.tagline or "",
        gender=gender,
        refinement=refinement,
    )
    voice = await keep_voice(at, caller, new, outcome.state)
    if refine == "background":
        at.desk.refine_localised(voice.id, wanted)
    return show_clone(voice, caller.organisation_id, version)
