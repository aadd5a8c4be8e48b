"""Files that appear when they are whole on disk, and leave nothing behind when they fail."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(file: Path, *, anywhere: bool = False) -> Iterator[Path]:
    """A file to be written, which takes the place of `file` when it is whole; else it is removed.

    What is left of a failed one would fill the disk that it failed of. For one writer at a time,
    in a folder of ours; `anywhere` takes a name that no other writer and no user's file has.
    """
    among = f".{uuid.uuid4().hex[:8]}" if anywhere else ""
    partial = file.with_name(f"{file.name}{among}.partial")
    try:
        yield partial
        partial.replace(file)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_whole(file: Path, data: bytes, mode: int = 0o666) -> None:
    """Writes bytes to a file and to the disk itself, or leaves what was there. Raises OSError.

    `mode` is that of the file, less what the process's mask takes away.
    """
    with replacing(file) as partial:
        # One that a crash left may have another mode.
        partial.unlink(missing_ok=True)
        with open(partial, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
