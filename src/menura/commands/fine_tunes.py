"""`menura fine-tunes`: create, list, show, watch, retry, cancel, delete, voices."""

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from menura.commands.describe import voice_json, voice_table
from menura.commands.terminal import Data, Json, Terminal, details, make_settings, quiet
from menura.commands.tuning_view import TuningView, minutes
from menura.errors import InputError

if TYPE_CHECKING:
    from menura.library.fine_tune_tables import FineTune
    from menura.studio import Menura

app = typer.Typer(
    help="Fine-tunes: pro voice cloning, from a dataset to four voices.", no_args_is_help=True
)

LOOK_SECONDS = 1.0

Name = Annotated[
    str, typer.Argument(metavar="FINE_TUNE", help="Name or id, or the id's beginning.")
]
Queue = Annotated[
    bool, typer.Option("--queue", help="Leave the training to a server on the same data folder.")
]


@app.command("create")
def create_fine_tune(
    name: Annotated[str, typer.Argument(help="What to call it; its voices' names begin so.")],
    dataset: Annotated[str, typer.Argument(help="Name or id of the dataset.")],
    language: Annotated[
        str, typer.Option("--language", "-l", help="Of the recordings, such as en or pt-BR.")
    ] = "en",
    accent: Annotated[
        str | None,
        typer.Option(
            help="Of the speaker, such as british; the voices have it.", show_default=False
        ),
    ] = None,
    description: Annotated[str, typer.Option(help="A note for people.")] = "",
    seconds: Annotated[
        float | None,
        typer.Option(min=1, help="Time budget of the training.", show_default=False),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Accept the statement of consent without being asked.")
    ] = False,
    queue: Queue = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Train a model on a dataset and make four voices of it.

    It takes up to an hour on two cores. Ctrl-C stops it; `retry` goes on from the last checkpoint.
    """
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        _ask_consent(terminal, yes)
        with Menura(settings=quiet(make_settings(data))) as menura:
            row = menura.fine_tunes.create(
                name,
                dataset,
                language=language,
                description=description,
                accent=accent,
                seconds=seconds,
                accept_consent=True,
                given_by="command_line",
            )
            if not queue:
                row = _train(terminal, menura, row)
            _finish(terminal, menura, row)


@app.command("list")
def list_fine_tunes(data: Data = None, as_json: Json = False) -> None:
    """List fine-tunes, newest first."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            rows = menura.fine_tunes.list()
        table = Table(box=None, pad_edge=False)
        for column in ("id", "name", "language", "status", "done"):
            table.add_column(column)
        for row in rows:
            table.add_row(row.id, row.name, row.locale, row.status, f"{row.progress:.0%}")
        terminal.result([_json(row) for row in rows], table)


@app.command("show")
def show_fine_tune(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Show a fine-tune: how far it is, what became of it, and whence its voices are."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            row = menura.fine_tunes.get(name)
            clips = menura.fine_tunes.clips(row.id)
            curve = menura.fine_tunes.curve(row.id)
        shown = {
            **_json(row),
            "clips": [
                {
                    "number": clip.number,
                    "name": clip.name,
                    "why": clip.why,
                    "voice": clip.voice_id,
                    "transcript": clip.transcript,
                    "filename": clip.filename,
                    "start": clip.start,
                    "end": clip.end,
                }
                for clip in clips
            ],
            "curve": [{**vars(point), "at": point.at.isoformat()} for point in curve],
        }
        table = _table(row)
        for clip in clips:
            place = "" if clip.filename is None else f" ({clip.filename}, {minutes(clip.start)})"
            table.add_row(clip.name, f"{clip.why}{place}")
        terminal.result(shown, table)


@app.command("watch")
def watch_fine_tune(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Follow a fine-tune that a server or another command trains, until it is over."""
    with Terminal(as_json) as terminal:
        from menura.library.fine_tunes import OPEN
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            row = menura.fine_tunes.get(name)
            identity = row.id
            with TuningView(terminal, lambda after: _events(menura, identity, after)) as view:
                view.show(row)
                while row.status in OPEN:
                    time.sleep(LOOK_SECONDS)
                    row = menura.fine_tunes.get(identity)
                    view.show(row)
            _finish(terminal, menura, row)


@app.command("retry")
def retry_fine_tune(
    name: Name, queue: Queue = False, data: Data = None, as_json: Json = False
) -> None:
    """Go on with a fine-tune that failed or was stopped, from its last checkpoint."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            row = menura.fine_tunes.get(name)
            if row.status in ("failed", "completed"):
                row = menura.fine_tunes.retry(row.id)
            if not queue:
                row = _train(terminal, menura, row)
            _finish(terminal, menura, row)


@app.command("cancel")
def cancel_fine_tune(name: Name, data: Data = None, as_json: Json = False) -> None:
    """End a fine-tune that waits or is trained; it can be retried."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            row = menura.fine_tunes.cancel(name)
        terminal.result(_json(row), f"Cancelled {row.id}.")


@app.command("delete")
def delete_fine_tune(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Delete a fine-tune with its weights and voices for good."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            gone = menura.fine_tunes.delete(name)
        terminal.result({"id": gone.id}, f"Deleted {gone.id}.")


@app.command("voices")
def list_voices(name: Name, data: Data = None, as_json: Json = False) -> None:
    """List the voices of a fine-tune."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            voices = menura.fine_tunes.voices(name)
        terminal.result([voice_json(voice) for voice in voices], voice_table(voices))


def _ask_consent(terminal: Terminal, yes: bool) -> None:
    from menura.library.consent import STATEMENT

    if yes:
        return
    if not terminal.as_json:
        terminal.note(STATEMENT)
        if typer.confirm("Is that true?", err=True):
            return
    raise InputError(
        "consent_required",
        "The statement of consent was not accepted.",
        f'Add --yes if it is true: "{STATEMENT}"',
    )


def _train(terminal: Terminal, menura: "Menura", row: "FineTune") -> "FineTune":
    with TuningView(terminal, lambda after: _events(menura, row.id, after)) as view:
        return menura.fine_tunes.train(row.id, view.show)


def _events(menura: "Menura", identity: str, after: int) -> Any:  # noqa: ANN401 - see Events
    return menura.fine_tunes.events(identity, after)


def _finish(terminal: Terminal, menura: "Menura", row: "FineTune") -> None:
    """Prints what became of it. Raises the error of one that failed."""
    if row.status == "failed" and row.error is not None:
        raise InputError(row.error["code"], row.error["sentence"], row.error["remedy"])
    voices = menura.fine_tunes.voices(row.id)
    table = _table(row)
    for voice in voices:
        table.add_row(voice.id, voice.name)
    terminal.result({**_json(row), "voices": [voice_json(voice) for voice in voices]}, table)


def _json(row: "FineTune") -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "language": row.locale,
        "accent": row.accent,
        "model_id": row.model_id,
        "dataset": row.dataset_id,
        "status": row.status,
        "stage": row.stage,
        "progress": round(row.progress, 4),
        "eta_seconds": row.eta_seconds,
        "speech_seconds": row.seconds,
        "attempts": row.attempts,
        "created_at": row.created_at.isoformat(),
        "error": row.error,
        "report": row.report,
        "consent": row.consent,
    }


def _table(row: "FineTune") -> Table:
    from menura.library.fine_tune_reports import figures

    error = row.error or {}
    return details(
        {
            "id": row.id,
            "name": row.name,
            "status": row.status,
            "stage": row.stage,
            "done": f"{row.progress:.0%}",
            "left": None if row.eta_seconds is None else minutes(row.eta_seconds),
            "language": row.locale,
            "accent": row.accent,
            "model": row.model_id,
            "dataset": row.dataset_id,
            "learns from": None if row.seconds is None else f"{row.seconds / 60:.1f} minutes",
            "error": " ".join((error.get("sentence", ""), error.get("remedy", ""))).strip(),
            **figures(row),
        }
    )
