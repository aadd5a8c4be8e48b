"""`menura voices`: list, show, rename, delete, export, import, mix."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from menura.commands.describe import voice_details, voice_json, voice_table
from menura.commands.terminal import Data, Json, NewFile, NewName, Terminal, make_settings, quiet
from menura.errors import InputError

app = typer.Typer(help="List, change, export, import and mix voices.", no_args_is_help=True)

Named = Annotated[
    str, typer.Argument(metavar="VOICE", help="Id, beginning of an id, stock key or name.")
]


@app.command("list")
def list_voices(
    query: Annotated[
        str | None, typer.Option(help="Part of a name, description or id.", show_default=False)
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="Such as en.", show_default=False)
    ] = None,
    mine: Annotated[
        bool | None,
        typer.Option(
            "--mine/--stock", help="Clones only, or stock voices only.", show_default=False
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List voices, clones first."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            voices = menura.voices.list(query=query, language=language, mine=mine)
        terminal.result([voice_json(voice) for voice in voices], voice_table(voices))


@app.command("show")
def show_voice(voice: Named, data: Data = None, as_json: Json = False) -> None:
    """Show all that is known of a voice."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            found = menura.voices.get(voice)
        terminal.result(voice_json(found), voice_details(found))


@app.command("rename")
def rename_voice(
    voice: Named,
    name: Annotated[str, typer.Argument(help="The new name.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Give a clone another name."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            changed = menura.voices.rename(voice, name)
        terminal.result(voice_json(changed), f"{changed.id} is now called {changed.name}.")


@app.command("delete")
def delete_voice(
    voice: Named,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Delete a clone for good. On a terminal it asks first."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            found = menura.voices.get(voice)
            if sys.stdin.isatty() and not yes and found.stock is None:
                typer.confirm(f"Delete {found.name} ({found.id}) for good?", abort=True, err=True)
            menura.voices.delete(found.id)
        terminal.result({"id": found.id, "deleted": True}, f"Deleted {found.name} ({found.id}).")


@app.command("export")
def export_voice(
    voice: Named,
    output: NewFile,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write a clone with all that is known of it into one file."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            found = menura.voices.get(voice)
            path = menura.voices.export(found.id, output)
        size = path.stat().st_size
        terminal.result(
            {"id": found.id, "path": str(path), "bytes": size},
            f"Wrote {found.name} to {path} ({size / 1e6:.1f} MB).",
        )


@app.command("import")
def import_voice(
    file: Annotated[Path, typer.Argument(help="A voice file that was exported.")],
    name: NewName = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Keep the voice of a file. One that is broken or not a voice is refused."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            made = menura.voices.import_file(file, name=name)
        terminal.result(voice_json(made), voice_details(made))


@app.command("mix")
def mix_voices(
    parts: Annotated[
        list[str],
        typer.Argument(
            metavar="VOICE=WEIGHT...", help="Such as Ada=0.7 af_heart=0.3.", show_default=False
        ),
    ],
    name: Annotated[str, typer.Option("--name", "-n", help="Of the new voice.")],
    description: Annotated[str, typer.Option(help="A note for people.")] = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a voice between voices. Weights are scaled to a sum of 1."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        weights = _weights(parts)
        with Menura(settings=quiet(make_settings(data))) as menura:
            made = menura.mix(weights, name=name, description=description)
        terminal.result(voice_json(made), voice_details(made))


def _weights(parts: list[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in parts:
        # A voice's name may have an equals sign in it, a weight has none.
        voice, _, number = part.rpartition("=")
        try:
            weight = float(number)
        except ValueError:
            weight = float("nan")
        if not voice or weight != weight or voice in weights:
            raise InputError(
                "mix_part_invalid",
                f"{part!r} is no voice with its weight.",
                "Give each voice once, as NAME=WEIGHT, such as Ada=0.7.",
            )
        weights[voice] = weight
    return weights
