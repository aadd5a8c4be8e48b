"""Pro cloning from end to end: forty minutes of recordings, a fine-tune, four voices, judged.

    python -m benchmarks.pro_cloning [--seconds 3000] [--sentences 40]

A real server gets the recordings of `pro_kathleen` in files of five minutes, without transcripts,
and trains; 40 recordings are held out. Then the held-out words are spoken by the pro voices, by an
instant clone of a ten-second clip and by a stock voice, and all of it is judged. What was done
before in the same folder (`build/benchmarks/pro_cloning`) is not done again. The machine must have
nothing else to do. Writes `results/pro_cloning.json`.
"""

import argparse
import csv
import json
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from benchmarks import mel_cepstra, prosody
from benchmarks.goals import Goal
from benchmarks.judges import RATE as JUDGED_RATE
from benchmarks.latency_server import Server
from benchmarks.machine import RESULTS, circumstances, write_json
from benchmarks.panel import SHARED, Panel, word_error_rate
from benchmarks.pro_server import RATE, Client
from benchmarks.units import FOLDER
from menura.audio.resample import resample
from menura.judging.report import likeness, mean

Row = dict[str, Any]
Audio = NDArray[np.float32]

LISTING = SHARED / "data" / "pro_kathleen.tsv"
OTHERS = SHARED / "data" / "clone_eval.tsv"
HELD_OUT = 40
_FILE_SECONDS = 300.0
_PAUSE_SECONDS = 0.25
"""Between recordings, beside the silence at their own ends: somebody reads on."""

_CLIP_SECONDS = 10.0
STOCK = "Heart"


@dataclass(frozen=True)
class Recording:
    """A recording of known words, mono float32 at RATE."""

    path: Path
    text: str

    def audio(self) -> Audio:
        """Its samples."""
        samples, rate = soundfile.read(self.path, dtype="float32")
        return resample(samples, rate, RATE)

    def judged(self) -> Audio:
        """Its samples at the judges' rate."""
        return resample(self.audio(), RATE, JUDGED_RATE)


def recordings() -> tuple[list[Recording], list[Recording]]:
    """Those to train on and those that are held out, chosen by a checksum of their names."""
    with LISTING.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    rows.sort(key=lambda row: zlib.crc32(row["path"].encode()))
    found = [Recording(LISTING.parent / row["path"], row["transcript"]) for row in rows]
    return found[HELD_OUT:], found[:HELD_OUT]


def joined(pieces: Sequence[Recording], folder: Path) -> list[Path]:
    """Files of about five minutes with pauses between the recordings."""
    files: list[Path] = []
    pause = np.zeros(int(_PAUSE_SECONDS * RATE), np.float32)
    waiting: list[Audio] = []
    for number, piece in enumerate(pieces):
        waiting += [piece.audio(), pause]
        last = number == len(pieces) - 1
        if last or sum(part.size for part in waiting) > _FILE_SECONDS * RATE:
            files.append(folder / f"part_{len(files):02d}.flac")
            soundfile.write(files[-1], np.concatenate(waiting), RATE)
            waiting = []
    return files


def clip(pieces: Sequence[Recording], folder: Path) -> Path:
    """Ten seconds of three recordings, as somebody would record them for an instant clone."""
    parts: list[Audio] = []
    for piece in pieces:
        if sum(part.size for part in parts) >= _CLIP_SECONDS * RATE:
            break
        parts.append(piece.audio())
    path = folder / "clip.wav"
    soundfile.write(path, np.concatenate(parts), RATE)
    return path


def say(line: str) -> None:
    """Tells how far it is."""
    sys.stderr.write(line + "\n")


def make(options: argparse.Namespace, folder: Path) -> Row:
    """Trains, and writes the held-out words as each voice speaks them."""
    training, held = recordings()
    sentences = held[: options.sentences]
    data = options.data or folder / "data"
    with Server(str(data), options.threads, MENURA_TUNE_SECONDS=str(options.seconds)) as server:
        client = Client(server)
        files = sorted(folder.glob("part_*.flac")) or joined(training, folder)
        dataset, report = client.dataset("kathleen", files, say)
        say(f"dataset: {report['minutes_that_count']:.1f} minutes count")
        if options.prepare:
            raise SystemExit("prepared; run it again without --prepare to train")
        done, events = client.fine_tune("kathleen", dataset, options.seconds, say)
        if done["status"] != "completed":
            raise SystemExit(f"the fine-tune failed: {done.get('error')}")
        voices = {f"pro: {row['name']}": str(row["id"]) for row in client.voices(done["id"])}
        instant, clone_seconds = client.clone("instant", clip(training, folder))
        names = {**voices, "instant": instant, "stock": client.stock(STOCK)}
        costs = {}
        for number, (name, voice) in enumerate(names.items()):
            count = len(sentences) if number == 0 or name in ("instant", "stock") else 10
            costs[name] = speak(client, voice, sentences[:count], folder / f"voice_{number}")
    return {
        "dataset": {key: value for key, value in report.items() if key != "files"},
        "fine_tune": done,
        "events": events,
        "clone_seconds": clone_seconds,
        "voices": {
            name: {"folder": f"voice_{number}", "spoken": costs[name]}
            for number, name in enumerate(names)
        },
    }


def speak(client: Client, voice: str, sentences: Sequence[Recording], folder: Path) -> list[Row]:
    """Speaks texts into a folder, named by their numbers."""
    folder.mkdir(exist_ok=True)
    client.speak(voice, "Loading the voice.")
    rows = []
    for number, sentence in enumerate(sentences):
        audio, row = client.speak(voice, sentence.text)
        soundfile.write(folder / f"{number:02d}.flac", audio, RATE)
        rows.append(row)
    return rows


