"""Text to audio on a socket (section 10): the handshake."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from menura.api.auth import authenticate
from menura.api.deps import version
from menura.api.errors import error_response, request_id
from menura.api.services import services
from menura.api.socket_session import SocketSession
from menura.errors import MenuraError

router = APIRouter(prefix="/tts")


@router.websocket("/websocket")
async def speak_on_socket(websocket: WebSocket) -> None:
    """Speaks any number of texts; who may not is told by the status of the handshake."""
    at = services(websocket)
    try:
        caller = await run_in_threadpool(authenticate, websocket)
        date = version(websocket)
        async with at.meter.socket(caller):
            session = SocketSession(websocket, at, caller, date, request_id(websocket.scope))
            known = at.pool.speech.info
            headers = {} if known is None else {"Menura-Model": known.snapshot}
            at.sockets.add(session)
            try:
                await session.run(headers)
            finally:
                at.sockets.discard(session)
    except MenuraError as error:
        # Only the handshake raises these; later failures are events.
        await websocket.send_denial_response(error_response(error, websocket.scope))
