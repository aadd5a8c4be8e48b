"""Fixtures that several rooms share."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from filelock import FileLock

if TYPE_CHECKING:
    from menura.engine import Engine

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


@pytest.fixture(scope="session")
def engine(cache: Path) -> "Engine":
    """The true engine, whose model is loaded once for all tests of a process."""
    from menura.engine import Engine
    from menura.settings import Settings

    return Engine(Settings(data=cache))


@pytest.fixture
def restored_logs() -> Iterator[None]:
    """Commands set up the logs of their process; other tests have their own."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def data(
    tmp_path: Path, engine: "Engine", monkeypatch: pytest.MonkeyPatch, restored_logs: None
) -> Path:
    """A new data folder for commands; those that compute share the true engine."""
    monkeypatch.setattr("menura.engine.Engine", lambda settings: engine)
    monkeypatch.setenv("MENURA_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.fixture
def clone(data: Path, engine: "Engine") -> str:
    """Id of a clone that was put into the library without the work of cloning."""
    from menura import Menura
    from menura.library.voices import NewVoice
    from menura.models import states
    from menura.models.contract import VoiceState

    state = engine.model.stock_state("af_heart")
    kept = VoiceState(state.snapshot, state.tensors, {})
    with Menura(data) as menura:
        store = menura.catalogue.library().voices
        new = NewVoice(name="Ada", locale="en-US", snapshot=state.snapshot, transcript="Words.")
        return store.add(menura.catalogue.organisation_id, new, states.save(kept)).id
