"""Real recordings for the judges; tests that need them skip where they are absent."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
if str(ROOT) not in sys.path:  # benchmarks/ is not installed, only run from the project's root
    sys.path.insert(0, str(ROOT))

Read = Callable[[str], NDArray[np.float32]]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def shared() -> Path:
    if not (SHARED / "data" / "clone_eval").is_dir():
        pytest.skip("the speech recordings of ../shared/data are absent")
    return SHARED


@pytest.fixture(scope="session")
def read(shared: Path) -> Read:
    """Reads a recording of the shared data as float32 at 16 kHz."""

    def read(path: str) -> NDArray[np.float32]:
        audio, rate = soundfile.read(shared / "data" / path, dtype="float32")
        assert rate == 16000
        return np.asarray(audio, dtype=np.float32)

    return read
