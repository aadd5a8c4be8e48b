"""What a recording is like, before it is cloned."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.clip_schemas import ClipCheckBody, show_check
from menura.api.deps import CallerDep, ServicesDep
from menura.api.forms import MODES, filled, flag, mode
from menura.api.uploads import Upload, receive_upload
from menura.api.waiting import Waiting
from menura.text.languages import resolve
from menura.work.check import CheckJob

router = APIRouter(prefix="/voices", tags=["Voices"])

_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["clip"],
    "properties": {
        "clip": {
            "type": "string",
            "format": "binary",
            "description": "The recording, in any audio or video format.",
        },
        "language": {
            "type": "string",
            "example": "en",
            "description": "Language of the clip; heard when absent.",
        },
        "mode": {"type": "string", "enum": list(MODES), "default": "similarity"},
        "enhance": {"type": "boolean", "description": "Whether the clone would clean it first."},
        "transcript": {"type": "string", "description": "The words of the clip, if known."},
    },
}


@router.post(
    "/check",
    summary="Check a clip",
    response_model=ClipCheckBody,
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    },
)
async def check_clip(request: Request, at: ServicesDep, caller: CallerDep) -> Response:
    """Measures a clip as cloning would and lists what would make a better voice; keeps nothing.

    A clip that could not be cloned gives the error that cloning it would.
    """
    limit = at.settings.max_upload_bytes
    async with receive_upload(request, at.library.uploads.folder, "clip", limit) as upload:
        job = _read_form(upload)
        upload.keep()

    async def shown() -> bytes:
        try:
            return show_check(await at.pool.check(job)).model_dump_json().encode()
        finally:
            await run_in_threadpool(job.clip.unlink, missing_ok=True)

    return await Waiting().answer(request, shown(), at.desk.patience)


def _read_form(upload: Upload) -> CheckJob:
    fields = filled(upload)
    language = fields.get("language")
    return CheckJob(
        clip=upload.path,
        language=None if language is None else resolve(language),
        mode=mode(fields),
        enhance=flag(fields, "enhance"),
        transcript=fields.get("transcript"),
    )
