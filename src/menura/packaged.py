"""Reads binary files that ship inside the package, after checking their digests."""

import hashlib
import json
from pathlib import Path

from menura.errors import ModelFilesError

DIGESTS = "digests.json"


def checked_bytes(path: Path) -> bytes:
    """The content of a packaged file whose SHA-256 stands in `digests.json` beside it.

    Raises ModelFilesError when the file or its digest is missing, or when they disagree.
    """
    remedy = "Install Menura again; in a source tree, restore the file with git checkout."
    try:
        expected = json.loads(path.with_name(DIGESTS).read_text("utf-8"))[path.name]
        content = path.read_bytes()
    except (OSError, ValueError, KeyError) as error:
        raise ModelFilesError(
            "packaged_file_missing", f"The packaged file {path.name} cannot be read.", remedy
        ) from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise ModelFilesError(
            "packaged_file_damaged", f"The packaged file {path.name} is damaged.", remedy
        )
    return content


def write_digest(path: Path) -> None:
    """Records a packaged file's digest in `digests.json` beside it, for the script that made it."""
    table = path.with_name(DIGESTS)
    digests = json.loads(table.read_text("utf-8")) if table.is_file() else {}
    digests[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    table.write_text(json.dumps(dict(sorted(digests.items())), indent=2) + "\n", "utf-8")
