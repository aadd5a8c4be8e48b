"""Do the two modes and `enhance` do what they say? Clones of noisy clips and of the same clean.

    python -m benchmarks.modes [--pairs 2] [--stage first] [--sentences 3] [--threads 2] [--fresh]

Six clones a pair: similarity of the clean and the noisy clip, each without and with `enhance`,
and stability of both. `--stage first` stops each clone at its first usable voice, which takes a
sixth of the time and tells the same about noise. What is done is kept in `build/benchmarks/modes`;
`results/modes.json` is written after each clone.
"""

import argparse
import csv
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clone_eval import lines_key, made
from benchmarks.goals import Goal
from benchmarks.machine import RESULTS, circumstances, write_json
from benchmarks.options import parser_of, say
from benchmarks.panel import SENTENCES, SHARED, Panel, speak_all, summary
from benchmarks.product import CloneRequest, Product
from benchmarks.speakers import Audio, read, read_speakers, same_recording
from benchmarks.units import FOLDER, Clock, Say, Units, commits
from menura.judging.report import Embeddings, likeness, mean
from menura.settings import Settings
from menura.work.jobs import VoiceRef

Row = dict[str, Any]
CACHE = FOLDER / "modes"
DATA = SHARED / "data"


@dataclass(frozen=True)
class Condition:
    """How a clip is cloned."""

    mode: str
    clip: str
    """`clean` or `noisy`."""

    enhance: bool | None = None
    """None is the mode's default: off in similarity, on in stability."""


CONDITIONS = {
    "similarity, clean": Condition("similarity", "clean"),
    "similarity, noisy": Condition("similarity", "noisy"),
    "similarity, noisy, enhance": Condition("similarity", "noisy", True),
    "similarity, clean, enhance": Condition("similarity", "clean", True),
    "stability, clean": Condition("stability", "clean"),
    "stability, noisy": Condition("stability", "noisy"),
}

PAIRS = (
    "025_kitchen_5dB_vctk_p335",
    "032_pink_10dB_libritts_1995",
    "046_babble_5dB_kathleen",
    "034_reverb-kitchen_10dB_libritts_1995",
)
"""One pair of each kind of noise between 0 and 10 dB, English, at least 3.8 s, of speakers with
other recordings to judge against. German ones are left out, as Menura has no German; the 15 dB
ones, as that is hardly noise; reverberation comes last, as no SNR tells of it."""

_CLONE_WEIGHT = {"first": 25.0, "refined": 130.0}
_SENTENCE_WEIGHT = 7.0
_MOST_REFERENCES = 8
_KATHLEEN_SEEN = 60
"""Recordings of kathleen from which the references are taken, so that no 790 files are read."""


@dataclass(frozen=True)
class Pair:
    """A clip in two states, and recordings of its speaker to judge against."""

    name: str
    speaker: str
    files: dict[str, Path]
    """Of the `clean` and the `noisy` clip."""

    clean: Audio
    references: tuple[Audio, ...]
    compared_with: str
    """What the references are, for the reader."""


