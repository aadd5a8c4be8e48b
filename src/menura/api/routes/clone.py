"""Making a voice from a recording."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.accents import read_accent
from menura.api.auth import Caller
from menura.api.clone_request import CloneRequest
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.forms import MODES, bad, filled, flag, missing, mode
from menura.api.plain_text import plain_line, plain_text
from menura.api.services import Services
from menura.api.uploads import Upload, receive_upload
from menura.api.voice_schemas import (
    DESCRIPTION_CHARACTERS,
    NAME_CHARACTERS,
    TAGLINE_CHARACTERS,
    ClonedVoiceBody,
    show_clone,
)
from menura.api.waiting import Waiting
from menura.library.tuned_voices import blendable
from menura.library.voices import CONSENT_CHARACTERS
from menura.settings import Settings
from menura.text.languages import resolve
from menura.work.jobs import VoiceRef

router = APIRouter(prefix="/voices", tags=["Voices"])

REFINE = ("wait", "background", "off")

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
        "language": {
            "type": "string",
            "example": "en",
            "description": "Language or locale that the voice speaks; best that of the clip.",
        },
        "description": {"type": "string", "maxLength": DESCRIPTION_CHARACTERS},
        "tagline": {"type": "string", "maxLength": TAGLINE_CHARACTERS},
        "mode": {"type": "string", "enum": list(MODES), "default": "similarity"},
        "enhance": {"type": "boolean", "description": "Clean the clip first."},
        "base_voice_id": {"type": "string", "description": "A voice to start from."},
        "transcript": {"type": "string", "description": "The words of the clip, if known."},
        "refine": {
            "type": "string",
            "enum": list(REFINE),
            "description": "After the first usable voice: `background` answers and goes on to full "
            "quality (the voice's `refinement` tells how far it is), `wait` answers when that is "
            "done, `off` leaves it out. The server's MENURA_REFINE where absent.",
        },
        "accent": {"type": "string", "description": "A slug, before 2026-08-14 a display name."},
        "access[type]": {"type": "string", "enum": ["private"]},
        "consent": {
            "type": "string",
            "maxLength": CONSENT_CHARACTERS,
            "description": "That the person agreed to being cloned, in words; kept with the voice.",
        },
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
    """Makes a voice and answers when it can be used; its refinement goes on (see `refine`).

    The same upload sent again while the first is still being worked on joins it.
    """
    limit = at.settings.max_upload_bytes
    waiting = Waiting()
    async with receive_upload(request, at.library.uploads.folder, "clip", limit) as upload:
        wanted = _read_form(upload, caller, version, at.settings)
        base = await _base(at, caller, wanted.base_voice_id)
        wait = (upload.fields.get("refine", "").strip() or at.settings.refine) == "wait"
        work = asyncio.create_task(
            at.desk.voice(wanted, upload.keep, base, wait=wait, tellable=lambda: not waiting.begun)
        )
        # The desk takes the file at its first step, before this form is done with.
        await asyncio.sleep(0)

    async def shown() -> bytes:
        voice = await work
        progress = at.desk.progress(voice.id)
        body = show_clone(voice, caller.organisation_id, version, progress)
        return body.model_dump_json().encode()

    return await waiting.answer(request, shown(), at.desk.patience)


def _read_form(upload: Upload, caller: Caller, version: date, settings: Settings) -> CloneRequest:
    fields = filled(upload)
    if "name" not in fields:
        raise missing("name", "Send a name for the voice.")
    if "language" not in fields:
        raise missing(
            "language",
            "Send the language that the voice is to speak, best that of the clip, such as `en`.",
        )
    locale = resolve(fields["language"])
    refine = fields.get("refine", settings.refine).strip()
    if refine not in REFINE:
        raise bad("refine", refine, f"Accepted: {', '.join(REFINE)}.")
    access = fields.get("access[type]", "private")
    if access != "private":
        raise bad("access[type]", access, "Only `private` is accepted.")
    accent = fields.get("accent")
    return CloneRequest(
        organisation_id=caller.organisation_id,
        clip_digest=upload.digest,
        name=_short(fields, "name", NAME_CHARACTERS, plain_line),
        locale=locale,
        description=_short(fields, "description", DESCRIPTION_CHARACTERS),
        tagline=_short(fields, "tagline", TAGLINE_CHARACTERS, plain_line),
        accent=None if accent is None else read_accent(accent, locale, version),
        mode=mode(fields),
        enhance=flag(fields, "enhance"),
        base_voice_id=fields.get("base_voice_id"),
        transcript=fields.get("transcript"),
        consent=_short(fields, "consent", CONSENT_CHARACTERS) or None,
        key_id=caller.key_id if fields.get("consent") else None,
        refined=refine != "off",
    )


async def _base(at: Services, caller: Caller, voice_id: str | None) -> VoiceRef | None:
    if voice_id is None:
        return None
    await at.voices_known()

    def find() -> VoiceRef:
        voices = at.library.voices
        return voices.ref(blendable(voices.get(caller.organisation_id, voice_id)))

    return await run_in_threadpool(find)


def _short(
    fields: dict[str, str], name: str, most: int, plain: Callable[[str], str] = plain_text
) -> str:
    value = fields.get(name, "").strip()
    try:
        value = plain(value)
    except ValueError as error:
        raise bad(name, value, f"{str(error).capitalize()}.") from None
    if len(value) > most:
        raise bad(name, value, f"At most {most} characters are accepted.")
    return value
