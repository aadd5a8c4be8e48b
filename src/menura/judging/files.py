"""Reads the judges' network weights that ship inside the package."""

import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor

from menura.errors import ModelFilesError

FOLDER = Path(__file__).parent / "weights"
_REMEDY = "Install Menura again; from a source tree, run scripts/make_judging_weights.py."


def load_weights(name: str, folder: Path = FOLDER) -> dict[str, Tensor]:
    """Loads `<name>.safetensors` as float32 tensors by name after checking its SHA-256.

    Digests stand in `digests.json` beside it. Raises ModelFilesError when a file is missing or
    is not the one that the digest was made of.
    """
    path = folder / f"{name}.safetensors"
    try:
        expected = json.loads((folder / "digests.json").read_text())[path.name]
        content = path.read_bytes()
    except (OSError, ValueError, KeyError) as error:
        raise ModelFilesError(
            "judging_weights_missing", f"The weights {path.name} cannot be read.", _REMEDY
        ) from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise ModelFilesError(
            "judging_weights_damaged", f"The weights {path.name} are damaged.", _REMEDY
        )
    return {key: tensor.to(torch.float32) for key, tensor in load(content).items()}
