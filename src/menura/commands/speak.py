"""`menura speak`: text becomes a sound file, a stream on standard output, or is played."""

import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from menura.commands.player import find_player
from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet

if TYPE_CHECKING:
    from menura.audio.formats import OutputFormat
    from menura.catalogue import Voice
    from menura.work.jobs import SpeechOutput

STDOUT = "-"
ENDINGS = (".wav", ".mp3")


class _Sink:
    """Where the bytes of a speech go, counting what passes."""

    def __init__(self, write: Callable[[bytes], Any]) -> None:
        self._write = write
        self.size = 0
        self.words: list[dict[str, Any]] = []

    def take(self, part: "SpeechOutput") -> None:
        self._write(part.data)
        self.size += len(part.data)
        self.words += [{"text": w.text, "start": w.start, "end": w.end} for w in part.words]


class Spoken(StrEnum):
    """What became of a speech."""

    file = "file"
    stdout = "stdout"
    played = "played"


def speak(
    text: Annotated[str | None, typer.Argument(help="What to say.", show_default=False)] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            help="Text file (UTF-8) to say; - is standard input.",
            show_default=False,
        ),
    ] = None,
    voice: Annotated[
        str, typer.Option("--voice", "-v", help="Id, beginning of an id, stock key or name.")
    ] = "Heart",
    model: Annotated[str | None, typer.Option(help="Base model.", show_default=False)] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", "-l", help="Of the text; told from the text when absent."),
    ] = None,
    speed: Annotated[float, typer.Option(min=0.6, max=1.5, help="Factor of the pace.")] = 1.0,
    volume: Annotated[float, typer.Option(min=0.5, max=2.0, help="Factor of loudness.")] = 1.0,
    emotion: Annotated[
        str, typer.Option(help="Such as happy, calm, angry or sad.", show_default=False)
    ] = "",
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="File ending in .wav or .mp3; - streams a wav to standard output. Without it the "
            "speech is played.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say a text in a voice."""
    said = _text(text, file)
    if output not in (None, STDOUT) and Path(str(output)).suffix.lower() not in ENDINGS:
        raise typer.BadParameter("it must end in .wav or .mp3, or be -.", param_hint="--output")
    if output == STDOUT and as_json:
        raise typer.BadParameter("--json and -o - both want standard output.", param_hint="--json")
    with Terminal(as_json) as terminal:
        settings = quiet(make_settings(data, model=model))
        from menura.spoken import sounding_seconds
        from menura.studio import Menura
        from menura.work.options import FORMATS

        with Menura(settings=settings) as menura:
            chosen = menura.voices.get(voice)
            ending = Path(output).suffix.lower()[1:] if output not in (None, STDOUT) else "wav"
            form = FORMATS[ending]
            parts = _progressing(
                terminal,
                said,
                menura.stream(
                    said,
                    chosen,
                    language=language,
                    output=form,
                    speed=speed,
                    volume=volume,
                    emotion=emotion,
                ),
            )
            if output == STDOUT:
                sink = _Sink(_write_out)
                for part in parts:
                    sink.take(part)
                return
            target = Path(output) if output is not None else None
            kind, path, sink = _deliver(terminal, parts, target, form, chosen)
        seconds = sounding_seconds(form, sink.size)
        value = {
            "output": kind.value,
            "path": None if path is None else str(path),
            "seconds": round(seconds, 3),
            "voice": {"id": chosen.id, "name": chosen.name},
            "words": sink.words,
        }
        where = f"Wrote {path}" if path is not None else "Played"
        terminal.result(value, f"{where}, {seconds:.1f} s, voice {chosen.name}.")


def _deliver(
    terminal: Terminal,
    parts: Iterator["SpeechOutput"],
    target: Path | None,
    form: "OutputFormat",
    voice: "Voice",
) -> tuple[Spoken, Path | None, _Sink]:
    """Plays the speech, or writes it to a file: the one asked for, or one of its own naming."""
    heard = bytearray()
    sink = _Sink(heard.extend)
    player = find_player() if target is None else None
    if player is not None:
        with player:
            for part in parts:
                sink.take(part)
                player.write(part.data)
        if player.played:
            return Spoken.played, None, sink
        terminal.note(f"{player.name} could not play it: {player.complaint}")
    else:
        if target is None:
            terminal.note("No player was found (ffplay, aplay, paplay or afplay).")
        for part in parts:
            sink.take(part)
    path = target or _free_name(voice.name)
    _write_whole(path, bytes(heard), form)
    return Spoken.file, path, sink


def _write_whole(path: Path, data: bytes, form: "OutputFormat") -> None:
    from menura.audio.encode import complete_wav
    from menura.errors import InputError
    from menura.work.whole_files import replacing

    try:
        with replacing(path, anywhere=True) as partial:
            partial.write_bytes(complete_wav(data) if form.container == "wav" else data)
    except OSError as error:
        raise InputError(
            "output_unwritable",
            f"{str(path)!r} cannot be written: {error.strerror or error}.",
            "Name a file in a folder with room that exists and that you may write to.",
        ) from error


def _free_name(voice: str) -> Path:
    """A file name in the current folder that is not taken."""
    stem = "-".join("".join(c if c.isalnum() else " " for c in voice).lower().split()) or "speech"
    number = 1
    while (path := Path(f"{stem}-{number}.wav")).exists():
        number += 1
    return path


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise typer.BadParameter("give the text itself or --file, one of both.", param_hint="TEXT")
    if file is None:
        return str(text)
    try:
        raw = sys.stdin.buffer.read() if str(file) == STDOUT else file.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise typer.BadParameter(
            f"{str(file)!r} cannot be read: {error.strerror or error}.", param_hint="--file"
        ) from error
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{str(file)!r} is no UTF-8 text.", param_hint="--file") from error


def _progressing(
    terminal: Terminal, text: str, parts: Iterator["SpeechOutput"]
) -> Iterator["SpeechOutput"]:
    """The same parts; how much of the text has been said is shown where a bar can be drawn."""
    if not terminal.errors.is_terminal:
        yield from parts
        return
    total = sum(not character.isspace() for character in text) or 1
    done = 0
    with terminal.progress("speaking") as progress:
        for part in parts:
            done += sum(len(word.text) for word in part.words)
            progress("speaking", min(1.0, done / total))
            yield part


def _write_out(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
