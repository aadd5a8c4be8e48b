"""Files that appear when they are whole on disk, and leave nothing behind when they fail."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A file to be written, which takes the place of `file` when it is whole; else it is removed.

    What is left of a failed one would fill the disk that it failed of. For one writer at a time.
    """
    partial = file.with_name(f"{file.name}.partial")
    try:
        yield partial
        partial.replace(file)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_whole(file: Path, data: bytes) -> None:
    """Writes bytes to a file and to the disk itself, or leaves what was there. Raises OSError."""
    with replacing(file) as partial, partial.open("wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
