"""The `menura` command."""

from typing import Annotated

import typer

import menura
from menura.commands import (
    check,
    clone,
    datasets,
    doctor,
    fine_tune_files,
    fine_tune_report,
    fine_tunes,
    judge,
    keys,
    localize,
    organisations,
    serve,
    speak,
    voices,
)

app = typer.Typer(
    name="menura",
    help="Open, self-hosted voice cloning: a short recording becomes a voice that speaks any text.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(serve.serve)
app.command()(check.check)
app.command()(clone.clone)
app.command()(speak.speak)
app.command()(localize.localize)
app.add_typer(voices.app, name="voices")
app.add_typer(datasets.app, name="datasets")
app.add_typer(fine_tunes.app, name="fine-tunes")
fine_tunes.app.add_typer(fine_tune_report.app)
fine_tunes.app.add_typer(fine_tune_files.app)
app.add_typer(keys.app, name="keys")
app.add_typer(organisations.app, name="organisations")
app.command()(judge.judge)
app.command()(doctor.doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"menura {menura.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Runs the command line; see `menura.commands.terminal` for the exit codes."""
    app()
