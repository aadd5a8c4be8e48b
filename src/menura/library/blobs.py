"""Files beside the database: written whole or not at all, and checked when read."""

import contextlib
import glob
import hashlib
import os
import time
from collections.abc import Collection
from pathlib import Path

from menura.errors import ServerError
from menura.work.whole_files import write_whole

ORPHAN_SECONDS = 3600.0
"""Younger files are left alone: another process may be about to write the row that names them."""


class BlobStore:
    """One folder of immutable files.

    Args:
        folder: made when absent, for this user's eyes only: voices and clips are personal.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._trusted: dict[str, tuple[str, int, int]] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, name: str, data: bytes) -> str:
        """Writes a file that appears only when it is whole on disk; returns its SHA-256."""
        write_whole(self.folder / name, data)
        _sync_folder(self.folder)
        return hashlib.sha256(data).hexdigest()

    def check(self, name: str, digest: str, *, trusting: bool = False) -> Path:
        """Returns the path of a file after comparing its digest. Raises ServerError.

        `trusting` reads it once and then again when its size or time is another: for large files
        that are asked for often.
        """
        path = self.folder / name
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                known = (digest, status.st_size, status.st_mtime_ns)
                if trusting and self._trusted.get(name) == known:
                    return path
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ServerError(
                "voice_file_missing",
                "The voice's file is not in the data folder.",
                "Restore the data folder from a copy, or delete the voice and clone it again.",
            ) from error
        if found != digest:
            raise ServerError(
                "voice_file_damaged",
                "The voice's file has changed since it was written.",
                "Restore the data folder from a copy, or delete the voice and clone it again.",
            )
        if trusting:
            self._trusted[name] = known
        return path

    def seal(self, name: str) -> None:
        """Makes sure that a file that somebody wrote in here is on disk. Raises OSError."""
        with (self.folder / name).open("rb") as file:
            os.fsync(file.fileno())
        _sync_folder(self.folder)

    def retire(self, name: str) -> None:
        """Leaves a file that its row no longer names to the next sweep but for ORPHAN_SECONDS.

        A job that was given its path a moment ago has not opened it yet.
        """
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.folder / name)

    def delete_all(self, beginning: str) -> None:
        """Removes every file whose name begins so."""
        for path in self.folder.glob(f"{glob.escape(beginning)}*"):
            path.unlink(missing_ok=True)

    def delete(self, name: str) -> None:
        """Removes a file; nothing happens when it is gone already."""
        (self.folder / name).unlink(missing_ok=True)
        self._trusted.pop(name, None)

    def sweep(self, known: Collection[str], older_than: float = ORPHAN_SECONDS) -> list[str]:
        """Removes files that no row names and that have lain for `older_than` seconds."""
        removed = []
        latest = time.time() - older_than
        for path in sorted(self.folder.iterdir()):
            try:
                if path.name in known or not path.is_file() or path.stat().st_mtime > latest:
                    continue
                path.unlink()
            except FileNotFoundError:
                # Another process swept it in the same moment.
                continue
            removed.append(path.name)
        return removed


def _sync_folder(folder: Path) -> None:
    # Without this a power cut may forget the new name although the bytes are on disk.
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
