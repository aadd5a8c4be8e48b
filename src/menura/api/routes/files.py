"""Files that clients keep, and links to them (section 6)."""

import re
import time
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep
from menura.api.multipart import receive_form
from menura.api.schemas import RequestBody, parse, read_body
from menura.errors import InputError, NotFoundError
from menura.library.files import PURPOSES, check_purpose
from menura.library.paging import Window
from menura.library.tables import StoredFile

router = APIRouter(tags=["Files"])

MEDIA_TYPE = "application/octet-stream"
LONGEST_LINK_SECONDS = 7 * 24 * 3600
_LIFETIME = re.compile(r"([1-9][0-9]{0,8})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FORM_BYTES = 256 * 1024
"""For the other parts of the form and its borders."""

_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file", "purpose"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "purpose": {"type": "string", "enum": list(PURPOSES)},
    },
}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file's bytes.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class FileBody(BaseModel):
    """A file that a client keeps."""

    id: str = Field(examples=["file_7Kq2mVbWc3XhYtRzN5pLdA"])
    filename: str
    size: int = Field(description="Bytes.")
    created_at: datetime
    purpose: str = Field(examples=list(PURPOSES))


class FilePageBody(BaseModel):
    """A page of files, newest first."""

    data: list[FileBody]
    has_more: bool
    next_page: str | None = Field(description="Deprecated; the id to go on after.")


class LinkRequest(RequestBody):
    """Body of `POST /links`."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"file_id": "file_…", "lifetime": "24h"}}
    )

    file_id: str
    lifetime: str | None = Field(
        None, description="A number with s, m, h or d, at most 7d; 24h where it is absent."
    )


class LinkBody(BaseModel):
    """A link that opens a file without a key, until it expires."""

    url: str
    expires_at: datetime


@router.post(
    "/files",
    summary="Upload a file",
    status_code=201,
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    },
)
async def upload_file(request: Request, at: ServicesDep, caller: CallerDep) -> FileBody:
    """Keeps a file of the caller's organisation."""
    limit = at.settings.max_upload_bytes + _FORM_BYTES
    async with receive_form(request, at.library.uploads.folder, ("file",), limit) as form:
        sent, purpose = form.files.get("file"), form.text("purpose")
        if sent is None or purpose is None:
            name = "file" if sent is None else "purpose"
            raise InputError(
                "field_missing",
                f"The form lacks the part `{name}`.",
                f"Send a file in the part `file`, and a `purpose`: {', '.join(PURPOSES)}.",
            )
        if sent.size == 0:
            raise InputError("file_empty", "The file has no bytes.", "Send a file with content.")
        check_purpose(purpose)
        row = await run_in_threadpool(
            at.library.files.adopt,
            caller.organisation_id,
            sent.path,
            filename=sent.filename,
            purpose=purpose,
        )
    return _show(row)


@router.get("/files", summary="List files")
async def list_files(
    at: ServicesDep,
    caller: CallerDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    starting_after: Annotated[str | None, Query(description="Id to go on after.")] = None,
    ending_before: Annotated[str | None, Query(description="Id to end before.")] = None,
    purpose: Literal[PURPOSES] | Literal[""] | None = None,  # type: ignore[valid-type]
    q: Annotated[str | None, Query(description="Part of the file name.")] = None,
) -> FilePageBody:
    """Lists own files, newest first."""
    page = await run_in_threadpool(
        at.library.files.list,
        caller.organisation_id,
        Window(limit, starting_after or None, ending_before or None),
        purpose=purpose or None,
        q=q or None,
    )
    next_page = page.rows[-1].id if page.rows and page.has_more else None
    return FilePageBody(
        data=[_show(row) for row in page.rows], has_more=page.has_more, next_page=next_page
    )


@router.get("/files/{file_id}", summary="Show a file")
@router.get("/files/{file_id}/info", summary="Show a file", include_in_schema=False)
async def get_file(at: ServicesDep, caller: CallerDep, file_id: str) -> FileBody:
    """Shows an own file."""
    found = at.library.files.get
    return _show(await run_in_threadpool(found, caller.organisation_id, file_id))


@router.get(
    "/files/{file_id}/download",
    summary="Download a file",
    response_class=Response,
    responses=_BYTES,
)
async def download_file(at: ServicesDep, caller: CallerDep, file_id: str) -> Response:
    """Gives the bytes of an own file."""
    found = at.library.files.get
    row = await run_in_threadpool(found, caller.organisation_id, file_id)
    return await run_in_threadpool(_send, at, row)


@router.delete("/files/{file_id}", summary="Delete a file", status_code=204)
async def delete_file(at: ServicesDep, caller: CallerDep, file_id: str) -> Response:
    """Deletes an own file for good; its links end with it."""
    await run_in_threadpool(at.library.files.delete, caller.organisation_id, file_id)
    return Response(status_code=204)


@router.post(
    "/links",
    summary="Make a link to a file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/LinkRequest"}}
            },
        }
    },
)
async def make_link(request: Request, at: ServicesDep, caller: CallerDep) -> LinkBody:
    """Makes a link that opens an own file to whoever has it, until it expires."""
    body = parse(LinkRequest, await read_body(request, 4096))
    expires = int(time.time()) + _lifetime(body.lifetime or "24h")
    files = at.library.files
    signature = await run_in_threadpool(files.sign, caller.organisation_id, body.file_id, expires)
    query = urlencode({"expires": expires, "signature": signature})
    address = request.url_for("open_link", file_id=body.file_id)
    return LinkBody.model_validate({"url": f"{address}?{query}", "expires_at": expires})


@router.get(
    "/links/{file_id}",
    summary="Open a link",
    response_class=Response,
    responses=_BYTES,
)
async def open_link(
    at: ServicesDep, file_id: str, expires: str = "", signature: str = ""
) -> Response:
    """Gives the bytes of the file that a link was made for; needs no key."""
    if not re.fullmatch("[0-9]{1,12}", expires):
        raise NotFoundError(
            "file_not_found", "There is no such link.", "Ask the file's owner for a new one."
        )
    files = at.library.files
    row = await run_in_threadpool(files.open_link, file_id, int(expires), signature, time.time())
    return await run_in_threadpool(_send, at, row)


def _send(at: ServicesDep, row: StoredFile) -> Response:
    return FileResponse(
        at.library.files.path(row),
        media_type=MEDIA_TYPE,
        filename=row.filename,
        # A page that a client has uploaded must not run under the server's name.
        headers={"X-Content-Type-Options": "nosniff"},
    )


def _show(row: StoredFile) -> FileBody:
    return FileBody(
        id=row.id,
        filename=row.filename,
        size=row.size,
        created_at=row.created_at,
        purpose=row.purpose,
    )


def _lifetime(text: str) -> int:
    found = _LIFETIME.fullmatch(text.strip())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not 0 < seconds <= LONGEST_LINK_SECONDS:
        raise InputError(
            "lifetime_invalid",
            f"A link cannot live for {text[:40]!r}.",
            "Send a number with s, m, h or d, such as 24h; at most 7d.",
        )
    return seconds