def read_pair(name: str) -> Pair:
    """Reads a pair. Raises LookupError when the list of noisy clips lacks it."""
    with (DATA / "noisy.tsv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if f"/{name}_" in row["path"]]
    if not rows:
        raise LookupError(f"no noisy pair {name}")
    files = {"noisy": DATA / rows[0]["path"], "clean": DATA / rows[0]["clean_path"]}
    speaker, clean = rows[0]["speaker"], read(files["clean"])
    others: list[Audio] = []
    for audio in recordings_of(speaker):  # copies of the clip, or of each other, would flatter
        if not any(same_recording(audio, other) for other in (clean, *others)):
            others.append(audio)
    others = others[:_MOST_REFERENCES]
    what = f"{len(others)} other recordings"
    return Pair(
        name, speaker, files, clean, tuple(others) or (clean,), what if others else "the clean clip"
    )


def recordings_of(speaker: str) -> list[Audio]:
    """All recordings of a speaker that the other data hold, at 16 kHz."""
    listing = "pro_kathleen.tsv" if speaker == "kathleen" else "clone_eval.tsv"
    with (DATA / listing).open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    if speaker == "kathleen":
        rows = rows[:_KATHLEEN_SEEN]
    else:
        rows = [row for row in rows if row["speaker"] == speaker]
    return [read(DATA / row["path"]) for row in rows]


class ModesMeasurement:
    """The measurement; every clone is kept."""

    def __init__(self, arguments: argparse.Namespace, say: Say) -> None:
        self.arguments = arguments
        self.settings = Settings(threads=arguments.threads)
        self.units = Units(arguments.cache, fresh=arguments.fresh)
        self.lines = list(enumerate(SENTENCES.read_text().splitlines()[: arguments.sentences]))
        self.panel = Panel(SHARED / "judge", self.settings.cache, arguments.threads)
        say("reading the pairs")
        self.pairs = [read_pair(name) for name in PAIRS[: arguments.pairs]]
        self.strangers = {
            speaker.name: self.panel.encoders["wespeaker"](speaker.clip)
            for speaker in read_speakers(DATA / "clone_eval.tsv")
        }
        self.weight = _CLONE_WEIGHT[arguments.stage] + len(self.lines) * _SENTENCE_WEIGHT
        self.clock = Clock(len(self.pairs) * len(arguments.conditions) * self.weight, say)
        self.rows: dict[str, dict[str, Row]] = {pair.name: {} for pair in self.pairs}

    def run(self) -> Row:
        """Measures all that is asked for; returns the result, which is also written."""
        with Product(self.settings) as product:
            product.warm_up()
            for pair in self.pairs:
                known = self.embed(list(pair.references)), self.embed([pair.clean])
                for name in self.arguments.conditions:
                    self.clock.step(f"{pair.name}: {name}", self.weight)
                    self.rows[pair.name][name] = self.clone(product, pair, name, *known)
                    result = self.write()
        return result

    def embed(self, recordings: list[Audio]) -> Embeddings:
        """Embeds recordings by the one judge of likeness here."""
        return np.stack([self.panel.encoders["wespeaker"](audio) for audio in recordings])

    def clone(
        self, product: Product, pair: Pair, name: str, own: Embeddings, clip: Embeddings
    ) -> Row:
        """Clones one clip under a condition and judges the voice."""
        condition = CONDITIONS[name]

        def make(folder: Path) -> Row:
            cloned = product.clone(
                CloneRequest(
                    pair.files[condition.clip],
                    folder,
                    condition.mode,
                    condition.enhance,
                    steps=self.arguments.steps,
                    only_first=self.arguments.stage == "first",
                )
            )
            voice = cloned.refined
            rows, outputs = speak_all(
                product, self.panel, VoiceRef(state=voice.state), self.lines, folder
            )
            others = np.stack([e for who, e in self.strangers.items() if who != pair.speaker])
            alike = likeness(self.embed(outputs), own=own, clip=clip, others=others)
            return {
                **made(voice),
                "advice": list(cloned.advice),
                "likeness": {"wespeaker": alike.figures()},
                **summary(rows),
                "sentences": rows,
            }

        options = {
            "stage": self.arguments.stage,
            "steps": self.arguments.steps or self.settings.clone_steps,
            "lines": lines_key(self.lines),
        }
        return self.units.need(f"{pair.name}/{name.replace(', ', '-')}", options, make)

    def write(self) -> Row:
        """Writes the result of what is done so far."""
        wanted = [(pair.name, name) for pair in self.pairs for name in self.arguments.conditions]
        result = {
            **circumstances(),
            "commits": commits(self.units.commits),
            "options": {
                "stage": self.arguments.stage,
                "steps": self.arguments.steps or self.settings.clone_steps,
                "sentences": len(self.lines),
                "threads": self.arguments.threads,
            },
            "unfinished": [f"{p}: {n}" for p, n in wanted if n not in self.rows[p]],
            "compared_with": {pair.name: pair.compared_with for pair in self.pairs},
            **collect(self.rows),
        }
        write_json(self.arguments.out, result)
        return result


def collect(pairs: Mapping[str, Mapping[str, Row]]) -> Row:
    """Means of each condition, the claims, and the rows of all pairs."""
    done = {name: rows for name, rows in pairs.items() if rows}
    names = dict.fromkeys(name for rows in done.values() for name in rows)
    means = {name: _mean([rows[name] for rows in done.values() if name in rows]) for name in names}
    return {"mean": means, "claims": claims(done), "pairs": {n: dict(r) for n, r in done.items()}}


def _mean(rows: list[Row]) -> Row:
    return {
        "clones": len(rows),
        "likeness": mean([row["likeness"]["wespeaker"] for row in rows]),
        "quality": mean([row["quality"] for row in rows]),
        "wer": float(np.mean([row["wer"] for row in rows])),
    }


def claims(pairs: Mapping[str, Mapping[str, Row]]) -> list[Row]:
    """What Menura says of its modes, as differences over the pairs that have both sides."""
    found = []
    for what, figure, one, other, limit in _CLAIMS:
        both = [rows for rows in pairs.values() if one in rows and other in rows]
        if both:
            gain = float(
                np.mean([_figure(r[one], figure) - _figure(r[other], figure) for r in both])
            )
            found.append(Goal(what, gain, limit, True).row() | {"pairs": len(both)})
    return found


_CLAIMS = (
    ("stability: BAK of a noisy clip less that of the clean one", "bak",
     "stability, noisy", "stability, clean", -0.2),
    ("similarity: BAK of the clean clip less that of a noisy one", "bak",
     "similarity, clean", "similarity, noisy", 0.2),
    ("clean clip: rescaled WeSpeaker of similarity less that of stability", "likeness",
     "similarity, clean", "stability, clean", 0.0),
    ("similarity, noisy clip: BAK gained by enhance", "bak",
     "similarity, noisy, enhance", "similarity, noisy", 0.5),
    ("similarity, clean clip: rescaled WeSpeaker lost by enhance", "likeness",
     "similarity, clean", "similarity, clean, enhance", 0.01),
)  # fmt: skip
"""Each: the words, the figure, its better and its worse side, and the least difference."""


def _figure(row: Row, name: str) -> float:
    if name == "likeness":
        return float(row["likeness"]["wespeaker"]["rescaled"])
    return float(row["quality"][name])


def main() -> None:
    """Reads the command line and runs."""
    parser = parser_of(__doc__, CACHE, RESULTS / "modes.json")
    parser.add_argument("--pairs", type=int, default=len(PAIRS), help="how many, the first ones")
    parser.add_argument("--conditions", type=lambda t: t.split(";"), default=list(CONDITIONS))
    parser.add_argument("--stage", choices=("first", "refined"), default="refined")
    parser.add_argument("--sentences", type=int, default=3)
    parser.add_argument("--steps", type=int, default=0, help="of a clone; 0 is the default")
    result = ModesMeasurement(parser.parse_args(), say).run()
    sys.stdout.write(json.dumps(result["claims"], indent=1) + "\n")


if __name__ == "__main__":
    main()
