"""Runs commands as somebody at a terminal does; the fixture `data` says where."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from menura.cli import app

HELLO = "Hello there."


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
