"""Speech to text: Cartesia's way and OpenAI's (section 13)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, WebSocket
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.deps import CallerDep, ServicesDep
from menura.api.disconnect import while_connected
from menura.api.errors import NotSupportedError, error_response, request_id
from menura.api.model_ids import RECOGNISER, check_recogniser_id
from menura.api.multipart import ReceivedForm, receive_form
from menura.api.services import Services
from menura.api.transcripts import (
    OPENAI_FORMATS,
    cartesia_transcript,
    verbose_transcript,
)
from menura.api.waiting import Waiting
from menura.audio.spool import ENCODINGS, Headerless
from menura.errors import InputError
from menura.work.transcribe import TranscribeJob, TranscriptOutcome

router = APIRouter(tags=["Speech to text"])

GRANULARITIES = ("word", "segment")
_FORM_BYTES = 256 * 1024
"""For the other parts of the form and its borders."""

_FILE: dict[str, Any] = {
    "type": "string",
    "format": "binary",
    "description": "The recording, in any audio or video format; or samples without a header, "
    "with `encoding` and `sample_rate`.",
}
_MODEL = {"type": "string", "example": "ink-whisper"}
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file", "model"],
    "properties": {
        "file": _FILE,
        "model": _MODEL,
        "language": {"type": "string", "default": "en", "description": "What is spoken."},
        "timestamp_granularities[]": {
            "type": "array",
            "items": {"type": "string", "enum": ["word"]},
        },
        "encoding": {"type": "string", "enum": list(ENCODINGS)},
        "sample_rate": {"type": "integer", "example": 16000},
    },
}
_OPENAI_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file", "model"],
    "properties": {
        "file": _FILE,
        "model": {**_MODEL, "example": "whisper-1"},
        "language": {"type": "string", "description": "What is spoken; heard when absent."},
        "response_format": {
            "type": "string",
            "enum": [*OPENAI_FORMATS, "verbose_json"],
            "default": "json",
        },
        "timestamp_granularities[]": {
            "type": "array",
            "items": {"type": "string", "enum": list(GRANULARITIES)},
            "description": "For `verbose_json`; segments where it is absent.",
        },
    },
}


def _body(form: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}}}


_RAW = [
    {
        "name": name,
        "in": "query",
        "required": False,
        "schema": _FORM["properties"][name],
        "description": "For samples without a header.",
    }
    for name in ("encoding", "sample_rate")
]


@router.post(
    "/stt",
    summary="Write a recording down",
    response_class=JSONResponse,
    openapi_extra={**_body(_FORM), "parameters": _RAW},
)
async def transcribe(request: Request, at: ServicesDep, caller: CallerDep) -> Response:
    """Writes a recording down; nothing of it is kept."""
    asked = await _receive(request, at)
    spoken = asked.form.text("language") or "en"
    words = "word" in asked.granularities()
    job = TranscribeJob(asked.path, spoken, words, asked.headerless())

    def shown(found: TranscriptOutcome) -> bytes:
        answer = cartesia_transcript(found, request_id(request.scope), words=words)
        return json.dumps(answer, ensure_ascii=False).encode()

    return await _answer_json(request, at, caller, job, shown)


@router.post(
    "/audio/transcriptions",
    summary="Write a recording down, as OpenAI does",
    response_class=Response,
    openapi_extra={**_body(_OPENAI_FORM), "parameters": _RAW},
)
@router.post(
    "/v1/audio/transcriptions",
    summary="Write a recording down, as OpenAI does",
    response_class=Response,
    openapi_extra=_body(_OPENAI_FORM),
)
async def transcribe_openai(request: Request, at: ServicesDep, caller: CallerDep) -> Response:
    """Writes a recording down; nothing of it is kept."""
    asked = await _receive(request, at)
    form = asked.form.text("response_format") or "json"
    if form not in (*OPENAI_FORMATS, "verbose_json"):
        raise asked.bad("response_format", form, (*OPENAI_FORMATS, "verbose_json"))
    wanted = asked.granularities() or {"segment"}
    words = form == "verbose_json" and "word" in wanted
    job = TranscribeJob(asked.path, asked.form.text("language"), words, asked.headerless())
    headers = asked.ignored("prompt", "temperature", "stream", "include", "chunking_strategy")
    if form == "verbose_json":

        def verbose(found: TranscriptOutcome) -> bytes:
            shown = verbose_transcript(found, words=words, segments="segment" in wanted)
            return json.dumps(shown, ensure_ascii=False).encode()

        return await _answer_json(request, at, caller, job, verbose, headers)
    kind, write = OPENAI_FORMATS[form]
    if form == "json":
        return await _answer_json(request, at, caller, job, lambda f: write(f).encode(), headers)
    # These may not begin with blanks, so their clients have to wait in silence.
    found = await while_connected(request, _heard(at, caller, job))
    return Response(write(found), 200, headers, kind)


@router.websocket("/stt/websocket")
@router.websocket("/stt/turns/websocket")
async def listen(websocket: WebSocket) -> None:
    """Refuses the handshake with 501: speech is written down from files only."""
    error = NotSupportedError(
        "not_supported_yet",
        "Menura cannot write speech down over a socket yet.",
        "Send the recording to POST /stt.",
    )
    await websocket.send_denial_response(error_response(error, websocket.scope))


@dataclass(frozen=True)
class _Asked:
    """A received form about a recording, whose file is the caller's to remove."""

    request: Request
    form: ReceivedForm
    path: Path

    def text(self, name: str) -> str | None:
        """A field of the query or of the form."""
        return self.request.query_params.get(name) or self.form.text(name)

    def granularities(self) -> set[str]:
        """Which times are wanted."""
        found = set(self.form.all_of("timestamp_granularities"))
        for name in sorted(found - set(GRANULARITIES)):
            raise self.bad("timestamp_granularities[]", name, GRANULARITIES)
        return found

    def headerless(self) -> Headerless | None:
        """What the samples are, where both fields say so."""
        encoding, rate = self.text("encoding"), self.text("sample_rate")
        if encoding is None and rate is None:
            return None
        if encoding is None or rate is None:
            name = "encoding" if encoding is None else "sample_rate"
            raise self.fault(
                InputError(
                    "field_missing",
                    f"Samples without a header need `{name}`, too.",
                    "Send both `encoding` and `sample_rate`, or neither.",
                )
            )
        try:
            return Headerless(encoding, int(rate) if rate.isdecimal() and len(rate) < 9 else 0)
        except InputError as error:
            raise self.fault(error) from None

    def ignored(self, *names: str) -> dict[str, str]:
        """The header that names what had no effect."""
        found = [name for name in names if self.form.text(name) is not None]
        return {"Menura-Ignored": ", ".join(found)} if found else {}

    def bad(self, name: str, value: str, accepted: tuple[str, ...]) -> InputError:
        """For a field that cannot be what it is."""
        return self.fault(
            InputError(
                "request_invalid",
                f"The field `{name}` cannot be {value[:80]!r}.",
                f"Accepted: {', '.join(accepted)}.",
            )
        )

    def fault(self, error: InputError) -> InputError:
        """Removes the file before an error goes out."""
        self.path.unlink(missing_ok=True)
        return error


