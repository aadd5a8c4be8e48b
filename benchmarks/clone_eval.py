"""Clones eight real speakers in both modes, lets them say new sentences, and judges the result.

    python -m benchmarks.clone_eval [--modes similarity,stability]
        [--speakers vctk_p326,...]
        [--sentences 10] [--stability-sentences 4] [--steps 20] [--threads 2] [--fresh]

One run of a clone gives both stages: the first usable voice and the refined one, with the wall
and CPU seconds at which each came. The first stage says fewer sentences; which ones
goes round, so that all sentences weigh about the same in each mean.

What is done is kept in `build/benchmarks/clone_eval` at once: a stopped run goes on where it was.
`results/clone_eval.json` is written after every speaker, with what is missing in `unfinished`.
"""

import argparse
import hashlib
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import soundfile

from benchmarks import judges, prosody
from benchmarks.clone_means import collect
from benchmarks.known import load_embeddings, read_known, save_embeddings
from benchmarks.machine import RESULTS, circumstances, install_size, write_json
from benchmarks.options import parser_of, say
from benchmarks.panel import SENTENCES, SHARED, Panel, rotation, speak_all, summary
from benchmarks.product import CloneRequest, Product, Stage
from benchmarks.units import FOLDER, Clock, Say, Units, commits
from menura.settings import Settings
from menura.work.jobs import VoiceRef

Row = dict[str, Any]
MODES = ("similarity", "stability")
STAGES = ("first", "refined")
STOCK = (
    "af_heart", "af_bella", "am_michael", "am_puck", "bf_emma", "bf_isabella", "bm_george",
    "bm_fable",
)  # fmt: skip
CACHE = FOLDER / "clone_eval"

_CLONE_WEIGHT, _SENTENCE_WEIGHT = 130.0, 7.0
"""Seconds that a clone and a judged sentence take on two cores; for the time left only."""


