"""The voice changer, which Menura does not have yet; its paths say so."""

from fastapi import APIRouter, Response

from menura.api.deps import CallerDep
from menura.api.errors import NotSupportedError

router = APIRouter(prefix="/voice-changer", tags=["Voice changer"])


@router.post("/bytes", summary="Change a voice (not supported yet)", status_code=501)
async def change_bytes(caller: CallerDep) -> Response:
    """Always answers 501 with the code `not_supported_yet`."""
    raise _refusal()


@router.post("/sse", summary="Change a voice, as events (not supported yet)", status_code=501)
async def change_events(caller: CallerDep) -> Response:
    """Always answers 501 with the code `not_supported_yet`."""
    raise _refusal()


def _refusal() -> NotSupportedError:
    return NotSupportedError(
        "not_supported_yet",
        "Menura cannot change the voice of a recording yet.",
        "Write the recording down with POST /stt and speak the text with POST /tts/bytes.",
    )
