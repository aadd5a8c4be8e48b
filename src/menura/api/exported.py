"""Exported files, going out and coming in again: what voices and fine-tunes do alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import Request

from menura.api.forms import missing
from menura.api.multipart import receive_form
from menura.api.voice_schemas import NAME_CHARACTERS

MEDIA_TYPE = "application/octet-stream"
_FORM_BYTES = 256 * 1024
"""For the other parts of the form and its borders."""


def export_answers(description: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that gives a file."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}}


def import_form(description: str) -> dict[str, Any]:
    """The `openapi_extra` of a route that takes such a file."""
    schema = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary", "description": description},
            "name": {
                "type": "string",
                "maxLength": NAME_CHARACTERS,
                "description": "Instead of the name in the file.",
            },
        },
    }
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@asynccontextmanager
async def receive_exported(
    request: Request, folder: Path, most_bytes: int, what: str
) -> AsyncIterator[tuple[Path, str | None]]:
    """Receives an exported `what` of at most `most_bytes`, and its new name if it gets one.

    The file is gone afterwards. Raises InputError without one, TooLargeError.
    """
    limit = most_bytes + _FORM_BYTES
    async with receive_form(request, folder, ("file",), limit, f"{what} is smaller") as form:
        file = form.files.get("file")
        if file is None or not file.size:
            raise missing("file", "Send an exported file in the part `file`.")
        yield file.path, (form.text("name") or "").strip() or None