def judge(made: Row, options: argparse.Namespace, folder: Path) -> Row:
    """Figures of each voice beside those of the recordings."""
    _, held = recordings()
    panel = Panel(SHARED / "judge", (options.data or folder / "data") / "cache", options.threads)
    # It takes longer than all other judges together, and flatters (docs/experiments.md).
    panel.encoders.pop("ge2e", None)
    own = [one.judged() for one in held[: options.sentences]]
    held = held[: len(own)]
    known = panel.embed(own)
    clip_audio, rate = soundfile.read(folder / "clip.wav", dtype="float32")
    clips = panel.embed([resample(clip_audio, rate, JUDGED_RATE)])
    with OTHERS.open(newline="") as file:
        paths = [OTHERS.parent / row["path"] for row in csv.DictReader(file, delimiter="\t")]
    strangers = panel.embed([Recording(path, "").judged() for path in paths])
    theirs = prosody.measure(own, [one.text for one in held]).figures()
    result: Row = {
        "own": {"quality": mean([panel.quality(audio) for audio in own]), "prosody": theirs}
    }
    result["voices"] = {}
    for name, voice in made["voices"].items():
        spoken = sorted((folder / voice["folder"]).glob("*.flac"))
        outputs = [Recording(path, "").judged() for path in spoken]
        texts = [one.text for one in held[: len(outputs)]]
        rows = [panel.words(text, audio) for text, audio in zip(texts, outputs, strict=True)]
        embedded = panel.embed(outputs)
        figures = prosody.measure(outputs, texts).figures()
        audio_seconds = sum(row["audio_seconds"] for row in voice["spoken"])
        result["voices"][name] = {
            "sentences": len(outputs),
            "likeness": {
                encoder: likeness(
                    embedded[encoder], known[encoder], clips[encoder], strangers[encoder]
                ).figures()
                for encoder in embedded
            },
            "wer": word_error_rate(rows),
            "quality": mean([panel.quality(audio) for audio in outputs]),
            "prosody": figures,
            "apart": prosody.apart(figures, theirs),
            "distortion_db": float(
                np.mean(
                    [
                        mel_cepstra.distortion(audio, recording)
                        for audio, recording in zip(outputs, own, strict=False)
                    ]
                )
            ),
            "rtf": sum(row["seconds"] for row in voice["spoken"]) / audio_seconds,
            "routed": voice["spoken"][0]["routed"],
            "heard": rows,
        }
        say(f"{name}: {json.dumps(result['voices'][name]['likeness']['wespeaker'])}")
    return result


def goals(result: Row) -> list[Row]:
    """The issue's goals, of the first pro voice."""
    voices, own = result["voices"], result["own"]
    pro = next(row for name, row in voices.items() if name.startswith("pro"))
    instant, stock = voices["instant"], voices["stock"]
    apart = pro["apart"]
    minutes = result["minutes"]
    better = 1 - pro["distortion_db"] / instant["distortion_db"]
    wespeaker = pro["likeness"]["wespeaker"]["rescaled"]
    return [
        goal.row()
        for goal in (
            Goal("from create to completed", minutes, 60.0, False, ".1f min"),
            Goal("likeness, WeSpeaker rescaled", wespeaker, 0.90, True),
            *(
                Goal(
                    f"{name.upper()} under the recordings'",
                    own["quality"][name] - pro["quality"][name],
                    0.1,
                    False,
                )
                for name in ("p808", "ovrl")
            ),
            Goal("word error rate above stock", pro["wer"] - stock["wer"], 0.01, False, ".1%"),
            Goal("F0 mean off", abs(apart["f0_mean"]), 0.05, False, ".1%"),
            Goal("F0 spread off", abs(apart["f0_spread"]), 0.15, False, ".1%"),
            Goal("rate off", abs(apart["rate"]), 0.10, False, ".1%"),
            Goal("mel-cepstral distortion under the instant clone's", better, 0.10, True, ".1%"),
        )
    ]


def curves(events: Sequence[Row]) -> Row:
    """Losses and held-out scores by step."""
    return {
        kind: [
            {"stage": event.get("stage"), "step": event.get("step"), **event[kind]}
            for event in events
            if event.get(kind)
        ]
        for kind in ("losses", "scores")
    }


def run(options: argparse.Namespace) -> Row:
    """Makes or takes what was made, judges, and writes the result."""
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "made.json"
    if not file.is_file():
        write_json(file, make(options, folder))
    made = json.loads(file.read_text())
    done = made["fine_tune"]
    began, ended = (
        np.datetime64(done[name].rstrip("Z").split("+")[0]) for name in ("created_at", "ended_at")
    )
    result = {
        **circumstances(),
        "options": {
            "seconds": options.seconds,
            "threads": options.threads,
            "held_out": HELD_OUT,
            "judged": options.sentences,
        },
        "minutes": float((ended - began) / np.timedelta64(1, "s")) / 60,
        "dataset": made["dataset"],
        "report": done["report"],
        "clone_seconds": made["clone_seconds"],
        "curves": curves(made["events"]),
        **judge(made, options, folder),
    }
    result["goals"] = goals(result)
    write_json(options.out, result)
    return result


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=3000.0, help="time budget of the training")
    parser.add_argument("--sentences", type=int, default=HELD_OUT, help="spoken and judged")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prepare", action="store_true", help="stop before the training")
    parser.add_argument("--data", type=Path, help="a data folder with unpacked models")
    parser.add_argument("--folder", type=Path, default=FOLDER / "pro_cloning")
    parser.add_argument("--out", type=Path, default=RESULTS / "pro_cloning.json")
    sys.stdout.write(json.dumps(run(parser.parse_args())["goals"], indent=1) + "\n")


if __name__ == "__main__":
    main()
