"""Speaking what is missing between two recordings (section 11)."""

import uuid
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.disconnect import while_connected
from menura.api.metering import billable_characters
from menura.api.multipart import ReceivedForm, receive_form
from menura.api.once_file import OnceFile
from menura.api.schemas import SpeechRequest
from menura.api.services import Services
from menura.api.speech_requests import speech_headers, speech_job
from menura.api.tuned_speech import note
from menura.audio.formats import OutputFormat
from menura.errors import InputError, TooLargeError
from menura.work.jobs import SpeechJob
from menura.work.join import JoinJob

router = APIRouter(prefix="/infill", tags=["Speech"])

SIDES = ("left_audio", "right_audio")
MOST_CHARACTERS = 5000
_FORM_BYTES = 256 * 1024
"""For the other parts of the form and its borders."""

_SPOKEN = OutputFormat("raw", 24000, encoding="pcm_f32le")
"""What is spoken on the way; the rate of the models."""

_AUDIO = {
    "type": "string",
    "format": "binary",
    "description": "A recording in any format, at most five minutes; one of the two is needed.",
}
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["model_id", "transcript", "voice_id", "output_format[container]"],
    "properties": {
        "left_audio": _AUDIO,
        "right_audio": _AUDIO,
        "model_id": {"type": "string", "example": "sonic-3"},
        "language": {"type": "string", "example": "en"},
        "transcript": {"type": "string", "description": "What is missing."},
        "voice_id": {"type": "string"},
        "output_format[container]": {"type": "string", "enum": ["raw", "wav", "mp3"]},
        "output_format[sample_rate]": {"type": "integer"},
        "output_format[encoding]": {"type": "string"},
        "output_format[bit_rate]": {"type": "integer"},
    },
}


@router.post(
    "/bytes",
    summary="Speak what is missing",
    response_class=Response,
    responses={
        200: {
            "description": "Left, what was missing, and right, as one recording.",
            "content": {"audio/wav": {}, "audio/mpeg": {}, "application/octet-stream": {}},
        }
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    },
)
async def infill(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> Response:
    """Speaks the text in the voice, as loud as the recordings, and joins it to them."""
    limit = 2 * at.settings.max_upload_bytes + _FORM_BYTES
    folder = at.library.uploads.folder
    async with receive_form(request, folder, SIDES, limit) as form:
        body = _speech_request(form)
        job = await speech_job(at, caller, body, version)
        headers = await speech_headers(at, body, job)
        target = folder / f"{uuid.uuid4()}.infill"
        try:
            await while_connected(request, _fill(at, caller, body, job, form, target))
        except BaseException:
            await run_in_threadpool(target.unlink, missing_ok=True)
            raise
    return OnceFile(target, headers, job.output.media_type)


async def _fill(
    at: Services,
    caller: Caller,
    body: SpeechRequest,
    job: SpeechJob,
    form: ReceivedForm,
    target: Path,
) -> None:
    """Speaks, joins and books; the result is in `target` then."""
    count = billable_characters(body.transcript)
    spoken = target.with_suffix(".spoken")
    model = (await at.model()).info.snapshot
    note(job.voice, body.model_id)
    place = at.meter.infill(
        caller,
        model=model,
        voice_id=str(body.voice),
        pro=job.voice.adapter is not None,
        characters=count,
    )
    try:
        async with place as use:
            with spoken.open("xb") as file:
                async with aclosing(at.pool.speak(replace(job, output=_SPOKEN))) as outputs:
                    async for output in outputs:
                        await run_in_threadpool(file.write, output.data)
            left, right = (form.files[side].path if side in form.files else None for side in SIDES)
            rate = _SPOKEN.sample_rate
            await at.pool.join(JoinJob(spoken, rate, left, right, job.output, target))
            use.book(count)
    finally:
        await run_in_threadpool(spoken.unlink, missing_ok=True)


def _speech_request(form: ReceivedForm) -> SpeechRequest:
    """The form as a request to speak. Raises InputError, TooLargeError."""
    # A part without a file, or with an empty one, is how some clients leave one out.
    for side in SIDES:
        if side in form.files and form.files[side].size == 0:
            form.files.pop(side).path.unlink(missing_ok=True)
    if not form.files:
        raise InputError(
            "field_missing",
            "The form has neither `left_audio` nor `right_audio`.",
            "Send a recording in at least one of the two parts.",
        )
    fields = {}
    for name in ("model_id", "transcript", "voice_id"):
        value = form.text(name)
        if value is None:
            raise InputError(
                "field_missing", f"The form lacks the part `{name}`.", f"Send `{name}` as text."
            )
        fields[name] = value
    length = len(fields["transcript"])
    if length > MOST_CHARACTERS:
        raise TooLargeError(
            "transcript_too_long",
            f"The transcript has {length} characters.",
            f"At most {MOST_CHARACTERS} are accepted here.",
        )
    names = ("container", "sample_rate", "encoding", "bit_rate")
    return SpeechRequest.model_validate(
        {
            "model_id": fields["model_id"],
            "transcript": fields["transcript"],
            "voice": fields["voice_id"],
            "output_format": {name: form.text(f"output_format[{name}]") for name in names},
            "language": form.text("language"),
        }
    )
