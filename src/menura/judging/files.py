"""Reads the judges' network weights that ship inside the package."""

from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor

from menura.packaged import checked_bytes

FOLDER = Path(__file__).parent / "weights"


def load_weights(name: str, folder: Path = FOLDER) -> dict[str, Tensor]:
    """Loads `<name>.safetensors` as float32 tensors by name after checking its SHA-256.

    Digests stand in `digests.json` beside it. Raises ModelFilesError when a file is missing or
    is not the one that the digest was made of.
    """
    content = checked_bytes(folder / f"{name}.safetensors")
    return {key: tensor.to(torch.float32) for key, tensor in load(content).items()}
