"""`menura datasets`, with the small engine in place of the true one."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent / "work"))
sys.path.insert(0, str(Path(__file__).parent / "api"))

from serving import wav
from small_disk import SmallDisk, small_disk
from tiny_preparer import TinyPreparer

from menura.cli import app


@pytest.fixture(autouse=True)
def small_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("menura.engine.Engine", TinyPreparer)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "small", 8) as disk:
        yield disk


def run(data: Path, *words: str, fails: bool = False) -> object:
    """Runs a command and returns what it printed as JSON."""
    done = CliRunner().invoke(app, ["datasets", *words, "--data", str(data), "--json"])
    assert bool(done.exit_code) == fails, done.output
    # The small engine prints a line of its own when it is made.
    printed = done.stdout.removeprefix("a library that prints must not disturb the protocol\n")
    return None if fails else json.loads(printed)


def test_a_dataset_from_creation_to_deletion(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "takes"
    (folder / "more").mkdir(parents=True)
    (folder / "one.wav").write_bytes(wav(24000 * 7))
    (folder / "more" / "two.wav").write_bytes(wav(24000 * 8))
    (folder / "broken.mp3").write_bytes(b"ID3" + bytes(100))
    (folder / "notes.txt").write_text("not a recording")
    run(data, "create", "Ada")
    report = run(data, "add", "Ada", str(folder))
    assert isinstance(report, dict)
    verdicts = {file["filename"]: file["verdict"] for file in report["files"]}
    assert verdicts == {"one.wav": "fair", "two.wav": "fair", "broken.mp3": "unusable"}
    assert report["minutes_that_count"] == pytest.approx(8 / 60, abs=0.01)
    again = run(data, "add", "Ada", str(folder))
    assert isinstance(again, dict)
    assert len(again["files"]) == 3
    utterances = run(data, "show", "Ada")
    assert isinstance(utterances, list)
    assert len(utterances) == 6
    changed = run(data, "change", "Ada", utterances[0]["id"], "--exclude", "--transcript", "Hello.")
    assert isinstance(changed, dict)
    assert changed["minutes_that_count"] == pytest.approx(4 / 60, abs=0.01)
    other = run(data, "change", "Ada", "--speaker", "1")
    assert isinstance(other, dict)
    assert [one["target"] for one in other["speakers"]] == [False, True]
    assert run(data, "report", "Ada") == other
    (listed,) = run(data, "list")  # type: ignore[misc]
    assert (listed["name"], listed["files"]) == ("Ada", 3)
    run(data, "delete", "Ada")
    assert run(data, "list") == []
    run(data, "report", "Ada", fails=True)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_full_disk_is_told_in_words(disk: SmallDisk, tmp_path: Path, as_json: bool) -> None:
    data, take = disk.folder / "data", tmp_path / "take.wav"
    take.write_bytes(wav(24000 * 30))
    run(data, "create", "Ada")
    disk.fill(1 << 20)
    words = ["datasets", "add", "Ada", str(take), "--data", str(data)]
    refused = CliRunner().invoke(app, [*words, "--json"] if as_json else words)
    assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
    if as_json:
        error = json.loads(refused.stderr.splitlines()[-1])["error"]
        assert error["error_code"] == "disk_full"
        assert "Make room" in error["remedy"]
    else:
        told = "Server error: The disk of the data folder is full.\nMake room there,"
        assert told in refused.stderr
    assert not list((data / "datasets").rglob("*.upload"))
    disk.clear()
    report = run(data, "add", "Ada", str(take))
    assert isinstance(report, dict)
    assert [file["verdict"] for file in report["files"]] == ["fair"]
