"""`menura doctor`: looks at all that Menura needs, and says what to do about what is amiss."""

import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from menura.commands.player import find_player
from menura.commands.terminal import Data, Json, Terminal, make_settings, quiet
from menura.errors import MenuraError

if TYPE_CHECKING:
    from menura.studio import Menura

NEEDED_GB = 1.0
"""Unpacked models take 0.5 GB; the rest is for voices and clips under way."""

_PACKAGES = ("menura", "torch", "numpy", "onnxruntime", "av", "faster-whisper")
_SENTENCE = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True)
class Finding:
    """What was seen of one thing."""

    name: str
    state: str
    """`ok`, `warning` or `failed`."""

    detail: str
    remedy: str = ""


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what loads a model.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Check versions, disk, data folder and model files, and say a sentence."""
    with Terminal(as_json) as terminal:
        from menura.studio import Menura

        with Menura(settings=quiet(make_settings(data))) as menura:
            findings: list[Finding] = []
            checks: list[Check] = [_versions, _machine, _disk, _library, _player]
            if not quick:
                checks += [_decoder, _recogniser, _model]
            for check in checks:
                findings += _careful(check, menura)
        failed = [finding for finding in findings if finding.state == "failed"]
        value = {"ok": not failed, "checks": [asdict(finding) for finding in findings]}
        terminal.result(value, _table(findings))
        if failed:
            raise typer.Exit(1)


Check = Callable[["Menura"], Iterator[Finding]]


def _careful(check: Check, menura: "Menura") -> Iterator[Finding]:
    try:
        yield from check(menura)
    except Exception as error:
        from menura.work.failures import exhausted

        known = error if isinstance(error, MenuraError) else exhausted(error)
        if known is None:
            raise
        yield Finding(check.__name__.strip("_"), "failed", known.sentence, known.remedy)


def _versions(menura: "Menura") -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.platform()}")
    for package in _PACKAGES:
        try:
            yield Finding(package, "ok", version(package))
        except PackageNotFoundError:
            yield Finding(package, "failed", "not installed", "Set Menura up again with make.")


def _machine(menura: "Menura") -> Iterator[Finding]:
    import torch

    from menura.engine import compute_threads

    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    threads = compute_threads(menura.settings)
    spare = "" if threads <= cores else "Set MENURA_THREADS to the number of cores."
    yield Finding(
        "threads", "warning" if spare else "ok", f"{threads} compute threads, {cores} cores", spare
    )
    gpu = (
        torch.cuda.get_device_name() if torch.cuda.is_available() else "none, computing on the CPU"
    )
    yield Finding("gpu", "ok", gpu)


def _disk(menura: "Menura") -> Iterator[Finding]:
    folder = menura.settings.data.resolve()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free / 1e9
    short = free < NEEDED_GB
    yield Finding(
        "disk",
        "warning" if short else "ok",
        f"{free:.1f} GB free for {folder}",
        f"Make room for {NEEDED_GB:.0f} GB, or choose another folder with --data." if short else "",
    )
    if not os.access(existing, os.W_OK):
        yield Finding(
            "data folder", "failed", f"{existing} is not writable", "Choose another with --data."
        )


def _library(menura: "Menura") -> Iterator[Finding]:
    clones = menura.voices.list(mine=True)
    keys = menura.keys.list()
    yield Finding("library", "ok", f"{len(clones)} clones, {len(keys)} API keys")
    store = menura.catalogue.library().voices
    for voice in clones:
        try:
            store.ref(menura.catalogue.row(voice.id))
        except MenuraError as error:
            yield Finding(f"voice {voice.name}", "failed", error.sentence, error.remedy)


def _player(menura: "Menura") -> Iterator[Finding]:
    player = find_player()
    yield Finding("player", "ok", player.name if player else "none; menura speak will write files")


def _decoder(menura: "Menura") -> Iterator[Finding]:
    import tempfile
    from pathlib import Path

    import numpy as np

    from menura.audio.decode import decode
    from menura.audio.encode import encode
    from menura.work.options import FORMATS

    tone = 0.1 * np.sin(np.arange(24000, dtype=np.float32) * 0.05)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tone.mp3"
        path.write_bytes(encode(tone, 24000, FORMATS["mp3"]))
        decoded = decode(path, max_seconds=2.0, sample_rate=24000)
    yield Finding("decoder", "ok", f"reads {decoded.codec}")


def _recogniser(menura: "Menura") -> Iterator[Finding]:
    from menura.audio.recognise import unpack

    folder = unpack(menura.settings.cache)
    yield Finding("recogniser", "ok", f"{folder.name}, weights whole")


def _model(menura: "Menura") -> Iterator[Finding]:
    began = time.perf_counter()
    info = menura.engine.model.info
    loading = time.perf_counter() - began
    yield Finding("model", "ok", f"{info.snapshot}, weights whole, loaded in {loading:.1f} s")
    voice = next(iter(menura.voices.list(mine=False, language="en")))
    menura.speak("Hello.", voice)  # the first run of a network also plans it
    began = time.perf_counter()
    speech = menura.speak(_SENTENCE, voice)
    factor = (time.perf_counter() - began) / speech.seconds
    slow = factor > 1
    yield Finding(
        "speech",
        "warning" if slow else "ok",
        f"real-time factor {factor:.2f} ({voice.name})",
        "Speech is made slower than it sounds: close other programs, or use a GPU." if slow else "",
    )


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    marks = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "failed": "[red]failed[/]"}
    for finding in findings:
        table.add_row(marks[finding.state], finding.name, f"{finding.detail} {finding.remedy}")
    return table
