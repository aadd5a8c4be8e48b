"""`menura fine-tunes export` and `import`, with the small engine in place of the true one."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent / "work"))

from tiny_adapters import AdaptedEngine, adapter_of
from tiny_engine import INFO
from tiny_voices import pitched

from menura.cli import app
from menura.library.fine_tunes import NewFineTune, ReadyModel
from menura.library.store import Library
from menura.library.voices import NewVoice
from menura.models.adapters import write_adapter
from menura.models.states import save
from menura.settings import Settings


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a fine-tune of one voice."""
    monkeypatch.setattr("menura.engine.Engine", AdaptedEngine)
    data = tmp_path / "data"
    library = Library(Settings(data=data))
    write_adapter(adapter_of(50.0), tmp_path / "adapter")
    new = NewFineTune("Ada", "", "en", "en-US", "menura-1", INFO.snapshot, "dataset_1")
    voice = (NewVoice("Ada, calm", "en-US", INFO.snapshot), save(pitched(100.0)))
    ready = ReadyModel(tmp_path / "adapter", [voice])
    library.fine_tunes.add_ready(library.organisations.default().id, new, ready)
    library.close()
    return data


def run(data: Path, *words: str, fails: bool = False) -> dict[str, object]:
    """Runs a command and returns what it printed as JSON."""
    done = CliRunner().invoke(app, ["fine-tunes", *words, "--data", str(data), "--json"])
    assert bool(done.exit_code) == fails, done.output
    # The small engine prints a line of its own when it is made.
    printed = done.stdout.removeprefix("a library that prints must not disturb the protocol\n")
    found: dict[str, object] = {} if fails else json.loads(printed)
    return found


def test_a_fine_tune_goes_out_and_comes_in(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "ada.fine-tune.safetensors"
    assert run(data, "export", "Ada", "-o", str(path)) == {
        "path": str(path),
        "bytes": path.stat().st_size,
    }
    made = run(data, "import", str(path), "--name", "Copy")
    assert (made["name"], made["voices"]) == ("Copy", ["Ada, calm"])
    assert str(made["id"]).startswith("fine_tune_")
    run(data, "export", "Copy", "-o", str(tmp_path / "again"))
    path.write_bytes(path.read_bytes()[:-1])
    run(data, "import", str(path), fails=True)
    run(data, "export", "nobody", "-o", str(path), fails=True)
