"""Multipart uploads: texts into memory, the file straight to disk, in whatever order they come."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from menura.errors import InputError, TooLargeError

FIELD_BYTES = 64 * 1024
MOST_PARTS = 64
_BUFFER_BYTES = 512 * 1024


@dataclass
class Upload:
    """A received form."""

    path: Path
    """The file on disk. It is removed after the request, unless `keep` was called."""

    fields: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    """SHA-256 of the file."""

    size: int | None = None
    """Bytes of the file; None when none was sent."""

    kept: bool = False

    def keep(self) -> Path:
        """Hands the file over to the caller, who removes it."""
        self.kept = True
        return self.path


@asynccontextmanager
async def receive_upload(
    request: Request, folder: Path, file_field: str, limit: int
) -> AsyncIterator[Upload]:
    """Receives a form with one file under the name `file_field`.

    Whatever happens, nothing stays on disk but a file that was kept. Raises InputError for what
    is no form, TooLargeError beyond `limit` bytes.
    """
    upload = Upload(folder / f"{uuid.uuid4()}.upload")
    try:
        with upload.path.open("xb") as file:
            await _receive(request, upload, file, file_field, limit)
        yield upload
    finally:
        if not upload.kept:
            upload.path.unlink(missing_ok=True)


async def _receive(
    request: Request, upload: Upload, file: IO[bytes], file_field: str, limit: int
) -> None:
    too_large = TooLargeError(
        "upload_too_large",
        "The upload is too large.",
        f"At most {limit // 1024} KiB are accepted; a clip of ten seconds is enough.",
    )
    stated = request.headers.get("content-length", "")
    form = _Form(_boundary(request), upload, file_field)
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit or (stated.isdecimal() and int(stated) > limit):
            raise too_large
        form.write(chunk)
        if len(form.waiting) >= _BUFFER_BYTES:
            await run_in_threadpool(form.flush, file)
    form.finish()
    await run_in_threadpool(form.flush, file)
    upload.digest = form.sha.hexdigest()


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise InputError(
            "upload_not_multipart",
            "The body is no multipart form.",
            "Send multipart/form-data with the clip in the part `clip`.",
        )
    return boundary


class _Form:
    """Takes a form apart as it comes in."""

    def __init__(self, boundary: bytes, upload: Upload, file_field: str) -> None:
        self.waiting = bytearray()
        """Bytes of the file that are not on disk yet."""

        self.sha = hashlib.sha256()
        self._upload = upload
        self._file_field = file_field
        self._parts = 0
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._name = ""
        self._is_file = False
        self._text = bytearray()
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._all,
            },
        )

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes of the body."""
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise _broken() from error

    def finish(self) -> None:
        """Raises InputError for a form that breaks off."""
        if not self._ended:
            raise _broken()

    def flush(self, file: IO[bytes]) -> None:
        """Writes what waits to disk."""
        self.sha.update(self.waiting)
        file.write(self.waiting)
        self.waiting.clear()

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise InputError(
                "upload_too_many_parts",
                f"The form has more than {MOST_PARTS} parts.",
                "Send the clip and the fields of the documentation only.",
            )
        self._disposition, self._name, self._is_file = b"", "", False
        self._header, self._value = b"", b""
        self._text.clear()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"")
        self._name = name.decode("utf-8", "replace")
        # A clip without a file name is still the clip; a stray file under another name is not.
        self._is_file = self._name == self._file_field
        if self._is_file:
            if self._upload.size is not None:
                raise InputError(
                    "upload_two_files",
                    f"The form has two parts called `{self._file_field}`.",
                    "Send one recording.",
                )
            self._upload.size = 0

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.waiting += data[start:end]
            self._upload.size = (self._upload.size or 0) + end - start
            return
        if len(self._text) + end - start > FIELD_BYTES:
            raise TooLargeError(
                "field_too_large",
                f"The form's field `{self._name[:80]}` is too long.",
                f"At most {FIELD_BYTES} bytes are accepted.",
            )
        self._text += data[start:end]

    def _end(self) -> None:
        if self._is_file or not self._name:
            return
        try:
            self._upload.fields[self._name] = self._text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                "field_not_text",
                f"The form's field `{self._name[:80]}` is no text.",
                "Send texts in UTF-8.",
            ) from error

    def _all(self) -> None:
        self._ended = True


def _broken() -> InputError:
    return InputError(
        "upload_broken", "The multipart form is broken or incomplete.", "Send the request again."
    )
