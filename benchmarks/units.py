"""Units of a measurement: each is kept as soon as it is done, and a rerun skips it.

A unit is a folder with `unit.json` (its options, the commit it was measured at, its figures) and
whatever files belong to it: voices, audio, embeddings. Another commit does not make a unit stale,
or a change of one sentence in the documents would cost an hour; so results say which commits they
hold. `fresh` measures everything anew.
"""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, commit, write_json

Row = dict[str, Any]
Say = Callable[[str], None]
FOLDER = ROOT / "build" / "benchmarks"


class Units:
    """The units of one benchmark.

    Args:
        folder: where they are kept.
        fresh: leave what was kept aside, but for what this very run has made.
    """

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self.root = folder
        self._fresh = fresh
        self._made: set[str] = set()
        self.commits: set[str] = set()

    def folder(self, name: str) -> Path:
        """The folder of a unit, which is made."""
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def get(self, name: str, options: Row) -> Row | None:
        """The figures of a unit that was measured with the same options; None otherwise."""
        path = self.root / name / "unit.json"
        if not path.is_file() or (self._fresh and name not in self._made):
            return None
        kept = json.loads(path.read_text())
        if kept["options"] != options:
            return None
        self.commits.add(str(kept["commit"]))
        row: Row = kept["row"]
        return row

    def put(self, name: str, options: Row, row: Row) -> Row:
        """Keeps the figures of a unit whose other files are written; returns them."""
        now = commit()
        write_json(self.folder(name) / "unit.json", {"options": options, "commit": now, "row": row})
        self._made.add(name)
        self.commits.add(now)
        return row

    def need(self, name: str, options: Row, make: Callable[[Path], Row]) -> Row:
        """The kept figures, or those that `make` measures now; it may write into the folder."""
        kept = self.get(name, options)
        return kept if kept is not None else self.put(name, options, make(self.folder(name)))


class Clock:
    """Says how far a run is. Work is weighed, since a clone takes longer than a sentence.

    A piece that takes no time was kept from an earlier run; it tells nothing about the pace, so
    its weight is taken out.

    Args:
        total: weight of all that may have to be done.
        say: where lines go.
        now: seconds of some clock.
    """

    _NO_TIME = 0.5

    def __init__(self, total: float, say: Say, now: Callable[[], float] = time.monotonic) -> None:
        self._total, self._done, self._spent = total, 0.0, 0.0
        self._say, self._now = say, now
        self._started, self._weight = now(), 0.0

    def step(self, what: str, weight: float) -> None:
        """Announces a piece of work; the one before it is over."""
        took = self._now() - self._started
        if took < self._NO_TIME:
            self._total -= self._weight
        else:
            self._done += self._weight
            self._spent += took
        left = remaining(self._spent, self._done, self._total)
        eta = "" if left is None else f", about {left / 60:.0f} min left"
        self._say(f"[{self._done / max(self._total, 1e-9):4.0%}{eta}] {what}")
        self._started, self._weight = self._now(), weight


def remaining(spent: float, done: float, total: float) -> float | None:
    """Seconds left at the pace so far; None before anything is done."""
    return spent / done * max(total - done, 0.0) if done > 0 else None


def commits(names: Iterable[str]) -> str:
    """The commits of a result's units in one line; `unknown` for none."""
    return ", ".join(sorted(names)) or "unknown"