async def _receive(request: Request, at: Services) -> _Asked:
    """Takes in a form with a recording. Raises InputError, TooLargeError."""
    limit = at.settings.max_upload_bytes + _FORM_BYTES
    async with receive_form(request, at.library.uploads.folder, ("file",), limit) as form:
        sent, model = form.files.get("file"), form.text("model")
        if sent is None or model is None:
            name = "file" if sent is None else "model"
            raise InputError(
                "field_missing",
                f"The form lacks the part `{name}`.",
                "Send a recording in the part `file`, and a `model` such as 'ink-whisper'.",
            )
        if sent.size == 0:
            raise InputError("audio_empty", "The file has no bytes.", "Send a recording.")
        check_recogniser_id(model, at.settings.model_ids)
        return _Asked(request, form, sent.keep())


async def _heard(at: Services, caller: Caller, job: TranscribeJob) -> TranscriptOutcome:
    try:
        async with at.meter.transcription(caller, model=RECOGNISER) as use:
            found = await at.pool.transcribe(job)
            use.book(found.seconds)
        return found
    finally:
        await run_in_threadpool(job.file.unlink, missing_ok=True)


async def _answer_json(
    request: Request,
    at: Services,
    caller: Caller,
    job: TranscribeJob,
    shown: Callable[[TranscriptOutcome], bytes],
    headers: dict[str, str] | None = None,
) -> Response:
    async def work() -> bytes:
        return shown(await _heard(at, caller, job))

    answer = await Waiting().answer(request, work(), at.desk.patience)
    answer.headers.update(headers or {})
    return answer
