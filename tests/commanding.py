"""Runs commands as somebody at a terminal does; the fixture `data` says where."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from menura.cli import app

HELLO = "Hello there."

_SMALL = """
import contextlib, importlib, io, sys, types

def engine(settings):
    sys.path.append({folder!r})
    with contextlib.redirect_stdout(io.StringIO()):
        return getattr(importlib.import_module({module!r}), {name!r})(settings)

sys.modules["menura.engine"] = small = types.ModuleType("menura.engine")
small.Engine = engine
from menura.cli import main
main()
"""


def run(*arguments: str, code: int = 0, text: str | None = None) -> Result:
    """Runs a command and checks its exit code."""
    result = CliRunner().invoke(app, list(arguments), input=text)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def answer(*arguments: str) -> Any:  # noqa: ANN401 - whatever the command prints
    """What a command prints with --json."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return json.loads(run(*arguments[:end], "--json", *arguments[end:]).stdout)


def refusal(*arguments: str) -> dict[str, str]:
    """The error that a command prints with --json."""
    result = run(*arguments, "--json", code=1)
    assert result.stdout == ""
    error: dict[str, str] = json.loads(result.stderr.strip().splitlines()[-1])["error"]
    assert error["message"]
    assert error["remedy"]
    return error


def small_command(engine: str) -> str:
    """A program that is `menura` with a small engine, `module:name`, which loads in no time."""
    module, _, name = engine.partition(":")
    return _SMALL.format(folder=str(Path(__file__).parent / "work"), module=module, name=name)
