"""The examples of the README are run as they stand, and its tables are held against the code.

Blocks marked `bash` and `python` are run, in a folder with a clip.wav; those marked `text` are not.
The engine behind them is a small one: what they ask of it is the point here, and the whole way with
the true model is gone elsewhere.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from pydantic import TypeAdapter

sys.path.insert(0, str(Path(__file__).parent / "work"))
sys.path.insert(0, str(Path(__file__).parent / "api"))

from server_process import process
from serving import wav
from tiny_encoder import WORD_SECONDS
from tiny_engine import TinyEngine

from commanding import small_command
from menura.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVER = "http://127.0.0.1:4010"
WORD = 0.05
"""Seconds of a word of the small engine."""


def block(heading: str) -> tuple[str, str]:
    """Kind and text of the first block that is to be run below a heading."""
    found = re.search(r"^```(bash|python)\n(.*?)^```$", README.split(heading)[1], re.S | re.M)
    assert found, f"no example below {heading!r}"
    return found[1], found[2]


def run(command: list[str], text: str, folder: Path, **environment: str) -> None:
    """Runs an example in a folder."""
    done = subprocess.run(
        command,
        input=text,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def seconds(path: Path) -> float:
    """Length of a sound file."""
    return float(soundfile.info(path).duration)


def test_the_command_line_example(tmp_path: Path) -> None:
    kind, text = block("### On the command line")
    assert kind == "bash"
    (tmp_path / "clip.wav").write_bytes(wav())
    program = tmp_path / "bin" / "menura"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n" + small_command("tiny_encoder:EncodingEngine"))
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    data = str(tmp_path / "data")
    run(["bash", "-e"], text, tmp_path, PATH=path, MENURA_DATA=data)
    assert seconds(tmp_path / "hello.mp3") == pytest.approx(7 * WORD_SECONDS, abs=0.1)


def test_the_sdk_example(tmp_path: Path) -> None:
    kind, text = block("### Over HTTP")
    assert kind == "python"
    assert SERVER in text
    assert SERVER.endswith(f":{Settings.model_fields['port'].default}")
    (tmp_path / "clip.wav").write_bytes(wav())
    with process(tmp_path / "data") as server:
        there = text.replace(SERVER, server.url)
        run([sys.executable, "-"], there, tmp_path, MENURA_API_KEY=str(server.first_key))
    assert seconds(tmp_path / "hello.wav") == pytest.approx(7 * WORD)


def test_the_python_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, text = block("### In Python")
    assert kind == "python"
    monkeypatch.setattr("menura.engine.Engine", TinyEngine)
    monkeypatch.setenv("MENURA_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    Path("clip.wav").write_bytes(wav())
    exec(compile(text, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "The clip is short. Give ten seconds." in printed
    assert "('before.', 0.3" in printed
    assert printed.count("2400 bytes of 16-bit samples") == 5
    assert seconds(Path("hello.wav")) == pytest.approx(7 * WORD)


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
