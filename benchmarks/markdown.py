"""Pieces of Markdown that all sections of the results page share."""

from collections.abc import Sequence
from typing import Any

from benchmarks.goals import cells

Result = dict[str, Any]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all but the first column to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def circumstances(result: Result) -> str:
    """One line on when, where and of what a result was taken."""
    machine, commit = result["machine"], result.get("commits", result["commit"])
    return (
        f"{result['date']}, commit {commit}, {machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory_gb']} GB, torch {machine['torch']}."
    )


def goals(rows: Sequence[Result]) -> str:
    """A table of goals beside figures."""
    return table(["", "figure", "goal", "met"], [cells(row) for row in rows])


def unfinished(result: Result) -> str:
    """A sentence about what a stopped run has not measured; empty when that is nothing."""
    missing = result.get("unfinished") or []
    return f"**Not measured yet:** {', '.join(missing)}." if missing else ""


def section(*parts: str) -> str:
    """Paragraphs and tables one after the other; empty ones are left out."""
    return "\n\n".join(part for part in parts if part)
