"""Files that clients keep: recordings, and speech that was asked to be saved."""

import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from menura.errors import InputError, NotFoundError, PermissionDeniedError, ServerError
from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.paging import Page, Window, read_page
from menura.library.tables import StoredFile

PURPOSES = ("agent_background_sound", "fine_tune", "tts_generation", "voice-clone")
NAME_CHARACTERS = 255
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ID_CHARACTERS = 22
"""In base 58: 128 bits, so that no id can be guessed."""

_TOMBSTONE_DAYS = 1


def new_id(kind: str) -> str:
    """An id that nothing has, such as `file_…`."""
    return f"{kind}_" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_CHARACTERS))


def new_file_id() -> str:
    """An id that no file has."""
    return new_id("file")


def plain_name(name: str) -> str:
    """A client's file name without folders and control characters, at most NAME_CHARACTERS long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    return kept[:NAME_CHARACTERS] if kept.strip(".") else "upload"


def check_purpose(purpose: str) -> str:
    """Returns one of PURPOSES. Raises InputError."""
    if purpose not in PURPOSES:
        raise InputError(
            "file_purpose_invalid",
            f"A file cannot have the purpose {purpose[:80]!r}.",
            f"Accepted: {', '.join(PURPOSES)}.",
        )
    return purpose


class FileStore:
    """All files of one data folder.

    Every call names the organisation that asks; the files of others do not exist for it.
    """

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self.blobs = blobs

    def adopt(
        self,
        organisation_id: str,
        source: Path,
        *,
        filename: str,
        purpose: str,
        file_id: str | None = None,
    ) -> StoredFile:
        """Takes over a finished file, which is moved here; first the file, then its row.

        `source` has to lie on the same disk. Raises InputError for an unknown purpose.
        """
        identity = file_id or new_file_id()
        check_purpose(purpose)
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
        source.replace(self.blobs.folder / identity)
        try:
            self.blobs.seal(identity)
            with self._database.write() as session:
                row = StoredFile(
                    id=identity,
                    organisation_id=organisation_id,
                    created_at=datetime.now(UTC),
                    filename=plain_name(filename),
                    purpose=purpose,
                    size=size,
                    digest=digest,
                    link_key=secrets.token_hex(32),
                    deleted_at=None,
                )
                session.add(row)
        except BaseException:
            self.blobs.delete(identity)
            raise
        return row

    def get(self, organisation_id: str, file_id: str) -> StoredFile:
        """Returns a file's row. Raises NotFoundError."""
        with self._database.read() as session:
            return _find(session, organisation_id, file_id)

    def path(self, row: StoredFile) -> Path:
        """Where a file's bytes are. Raises ServerError when they are gone."""
        path = self.blobs.folder / row.id
        if not path.is_file():
            raise ServerError(
                "file_missing",
                "The file's bytes are not in the data folder.",
                "Restore the data folder from a copy, or delete the file.",
            )
        return path

    def list(
        self,
        organisation_id: str,
        window: Window,
        *,
        purpose: str | None = None,
        q: str | None = None,
    ) -> Page[StoredFile]:
        """Lists files, newest first, ties by id; `q` is a part of the name, in any case.

        Raises InputError for an unknown purpose or cursor. A client that deletes while it walks
        through its list names a deleted file in its next call, so that is a cursor, too.
        """
        conditions: list[ColumnElement[bool]] = [StoredFile.deleted_at.is_(None)]
        if purpose is not None:
            conditions.append(StoredFile.purpose == check_purpose(purpose))
        if q is not None:
            conditions.append(StoredFile.filename.icontains(q, autoescape=True))
        with self._database.read() as session:
            return read_page(session, StoredFile, organisation_id, window, *conditions)

    def delete(self, organisation_id: str, file_id: str) -> None:
        """Deletes a file for good; its row stays as a place in the list. Raises NotFoundError."""
        with self._database.write() as session:
            row = _find(session, organisation_id, file_id)
            row.deleted_at = datetime.now(UTC)
            row.filename = row.digest = row.link_key = ""
        self.blobs.delete(file_id)

    def sign(self, organisation_id: str, file_id: str, expires: int) -> str:
        """What opens a file to everybody who has it, until `expires` in Unix seconds.

        Each file has a key of its own, so that its links end with it. Raises NotFoundError.
        """
        return _signature(self.get(organisation_id, file_id), expires)

    def open_link(self, file_id: str, expires: int, signature: str, now: float) -> StoredFile:
        """The file that a link opens. Raises NotFoundError, PermissionDeniedError."""
        with self._database.read() as session:
            row = session.get(StoredFile, file_id)
        if row is None or row.deleted_at is not None:
            raise _not_found(file_id)
        expected = _signature(row, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise _not_found(file_id)
        if now >= expires:
            raise PermissionDeniedError(
                "link_expired", "The link has expired.", "Ask its owner for a new one."
            )
        return row

    def sweep(self) -> Sequence[str]:
        """Removes bytes that belong to no file, and forgets places of files deleted long ago."""
        with self._database.write() as session:
            oldest = datetime.now(UTC) - timedelta(days=_TOMBSTONE_DAYS)
            session.execute(delete(StoredFile).where(StoredFile.deleted_at < oldest))
            known = select(StoredFile.id).where(StoredFile.deleted_at.is_(None))
            names = set(session.scalars(known))
        return self.blobs.sweep(names)


def _signature(row: StoredFile, expires: int) -> str:
    text = f"{row.id}.{expires}".encode()
    return hmac.new(bytes.fromhex(row.link_key), text, hashlib.sha256).hexdigest()


def _find(session: Session, organisation_id: str, file_id: str) -> StoredFile:
    row = session.get(StoredFile, file_id)
    if row is None or row.organisation_id != organisation_id or row.deleted_at is not None:
        raise _not_found(file_id)
    return row


def _not_found(asked: str) -> NotFoundError:
    return NotFoundError(
        "file_not_found",
        f"There is no file {asked[:80]!r}.",
        "List the files to see the ids of those that you have.",
    )
