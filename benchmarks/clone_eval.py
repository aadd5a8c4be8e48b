"""Clones eight real speakers, lets them say new sentences, and judges the result.

    python -m benchmarks.clone_eval [--speakers vctk_p326,...] [--sentences 3] [--steps 20]

Takes about five minutes a speaker on two cores. A run that was stopped goes on with the next
speaker when it is started again with the same options. Writes `results/clone_eval.json`.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch

from benchmarks import judges, words
from benchmarks.machine import RESULTS, ROOT, circumstances, install_size, write_json
from benchmarks.product import RATE, Product, Spoken
from benchmarks.speakers import Speaker, read_speakers
from menura.audio.resample import resample
from menura.judging.report import Embeddings, likeness, mean
from menura.settings import Settings
from menura.work.jobs import VoiceRef

Row = dict[str, Any]
STOCK = ("af_heart", "am_michael", "bf_emma", "bm_george")
SHARED = ROOT.parent / "shared"
SENTENCES = Path(__file__).with_name("sentences.txt")


class Panel:
    """All judges together."""

    def __init__(self, judge_folder: Path, cache: Path) -> None:
        self.encoders = judges.encoders(judge_folder)
        self._dnsmos = judges.Dnsmos()
        self._distillmos = judges.DistillMosJudge()
        self._listener = words.Listener(cache)

    def embed(self, recordings: list[judges.Audio]) -> dict[str, Embeddings]:
        """Embeddings [N, D] of recordings by each encoder."""
        return {
            name: np.stack([embed(audio) for audio in recordings])
            for name, embed in self.encoders.items()
        }

    def quality(self, audio: judges.Audio) -> dict[str, float]:
        """DNSMOS, P808 and DistillMOS of a recording."""
        return {**self._dnsmos.score(audio), **self._distillmos.score(audio)}

    def sentence(self, text: str, spoken: Spoken, audio: judges.Audio) -> Row:
        """All that can be said of one spoken sentence without knowing the speaker."""
        heard = self._listener.hear(audio)
        errors = words.compare(text, heard)
        return {
            "text": text,
            "heard": heard,
            "errors": errors.errors,
            "words": errors.words,
            "quality": self.quality(audio),
            "audio_seconds": spoken.length,
            "seconds": spoken.seconds,
            "cpu_seconds": spoken.cpu_seconds,
            "first_audio_seconds": spoken.first_seconds,
        }


def summary(rows: list[Row]) -> Row:
    """Word error rate, quality and speed over sentences."""
    errors = words.total(words.WordErrors(row["errors"], row["words"]) for row in rows)
    audio = sum(row["audio_seconds"] for row in rows)
    return {
        "wer": errors.rate,
        "quality": mean([row["quality"] for row in rows]),
        "rtf": sum(row["seconds"] for row in rows) / audio,
        "rtf_cpu": sum(row["cpu_seconds"] for row in rows) / audio,
        "first_audio_seconds": float(np.median([row["first_audio_seconds"] for row in rows])),
    }


def speak_all(
    product: Product, panel: Panel, voice: VoiceRef, sentences: list[str], keep: Path | None
) -> tuple[list[Row], list[judges.Audio]]:
    """Speaks and judges the sentences; returns rows and audio at 16 kHz."""
    product.speak("Warming up.", voice)  # loading is not what these times are about
    rows, outputs = [], []
    for i, text in enumerate(sentences):
        spoken = product.speak(text, voice)
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            soundfile.write(keep / f"{i:02d}.wav", spoken.audio, RATE)
        outputs.append(resample(spoken.audio, RATE, judges.RATE))
        rows.append(panel.sentence(text, spoken, outputs[-1]))
    return rows, outputs


def evaluate_speaker(
    product: Product,
    panel: Panel,
    speaker: Speaker,
    known: dict[str, dict[str, Embeddings]],
    sentences: list[str],
    steps: int,
    keep: Path | None,
) -> Row:
    """Clones and judges one speaker. `known` has embeddings by speaker: the clip, then targets."""
    with tempfile.TemporaryDirectory() as folder:
        clip, state = Path(folder) / "clip.wav", Path(folder) / "voice.safetensors"
        soundfile.write(clip, speaker.clip, judges.RATE)
        cloned = product.clone(clip, state, steps)
        rows, outputs = speak_all(product, panel, VoiceRef(state=state), sentences, keep)
    embedded = panel.embed(outputs)
    alike = {}
    for name, found in embedded.items():
        mine = known[speaker.name][name]
        others = np.concatenate([e[name][1:] for s, e in known.items() if s != speaker.name])
        alike[name] = likeness(found, own=mine[1:], clip=mine[:1], others=others).figures()
        for row, cosine in zip(rows, (found @ mine[1:].T).mean(axis=1), strict=True):
            row.setdefault("likeness", {})[name] = float(cosine)
    return {
        "gender": speaker.gender,
        "clip_seconds": speaker.clip.size / judges.RATE,
        "targets": len(speaker.targets),
        "targets_left_out": speaker.left_out,
        "cut": speaker.cut,
        "clone": {
            "seconds": cloned.seconds,
            "cpu_seconds": cloned.cpu_seconds,
            "state_mb": cloned.state_bytes / 1e6,
            "transcript": cloned.transcript,
            "advice": list(cloned.advice),
            "report": cloned.report,
        },
        "likeness": alike,
        **summary(rows),
        "own_quality": mean([panel.quality(audio) for audio in speaker.targets]),
        "sentences": rows,
    }


def over_speakers(speakers: dict[str, Row]) -> Row:
    """Means over speakers of all that is reported."""
    rows = list(speakers.values())
    return {
        "speakers": len(rows),
        "likeness": {
            name: mean([row["likeness"][name] for row in rows]) for name in rows[0]["likeness"]
        },
        "wer": words.total(
            words.WordErrors(s["errors"], s["words"]) for row in rows for s in row["sentences"]
        ).rate,
        "quality": mean([row["quality"] for row in rows]),
        "own_quality": mean([row["own_quality"] for row in rows]),
        "clone_seconds": float(np.mean([row["clone"]["seconds"] for row in rows])),
        "clone_seconds_max": max(row["clone"]["seconds"] for row in rows),
        "state_mb_max": max(row["clone"]["state_mb"] for row in rows),
        "rtf": float(np.mean([row["rtf"] for row in rows])),
        "rtf_cpu": float(np.mean([row["rtf_cpu"] for row in rows])),
        "first_audio_seconds": float(np.mean([row["first_audio_seconds"] for row in rows])),
    }


def resume(path: Path, options: Row) -> Row:
    """What an earlier run with the same options and commit has left, or an empty start."""
    if path.is_file():
        earlier: Row = json.loads(path.read_text())
        if earlier["options"] == options:
            return earlier
    return {"options": options, "stock": {}, "speakers": {}, "peak_mb": {}}


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> Row:
    """Does the whole measurement; returns the result."""
    torch.set_num_threads(1)
    where = circumstances()
    settings = Settings()
    sentences = SENTENCES.read_text().splitlines()[: arguments.sentences]
    everyone = read_speakers(SHARED / "data" / "clone_eval.tsv")
    chosen = [s for s in everyone if not arguments.speakers or s.name in arguments.speakers]
    options = {
        "commit": where["commit"],
        "sentences": len(sentences),
        "steps": arguments.steps,
        "threads": settings.threads,
    }
    partial = arguments.out.with_suffix(".unfinished.json")
    state = resume(partial, options)
    panel = Panel(SHARED / "judge", settings.cache)
    say(f"embedding the recordings of {len(everyone)} speakers")
    known = {s.name: panel.embed([s.clip, *s.targets]) for s in everyone}
    keep: Path | None = arguments.keep_audio
    started, todo = time.monotonic(), [s for s in chosen if s.name not in state["speakers"]]
    with Product(settings) as product:
        for key in arguments.stock:
            if key not in state["stock"]:
                say(f"stock voice {key}")
                rows, _ = speak_all(
                    product, panel, VoiceRef(stock=key), sentences, keep and keep / key
                )
                state["stock"][key] = {**summary(rows), "sentences": rows}
                write_json(partial, state)
        state["peak_mb"].setdefault("speaking", product.peak_mb())
        for done, speaker in enumerate(todo):
            spent = time.monotonic() - started
            eta = f", {spent / done * (len(todo) - done) / 60:.0f} min left" if done else ""
            say(f"{speaker.name} ({done + 1} of {len(todo)}{eta})")
            state["speakers"][speaker.name] = evaluate_speaker(
                product, panel, speaker, known, sentences, arguments.steps,
                keep and keep / speaker.name,
            )  # fmt: skip
            peak = max(product.peak_mb(), state["peak_mb"].get("cloning", 0.0))
            state["peak_mb"]["cloning"] = peak
            write_json(partial, state)
    result = {
        **where,
        "options": options,
        "mean": over_speakers(state["speakers"]),
        "mean_without_cut": over_speakers(
            {k: v for k, v in state["speakers"].items() if not v["cut"]} or state["speakers"]
        ),
        "stock_mean": summary([r for v in state["stock"].values() for r in v["sentences"]]),
        "peak_mb": state["peak_mb"],
        "install": install_size(),
        "speakers": state["speakers"],
        "stock": state["stock"],
    }
    write_json(arguments.out, result)
    partial.unlink(missing_ok=True)
    return result


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--speakers", type=lambda text: text.split(","), default=[])
    parser.add_argument("--stock", type=lambda text: text.split(","), default=list(STOCK))
    parser.add_argument("--sentences", type=int, default=10, help="how many, at most 10")
    parser.add_argument("--steps", type=int, default=0, help="of a clone; 0 is the default")
    parser.add_argument("--out", type=Path, default=RESULTS / "clone_eval.json")
    parser.add_argument("--keep-audio", type=Path, help="folder for what was spoken")
    result = run(parser.parse_args(), lambda line: print(line, file=sys.stderr))  # noqa: T201
    sys.stdout.write(json.dumps(result["mean"], indent=1) + "\n")


if __name__ == "__main__":
    main()
