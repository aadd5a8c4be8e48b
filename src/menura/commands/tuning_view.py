"""How a fine-tune is shown while it goes on: a bar, losses and held-out scores."""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from menura.commands.terminal import Terminal

if TYPE_CHECKING:
    from menura.library.fine_tune_tables import FineTune, FineTuneEvent

Events = Callable[[int], Sequence["FineTuneEvent"]]
"""Gives what became known after an event."""


class TuningView:
    """Follows one fine-tune: a live picture on a terminal, a line for each change elsewhere."""

    def __init__(self, terminal: Terminal, events: Events) -> None:
        self._terminal = terminal
        self._events = events
        self._after = 0
        self._step = 0
        self._losses: Mapping[str, float] = {}
        self._scores: dict[str, list[float]] = {}
        self._told = ("", -1)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=terminal.errors,
        )
        self._row = self._bar.add_task("waiting", total=1.0, left="")
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._terminal.errors.is_terminal:
            self._live = Live(self._bar, console=self._terminal.errors, transient=True)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, row: "FineTune") -> None:
        """Shows a fine-tune as it is now."""
        fresh = self._read()
        if self._live is None:
            self._say(row, fresh)
            return
        left = "" if row.eta_seconds is None else f"{minutes(row.eta_seconds)} left"
        self._bar.update(self._row, description=row.stage, completed=row.progress, left=left)
        self._live.update(Group(self._bar, self._table()))

    def _read(self) -> Mapping[str, float]:
        """Takes in what is new; the scores of the newest event that has any."""
        fresh: Mapping[str, float] = {}
        for event in self._events(self._after):
            self._after = event.id
            self._step = event.step or self._step
            self._losses = event.losses or self._losses
            fresh = event.scores or fresh
            for name, value in event.scores.items():
                self._scores.setdefault(name, []).append(value)
        return fresh

    def _say(self, row: "FineTune", fresh: Mapping[str, float]) -> None:
        seen = (row.stage, int(row.progress * 10))
        if seen == self._told and not fresh:
            return
        self._told = seen
        scores = "".join(f", {name} {value:.3f}" for name, value in fresh.items())
        left = "" if row.eta_seconds is None else f", {minutes(row.eta_seconds)} left"
        self._terminal.note(f"{row.stage}: {row.progress:.0%}{left}{scores}")

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, show_header=False)
        if self._step:
            table.add_row("step", str(self._step))
        for name, loss in self._losses.items():
            table.add_row(f"loss: {name}", f"{loss:.4f}")
        for name, values in self._scores.items():
            way = f"{values[0]:.3f} → {values[-1]:.3f}" if len(values) > 1 else f"{values[0]:.3f}"
            table.add_row(f"held-out: {name}", way)
        return table


def minutes(seconds: float) -> str:
    """`95` as `1:35`, `3700` as `1:01:40`."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    clock = f"{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
    return f"{hours}:{clock}" if hours else clock
