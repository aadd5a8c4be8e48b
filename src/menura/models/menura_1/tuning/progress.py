"""What a tuning has done so far, kept in its folder so that it can be gone on with."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from menura.work.whole_files import replacing

_STATE = "progress.json"

VERSION = 1


@dataclass
class State:
    """Figures of a tuning; tensors lie in files beside it."""

    version: int = VERSION
    spent: float = 0.0
    """Seconds of work so far."""

    start_voice: str = ""
    instant: dict[str, float] = field(default_factory=dict)
    """Held-out scores of an instant clone."""

    instant_clip: str = ""
    delivery: dict[str, float] = field(default_factory=dict)
    """Held-out errors of durations, F0 and energy, before and after."""

    step: int = 0
    best: dict[str, float] = field(default_factory=dict)
    best_step: int = 0


class Folder:
    """A tuning's folder, and the clock of its budget.

    Args:
        path: of the folder; it is made where it is not there.
        budget: seconds for all of the work.
    """

    def __init__(self, path: Path, budget: float) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path, self.budget = path, budget
        self.state = State()
        self._began = time.monotonic()
        try:
            kept = json.loads((path / _STATE).read_text())
        except FileNotFoundError:
            return
        if kept.get("version") == VERSION:
            self.state = State(**kept)

    @property
    def spent(self) -> float:
        """Seconds of work so far, those before a restart included."""
        return self.state.spent + time.monotonic() - self._began

    @property
    def share(self) -> float:
        """Share of the budget that is spent."""
        return self.spent / self.budget

    def note(self) -> None:
        """Writes the figures down."""
        whole = {**asdict(self.state), "spent": self.spent}
        with replacing(self.path / _STATE) as partial:
            partial.write_text(json.dumps(whole))

    def keep(self, name: str, content: dict[str, Any]) -> None:
        """Writes tensors, numbers and lists of them: whole, or not at all."""
        with replacing(self.path / name) as partial, partial.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())

    def kept(self, name: str) -> dict[str, Any] | None:
        """What `keep` wrote; None where there is nothing."""
        file = self.path / name
        if not file.is_file():
            return None
        found: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
        return found
