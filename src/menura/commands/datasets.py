"""`menura datasets`: create, add, list, show, report, change, delete."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from menura.commands.terminal import Data, Json, Terminal, details, make_settings, quiet

if TYPE_CHECKING:
    from menura.library.tables import Utterance
    from menura.tuning.report import DatasetReport

app = typer.Typer(
    help="Datasets: recordings of one speaker to fine-tune a model on.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="DATASET", help="Name or id, or the id's beginning.")]


@app.command("create")
def create_dataset(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    description: Annotated[str, typer.Option(help="A note for people.")] = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make an empty dataset."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            made = menura.datasets.create(name, description)
        terminal.result({"id": made.id, "name": made.name}, f"{made.id}  {made.name}")


@app.command("add")
def add_recordings(
    name: Name,
    paths: Annotated[
        list[Path], typer.Argument(help="Recordings, or folders of them.", metavar="PATH...")
    ],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add recordings and prepare them; what is there already is skipped."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            added = list(menura.datasets.add(name, paths))
            for one in added:
                if one.error is not None:
                    terminal.note(f"{one.path}: {one.error.sentence}")
            with terminal.progress("prepare") as progress:
                menura.datasets.prepare(name, progress)
            found = menura.datasets.report(name)
        skipped = sum(one.duplicate for one in added)
        taken = sum(one.row is not None and not one.duplicate for one in added)
        terminal.note(f"{taken} added, {skipped} were there already.")
        terminal.result(_report_json(found), _report_table(found))


@app.command("list")
def list_datasets(data: Data = None, as_json: Json = False) -> None:
    """List datasets, newest first."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            reports = [(row, menura.datasets.report(row.id)) for row in menura.datasets.list()]
        table = Table(box=None, pad_edge=False)
        for column in ("id", "name", "files", "minutes that count"):
            table.add_column(column)
        for row, found in reports:
            minutes = f"{found.minutes_that_count:.1f}"
            table.add_row(row.id, row.name, str(len(found.files)), minutes)
        listed = [
            {
                "id": row.id,
                "name": row.name,
                "files": len(found.files),
                "minutes_that_count": round(found.minutes_that_count, 2),
            }
            for row, found in reports
        ]
        terminal.result(listed, table)


@app.command("show")
def show_dataset(name: Name, data: Data = None, as_json: Json = False) -> None:
    """List the utterances of a dataset, with what was heard in them."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            target = menura.datasets.get(name).target
            rows = menura.datasets.utterances(name)
        table = Table(box=None, pad_edge=False)
        for column in ("id", "from", "to", "speaker", "counts", "problem", "transcript"):
            table.add_column(column)
        shown = [_utterance_json(row, target) for row in rows]
        for one in shown:
            table.add_row(
                str(one["id"]),
                f"{one['start']:.1f}",
                f"{one['end']:.1f}",
                str(one["speaker"]),
                "yes" if one["counts"] else "no",
                str(one["problem"] or ""),
                str(one["transcript"]),
            )
        terminal.result(shown, table)


@app.command("report")
def report_on_dataset(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Say how much of a dataset counts, and what to do about the rest."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            found = menura.datasets.report(name)
        terminal.result(_report_json(found), _report_table(found))
        for one in (*found.advice, *(a for file in found.files for a in file.advice)):
            if one.severity == "warning" and not as_json:
                terminal.note(f"{one.sentence} {one.remedy}")


@app.command("change")
def change_dataset(
    name: Name,
    utterance: Annotated[str | None, typer.Argument(help="Id of an utterance.")] = None,
    transcript: Annotated[
        str | None, typer.Option(help="What is really said in it.", show_default=False)
    ] = None,
    exclude: Annotated[
        bool | None,
        typer.Option("--exclude/--include", help="Leave it out, or in.", show_default=False),
    ] = None,
    speaker: Annotated[
        int | None,
        typer.Option(min=0, help="Whose utterances count, by number.", show_default=False),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Correct an utterance or leave it out, or choose whose utterances count."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            if speaker is not None:
                menura.datasets.choose(name, speaker)
            if utterance is not None:
                menura.datasets.change(name, utterance, transcript=transcript, excluded=exclude)
            found = menura.datasets.report(name)
        terminal.result(_report_json(found), _report_table(found))


@app.command("delete")
def delete_dataset(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Delete a dataset with its recordings for good."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            gone = menura.datasets.get(name)
            menura.datasets.delete(gone.id)
        terminal.result({"id": gone.id}, f"Deleted {gone.id}.")


def _utterance_json(row: "Utterance", target: int) -> dict[str, Any]:
    from menura.library.datasets import counts

    return {
        "id": row.id,
        "file": row.file_id,
        "start": row.start,
        "end": row.end,
        "transcript": row.transcript if row.corrected is None else row.corrected,
        "confidence": row.confidence,
        "snr_db": row.snr_db,
        "speaker": row.speaker,
        "problem": row.problem,
        "excluded": row.excluded,
        "counts": counts(row, target),
    }


def _report_json(found: "DatasetReport") -> dict[str, Any]:
    return {
        "ready": found.ready,
        "enough": found.enough,
        "minutes_that_count": round(found.minutes_that_count, 2),
        "languages": {name: round(minutes, 2) for name, minutes in found.languages.items()},
        "speakers": [vars(one) for one in found.speakers],
        "advice": [vars(one) for one in found.advice],
        "files": [
            {
                "id": file.row.id,
                "filename": file.row.filename,
                "verdict": file.verdict,
                "seconds_that_count": round(file.seconds_that_count, 2),
                "duplicates": file.row.duplicates,
                "report": file.row.report,
                "advice": [vars(one) for one in file.advice],
            }
            for file in found.files
        ],
    }


def _report_table(found: "DatasetReport") -> Table:
    from menura.tuning.report import IDEAL_MINUTES

    table = details(
        {
            "minutes that count": f"{found.minutes_that_count:.1f} (needed "
            f"{found.needed_minutes:g}, best {IDEAL_MINUTES})",
            "speakers": ", ".join(
                f"{one.speaker}: {one.seconds / 60:.1f} min{' (taken)' if one.target else ''}"
                for one in found.speakers
            ),
        }
    )
    for file in reversed(found.files):
        signal = file.row.report.get("snr_db")
        table.add_row(
            file.row.filename,
            f"{file.verdict}, {file.seconds_that_count:.0f} s count"
            + ("" if signal is None else f", {signal:.0f} dB over noise"),
        )
    return table
