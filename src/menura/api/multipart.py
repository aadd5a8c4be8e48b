"""Multipart forms: texts into memory, files straight to disk, in whatever order they come."""

import contextlib
import hashlib
import uuid
from collections.abc import AsyncIterator, Sequence
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
class ReceivedFile:
    """A file of a form."""

    path: Path
    """The file on disk. It is removed after the request, unless `keep` was called."""

    filename: str
    """As the client calls it; anything at all may be in here."""

    size: int = 0
    """Bytes."""

    digest: str = ""
    """SHA-256."""

    kept: bool = False

    def keep(self) -> Path:
        """Hands the file over to the caller, who removes it."""
        self.kept = True
        return self.path


@dataclass
class ReceivedForm:
    """All of a form."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    """Names and values in the order that they came; a name may come again."""

    files: dict[str, ReceivedFile] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The last value of a field; None when it is absent or blank."""
        found = self.all_of(name)
        return found[-1] if found else None

    def all_of(self, name: str) -> list[str]:
        """All values of a field that are not blank, with or without `[]` behind its name."""
        return [v for n, v in self.texts if n in (name, f"{name}[]") and v.strip()]


@asynccontextmanager
async def receive_form(
    request: Request, folder: Path, file_fields: Sequence[str], limit: int, hint: str = ""
) -> AsyncIterator[ReceivedForm]:
    """Receives a form with at most one file under each of `file_fields`.

    Whatever happens, nothing stays on disk but files that were kept. `hint` ends the sentence of
    what is accepted. Raises InputError for what is no form, TooLargeError beyond `limit` bytes,
    OSError for a full disk.
    """
    form = ReceivedForm()
    writer = _Writer(form)
    try:
        await _receive(request, writer, _Parts(request, folder, file_fields, writer), limit, hint)
        yield form
    finally:
        writer.close()
        for file in form.files.values():
            if not file.kept:
                file.path.unlink(missing_ok=True)


async def _receive(
    request: Request, writer: "_Writer", parts: "_Parts", limit: int, hint: str
) -> None:
    too_large = TooLargeError(
        "upload_too_large",
        "The upload is too large.",
        f"At most {limit // 1024} KiB are accepted{hint and '; '}{hint}.",
    )
    stated = request.headers.get("content-length", "")
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit or (stated.isdecimal() and int(stated) > limit):
            raise too_large
        parts.write(chunk)
        if writer.waiting >= _BUFFER_BYTES:
            await run_in_threadpool(writer.flush)
    parts.finish()
    await run_in_threadpool(writer.finish)


class _Writer:
    """Brings the bytes of files to disk, off the event loop."""

    def __init__(self, form: ReceivedForm) -> None:
        self.form = form
        self.waiting = 0
        """Bytes that are not on disk yet."""

        self._pending: dict[str, bytearray] = {}
        self._open: dict[str, IO[bytes]] = {}
        self._digests: dict[str, hashlib._Hash] = {}

    def add(self, name: str, data: bytes) -> None:
        self._pending.setdefault(name, bytearray()).extend(data)
        self.form.files[name].size += len(data)
        self.waiting += len(data)

    def flush(self) -> None:
        for name, data in self._pending.items():
            if name not in self._open:
                self._open[name] = self.form.files[name].path.open("xb")
                self._digests[name] = hashlib.sha256()
            self._digests[name].update(data)
            self._open[name].write(data)
        self._pending.clear()
        self.waiting = 0

    def finish(self) -> None:
        self.flush()
        for file in self._open.values():
            # What does not fit on the disk is told here; closing is silent.
            file.flush()
        for name, digest in self._digests.items():
            self.form.files[name].digest = digest.hexdigest()
        self.close()

    def close(self) -> None:
        for file in self._open.values():
            with contextlib.suppress(OSError):
                file.close()


def _boundary(request: Request, file_field: str) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise InputError(
            "upload_not_multipart",
            "The body is no multipart form.",
            f"Send multipart/form-data with the file in the part `{file_field}`.",
        )
    return boundary


class _Parts:
    """Takes a form apart as it comes in."""

    def __init__(
        self, request: Request, folder: Path, file_fields: Sequence[str], writer: _Writer
    ) -> None:
        boundary = _boundary(request, file_fields[0])
        self._folder = folder
        self._file_fields = file_fields
        self._writer = writer
        self._form = writer.form
        self._count = 0
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

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise InputError(
                "upload_too_many_parts",
                f"The form has more than {MOST_PARTS} parts.",
                "Send the fields of the documentation only.",
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
        self._is_file = self._name in self._file_fields
        if not self._is_file:
            return
        if self._name in self._form.files:
            raise InputError(
                "upload_two_files",
                f"The form has two parts called `{self._name}`.",
                "Send one file in it.",
            )
        filename = options.get(b"filename", b"").decode("utf-8", "replace")
        path = self._folder / f"{uuid.uuid4()}.upload"
        self._form.files[self._name] = ReceivedFile(path, filename)
        # A file without any bytes is made too, so that it can be handed over.
        self._writer.add(self._name, b"")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._writer.add(self._name, data[start:end])
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
            self._form.texts.append((self._name, self._text.decode("utf-8")))
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
