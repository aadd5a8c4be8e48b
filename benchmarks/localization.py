"""English speakers' voices in other languages: are they understood, and still the person?

    python -m benchmarks.localization [--languages fr-FR,...] [--speakers ...] [--threads 2]
        [--fresh]

Takes the refined similarity voices that `clone_eval` has kept. Words are judged beside two native
stock voices on the same sentences, since Whisper base itself is weak in some languages; likeness
beside that of the same voice in English. `results/localization.json` is written after each
language; what it knows of languages that were not asked for stays, with its date and commit.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks import clone_eval, judges, words
from benchmarks.clone_eval import digest, lines_key, names
from benchmarks.goals import Goal
from benchmarks.known import Known, load_embeddings, read_known
from benchmarks.machine import RESULTS, circumstances, write_json
from benchmarks.options import parser_of, say
from benchmarks.panel import SHARED, Panel, word_error_rate
from benchmarks.product import RATE, Product
from benchmarks.units import FOLDER, Clock, Say, Units, commits
from menura.audio.resample import resample
from menura.settings import Settings
from menura.work.jobs import VoiceRef

Row = dict[str, Any]
CACHE = FOLDER / "localization"
TEXTS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("localization_sentences.json").read_text()
)
NATIVES = {
    "es-ES": ("ef_dora", "em_alex"),
    "fr-FR": ("ff_siwis",),
    "hi-IN": ("hf_alpha", "hm_omega"),
    "it-IT": ("if_sara", "im_nicola"),
    "ja-JP": ("jf_alpha", "jm_kumo"),
    "pt-BR": ("pf_dora", "pm_alex"),
    "zh-CN": ("zf_xiaobei", "zm_yunjian"),
}
"""A woman and a man of each language; French has one voice."""

SPEAKERS = ("libritts_1995", "libritts_908", "vctk_p261", "vctk_p326")
"""Two women and two men, two readers of books and two of sentences."""

SIGNS = ("ja-JP", "zh-CN", "hi-IN")
"""Languages whose errors are counted by signs, see `words.compare_in`."""

_WEIGHT = 6.0
_GENDERS = {"f": "feminine", "m": "masculine"}


class LocalizationMeasurement:
    """The measurement; every voice of every language is kept."""

    def __init__(self, arguments: argparse.Namespace, say: Say) -> None:
        self.arguments = arguments
        self.settings = Settings(threads=arguments.threads)
        self.units = Units(arguments.cache, fresh=arguments.fresh)
        self.panel = Panel(SHARED / "judge", self.settings.cache, arguments.threads)
        say("reading what is known of the speakers")
        self.known: Known = read_known(self.panel)
        self.voices = {name: self.source(name) for name in arguments.speakers}
        sentences = sum(
            (len(self.voices) + len(NATIVES[language])) * len(self.lines(language))
            for language in arguments.languages
        )
        self.clock = Clock(sentences * _WEIGHT, say)
        self.rows: dict[str, Row] = {}

    def source(self, name: str) -> tuple[Path, float]:
        """The kept voice of a speaker and its rescaled WeSpeaker in English. Raises SystemExit."""
        folder = self.arguments.voices / "similarity" / name
        state = folder / "refined.safetensors"
        state = state if state.is_file() else folder / "first.safetensors"
        if not (folder / "refined" / "embeddings.npz").is_file():
            raise SystemExit(
                f"No refined voice of {name} is kept; run `python -m benchmarks.clone_eval "
                f"--modes similarity --speakers {name}` first."
            )
        english = self.known.likeness(name, load_embeddings(folder / "refined"))
        return state, english["wespeaker"]["rescaled"]

    def lines(self, language: str) -> list[str]:
        """The sentences of a language that are spoken."""
        return TEXTS[language][: self.arguments.sentences]

    def run(self) -> Row:
        """Measures all that is asked for; returns the result, which is also written."""
        with Product(self.settings) as product:
            product.warm_up()
            for language in self.arguments.languages:
                natives = {key: self.native(product, language, key) for key in NATIVES[language]}
                people = {name: self.person(product, language, name) for name in self.voices}
                self.rows[language] = {"natives": natives, "speakers": people}
                result = self.write()
        return result

    def native(self, product: Product, language: str, key: str) -> Row:
        """What a native stock voice says."""
        self.clock.step(f"{language}: {key}", len(self.lines(language)) * _WEIGHT)

        def make(folder: Path) -> Row:
            rows, _ = self.speak(product, language, VoiceRef(stock=key), folder)
            return {"wer": word_error_rate(rows), "sentences": rows}

        return self.units.need(
            f"{language}/{key}", {"lines": lines_key(list(enumerate(self.lines(language))))}, make
        )

    def person(self, product: Product, language: str, name: str) -> Row:
        """What a speaker's voice says in a language that the speaker was not heard in."""
        self.clock.step(f"{language}: {name}", len(self.lines(language)) * _WEIGHT)
        state, english = self.voices[name]

        def make(folder: Path) -> Row:
            voice = folder / "voice.safetensors"
            gender = _GENDERS[self.known.speakers[name].gender]
            seconds = product.localise(state, voice, language, gender)
            rows, outputs = self.speak(product, language, VoiceRef(state=voice), folder)
            embed = self.panel.encoders["wespeaker"]
            found = {"wespeaker": np.stack([embed(audio) for audio in outputs])}
            alike = self.known.likeness(name, found)["wespeaker"]
            return {
                "seconds": seconds,
                "wer": word_error_rate(rows),
                "likeness": alike,
                "english": english,
                "quality": [self.panel.quality(audio) for audio in outputs],
                "sentences": rows,
            }

        options = {
            "lines": lines_key(list(enumerate(self.lines(language)))),
            "state": digest(state),
        }
        return self.units.need(f"{language}/{name}", options, make)

    def speak(
        self, product: Product, language: str, voice: VoiceRef, folder: Path
    ) -> tuple[list[Row], list[judges.Audio]]:
        """Speaks the sentences of a language and hears them."""
        rows, outputs = [], []
        for number, text in enumerate(self.lines(language)):
            spoken = product.speak(text, voice, language)
            soundfile.write(folder / f"{number:02d}.flac", spoken.audio, RATE)
            outputs.append(resample(spoken.audio, RATE, judges.RATE))
            rows.append(self.panel.words(text, outputs[-1], language))
        return rows, outputs

    def write(self) -> Row:
        """Writes the result of what is done so far."""
        missing = [language for language in self.arguments.languages if language not in self.rows]
        result = {
            **circumstances(),
            "commits": commits(self.units.commits),
            "options": {
                "sentences": self.arguments.sentences,
                "threads": self.arguments.threads,
                "speakers": list(self.voices),
            },
            "unfinished": missing,
        }
        rows = dated(result, self.rows)
        result |= collect({**earlier(self.arguments.out), **rows})
        write_json(self.arguments.out, result)
        return result


