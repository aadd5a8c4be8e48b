"""Voices as files: out, and in again."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.uploads import receive_upload
from menura.api.voice_schemas import NAME_CHARACTERS, ClonedVoiceBody, show_clone
from menura.errors import InputError, TooLargeError
from menura.library import voice_files
from menura.library.tables import Voice
from menura.models import states
from menura.work.voices import InspectJob, VoiceOutcome

router = APIRouter(prefix="/voices", tags=["Voices"])

MEDIA_TYPE = "application/octet-stream"
_FORM_BYTES = 256 * 1024
"""For the other parts of the form and its borders."""

_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "A voice file as `GET /voices/{id}/export` gives it.",
        },
        "name": {
            "type": "string",
            "maxLength": NAME_CHARACTERS,
            "description": "Instead of the name in the file.",
        },
    },
}


@router.get(
    "/{voice_id}/export",
    summary="Export a voice",
    response_class=Response,
    responses={
        200: {
            "description": "The voice file: safetensors with a card; see docs/voice-file.md.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
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
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    },
)
async def import_voice(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> ClonedVoiceBody:
    """Keeps the voice of an exported file under a new id.

    The file is read and checked in a worker process; one that is broken, of another base model or
    not a voice at all is refused, and nothing of it is kept.
    """
    limit = min(at.settings.max_upload_bytes, states.MAX_FILE_BYTES) + _FORM_BYTES
    try:
        async with receive_upload(request, at.library.uploads.folder, "file", limit) as upload:
            if not upload.size:
                raise InputError(
                    "field_missing",
                    "The form lacks the part `file`.",
                    "Send an exported voice file in the part `file`.",
                )
            outcome = await at.pool.make_voice(InspectJob(upload.path))
            name = upload.fields.get("name", "").strip() or None
    except TooLargeError as error:
        raise TooLargeError(
            error.code, error.sentence, f"A voice file has at most {limit // 1024} KiB."
        ) from error
    owner = caller.organisation_id

    def keep(found: VoiceOutcome) -> Voice:
        new = voice_files.imported(voice_files.read_card(found.card), found.state, name)
        return at.library.voices.add(owner, new, states.save(found.state))

    return show_clone(await run_in_threadpool(keep, outcome), owner, version)
