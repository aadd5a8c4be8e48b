"""`menura fine-tunes`: export and import."""

from pathlib import Path
from typing import Annotated

import typer

from menura.commands.terminal import Data, Json, NewFile, NewName, Terminal, make_settings, quiet

app = typer.Typer()


@app.command("export")
def export_fine_tune(
    fine_tune: Annotated[
        str, typer.Argument(metavar="FINE_TUNE", help="Name or id, or the id's beginning.")
    ],
    output: NewFile,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write a completed fine-tune and its voices into one file."""
    with Terminal(as_json) as terminal:
        from menura.fine_tune_files import FineTuneFiles
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            path = FineTuneFiles(menura.catalogue, menura.fine_tunes).export(fine_tune, output)
        size = path.stat().st_size
        terminal.result({"path": str(path), "bytes": size}, f"Wrote {path} ({size / 1e6:.1f} MB).")


@app.command("import")
def import_fine_tune(
    file: Annotated[Path, typer.Argument(help="A fine-tune that was exported.")],
    name: NewName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Keep the fine-tune of a file with its voices. One that is broken is refused."""
    with Terminal(as_json) as terminal:
        from menura.fine_tune_files import FineTuneFiles
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            made = FineTuneFiles(menura.catalogue, menura.fine_tunes).import_file(file, name=name)
            voices = menura.catalogue.library().fine_tunes.voices(
                menura.catalogue.organisation_id, made.id
            )
        names = [voice.name for voice in voices]
        terminal.result(
            {"id": made.id, "name": made.name, "voices": names},
            f"{made.id}  {made.name}\n" + "\n".join(f"  {voice}" for voice in names),
        )
