"""Whether the server is there, and whether it can speak."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from menura.api.deps import ServicesDep
from menura.api.schemas import ReadyBody, StatusBody
from menura.api.versions import NEWEST

router = APIRouter(tags=["Status"])


@router.get("/", summary="Newest API version")
async def status(request: Request, response: Response) -> StatusBody:
    """Says which API date the server knows last. Needs no key.

    A browser, which asks for `text/html`, is sent to the playground.
    """
    response.headers["Vary"] = "Accept"
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("playground/", 307, {"Vary": "Accept"})  # type: ignore[return-value]
    return StatusBody(ok=True, version=NEWEST)


@router.get("/health", summary="Is the server there?")
async def health() -> dict[str, bool]:
    """Answers at once, whatever is being computed. Needs no key."""
    return {"ok": True}


@router.get("/ready", summary="Can it speak?", responses={503: {"model": ReadyBody}})
async def ready(at: ServicesDep) -> ReadyBody:
    """200 when the model is loaded, 503 with the reason otherwise. Needs no key."""
    state = at.pool.state
    body = ReadyBody(ready=state.ready, reason=state.reason)
    if not state.ready:
        return JSONResponse(body.model_dump(), 503, {"retry-after": "2"})  # type: ignore[return-value]
    return body