class CloneEvaluation:
    """The measurement; every method keeps what it has done."""

    def __init__(self, arguments: argparse.Namespace, say: Say) -> None:
        self.arguments = arguments
        self.settings = Settings(threads=arguments.threads)
        self.units = Units(arguments.cache, fresh=arguments.fresh)
        self.sentences = SENTENCES.read_text().splitlines()[: arguments.sentences]
        self.panel = Panel(SHARED / "judge", self.settings.cache, arguments.threads)
        say("judging the speakers' own recordings")
        self.known = read_known(self.panel)
        chosen = [
            n for n in self.known.speakers if n in (arguments.speakers or self.known.speakers)
        ]
        self.wanted = [(mode, name) for mode in arguments.modes for name in chosen]
        self.options = {
            "steps": arguments.steps or self.settings.clone_steps,
            "threads": arguments.threads,
        }
        said = sum(self.count(mode, stage) for mode, _ in self.wanted for stage in STAGES)
        said += len(arguments.stock) * self.count("", "first")
        self.clock = Clock(len(self.wanted) * _CLONE_WEIGHT + said * _SENTENCE_WEIGHT, say)
        self.stock: dict[str, Row] = {}
        self.rows: dict[str, dict[str, Row]] = {mode: {} for mode in arguments.modes}
        self.nearest: dict[str, Row] = {}

    def lines(self, name: str, mode: str, stage: str) -> list[tuple[int, str]]:
        """The numbered sentences that a speaker's voice says; the first one is on the page."""
        start = list(self.known.speakers).index(name) * self.arguments.first_sentences
        return rotation(start, self.count(mode, stage), self.sentences)

    def count(self, mode: str, stage: str) -> int:
        """How many sentences are said; stock voices, without a mode, say all, as refined ones do.

        Two sentences each had 0.8 to 1.6 % of their words wrong, a word or two of 250.
        """
        if mode and stage == "first":
            return min(self.arguments.first_sentences, len(self.sentences))
        wanted = {"stability": self.arguments.stability_sentences}.get(mode)
        return int(min(wanted or len(self.sentences), len(self.sentences)))

    def run(self) -> Row:
        """Measures all that is asked for; returns the result, which is also written."""
        with Product(self.settings) as product:
            self.load_seconds = product.warm_up()
            for index, key in enumerate(self.arguments.stock):
                self.stock[key] = self.stock_voice(product, index, key)
            for name in dict.fromkeys(name for _, name in self.wanted):
                self.nearest[name] = self.nearest_stock(product, name)
            for mode, name in self.wanted:
                self.rows[mode][name] = self.speaker(product, mode, name)
                result = self.write()
        return result

    def stock_voice(self, product: Product, index: int, key: str) -> Row:
        """Sentences of a stock voice."""
        count = self.count("", "first")
        lines = rotation(index * count, count, self.sentences)
        self.clock.step(f"stock voice {key}", len(lines) * _SENTENCE_WEIGHT)

        def make(folder: Path) -> Row:
            product.peak_mb()
            rows, outputs = speak_all(product, self.panel, VoiceRef(stock=key), lines, folder)
            save_embeddings(folder, self.panel.embed(outputs))
            return {**summary(rows), "peak_mb": product.peak_mb(), "sentences": rows}

        options = {"lines": lines_key(lines), "threads": self.arguments.threads}
        return self.units.need(f"stock/{key}", options, make)

    def nearest_stock(self, product: Product, name: str) -> Row:
        """The stock voice most like a speaker, by the judge: what a clone has to beat."""

        def make(folder: Path) -> Row:
            found = {
                key: self.known.likeness(name, load_embeddings(self.units.folder(f"stock/{key}")))
                for key in self.stock
            }
            best = max(found, key=lambda key: found[key]["wespeaker"]["raw"])
            number, text = self.lines(name, "", "first")[0]
            spoken = product.speak(text, VoiceRef(stock=best))
            soundfile.write(folder / f"{number:02d}.flac", spoken.audio, 24000)
            return {"voice": best, "likeness": found[best], "sentence": number, "text": text}

        options = {"stock": list(self.stock), "lines": lines_key(self.lines(name, "", "first"))}
        return self.units.need(f"nearest/{name}", options, make)

    def speaker(self, product: Product, mode: str, name: str) -> Row:
        """Clones a speaker in a mode and judges both stages."""
        self.clock.step(f"{name}, {mode}: clone", _CLONE_WEIGHT)
        unit = f"{mode}/{name}"
        options = {**self.options, "mode": mode}
        row = self.units.need(unit, options, partial(self.clone, product, mode, name))
        for stage in STAGES:
            lines = self.lines(name, mode, stage)
            self.clock.step(f"{name}, {mode}: {stage} voice", len(lines) * _SENTENCE_WEIGHT)
            state = self.units.folder(unit) / row["stages"][stage]["file"]
            judged_by = {"lines": lines_key(lines), "state": digest(state)}
            make = partial(self.voice, product, name, state, lines)
            judged = self.units.need(f"{unit}/{stage}", judged_by, make)
            row["stages"][stage] |= judged
        return row

    def clone(self, product: Product, mode: str, name: str, folder: Path) -> Row:
        """Clones a speaker; the voices stay in the unit's folder."""
        speaker = self.known.speakers[name]
        for old in folder.glob("*.safetensors"):
            old.unlink()
        clip = folder / "clip.flac"
        soundfile.write(clip, speaker.clip, judges.RATE)
        product.peak_mb()
        cloned = product.clone(CloneRequest(clip, folder, mode, steps=self.arguments.steps))
        return {
            "gender": speaker.gender,
            "clip_seconds": speaker.clip.size / judges.RATE,
            "targets": len(speaker.targets),
            "targets_left_out": speaker.left_out,
            "cut": speaker.cut,
            "voices": cloned.voices,
            "transcript": cloned.transcript,
            "advice": list(cloned.advice),
            "peak_mb": product.peak_mb(),
            "stages": {"first": made(cloned.first), "refined": made(cloned.refined)},
        }

    def voice(
        self, product: Product, name: str, state: Path, lines: list[tuple[int, str]], folder: Path
    ) -> Row:
        """Judges what a cloned voice says."""
        product.peak_mb()
        rows, outputs = speak_all(product, self.panel, VoiceRef(state=state), lines, folder)
        peak = product.peak_mb()
        embedded = self.panel.embed(outputs)
        save_embeddings(folder, embedded)
        for encoder, table in embedded.items():
            own = self.known.embeddings[name][encoder][1:]
            for row, cosine in zip(rows, (table @ own.T).mean(axis=1), strict=True):
                row.setdefault("likeness", {})[encoder] = float(cosine)
        spoken = prosody.measure(outputs, [text for _, text in lines]).figures()
        return {
            "likeness": self.known.likeness(name, embedded),
            **summary(rows),
            "prosody": spoken,
            "apart": prosody.apart(spoken, self.known.figures[name]["prosody"]),
            "speaking_peak_mb": peak,
            "sentences": rows,
        }

    def write(self) -> Row:
        """Writes the result of what is done so far."""
        missing = [f"{m}/{n}" for m, n in self.wanted if n not in self.rows[m]]
        result = {
            **circumstances(),
            "commits": commits(self.units.commits),
            "options": {
                **self.options,
                "sentences": len(self.sentences),
                "first_sentences": self.arguments.first_sentences,
                "stability_sentences": self.count("stability", "refined"),
                "seconds_of_loading": self.load_seconds,
            },
            "unfinished": missing,
            "install": install_size(),
            **collect(self.rows, self.stock, self.nearest, self.known.figures),
        }
        write_json(self.arguments.out, result)
        return result


def made(stage: Stage) -> Row:
    """What is kept of a voice beside its file."""
    return {
        "file": stage.state.name,
        "made_seconds": stage.seconds,
        "made_cpu_seconds": stage.cpu_seconds,
        "state_mb": stage.state_bytes / 1e6,
        "score": stage.score,
        "report": stage.report,
    }


def lines_key(lines: list[tuple[int, str]]) -> str:
    """Tells whether kept speech is of the same sentences."""
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:12]


def digest(path: Path) -> str:
    """Tells whether kept speech is of the same voice."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def names(text: str) -> list[str]:
    """A list on the command line."""
    return [part for part in text.split(",") if part]


def main() -> None:
    """Reads the command line and runs."""
    parser = parser_of(__doc__, CACHE, RESULTS / "clone_eval.json")
    parser.add_argument("--modes", type=names, default=list(MODES))
    parser.add_argument("--speakers", type=names, default=[])
    parser.add_argument("--stock", type=names, default=list(STOCK))
    parser.add_argument(
        "--sentences", type=int, default=10, help="of the refined voice, at most 10"
    )
    parser.add_argument("--first-sentences", type=int, default=4, help="of the first voice")
    parser.add_argument("--stability-sentences", type=int, default=0, help="0 is as many as above")
    parser.add_argument("--steps", type=int, default=0, help="of a clone; 0 is the default")
    result = CloneEvaluation(parser.parse_args(), say).run()
    sys.stdout.write(json.dumps(result["goals"], indent=1) + "\n")


if __name__ == "__main__":
    main()
