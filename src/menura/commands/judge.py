"""`menura judge`: the benchmarks, which live beside the package in the source tree."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import menura
from menura.commands.terminal import Data, Json, Terminal
from menura.errors import NotFoundError, ServerError

MODULE = "benchmarks.run"


def source_tree() -> Path:
    """The root of the source tree that this package was installed from. Raises NotFoundError."""
    root = Path(menura.__file__).parents[2]
    if not (root / "benchmarks" / "run.py").is_file():
        raise NotFoundError(
            "benchmarks_missing",
            "The benchmarks are not part of the installed package.",
            "Run this from a source tree that was set up with make.",
        )
    return root


def judge(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- ARGUMENTS]", help="For the benchmark script itself."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Measure likeness, errors, naturalness and speed on the evaluation clips.

    Results go to benchmarks/results and docs/results.md.
    """
    with Terminal(as_json) as terminal:
        root = source_tree()
        options = [*(arguments or []), *(["--data", str(data.resolve())] if data else [])]
        done = subprocess.run(
            [sys.executable, "-m", MODULE, *options],
            cwd=root,
            # Whatever it prints is progress; the result is the files.
            stdout=sys.stderr.fileno(),
            check=False,
        )
        if done.returncode:
            raise ServerError(
                "benchmarks_failed",
                f"The benchmarks ended with code {done.returncode}.",
                "What went wrong is printed above.",
            )
        results = root / "benchmarks" / "results"
        written = sorted(str(path.relative_to(root)) for path in results.glob("*.json"))
        terminal.result({"results": written}, "\n".join(written))
