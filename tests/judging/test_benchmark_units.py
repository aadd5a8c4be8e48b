"""What a benchmark keeps, and what it does again."""

from pathlib import Path
from typing import Any

import pytest
from benchmarks.units import Clock, Units, commits, remaining


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, folder: Path) -> dict[str, Any]:
        self.asked += 1
        (folder / "voice.bin").write_bytes(b"x")
        return {"number": self.asked}


def test_a_rerun_skips_what_is_done(tmp_path: Path) -> None:
    make = Maker()
    assert Units(tmp_path).need("similarity/ann", {"steps": 2}, make) == {"number": 1}
    again = Units(tmp_path)
    assert again.need("similarity/ann", {"steps": 2}, make) == {"number": 1}
    assert again.commits
    assert (tmp_path / "similarity" / "ann" / "voice.bin").is_file()


def test_other_options_are_measured_again(tmp_path: Path) -> None:
    make = Maker()
    Units(tmp_path).need("ann", {"steps": 2}, make)
    assert Units(tmp_path).need("ann", {"steps": 3}, make) == {"number": 2}
    assert Units(tmp_path).get("ann", {"steps": 2}) is None


def test_fresh_starts_over_but_keeps_its_own_work(tmp_path: Path) -> None:
    make = Maker()
    Units(tmp_path).need("ann", {}, make)
    fresh = Units(tmp_path, fresh=True)
    assert fresh.need("ann", {}, make) == {"number": 2}
    assert fresh.need("ann", {}, make) == {"number": 2}


def test_a_unit_that_failed_is_not_kept(tmp_path: Path) -> None:
    def fail(_folder: Path) -> dict[str, Any]:
        raise RuntimeError("no voice")

    units = Units(tmp_path)
    with pytest.raises(RuntimeError, match="no voice"):
        units.need("ann", {}, fail)
    assert units.get("ann", {}) is None


def test_time_left_follows_the_pace_so_far() -> None:
    assert remaining(10.0, 0.0, 100.0) is None
    assert remaining(10.0, 20.0, 100.0) == pytest.approx(40.0)
    assert remaining(10.0, 120.0, 100.0) == 0.0


def test_clock_says_share_and_what_comes() -> None:
    said: list[str] = []
    times = iter([0.0, 0.0, 0.0, 300.0, 300.0])
    clock = Clock(4.0, said.append, lambda: next(times))
    clock.step("clone", 3.0)
    clock.step("speech", 1.0)
    assert said == ["[  0%] clone", "[ 75%, about 2 min left] speech"]


def test_what_was_kept_tells_nothing_about_the_pace() -> None:
    said: list[str] = []
    times = iter([0.0, 0.0, 0.0, 0.1, 0.1, 60.1, 60.1])
    clock = Clock(12.0, said.append, lambda: next(times))
    clock.step("kept", 10.0)
    clock.step("clone", 1.0)
    clock.step("speech", 1.0)
    assert said[-1] == "[ 50%, about 1 min left] speech"


def test_commits_of_all_units_are_named() -> None:
    assert commits({"b2", "a1"}) == "a1, b2"
    assert commits(()) == "unknown"
