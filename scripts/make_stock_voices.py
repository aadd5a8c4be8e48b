"""Makes the stock voices of menura-1 from the npm package kokoro-js 1.2.1 (Apache-2.0).

Each voice there is a float32 table [510, 256], one row per phoneme count, that varies slowly from
the 16th row on. The rows of `voices.ROWS` are kept in fp16; `voices.style_row` interpolates.
Needs npm:

    python scripts/make_stock_voices.py
"""

import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from menura.models.menura_1.voices import ROWS
from menura.packaged import write_digest

PACKAGE = "kokoro-js@1.2.1"
TARGET = Path(__file__).parents[1] / "src/menura/models/menura_1/stock_voices.safetensors"


def main() -> None:
    """Downloads the package, thins the tables, writes the file."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        tables = {}
        for path in sorted(Path(folder, "package", "voices").glob("*.bin")):
            table = np.fromfile(path, np.float32).reshape(510, 256)
            tables[path.stem] = table[list(ROWS)].astype(np.float16)
    save_file(tables, TARGET, metadata={"source": PACKAGE})
    write_digest(TARGET)


if __name__ == "__main__":
    main()
