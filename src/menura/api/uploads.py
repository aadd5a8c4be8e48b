"""Uploads of one file, most often a clip."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Request

from menura.api.multipart import ReceivedFile, receive_form


@dataclass
class Upload:
    """A received form with one file."""

    file: ReceivedFile
    fields: dict[str, str] = field(default_factory=dict)
    """The last value of each field."""

    sent: bool = True
    """Whether there was a file."""

    @property
    def path(self) -> Path:
        """The file on disk. It is removed after the request, unless `keep` was called."""
        return self.file.path

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return self.file.digest

    @property
    def size(self) -> int | None:
        """Bytes of the file; None when none was sent."""
        return self.file.size if self.sent else None

    def keep(self) -> Path:
        """Hands the file over to the caller, who removes it."""
        return self.file.keep()


@asynccontextmanager
async def receive_upload(
    request: Request, folder: Path, file_field: str, limit: int
) -> AsyncIterator[Upload]:
    """Receives a form with one file under the name `file_field`.

    Whatever happens, nothing stays on disk but a file that was kept. Raises InputError for what
    is no form, TooLargeError beyond `limit` bytes.
    """
    hint = "a clip of ten seconds is enough"
    async with receive_form(request, folder, (file_field,), limit, hint) as form:
        file = form.files.get(file_field)
        none = ReceivedFile(folder / "none", "")
        yield Upload(file or none, dict(form.texts), file is not None)
