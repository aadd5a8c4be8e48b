"""How a fine-tune goes on, as an event stream: an extra route, Cartesia has none."""

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.fine_tune_view import show_fine_tune
from menura.api.services import Services
from menura.errors import InputError, NotFoundError
from menura.library.fine_tune_tables import FineTune, FineTuneEvent
from menura.library.fine_tunes import OPEN

router = APIRouter(prefix="/fine-tunes", tags=["Fine-tunes"])

POLL_SECONDS = 0.5
CALM_SECONDS = 15.0
"""After so long without an event a comment is sent, so that no proxy takes the stream for dead."""

_ID = re.compile(r"([0-9]{1,18})(\.end)?")


@router.get(
    "/{fine_tune_id}/events",
    summary="Follow a fine-tune",
    response_class=Response,
    responses={
        200: {
            "description": "Events `progress` with `at`, `attempt`, `status`, `stage`, `progress`, "
            "`eta_seconds`, `step`, `losses`, `scores` and `error`: first all that was, then what "
            "comes. The last one is `completed` or `failed` with the fine-tune as its data, or "
            "`deleted`.",
            "content": {"text/event-stream": {}},
        },
        204: {"description": "It is over, and `Last-Event-ID` says that all was heard."},
    },
)
async def follow_fine_tune(
    at: ServicesDep,
    caller: CallerDep,
    version: VersionDep,
    fine_tune_id: str,
    last_event_id: Annotated[
        str | None, Header(description="Goes on after the event of this id.")
    ] = None,
) -> Response:
    """Tells what became of an own fine-tune so far, then how it goes on, until it is over."""
    after, heard_all = _read_id(last_event_id)
    store, owner = at.library.fine_tunes, caller.organisation_id
    row = await run_in_threadpool(store.get, owner, fine_tune_id)
    if heard_all and row.status not in OPEN:
        more = await run_in_threadpool(store.events, owner, fine_tune_id, after, 1)
        if not more:
            # A browser would connect again for ever otherwise.
            return Response(status_code=204)
    return StreamingResponse(
        _lines(at, caller, version, fine_tune_id, after),
        media_type="text/event-stream",
        # A proxy that gathers the answer would take the point away from streaming it.
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


def _read_id(given: str | None) -> tuple[int, bool]:
    """Number of the event to go on after, and whether the end was heard. Raises InputError."""
    if not given:
        return 0, False
    found = _ID.fullmatch(given)
    if found is None:
        raise InputError(
            "last_event_id_invalid",
            f"There is no event {given[:40]!r} to go on after.",
            "Send the `id` of an event of this stream, or leave `Last-Event-ID` out.",
        )
    return int(found[1]), found[2] is not None


async def _lines(
    at: Services, caller: Caller, version: date, fine_tune_id: str, after: int
) -> AsyncGenerator[str, None]:
    store, owner = at.library.fine_tunes, caller.organisation_id
    shown: dict[str, Any] = {}
    told = time.monotonic()
    yield f"retry: {round(1000 * POLL_SECONDS)}\n\n"
    # Whoever is cut off by the server's end asks again with the last id.
    while not at.traffic.stopping:
        try:
            # The row first: the event of an end is written together with it.
            row = await run_in_threadpool(store.get, owner, fine_tune_id)
            events = await run_in_threadpool(store.events, owner, fine_tune_id, after)
        except NotFoundError:
            yield _event("deleted", {"id": fine_tune_id}, f"{after}.end")
            return
        for event in events:
            after, shown = event.id, _state(event)
            yield _event("progress", _shown(event), str(after))
        if events:
            told = time.monotonic()
            continue
        if row.status not in OPEN:
            body = show_fine_tune(row, version).model_dump(mode="json")
            yield _event(row.status, body, f"{after}.end")
            return
        if _state(row) != shown:
            shown, told = _state(row), time.monotonic()
            yield _event("progress", {**_live(row), **shown})
        elif time.monotonic() - told >= CALM_SECONDS:
            told = time.monotonic()
            yield ": nothing new\n\n"
        await asyncio.sleep(POLL_SECONDS)


def _state(told: FineTune | FineTuneEvent) -> dict[str, Any]:
    return {
        "status": told.status,
        "stage": told.stage,
        "progress": round(told.progress, 4),
        "eta_seconds": None if told.eta_seconds is None else round(told.eta_seconds, 1),
    }


def _shown(event: FineTuneEvent) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "attempt": event.attempt,
        **_state(event),
        "step": event.step,
        "losses": event.losses,
        "scores": event.scores,
        "error": event.error,
    }


def _live(row: FineTune) -> dict[str, Any]:
    """Progress of which no event is kept, so that its id cannot be gone on after."""
    empty: dict[str, Any] = {"at": None, "step": 0, "losses": {}, "scores": {}, "error": None}
    return {**empty, "attempt": row.attempts}


def _event(kind: str, data: dict[str, Any], identity: str | None = None) -> str:
    named = "" if identity is None else f"id: {identity}\n"
    # In ASCII, since some readers end a line at U+2028 too.
    return f"event: {kind}\n{named}data: {json.dumps(data)}\n\n"
