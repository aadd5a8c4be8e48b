"""Fixtures that several rooms share."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

# Tests may import onnxruntime before menura, which sets this for the product.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Two spinning thread pools on two cores are many times slower than one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Of two processes of tests at once each gets a core: two pools that share them are slower than one.
PARALLEL = "PYTEST_XDIST_WORKER" in os.environ
os.environ.setdefault("OMP_NUM_THREADS", "1" if PARALLEL else str(min(os.cpu_count() or 1, 2)))
if PARALLEL:
    os.environ.setdefault("MENURA_THREADS", "1")

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real recordings; a test that needs it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared recordings are not beside the project")
    return SHARED


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder with the unpacked models, for all processes of a test run."""
    from menura.audio.recognise import unpack
    from menura.models.menura_1.weights import cached_file

    # MENURA_TEST_DATA keeps the unpacked models from one run to the next.
    given = os.environ.get("MENURA_TEST_DATA")
    base = tmp_path_factory.getbasetemp()
    folder = Path(given) if given else (base.parent if PARALLEL else base) / "models"
    (folder / "cache").mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "unpacking.lock"):
        cached_file(folder / "cache")
        unpack(folder / "cache")
    return folder
