"""Clips in other languages than US English, cloned to speak their own language or English.

    python -m benchmarks.clip_languages [--clips es_ES_dave:es-ES,...] [--sentences 8]
        [--threads 2] [--fresh]

A case is a clip of `languages` and the language that its owner asks for, which need not be the
one that is spoken in it. There is one clip of each person, so likeness is that of new sentences to
the clip itself, a cosine of WeSpeaker; beside it stands the cosine of the clip's own halves. Words
are judged beside two stock voices on the same sentences, as in `localization`.
`results/clip_languages.json` is written after every case.
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
import soundfile

from benchmarks import judges
from benchmarks.clone_eval import STAGES, digest, lines_key, names
from benchmarks.goals import Goal
from benchmarks.localization import NATIVES, TEXTS
from benchmarks.machine import RESULTS, circumstances, write_json
from benchmarks.options import parser_of, say
from benchmarks.panel import SENTENCES, SHARED, Panel, word_error_rate
from benchmarks.product import RATE, CloneRequest, Product, Stage
from benchmarks.units import FOLDER, Clock, Say, Units, commits
from menura.audio.decode import decode
from menura.audio.resample import resample
from menura.judging.report import mean
from menura.settings import Settings
from menura.work.jobs import VoiceRef

Row = dict[str, Any]
CACHE = FOLDER / "clip_languages"
LISTING = SHARED / "data" / "languages.tsv"
ENGLISH = "en-US"
STOCK = {**NATIVES, ENGLISH: ("af_heart", "am_michael")}
CASES = (
    "en_US_joe:en-US", "es_ES_dave:es-ES", "it_IT_paola:it-IT", "pt_PT_tugão:pt-BR",
    "es_ES_dave:en-US", "it_IT_paola:en-US", "de_DE_kerstin:en-US", "nl_NL_ronnie:en-US",
    "pl_PL_gosia:en-US", "hu_HU_imre:en-US", "ro_RO_mihai:en-US", "ru_RU_dmitri:en-US",
)  # fmt: skip
"""People who speak languages of the base, and people of eight who ask for English."""

_CLONE_WEIGHT, _SENTENCE_WEIGHT = 120.0, 6.0


@dataclass(frozen=True)
class Case:
    """A clip, and the language that is asked for."""

    name: str
    spoken: str
    """Two letters."""

    asked: str
    clip: Path

    @property
    def unit(self) -> str:
        """The folder of its unit."""
        return f"{self.asked}/{self.name}"


def read_cases(wanted: list[str]) -> list[Case]:
    """The cases `name:language`. Raises SystemExit for an unknown name.

    Some rows of the list name the same file: the one whose length it has is its speaker's.
    """
    with LISTING.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    clips = {
        row["speaker"].removeprefix("nabu_"): row
        for row in rows
        if abs(soundfile.info(SHARED / "data" / row["path"]).duration - float(row["seconds"])) < 0.1
    }
    found = []
    for name, _, asked in (each.partition(":") for each in wanted):
        if name not in clips:
            raise SystemExit(f"No clip of {name!r}; there are {', '.join(sorted(clips))}.")
        row = clips[name]
        found.append(Case(name, row["language"], asked, SHARED / "data" / row["path"]))
    return found


def read_clip(case: Case) -> judges.Audio:
    """The clip as the judges hear it."""
    return decode(case.clip, sample_rate=judges.RATE, max_seconds=60.0).audio


class ClipLanguages:
    """The measurement; every voice is kept."""

    def __init__(self, arguments: argparse.Namespace, say: Say) -> None:
        self.arguments = arguments
        self.settings = Settings(threads=arguments.threads)
        self.units = Units(arguments.cache, fresh=arguments.fresh)
        self.cases = read_cases(arguments.clips)
        self.panel = Panel(SHARED / "judge", self.settings.cache, arguments.threads)
        self.texts = {**TEXTS, ENGLISH: SENTENCES.read_text().splitlines()}
        self.stock: dict[str, Row] = {}
        self.rows: dict[str, Row] = {}
        said = sum(len(self.lines(case.asked, s)) for case in self.cases for s in STAGES)
        said += sum(2 * len(self.lines(a, "refined")) for a in {c.asked for c in self.cases})
        self.clock = Clock(len(self.cases) * _CLONE_WEIGHT + said * _SENTENCE_WEIGHT, say)

    def lines(self, language: str, stage: str) -> list[str]:
        """The sentences that a voice says."""
        count = self.arguments.sentences if stage == "refined" else self.arguments.first_sentences
        return self.texts[language][:count]

    def run(self) -> Row:
        """Measures all that is asked for; returns the result, which is also written."""
        with Product(self.settings) as product:
            product.warm_up()
            for language in dict.fromkeys(case.asked for case in self.cases):
                self.stock[language] = {
                    key: self.native(product, language, key) for key in STOCK[language]
                }
            for case in self.cases:
                self.rows[case.unit] = self.person(product, case)
                result = self.write()
        return result

    def native(self, product: Product, language: str, key: str) -> Row:
        """What a stock voice says."""
        lines = self.lines(language, "refined")
        self.clock.step(f"{language}: {key}", len(lines) * _SENTENCE_WEIGHT)

        def make(folder: Path) -> Row:
            rows, _ = self.speak(product, language, VoiceRef(stock=key), lines, folder)
            return {"wer": word_error_rate(rows), "sentences": rows}

        options = {"lines": lines_key(list(enumerate(lines)))}
        return self.units.need(f"{language}/{key}", options, make)

    def person(self, product: Product, case: Case) -> Row:
        """Clones a clip and judges both stages."""
        self.clock.step(f"{case.unit}: clone", _CLONE_WEIGHT)
        row = self.units.need(
            case.unit, {"threads": self.arguments.threads}, lambda f: self.clone(product, case, f)
        )
        for stage in STAGES:
            lines = self.lines(case.asked, stage)
            self.clock.step(f"{case.unit}: {stage} voice", len(lines) * _SENTENCE_WEIGHT)
            folder = self.units.folder(case.unit)
            state = folder / row["stages"][stage]["file"]
            options = {"lines": lines_key(list(enumerate(lines))), "state": digest(state)}
            row["stages"][stage] |= self.units.need(
                f"{case.unit}/{stage}", options, self.voice(product, case, state, lines)
            )
        return row

    def clone(self, product: Product, case: Case, folder: Path) -> Row:
        """Clones a clip as a user would: with the language that the voice is for."""
        cloned = product.clone(CloneRequest(case.clip, folder, language=case.asked))
        clip = read_clip(case)
        halves = self.embed([clip[: clip.size // 2], clip[clip.size // 2 :]])
        return {
            "spoken": case.spoken,
            "asked": case.asked,
            "seconds": clip.size / judges.RATE,
            "transcript": cloned.transcript,
            "advice": list(cloned.advice),
            "halves": float(halves[0] @ halves[1]),
            "quality": self.panel.quality(clip),
            "stages": {"first": _made(cloned.first), "refined": _made(cloned.refined)},
        }

    def voice(self, product: Product, case: Case, state: Path, lines: list[str]) -> Any:  # noqa: ANN401
        """What judges one of the voices, a maker of a unit."""

        def make(folder: Path) -> Row:
            rows, outputs = self.speak(product, case.asked, VoiceRef(state=state), lines, folder)
            clip = self.embed([read_clip(case)])
            return {
                "likeness": float((self.embed(outputs) @ clip[0]).mean()),
                "wer": word_error_rate(rows),
                "quality": mean([self.panel.quality(audio) for audio in outputs]),
                "sentences": rows,
            }

        return make

    def embed(self, recordings: list[judges.Audio]) -> Any:  # noqa: ANN401
        """Unit vectors of recordings by the judge of likeness."""
        return np.stack([self.panel.encoders["wespeaker"](audio) for audio in recordings])

    def speak(
        self, product: Product, language: str, voice: VoiceRef, lines: list[str], folder: Path
    ) -> tuple[list[Row], list[judges.Audio]]:
        """Speaks sentences and hears them."""
        rows, outputs = [], []
        for number, text in enumerate(lines):
            spoken = product.speak(text, voice, language)
            soundfile.write(folder / f"{number:02d}.flac", spoken.audio, RATE)
            outputs.append(resample(spoken.audio, RATE, judges.RATE))
            rows.append(self.panel.words(text, outputs[-1], language))
        return rows, outputs

    def write(self) -> Row:
        """Writes the result of what is done so far."""
        result = {
            **circumstances(),
            "commits": commits(self.units.commits),
            "options": {
                "sentences": self.arguments.sentences,
                "first_sentences": self.arguments.first_sentences,
                "threads": self.arguments.threads,
            },
            "unfinished": [case.unit for case in self.cases if case.unit not in self.rows],
            **collect(self.rows, self.stock),
        }
        write_json(self.arguments.out, result)
        return result


def _made(stage: Stage) -> Row:
    return {"file": stage.state.name, "seconds": stage.seconds, "report": stage.report}


def collect(rows: Mapping[str, Row], stock: Mapping[str, Row]) -> Row:
    """Each asked language's words beside its stock voices', and the goals."""
    languages: dict[str, Row] = {}
    for language in dict.fromkeys(row["asked"] for row in rows.values()):
        people = [row["stages"]["refined"] for row in rows.values() if row["asked"] == language]
        languages[language] = {
            "wer": _rate(people),
            "native_wer": _rate(list(stock[language].values())),
            "likeness": float(np.mean([person["likeness"] for person in people])),
            "p808": float(np.mean([person["quality"]["p808"] for person in people])),
        }
    goals = [
        Goal(
            f"{language}: errors, natives + 5 points",
            r["wer"],
            r["native_wer"] + 0.05,
            False,
            ".1%",
        )
        for language, r in languages.items()
    ]
    return {
        "languages": languages,
        "goals": [goal.row() for goal in goals],
        "rows": dict(rows),
        "stock": dict(stock),
    }


def _rate(voices: list[Row]) -> float:
    return word_error_rate([sentence for voice in voices for sentence in voice["sentences"]])


def main() -> None:
    """Reads the command line and runs."""
    parser = parser_of(__doc__, CACHE, RESULTS / "clip_languages.json")
    parser.add_argument("--clips", type=names, default=list(CASES))
    parser.add_argument("--sentences", type=int, default=8, help="of a refined voice, at most 8")
    parser.add_argument("--first-sentences", type=int, default=4, help="of a first voice")
    result = ClipLanguages(parser.parse_args(), say).run()
    sys.stdout.write(json.dumps(result["languages"], indent=1) + "\n")


if __name__ == "__main__":
    main()
