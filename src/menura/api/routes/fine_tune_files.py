"""Fine-tunes as files: out, and in again with their voices."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.disconnect import while_connected
from menura.api.exported import MEDIA_TYPE, export_answers, import_form, receive_exported
from menura.api.fine_tune_schemas import FineTuneBody
from menura.api.fine_tune_view import show_fine_tune
from menura.api.model_ids import check_model_id, dated_id
from menura.api.once_file import OnceFile
from menura.api.services import Services
from menura.errors import InputError
from menura.library import model_files
from menura.library.fine_tune_tables import FineTune
from menura.models.tuned_files import MOST_BYTES
from menura.work.tuned_models import InspectModelJob

router = APIRouter(prefix="/fine-tunes", tags=["Fine-tunes"])


@router.get(
    "/{fine_tune_id}/export",
    summary="Export a fine-tune",
    response_class=Response,
    responses=export_answers(
        "Weights and voices: safetensors with a card; see docs/voice-file.md."
    ),
)
async def export_fine_tune(at: ServicesDep, caller: CallerDep, fine_tune_id: str) -> Response:
    """Gives a completed fine-tune with the voices that it has left as one file."""
    target = at.library.uploads.folder / f"{uuid.uuid4()}.export"
    owner = caller.organisation_id
    try:
        row = await run_in_threadpool(model_files.export, at.library, owner, fine_tune_id, target)
    except BaseException:
        await run_in_threadpool(target.unlink, missing_ok=True)
        raise
    name = model_files.file_name(row)
    return OnceFile(target, {"Content-Disposition": f'attachment; filename="{name}"'}, MEDIA_TYPE)


@router.post(
    "/import",
    summary="Import a fine-tune",
    openapi_extra=import_form("A file as `GET /fine-tunes/{id}/export` gives it."),
)
async def import_fine_tune(
    request: Request, at: ServicesDep, caller: CallerDep, version: VersionDep
) -> FineTuneBody:
    """Keeps a fine-tune of an exported file, with its voices, under new ids; it costs nothing.

    The file is read and checked in a worker process; one that is broken, of another base model or
    no fine-tune at all is refused, and nothing of it is kept. The plan has to have pro cloning.
    """
    await at.meter.allow_pro_cloning(caller)
    most = min(at.settings.max_upload_bytes, MOST_BYTES)
    folder = at.library.uploads.folder
    adapter = folder / f"{uuid.uuid4()}.adapter"
    what = "a fine-tune with its voices"
    try:
        async with receive_exported(request, folder, most, what) as (path, name):
            with at.desk.aside():
                work = at.pool.inspect_model(InspectModelJob(path, adapter))
                found = await while_connected(request, work)
        card = model_files.read_card(found.card)
        model_id = await _known_id(at, card.model_id)

        def keep() -> FineTune:
            return model_files.keep(
                at.library,
                caller.organisation_id,
                card,
                found.voices,
                adapter,
                model_id=model_id,
                name=name,
            )

        row = await run_in_threadpool(keep)
    finally:
        await run_in_threadpool(adapter.unlink, missing_ok=True)
    return show_fine_tune(row, version)


async def _known_id(at: Services, model_id: str) -> str:
    """The model id of a file where it means something here; else that of the base model."""
    base = (await at.model()).info
    try:
        check_model_id(model_id, base, at.settings.model_ids)
    except InputError:
        return base.snapshot
    return dated_id(model_id, base)
