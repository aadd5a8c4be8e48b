"""Voices as files: out, and in again."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.exported import MEDIA_TYPE, export_answers, import_form, receive_exported
from menura.api.voice_schemas import ClonedVoiceBody, show_clone
from menura.library import voice_files
from menura.library.tables import Voice
from menura.models import states
from menura.work.voices import InspectJob, VoiceOutcome

router = APIRouter(prefix="/voices", tags=["Voices"])


@router.get(
    "/{voice_id}/export",
    summary="Export a voice",
    response_class=Response,
    responses=export_answers("The voice file: safetensors with a card; see docs/voice-file.md."),
)
async def export_voice(at: ServicesDep, caller: CallerDep, voice_id: str) -> Response:
    """Gives an own voice as one file, with all that is known of its making."""
    await at.voices_known()

    def read() -> tuple[Voice, bytes]:
        voice = at.library.voices.get(caller.organisation_id, voice_id)
        voice_files.check_exportable(voice)
        path = at.library.voices.ref(voice).state
        assert path is not None
        return voice, voice_files.write(voice, states.load(path))

    voice, data = await run_in_threadpool(read)
    name = voice_files.file_name(voice)
    return Response(
        data,
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post(
    "/import",
    summary="Import a voice",
    openapi_extra=import_form("A voice file as `GET /voices/{id}/export` gives it."),
)
async def import_voice(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> ClonedVoiceBody:
    """Keeps the voice of an exported file under a new id.

    The file is read and checked in a worker process; one that is broken, of another base model or
    not a voice at all is refused, and nothing of it is kept.
    """
    most = min(at.settings.max_upload_bytes, states.MAX_FILE_BYTES)
    folder = at.library.uploads.folder
    async with receive_exported(request, folder, most, "a voice") as (path, name):
        outcome = await at.pool.make_voice(InspectJob(path))
    owner = caller.organisation_id

    def keep(found: VoiceOutcome) -> Voice:
        new = voice_files.imported(voice_files.read_card(found.card), found.state, name)
        return at.library.voices.add(owner, new, states.save(found.state))

    return show_clone(await run_in_threadpool(keep, outcome), owner, version)
