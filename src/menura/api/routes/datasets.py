"""Datasets and their recordings (section 15)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.dataset_schemas import (
    FILE_PURPOSE,
    DatasetBody,
    DatasetFileBody,
    DatasetFilePageBody,
    DatasetPageBody,
    DatasetRequest,
    DatasetUpdate,
    file_purpose_invalid,
)
from menura.api.deps import CallerDep, ServicesDep
from menura.api.multipart import receive_form
from menura.api.schemas import parse, read_body
from menura.api.services import Services
from menura.api.voice_schemas import AdviceBody
from menura.errors import InputError
from menura.library.datasets import Totals
from menura.library.paging import Window
from menura.library.tables import Dataset, DatasetFile
from menura.tuning.settle import choose_speaker

router = APIRouter(prefix="/datasets", tags=["Datasets"])

FILE_HEADER = "Cartesia-File-ID"
DUPLICATE_HEADER = "Menura-Duplicate"
_BODY_BYTES = 64 * 1024
_FORM_BYTES = 256 * 1024
"""For the other parts of the form and its borders."""

Limit = Annotated[int, Query(ge=1, le=100)]
After = Annotated[str | None, Query(description="Id to go on after.")]
Before = Annotated[str | None, Query(description="Id to end before.")]

_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "purpose": {"type": "string", "enum": [FILE_PURPOSE]},
    },
}


def json_body(name: str) -> dict[str, Any]:
    """The description of a JSON body that a route reads by itself."""
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.get("", summary="List datasets")
async def list_datasets(
    at: ServicesDep,
    caller: CallerDep,
    limit: Limit = 10,
    starting_after: After = None,
    ending_before: Before = None,
) -> DatasetPageBody:
    """Lists own datasets, newest first."""
    window = Window(limit, starting_after or None, ending_before or None)
    store = at.library.datasets
    page = await run_in_threadpool(store.list, caller.organisation_id, window)
    totals = await run_in_threadpool(store.totals, page.rows)
    return DatasetPageBody(
        data=[_show(row, totals[row.id]) for row in page.rows],
        has_more=page.has_more,
        next_page=page.rows[-1].id if page.rows and page.has_more else None,
    )


@router.post("", summary="Make a dataset", openapi_extra=json_body("DatasetRequest"))
async def create_dataset(request: Request, at: ServicesDep, caller: CallerDep) -> DatasetBody:
    """Makes an empty dataset."""
    body = parse(DatasetRequest, await read_body(request, _BODY_BYTES))
    row = await run_in_threadpool(
        at.library.datasets.add, caller.organisation_id, body.name, body.description
    )
    return _show(row, Totals(0, 0.0))


@router.get("/{dataset_id}", summary="Show a dataset")
async def get_dataset(at: ServicesDep, caller: CallerDep, dataset_id: str) -> DatasetBody:
    """Shows an own dataset."""
    store = at.library.datasets
    row = await run_in_threadpool(store.get, caller.organisation_id, dataset_id)
    totals = await run_in_threadpool(store.totals, [row])
    return _show(row, totals[row.id])


@router.patch(
    "/{dataset_id}",
    summary="Change a dataset",
    status_code=204,
    openapi_extra=json_body("DatasetUpdate"),
)
async def update_dataset(
    request: Request, at: ServicesDep, caller: CallerDep, dataset_id: str
) -> Response:
    """Changes name and description of an own dataset, or whose utterances count."""
    body = parse(DatasetUpdate, await read_body(request, _BODY_BYTES) or b"{}")
    owner = caller.organisation_id
    if "speaker" in body.model_fields_set:
        await run_in_threadpool(choose_speaker, at.library, owner, dataset_id, body.speaker)
        at.preparer.changed(owner, dataset_id)
    await run_in_threadpool(
        at.library.datasets.update,
        owner,
        dataset_id,
        name=body.name,
        description=body.description,
    )
    return Response(status_code=204)


@router.delete("/{dataset_id}", summary="Delete a dataset", status_code=204)
async def delete_dataset(at: ServicesDep, caller: CallerDep, dataset_id: str) -> Response:
    """Deletes an own dataset for good, with its recordings and all that was found in them."""
    await run_in_threadpool(at.library.datasets.delete, caller.organisation_id, dataset_id)
    at.preparer.wake()
    return Response(status_code=204)


@router.get("/{dataset_id}/files", summary="List a dataset's files")
async def list_dataset_files(
    at: ServicesDep,
    caller: CallerDep,
    dataset_id: str,
    limit: Limit = 10,
    starting_after: After = None,
    ending_before: Before = None,
) -> DatasetFilePageBody:
    """Lists the recordings of an own dataset, newest first."""
    window = Window(limit, starting_after or None, ending_before or None)
    found = at.library.dataset_files.list
    page = await run_in_threadpool(found, caller.organisation_id, dataset_id, window)
    return DatasetFilePageBody(
        data=[_show_file(row) for row in page.rows],
        has_more=page.has_more,
        next_page=page.rows[-1].id if page.rows and page.has_more else None,
    )


@router.post(
    "/{dataset_id}/files",
    summary="Upload a file to a dataset",
    status_code=204,
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    },
)
async def upload_dataset_file(
    request: Request, at: ServicesDep, caller: CallerDep, dataset_id: str
) -> Response:
    """Adds a recording, of any length and in any format that FFmpeg reads; one file a request.

    The header `Cartesia-File-ID` has its id. The same bytes are kept once: then the header
    `Menura-Duplicate` is `true`, and the id is that of the first.
    """
    owner = caller.organisation_id
    await run_in_threadpool(at.library.datasets.check_changeable, owner, dataset_id)
    limit = at.settings.max_dataset_file_bytes + _FORM_BYTES
    async with receive_form(
        request, at.library.uploads.folder, ("file",), limit, "split longer recordings"
    ) as form:
        sent, purpose = form.files.get("file"), form.text("purpose")
        if purpose is not None and purpose != FILE_PURPOSE:
            raise file_purpose_invalid(purpose)
        if sent is None:
            raise InputError(
                "field_missing", "The form lacks the part `file`.", "Send the recording in it."
            )
        if sent.size == 0:
            raise InputError("file_empty", "The file has no bytes.", "Send a file with content.")
        adopted = await run_in_threadpool(
            at.library.dataset_files.adopt,
            owner,
            dataset_id,
            sent.path,
            filename=sent.filename,
            digest=sent.digest,
        )
    _prepare(at, adopted.row)
    headers = {FILE_HEADER: adopted.row.id}
    if adopted.duplicate:
        headers[DUPLICATE_HEADER] = "true"
    return Response(status_code=204, headers=headers)


@router.delete("/{dataset_id}/files/{file_id}", summary="Delete a dataset's file", status_code=204)
async def delete_dataset_file(
    at: ServicesDep, caller: CallerDep, dataset_id: str, file_id: str
) -> Response:
    """Deletes a recording for good, with all that was found in it."""
    owner = caller.organisation_id
    await run_in_threadpool(at.library.dataset_files.delete, owner, dataset_id, file_id)
    at.preparer.changed(owner, dataset_id)
    return Response(status_code=204)


def _prepare(at: Services, row: DatasetFile) -> None:
    if row.state == "ready":
        at.preparer.changed(row.organisation_id, row.dataset_id)
    else:
        at.preparer.wake()


def _show(row: Dataset, totals: Totals) -> DatasetBody:
    return DatasetBody(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        files=totals.files,
        seconds=round(totals.seconds, 2),
    )


def _show_file(row: DatasetFile) -> DatasetFileBody:
    advice = [AdviceBody(**finding) for finding in row.advice]
    if row.error is not None:
        advice = [AdviceBody(severity="warning", **row.error)]
    return DatasetFileBody(
        id=row.id,
        filename=row.filename,
        size=row.size,
        created_at=row.created_at,
        seconds=row.report.get("speech_seconds"),
        advice=advice,
    )
