"""`menura fine-tunes report`: what a fine-tune is worth, in figures and for ears."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet

if TYPE_CHECKING:
    from menura.library.fine_tune_reports import Sample

app = typer.Typer()

_BEFORE, _AFTER = "instant_", "tuned_"


@app.command("report")
def report_on_fine_tune(
    fine_tune: Annotated[
        str, typer.Argument(metavar="FINE_TUNE", help="Name or id, or the id's beginning.")
    ],
    save: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder for the sentences as WAV files: recording, instant clone, tuned model.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Compare a fine-tune with an instant clone, on sentences that it has not learned from."""
    with Terminal(as_json) as terminal:
        from menura.library.fine_tune_reports import figures
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            row = menura.fine_tunes.get(fine_tune)
            samples = menura.fine_tunes.samples(row.id)
            saved = [] if save is None else menura.fine_tunes.save_samples(row.id, save)
        told = figures(row)
        shown = {
            "id": row.id,
            "status": row.status,
            "speech_seconds": row.seconds,
            "figures": told,
            "samples": [_json(sample) for sample in samples],
            "saved": [str(path) for path in saved],
        }
        terminal.result(shown, _table(told, samples))
        if row.status != "completed":
            terminal.note(
                f"The fine-tune is {row.status}; its report is whole when it is completed."
            )
        elif save is not None:
            terminal.note(f"Wrote {len(saved)} files to {save}.")


def _json(sample: "Sample") -> dict[str, Any]:
    return {
        "number": sample.number,
        "transcript": sample.transcript,
        "filename": sample.filename,
        "start": sample.start,
        "end": sample.end,
        "instant_scores": dict(sample.instant_scores),
        "tuned_scores": dict(sample.tuned_scores),
    }


def _table(told: Mapping[str, Any], samples: Sequence["Sample"]) -> Table:
    """Scores of all held-out sentences together, then of those that can be heard."""
    table = Table(box=None, pad_edge=False)
    for column in ("sentence", "measure", "instant clone", "tuned model"):
        table.add_column(column)
    rows = [("all", _named(told, _BEFORE), _named(told, _AFTER))]
    for sample in samples:
        sentence = f"{sample.number}: {sample.transcript}"
        rows.append((sentence, sample.instant_scores, sample.tuned_scores))
    for sentence, before, after in rows:
        for number, name in enumerate(name for name in after if name in before):
            first = "" if number else sentence
            table.add_row(first, name, f"{before[name]:.2f}", f"{after[name]:.2f}")
    return table


def _named(told: Mapping[str, Any], prefix: str) -> Mapping[str, float]:
    """The numbers whose names begin so, under the rest of their names."""
    return {
        name.removeprefix(prefix): float(value)
        for name, value in told.items()
        if name.startswith(prefix) and isinstance(value, int | float)
    }
