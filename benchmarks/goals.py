"""Goals beside figures, so that a reader sees at once which are met."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Goal:
    """One figure and what it shall be."""

    what: str
    value: float
    limit: float
    least: bool
    """True where the value shall be at least the limit, False where at most."""

    style: str = ".2f"
    """How both numbers are written, a format specification; a unit may follow after a blank."""

    @property
    def met(self) -> bool:
        """Whether the figure is as good as it shall be."""
        return bool(self.value >= self.limit if self.least else self.value <= self.limit)

    def row(self) -> dict[str, Any]:
        """For a result file."""
        return {**asdict(self), "met": self.met}


def written(value: float, style: str) -> str:
    """A number in a goal's style, such as `.1f s`."""
    specification, _, unit = style.partition(" ")
    return f"{value:{specification}}" + (f" {unit}" if unit else "")


def cells(goal: dict[str, Any]) -> list[str]:
    """The cells of a table row, from a result file's goal: what, value, goal, met."""
    sign = "≥" if goal["least"] else "≤"
    return [
        goal["what"],
        written(goal["value"], goal["style"]),
        f"{sign} {written(goal['limit'], goal['style'])}",
        "yes" if goal["met"] else "**no**",
    ]
