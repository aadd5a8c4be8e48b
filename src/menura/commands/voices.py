"""`menura voices`: list, show, rename, delete."""

import sys
from typing import Annotated

import typer

from menura.commands.describe import voice_details, voice_json, voice_table
from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet

app = typer.Typer(help="List, show, rename and delete voices.", no_args_is_help=True)

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
