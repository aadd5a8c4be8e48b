"""`menura check`: what a recording is like, before it is cloned."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from menura.commands.clone import Mode
from menura.commands.show_clip import show_clip
from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet


def check(
    clip: Annotated[Path, typer.Argument(help="Audio or video file with one person's speech.")],
    mode: Annotated[Mode, typer.Option(help="The mode it would be cloned in.")] = Mode.similarity,
    enhance: Annotated[
        bool | None,
        typer.Option(
            "--enhance/--no-enhance",
            help="Whether it would be cleaned up first (by default only for stability).",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", "-l", help="Spoken in the clip; heard when absent.", show_default=False
        ),
    ] = None,
    transcript: Annotated[
        str | None,
        typer.Option(help="Words of the clip, to be compared with it.", show_default=False),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write a picture (PNG) here.", show_default=False),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Measure a clip and say what would make a better voice; nothing is cloned."""
    with Terminal(as_json) as terminal:
        settings = quiet(make_settings(data))
        from menura.studio import Menura

        with Menura(settings=settings) as menura:
            found = menura.check(
                clip, language=language, mode=mode.value, enhance=enhance, transcript=transcript
            )
        if plot is not None:
            from menura.commands.picture import LEGEND, draw, write_png

            write_png(plot, draw(found.timeline))
            terminal.note(f"{plot}: {LEGEND}.")
        terminal.result(dataclasses.asdict(found), show_clip(found.report, found.advice))
