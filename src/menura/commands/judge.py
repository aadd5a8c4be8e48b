"""`menura judge`: the benchmarks, which live beside the package in the source tree."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import menura
from menura.commands.terminal import Data, Json, Terminal
from menura.errors import NotFoundError, ServerError

MEASURES = "benchmarks.clone_eval"
MORE = ("benchmarks.modes", "benchmarks.localization", "benchmarks.speed", "benchmarks.listen")
"""What is measured on request; all but the first take the voices that `clone_eval` has kept."""

WRITES = "benchmarks.tables"
"""Writes docs/results.md."""

_STANDARD_ERROR = 2


def source_tree() -> Path:
    """The root of the source tree that this package was installed from. Raises NotFoundError."""
    root = Path(menura.__file__).parents[2]
    if not (root / "benchmarks" / "clone_eval.py").is_file():
        raise NotFoundError(
            "benchmarks_missing",
            "The benchmarks are not part of the installed package.",
            "Run this from a source tree that was set up with make.",
        )
    return root


def judge(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- ARGUMENTS]", help="For benchmarks/clone_eval.py itself."),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Also modes, languages, the cost of voices, and the page to listen to."
        ),
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Measure likeness, errors, naturalness and speed on the evaluation clips.

    Results go to benchmarks/results and docs/results.md. What is done is kept, so that a stopped
    run goes on where it was.
    """
    with Terminal(as_json) as terminal:
        root = source_tree()
        environment = {**os.environ, **({"MENURA_DATA": str(data.resolve())} if data else {})}
        for module in (MEASURES, *(MORE if everything else ()), WRITES):
            options = (arguments or []) if module == MEASURES else []
            done = subprocess.run(
                [sys.executable, "-m", module, *options],
                cwd=root,
                env=environment,
                # Whatever it prints is progress; the result is the files.
                stdout=_STANDARD_ERROR,
                check=False,
            )
            if done.returncode:
                raise ServerError(
                    "benchmarks_failed",
                    f"{module} ended with code {done.returncode}.",
                    "What went wrong is printed above.",
                )
        results = root / "benchmarks" / "results"
        written = sorted(str(path.relative_to(root)) for path in results.glob("*.json"))
        terminal.result({"results": written}, "\n".join(written))
