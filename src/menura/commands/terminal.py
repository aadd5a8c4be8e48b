"""What every command does alike: results on standard output, all else on standard error.

Exit codes: 0 done, 1 a MenuraError, a full disk or too little memory (sentence and remedy on
standard error), 2 wrong usage (by typer), 130 interrupted.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from menura.errors import MenuraError

if TYPE_CHECKING:
    from menura.settings import Settings

Json = Annotated[
    bool,
    typer.Option("--json", help="Print the result, or the error, as JSON."),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        file_okay=False,
        help="Data folder; MENURA_DATA or the user's data directory when absent.",
        show_default=False,
    ),
]
NewFile = Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="The file to write.")]
NewName = Annotated[
    str | None,
    typer.Option("--name", "-n", help="Instead of the name in the file.", show_default=False),
]

INTERRUPTED = 130


class Terminal:
    """Standard output and error of one command; as a context, it turns errors into exit codes.

    Args:
        as_json: results are JSON on standard output, errors JSON on standard error.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.errors = Console(stderr=True, highlight=False, soft_wrap=True)
        # Tables are not squeezed into 80 columns when another program reads them.
        width = None if sys.stdout.isatty() else 200
        self.results = Console(highlight=False, soft_wrap=True, width=width)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, MenuraError):
            self._show_error(error)
            raise typer.Exit(1) from error
        if isinstance(error, BrokenPipeError):
            # Who read our output has seen enough. Python would complain once more at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from error
        if isinstance(error, KeyboardInterrupt):
            self.note("Stopped.")
            raise typer.Exit(INTERRUPTED) from error
        known = _exhausted(error)
        if known is not None:
            self._show_error(known)
            raise typer.Exit(1) from error

    def result(self, value: Any, text: str | Table) -> None:  # noqa: ANN401 - any JSON value
        """Prints a result: `value` as JSON, or `text` for people."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
            sys.stdout.flush()
        else:
            self.results.print(text, markup=False) if isinstance(text, str) else self.results.print(
                text
            )

    def note(self, text: str) -> None:
        """Tells a person something beside the result."""
        self.errors.print(text, markup=False)

    def _show_error(self, error: MenuraError) -> None:
        if self.as_json:
            body = {
                "error_code": error.code,
                "title": error.title,
                "message": error.sentence,
                "remedy": error.remedy,
            }
            sys.stderr.write(json.dumps({"error": body}, ensure_ascii=False) + "\n")
            return
        self.errors.print(f"[bold red]{error.title}[/]:", end=" ")
        self.note(error.sentence)
        if error.remedy:
            self.note(error.remedy)

    @contextmanager
    def progress(self, task: str) -> Iterator[Callable[[str, float], None]]:
        """Shows long work: a bar with the time left on a terminal, else a line now and then."""
        if self.errors.is_terminal:
            with self._bar() as bar:
                row = bar.add_task(task, total=1.0)
                yield lambda stage, share: bar.update(row, description=stage, completed=share)
        else:
            yield _Lines(self, task)

    def _bar(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self.errors,
            transient=True,
        )


def _exhausted(error: BaseException | None) -> MenuraError | None:
    """What a full disk or too little memory is told as; None for all else."""
    # What typer raises has been told already, and may have such a cause.
    if not isinstance(error, Exception) or isinstance(error, typer.Exit | typer.Abort):
        return None
    # Not at the top: it loads the log library, which --help has no use for.
    from menura.work.failures import exhausted

    return exhausted(error)


class _Lines:
    """Progress where no bar can be drawn: a line for each stage and each tenth of the work."""

    def __init__(self, terminal: Terminal, task: str) -> None:
        self._terminal = terminal
        self._last = ("", -1)
        self(task, 0.0)

    def __call__(self, stage: str, share: float) -> None:
        seen = (stage, int(share * 10))
        if seen != self._last:
            self._last = seen
            self._terminal.note(f"{stage}: {share:.0%}")


def make_settings(data: Path | None, **flags: object) -> "Settings":
    """Settings from the environment, with the flags that were given on top; starts the logs.

    Raises InputError for values that cannot be.
    """
    from pydantic import ValidationError

    from menura.errors import InputError
    from menura.settings import Settings
    from menura.work.logs import configure_logs

    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    if data is not None:
        given["data"] = data
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        raise InputError(
            "settings_invalid",
            f"The setting {name!r} cannot be {str(first['input'])[:80]!r}.",
            f"{first['msg']}. See MENURA_{name.upper()} in docs/settings.md.",
        ) from error
    configure_logs(settings)
    return settings


def quiet(settings: "Settings") -> "Settings":
    """Logs of a command: warnings and worse, as text, unless the environment asks for more."""
    from menura.work.logs import configure_logs

    wanted = {"log_level": "warning", "log_format": "text"}
    changes = {
        name: value for name, value in wanted.items() if name not in settings.model_fields_set
    }
    changed = settings.model_copy(update=changes)
    configure_logs(changed)
    return changed


def details(rows: Mapping[str, object]) -> Table:
    """A table of names and values."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows.items():
        if value not in (None, "", (), {}):
            table.add_row(name, str(value))
    return table
