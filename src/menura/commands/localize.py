"""`menura localize`: a voice speaks another language."""

from typing import Annotated

import typer

from menura.commands.describe import voice_details, voice_json
from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet


def localize(
    voice: Annotated[
        str, typer.Argument(metavar="VOICE", help="Id, beginning of an id, stock key or name.")
    ],
    language: Annotated[
        str, typer.Option("--language", "-l", help="To speak, such as fr or pt-BR.")
    ],
    dialect: Annotated[
        str | None,
        typer.Option(
            "--dialect",
            "-d",
            help="us uk au in so (en), pe mx (es), br eu (pt), eu ca (fr).",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            "-n",
            help="Of the new voice; the old one's with the language when absent.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a voice that speaks another language like its natives.

    The old voice stays. It takes about 40 seconds on two cores.
    """
    with Terminal(as_json) as terminal:
        settings = quiet(make_settings(data))
        from menura.studio import Menura

        with Menura(settings=settings) as menura, terminal.progress("loading") as progress:
            made = menura.localize(voice, language, dialect, name, on_progress=progress)
        terminal.result(voice_json(made), voice_details(made))
