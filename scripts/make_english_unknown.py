"""Packs the letter-to-sound network of g2p_en 2.1.0 (Apache-2.0) for the English text module.

    pip download --no-deps g2p_en==2.1.0
    python scripts/make_english_unknown.py g2p_en-2.1.0-py3-none-any.whl

Writes src/menura/text/data/english_unknown.npz: the 12 arrays of `checkpoint20.npz` as float16.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parent.parent / "src/menura/text/data/english_unknown.npz"


def main(wheel: str) -> None:
    """Reads the checkpoint out of the wheel and writes the packed copy."""
    with zipfile.ZipFile(wheel) as archive:
        raw = archive.read("g2p_en/checkpoint20.npz")
    with np.load(io.BytesIO(raw)) as stored:
        arrays = {name: stored[name].astype(np.float16) for name in sorted(stored.files)}
    TARGET.parent.mkdir(exist_ok=True)
    np.savez_compressed(TARGET, **arrays)


if __name__ == "__main__":
    main(sys.argv[1])
