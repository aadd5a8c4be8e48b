"""The load benchmark runs, with few requests."""

import json
import sys
from pathlib import Path

import pytest
from benchmarks import load


@pytest.mark.skipif(sys.platform != "linux", reason="it reads the memory of a process from /proc")
def test_a_round_is_done_and_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "load.json"
    monkeypatch.setattr(
        sys, "argv", ["load", "--requests", "6", "--points", "1", "--out", str(out)]
    )
    load.main()
    result = json.loads(out.read_text())
    assert [point["requests"] for point in result["points"]] == [0, load.ROUND]
    assert all(point["mb"] > 20 and point["threads"] for point in result["points"])
    assert [goal["met"] for goal in result["goals"]] == [True, True]
    assert json.loads(capsys.readouterr().out)[0]["what"].startswith("growth")
