"""A short sample of a voice."""

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep
from menura.api.previews import OUTPUT, preview

router = APIRouter(prefix="/voices", tags=["Voices"])


@router.get(
    "/{voice_id}/preview",
    summary="Hear a voice",
    response_class=Response,
    responses={200: {"description": "An MP3 of a few seconds.", "content": {"audio/mpeg": {}}}},
)
async def preview_voice(at: ServicesDep, caller: CallerDep, voice_id: str) -> Response:
    """Gives a sentence in the voice's own language; made at the first call, then kept. Free."""
    await at.voices_known()
    voice = await run_in_threadpool(at.library.voices.get, caller.organisation_id, voice_id)
    return Response(await preview(at, voice), media_type=OUTPUT.media_type)
