"""What a recording is like, before it is cloned."""

import uuid
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.clip_schemas import ClipCheckBody, show_check
from menura.api.deps import CallerDep, ServicesDep
from menura.api.disconnect import while_connected
from menura.api.forms import MODES, filled, flag, mode
from menura.api.once_file import OnceFile
from menura.api.uploads import Upload, receive_upload
from menura.api.waiting import Waiting
from menura.text.languages import resolve
from menura.work.check import CheckJob, HearingJob

router = APIRouter(prefix="/voices", tags=["Voices"])

ENHANCED_HEADER = "Menura-Enhanced"
SNR_HEADER = "Menura-SNR"

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

_AUDIO_FORM: dict[str, Any] = {
    **_FORM,
    "properties": {name: _FORM["properties"][name] for name in ("clip", "mode", "enhance")},
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


@router.post(
    "/check/audio",
    summary="Hear what a clone would be made of",
    response_class=Response,
    responses={
        200: {
            "description": "A WAV of 16 bits, mono, 24 kHz.",
            "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {
                "Menura-Enhanced": {
                    "description": "Whether noise was taken out: `true` or `false`.",
                    "schema": {"type": "string"},
                },
                "Menura-SNR": {
                    "description": "Signal-to-noise ratio of the answer in dB.",
                    "schema": {"type": "string"},
                },
            },
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": _AUDIO_FORM}},
        }
    },
)
async def hear_clip(request: Request, at: ServicesDep, caller: CallerDep) -> Response:
    """Gives the stretch of a clip that would be cloned, as the model would hear it; keeps nothing.

    Its speech is at the same level with and without `enhance`, so that the two can be compared. A
    clip that could not be cloned gives the error that cloning it would.
    """
    folder, limit = at.library.uploads.folder, at.settings.max_upload_bytes
    target = folder / f"{uuid.uuid4()}.hearing"
    try:
        async with receive_upload(request, folder, "clip", limit) as upload:
            fields = filled(upload)
            job = HearingJob(upload.path, target, mode(fields), flag(fields, "enhance"))
            heard = await while_connected(request, at.pool.hearing(job))
    except BaseException:
        await run_in_threadpool(target.unlink, missing_ok=True)
        raise
    headers = {
        ENHANCED_HEADER: "true" if heard.enhanced else "false",
        SNR_HEADER: f"{heard.snr_db:.1f}",
    }
    return OnceFile(target, headers, "audio/wav")


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
