"""Text to audio."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from menura.api.audio_answer import answer_audio
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.saving import HEADER, SavedSpeech
from menura.api.schemas import SpeechRequest, parse, read_body
from menura.api.speaking import speak_request
from menura.api.speech_requests import speech_headers, speech_job
from menura.api.tuned_speech import HEADER as FINE_TUNE

router = APIRouter(prefix="/tts", tags=["Speech"])


@router.post(
    "/bytes",
    summary="Speak a text",
    response_class=Response,
    responses={
        200: {
            "description": "The audio, as it is made.",
            "content": {"audio/wav": {}, "audio/mpeg": {}, "application/octet-stream": {}},
            "headers": {
                "Menura-Model": {
                    "description": "Snapshot of the base model that spoke.",
                    "schema": {"type": "string"},
                },
                "Menura-Language": {
                    "description": "The language that was spoken, stated or found.",
                    "schema": {"type": "string"},
                },
                "Menura-Ignored": {
                    "description": "Fields of the request that had no effect.",
                    "schema": {"type": "string"},
                },
                FINE_TUNE: {
                    "description": "Of a voice of a fine-tune: its id, and whether its weights "
                    "spoke (`active`) or the base model's (`inactive`).",
                    "schema": {"type": "string"},
                },
                HEADER: {
                    "description": "With `save`: the file that is there once the answer is whole.",
                    "schema": {"type": "string"},
                },
            },
        }
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/SpeechRequest"}}
            },
        }
    },
)
async def speak_bytes(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> Response:
    """Speaks a text; a client that goes away stops the work."""
    most = at.settings.max_transcript_characters
    # A character takes at most twelve bytes in JSON, as a pair of \\u escapes.
    body = parse(SpeechRequest, await read_body(request, 12 * most + 65536))
    job = await speech_job(at, caller, body, version)
    headers = await speech_headers(at, body, job)
    outputs = speak_request(at, caller, body, job, "bytes")
    if body.save:
        saved = SavedSpeech(at, caller, job)
        headers[HEADER] = saved.file_id
        outputs = saved.tee(outputs)
    return await answer_audio(request, job, outputs, headers)
