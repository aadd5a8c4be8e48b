"""The examples of the README are run as they stand, and its tables are held against the code.

Blocks marked `bash` and `python` are run, in a folder with a clip.wav, with the settings of the
environment; blocks marked `text` are not.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import soundfile
from pydantic import TypeAdapter

from menura.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVER = "http://127.0.0.1:4010"
CLIP = "clone_eval/vctk_p234_00_ref.flac"


def block(heading: str) -> tuple[str, str]:
    """Kind and text of the first block that is to be run below a heading."""
    found = re.search(r"^```(bash|python)\n(.*?)^```$", README.split(heading)[1], re.S | re.M)
    assert found, f"no example below {heading!r}"
    return found[1], found[2]


@dataclass
class Place:
    """A folder to run examples in."""

    folder: Path
    environment: dict[str, str]

    def run(self, kind: str, text: str) -> str:
        """Runs an example; returns what it printed."""
        command = ["bash", "-e"] if kind == "bash" else [sys.executable, "-"]
        done = subprocess.run(
            command,
            input=text,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> dict[str, str]:
    """An environment with few steps and one data folder for all examples."""
    data = tmp_path_factory.mktemp("data")
    (cache / "cache").mkdir(parents=True, exist_ok=True)
    (data / "cache").symlink_to(cache / "cache")
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MENURA_DATA": str(data),
        "MENURA_CLONE_STEPS": "1",
    }


@pytest.fixture
def place(tmp_path: Path, settings: dict[str, str], shared_data: Path) -> Place:
    """A folder with a real clip."""
    audio, rate = soundfile.read(shared_data / CLIP)
    soundfile.write(tmp_path / "clip.wav", audio, rate)
    return Place(tmp_path, dict(settings))


@pytest.fixture
def started(settings: dict[str, str]) -> Iterator[dict[str, str]]:
    """A server as `menura serve` starts it, on its very first start."""
    command = [sys.executable, "-m", "menura", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    text = ""
    while (line := process.stdout.readline()) and line.rstrip() != "}":
        text += line
    try:
        yield json.loads(text + "}")
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait() == 0


def seconds(path: Path) -> float:
    """Length of a sound file."""
    return float(soundfile.info(path).duration)


def test_the_command_line_example(place: Place) -> None:
    place.run(*block("### On the command line"))
    assert 1 < seconds(place.folder / "hello.mp3") < 10


def test_the_sdk_example(place: Place, started: dict[str, str]) -> None:
    kind, text = block("### Over HTTP")
    assert SERVER in text
    assert SERVER.endswith(f":{Settings.model_fields['port'].default}")
    place.environment["MENURA_API_KEY"] = started["api_key"]
    place.run(kind, text.replace(SERVER, started["url"]))
    assert 1 < seconds(place.folder / "hello.wav") < 10


def test_the_python_example(place: Place) -> None:
    printed = place.run(*block("### In Python"))
    assert 1 < seconds(place.folder / "hello.wav") < 10
    assert "'before.'" in printed
    assert "bytes of 16-bit samples" in printed


def test_every_block_is_either_run_or_plain_text() -> None:
    kinds = re.findall(r"^```(\w+)$", README, re.M)
    assert sorted(kinds) == ["bash", "python", "python", "text", "text", "text"]


def test_links_lead_to_files() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            known = link.startswith("https://") or (page.parent / link).exists()
            assert known, f"{page.name}: {link}"


def test_sizes_of_the_readme_are_the_measured_ones() -> None:
    sizes = json.loads((ROOT / "benchmarks" / "results" / "install_size.json").read_text())
    for name in ("packages_mb", "of_which_torch_mb", "unpacked_models_mb"):
        value = sizes[name]
        text = f"{value / 1000:.2f} GB" if value >= 1000 else f"{value:.0f} MB"
        assert text in re.sub(r"\s+", " ", README)


def test_the_table_of_settings_is_complete() -> None:
    table = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `MENURA_(\w+)` \| (.+?) \|", table, re.M))
    assert {name.lower() for name in rows} == set(Settings.model_fields)
    for name, stated in rows.items():
        field = Settings.model_fields[name.lower()]
        if stated.startswith("`"):
            read = TypeAdapter(field.annotation).validate_python(stated.strip("`"))
            assert read == field.default, name
