"""Fixtures that several rooms share."""

import os
from pathlib import Path

import pytest

# Tests may import onnxruntime before menura, which sets this for the product.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# Two spinning thread pools on two cores are many times slower than one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", str(min(os.cpu_count() or 1, 2)))

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real recordings; a test that needs it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared recordings are not beside the project")
    return SHARED


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the unpacked models of a whole test run."""
    # MENURA_TEST_DATA keeps the unpacked models from one run to the next.
    given = os.environ.get("MENURA_TEST_DATA")
    return Path(given) if given else tmp_path_factory.mktemp("models")
