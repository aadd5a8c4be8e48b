"""Making a voice from a recording."""

import asyncio
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.accents import read_accent
from menura.api.auth import Caller
from menura.api.clones import CloneRequest
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.schemas import (
    DESCRIPTION_CHARACTERS,
    NAME_CHARACTERS,
    TAGLINE_CHARACTERS,
    ClonedVoiceBody,
    show_clone,
)
from menura.api.services import Services
from menura.api.uploads import Upload, receive_upload
from menura.api.waiting import Waiting
from menura.errors import InputError
from menura.text.languages import resolve
from menura.work.jobs import VoiceRef

router = APIRouter(prefix="/voices", tags=["Voices"])

MODES = ("similarity", "stability")
_TRUE, _FALSE = ("true", "1"), ("false", "0")

_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["clip", "name", "language"],
    "properties": {
        "clip": {
            "type": "string",
            "format": "binary",
            "description": "The recording, in any audio or video format; ten seconds are enough.",
        },
        "name": {"type": "string", "maxLength": NAME_CHARACTERS, "example": "Ada"},
        "language": {"type": "string", "example": "en", "description": "Language or locale."},
        "description": {"type": "string", "maxLength": DESCRIPTION_CHARACTERS},
        "tagline": {"type": "string", "maxLength": TAGLINE_CHARACTERS},
        "mode": {"type": "string", "enum": list(MODES), "default": "similarity"},
        "enhance": {"type": "boolean", "description": "Clean the clip first."},
        "base_voice_id": {"type": "string", "description": "A voice to start from."},
        "transcript": {"type": "string", "description": "The words of the clip, if known."},
        "accent": {"type": "string", "description": "A slug, before 2026-08-14 a display name."},
        "access[type]": {"type": "string", "enum": ["private"]},
    },
}


@router.post(
    "/clone",
    summary="Clone a voice",
    response_model=ClonedVoiceBody,
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    },
)
async def clone_voice(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> Response:
    """Makes a voice and answers when it can be used.

    The same upload sent again while the first is still being worked on joins it.
    """
    limit = at.settings.max_upload_bytes
    waiting = Waiting()
    async with receive_upload(request, at.library.uploads.folder, "clip", limit) as upload:
        wanted = _read_form(upload, caller, version)
        base = await _base(at, caller, wanted.base_voice_id)
        work = asyncio.create_task(
            at.desk.voice(wanted, upload.keep, base, lambda: not waiting.begun)
        )
        # The desk takes the file at its first step, before this form is done with.
        await asyncio.sleep(0)

    async def shown() -> bytes:
        body = show_clone(await work, caller.organisation_id, version)
        return body.model_dump_json().encode()

    return await waiting.answer(request, shown(), at.desk.patience)


def _read_form(upload: Upload, caller: Caller, version: date) -> CloneRequest:
    if upload.size is None:
        raise _missing("clip", "Send the recording as a file in the part `clip`.")
    if upload.size == 0:
        raise InputError(
            "clip_empty", "The clip has no bytes.", "Send a recording of at least one second."
        )
    fields = {name: value for name, value in upload.fields.items() if value.strip()}
    if "name" not in fields:
        raise _missing("name", "Send a name for the voice.")
    if "language" not in fields:
        raise _missing("language", "Send the language of the clip, such as `en`.")
    locale = resolve(fields["language"])
    mode = fields.get("mode", "similarity")
    if mode not in MODES:
        raise _bad("mode", mode, f"Accepted: {', '.join(MODES)}.")
    access = fields.get("access[type]", "private")
    if access != "private":
        raise _bad("access[type]", access, "Only `private` is accepted.")
    accent = fields.get("accent")
    return CloneRequest(
        organisation_id=caller.organisation_id,
        clip_digest=upload.digest,
        name=_short(fields, "name", NAME_CHARACTERS),
        locale=locale,
        description=_short(fields, "description", DESCRIPTION_CHARACTERS),
        tagline=_short(fields, "tagline", TAGLINE_CHARACTERS),
        accent=None if accent is None else read_accent(accent, locale, version),
        mode=mode,
        enhance=_flag(fields, "enhance"),
        base_voice_id=fields.get("base_voice_id"),
        transcript=fields.get("transcript"),
    )


async def _base(at: Services, caller: Caller, voice_id: str | None) -> VoiceRef | None:
    if voice_id is None:
        return None
    await at.voices_known()

    def find() -> VoiceRef:
        return at.library.voices.ref(at.library.voices.get(caller.organisation_id, voice_id))

    return await run_in_threadpool(find)


def _flag(fields: dict[str, str], name: str) -> bool | None:
    value = fields.get(name)
    if value is None:
        return None
    if value.strip().lower() not in (*_TRUE, *_FALSE):
        raise _bad(name, value, "Accepted: true, false, 1, 0.")
    return value.strip().lower() in _TRUE


def _short(fields: dict[str, str], name: str, most: int) -> str:
    value = fields.get(name, "").strip()
    if len(value) > most:
        raise _bad(name, value, f"At most {most} characters are accepted.")
    return value


def _missing(name: str, remedy: str) -> InputError:
    return InputError("field_missing", f"The form lacks the part `{name}`.", remedy)


def _bad(name: str, value: str, remedy: str) -> InputError:
    return InputError("request_invalid", f"The field `{name}` cannot be {value[:80]!r}.", remedy)
