"""`menura clone`: a recording becomes a voice."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from menura.commands.describe import voice_details, voice_json
from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet


class Refine(StrEnum):
    """What is done once a voice is usable."""

    wait = "wait"
    off = "off"


class Mode(StrEnum):
    """What a clone aims at."""

    similarity = "similarity"
    stability = "stability"


def clone(
    clip: Annotated[Path, typer.Argument(help="Audio or video file with one person's speech.")],
    name: Annotated[str, typer.Option("--name", "-n", help="Name of the new voice.")],
    mode: Annotated[
        Mode,
        typer.Option(
            help="similarity keeps everything of the clip, stability sounds like a studio."
        ),
    ] = Mode.similarity,
    enhance: Annotated[
        bool | None,
        typer.Option(
            "--enhance/--no-enhance",
            help="Clean the clip up first (by default only for stability).",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str,
        typer.Option("--language", "-l", help="The voice's, such as en or pt-BR; best the clip's."),
    ] = "en",
    transcript: Annotated[
        str | None,
        typer.Option(help="Words of the clip; heard when absent.", show_default=False),
    ] = None,
    description: Annotated[str, typer.Option(help="A note for people.")] = "",
    steps: Annotated[
        int, typer.Option(min=0, help="Optimisation steps; 0 is the model's own number.")
    ] = 0,
    refine: Annotated[
        Refine,
        typer.Option(help="wait goes on to full quality, off stops at the first usable voice."),
    ] = Refine.wait,
    consent: Annotated[
        str | None,
        typer.Option(
            help="That the person agreed to be cloned, in words; kept with the voice.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a voice from a recording.

    Ten seconds of clear speech are good, thirty are better. The voice is usable after a part of
    the time that full quality takes; Ctrl-C before the end keeps nothing.
    """
    with Terminal(as_json) as terminal:
        settings = quiet(make_settings(data))
        from menura.studio import Menura

        with Menura(settings=settings) as menura, terminal.progress("loading") as progress:
            voice = menura.clone(
                clip,
                name=name,
                language=language,
                mode=mode.value,
                enhance=enhance,
                transcript=transcript,
                description=description,
                steps=steps,
                refine=refine.value,
                consent=consent,
                on_progress=progress,
            )
        terminal.result(voice_json(voice), voice_details(voice))
