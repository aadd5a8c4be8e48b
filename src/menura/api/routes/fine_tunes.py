"""Fine-tunes: pro voice cloning from a dataset (section 16)."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.fine_tune_making import checked
from menura.api.fine_tune_schemas import (
    ConsentStatementBody,
    FineTuneBody,
    FineTunePageBody,
    FineTuneRequest,
)
from menura.api.fine_tune_view import show_fine_tune
from menura.api.routes.datasets import After, Before, Limit, json_body
from menura.api.schemas import parse, read_body
from menura.api.voice_schemas import VoicePageBody
from menura.api.voice_view import ViewDep
from menura.library.consent import STATEMENT
from menura.library.paging import Window
from menura.library.voice_query import VoiceFilter

router = APIRouter(prefix="/fine-tunes", tags=["Fine-tunes"])

_BODY_BYTES = 64 * 1024


@router.get("", summary="List fine-tunes")
async def list_fine_tunes(
    at: ServicesDep,
    caller: CallerDep,
    version: VersionDep,
    limit: Limit = 10,
    starting_after: After = None,
    ending_before: Before = None,
) -> FineTunePageBody:
    """Lists own fine-tunes, newest first."""
    window = Window(limit, starting_after or None, ending_before or None)
    store = at.library.fine_tunes
    page = await run_in_threadpool(store.list, caller.organisation_id, window)
    return FineTunePageBody(
        data=[show_fine_tune(row, version) for row in page.rows],
        has_more=page.has_more,
        next_page=page.rows[-1].id if page.rows and page.has_more else None,
    )


@router.post("", summary="Begin a fine-tune", openapi_extra=json_body("FineTuneRequest"))
async def create_fine_tune(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> FineTuneBody:
    """Puts a training of the base model on an own dataset in line.

    It is booked when it succeeds. A dataset that is still being prepared is waited for.
    """
    body = parse(FineTuneRequest, await read_body(request, _BODY_BYTES))
    new = await checked(at, caller, body, version)
    row = await run_in_threadpool(at.library.fine_tunes.create, caller.organisation_id, new)
    at.trainer.wake()
    return show_fine_tune(row, version)


@router.get("/consent", summary="Show the statement of consent")
async def get_consent(at: ServicesDep, caller: CallerDep) -> ConsentStatementBody:
    """Shows what whoever begins a fine-tune declares about the recordings."""
    return ConsentStatementBody(
        statement=STATEMENT, required=at.settings.tune_consent == "required"
    )


@router.get("/{fine_tune_id}", summary="Show a fine-tune")
async def get_fine_tune(
    at: ServicesDep, caller: CallerDep, version: VersionDep, fine_tune_id: str
) -> FineTuneBody:
    """Shows an own fine-tune, and how far it is."""
    found = at.library.fine_tunes.get
    row = await run_in_threadpool(found, caller.organisation_id, fine_tune_id)
    return show_fine_tune(row, version)


@router.delete("/{fine_tune_id}", summary="Delete a fine-tune", status_code=204)
async def delete_fine_tune(at: ServicesDep, caller: CallerDep, fine_tune_id: str) -> Response:
    """Deletes an own fine-tune for good, with its weights and voices; training is stopped."""
    await run_in_threadpool(at.library.fine_tunes.delete, caller.organisation_id, fine_tune_id)
    at.trainer.wake()
    return Response(status_code=204)


@router.get("/{fine_tune_id}/voices", summary="List a fine-tune's voices")
async def list_fine_tune_voices(
    at: ServicesDep,
    caller: CallerDep,
    view: ViewDep,
    fine_tune_id: str,
    limit: Limit = 10,
    starting_after: After = None,
    ending_before: Before = None,
) -> VoicePageBody:
    """Lists the voices of an own fine-tune, newest first; none until it is completed."""
    owner = caller.organisation_id
    await run_in_threadpool(at.library.fine_tunes.get, owner, fine_tune_id)
    page = await run_in_threadpool(
        at.library.voices.list,
        owner,
        VoiceFilter(fine_tune_id=fine_tune_id),
        limit=limit,
        after=starting_after or None,
        before=ending_before or None,
    )
    return VoicePageBody(
        data=await view.many(page.voices),
        has_more=page.has_more,
        next_page=page.voices[-1].id if page.voices and page.has_more else None,
    )


@router.post("/{fine_tune_id}/cancel", summary="Cancel a fine-tune")
async def cancel_fine_tune(
    at: ServicesDep, caller: CallerDep, version: VersionDep, fine_tune_id: str
) -> FineTuneBody:
    """Ends an own fine-tune that waits or is trained; it is `failed` then, and can be retried."""
    cancel = at.library.fine_tunes.cancel
    row = await run_in_threadpool(cancel, caller.organisation_id, fine_tune_id)
    at.trainer.wake()
    return show_fine_tune(row, version)


@router.post("/{fine_tune_id}/retry", summary="Retry a fine-tune")
async def retry_fine_tune(
    at: ServicesDep, caller: CallerDep, version: VersionDep, fine_tune_id: str
) -> FineTuneBody:
    """Puts an own fine-tune that failed in line again; it goes on from its last checkpoint."""
    owner, store = caller.organisation_id, at.library.fine_tunes
    row = await run_in_threadpool(store.get, owner, fine_tune_id)
    await at.meter.allow_fine_tune(caller, model=row.snapshot)
    row = await run_in_threadpool(store.retry, owner, fine_tune_id)
    at.trainer.wake()
    return show_fine_tune(row, version)