def earlier(path: Path) -> dict[str, Row]:
    """The rows of a result that was written before, each with when it was made."""
    if not path.is_file():
        return {}
    known = json.loads(path.read_text())
    return dated(known, known["rows"])


def dated(result: Row, rows: Mapping[str, Row]) -> dict[str, Row]:
    """The rows of a result with when they were made, as far as they do not say it themselves."""
    made = {
        "date": result["date"],
        "commit": result["commits"],
        "sentences": result["options"]["sentences"],
    }
    return {language: {"made": made, **row} for language, row in rows.items()}


def collect(rows: Mapping[str, Row]) -> Row:
    """Means of each language, over all of them, and the goals."""
    languages: dict[str, Row] = {}
    for language, row in rows.items():
        people, natives = list(row["speakers"].values()), list(row["natives"].values())
        languages[language] = {
            "counted": "signs" if language in SIGNS else "words",
            "wer": _rate(people),
            "native_wer": _rate(natives),
            "wespeaker": float(np.mean([p["likeness"]["rescaled"] for p in people])),
            "english": float(np.mean([p["english"] for p in people])),
            "p808": float(np.mean([q["p808"] for p in people for q in p["quality"]])),
            "seconds": float(np.mean([p["seconds"] for p in people])),
            **row["made"],
        }
    for figures in languages.values():
        figures["kept"] = figures["wespeaker"] / figures["english"]
    return {"languages": languages, "goals": goals(languages), "rows": dict(rows)}


def _rate(voices: list[Row]) -> float:
    sentences = [s for voice in voices for s in voice["sentences"]]
    return words.total(words.WordErrors(s["errors"], s["words"]) for s in sentences).rate


def goals(languages: Mapping[str, Row]) -> list[Row]:
    """Each language's words, and the likeness over all of them."""
    found = [
        Goal(
            f"{language}: errors, natives + 5 points",
            row["wer"],
            row["native_wer"] + 0.05,
            False,
            ".1%",
        )
        for language, row in languages.items()
    ]
    found += [
        Goal(f"{language}: likeness kept of the English one", row["kept"], 0.7, True)
        for language, row in languages.items()
    ]
    if languages:
        kept = float(np.mean([row["kept"] for row in languages.values()]))
        found.append(Goal("all languages: likeness kept of the English one", kept, 0.7, True))
    return [goal.row() for goal in found]


def main() -> None:
    """Reads the command line and runs."""
    parser = parser_of(__doc__, CACHE, RESULTS / "localization.json")
    parser.add_argument("--languages", type=names, default=list(TEXTS))
    parser.add_argument("--speakers", type=names, default=list(SPEAKERS))
    parser.add_argument("--sentences", type=int, default=8, help="of each language, at most 8")
    parser.add_argument("--voices", type=Path, default=clone_eval.CACHE, help="kept by clone_eval")
    result = LocalizationMeasurement(parser.parse_args(), say).run()
    sys.stdout.write(json.dumps(result["languages"], indent=1) + "\n")


if __name__ == "__main__":
    main()
