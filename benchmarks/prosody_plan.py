"""Does a clone speak at the speaker's pitch, range and pace? Plans are compared, nothing is heard.

    python -m benchmarks.prosody_plan [--set clone_eval|kathleen|speakers_251]

The clip's words are heard by Whisper base; the start voice's prosody factors are fitted; then the
texts of the speaker's other recordings are planned and their F0 mean, F0 spread and rate compared
with what those recordings measure. Writes `results/prosody_plan.json` for `clone_eval`; the other
sets are for choosing numbers and are only printed.
"""

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.machine import RESULTS, ROOT, circumstances, write_json
from benchmarks.speakers import RATE, Audio, cut_at_pauses, read, same_recording
from menura.audio.activity import speech_seconds, speech_spans
from menura.audio.pitch import f0_track
from menura.audio.recognise import Recogniser
from menura.errors import TextError
from menura.judging.speaker import SpeakerEncoder
from menura.models.menura_1 import voices
from menura.models.menura_1.free_speech import sentences
from menura.models.menura_1.model import MOST_SYMBOLS, Menura1
from menura.models.menura_1.prosody_fit import (
    Manner,
    fit_manner,
    heard,
    phoneme_count,
    planned,
    plans_of,
)
from menura.models.menura_1.state import Prosody
from menura.models.menura_1.stock_profiles import nearest_voices, pitch_of
from menura.settings import Settings
from menura.text.prepare import prepare

DATA = ROOT.parent / "shared" / "data"
LANGUAGE = "en-US"
HOP = 0.0125
FREE = 5
"""Sentences beside the clip's words by which the start voice is measured."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """One recording and its words, which are heard where they are not written down."""

    audio: Audio
    text: str


@dataclass(frozen=True)
class Person:
    """A clip and the recordings that it is to foretell."""

    name: str
    clip: Recording
    targets: tuple[Recording, ...]


def spoken(text: str) -> list[str]:
    """Phonemes of the utterances of a text; none where there is nothing to say."""
    try:
        return [u.phonemes for u in prepare(text, LANGUAGE, limit=MOST_SYMBOLS)]
    except TextError:
        return []


def measured(recordings: tuple[Recording, ...]) -> Manner:
    """The manner of several recordings together."""
    f0 = np.concatenate([f0_track(r.audio, RATE, HOP).hz for r in recordings])
    seconds = sum(speech_seconds(speech_spans(r.audio, RATE)) for r in recordings)
    return heard(f0, seconds, sum(phoneme_count(p) for r in recordings for p in spoken(r.text)))


def start_voice(encoder: SpeakerEncoder, clip: Audio, pitch: float) -> str:
    """The start voice of a clone, as `menura_1.target` chooses it."""
    likely = nearest_voices(encoder.embed_array(clip, RATE), LANGUAGE, 5)

    def worth(pair: tuple[str, float]) -> float:
        return pair[1] - 0.4 * abs(pitch / 12 - float(np.log2(pitch_of(pair[0]))))

    return max(likely, key=worth)[0]


def misses(found: Manner, real: Manner) -> dict[str, float]:
    """Relative errors of pitch (in Hz), spread (in semitones) and rate."""
    return {
        "pitch": 2 ** ((found.pitch - real.pitch) / 12) - 1,
        "spread": found.spread / real.spread - 1,
        "rate": found.rate / real.rate - 1,
    }


def judge(model: Menura1, encoder: SpeakerEncoder, person: Person) -> Row:
    """Fits one person and compares plans of their other recordings' texts with those."""
    clip, real = measured((person.clip,)), measured(person.targets)
    key = start_voice(encoder, person.clip.audio, clip.pitch)
    table = voices.tables()[key].astype(np.float32)
    free = [p for text in sentences(LANGUAGE)[:FREE] for p in spoken(text)]
    said = [*free, *spoken(person.clip.text)]
    others = [p for r in person.targets for p in spoken(r.text)]

    def errors(prosody: Prosody) -> dict[str, float]:
        return misses(planned(plans_of(model, table, others, prosody)), real)

    fitted = {
        mode: fit_manner(model, table, said, clip, mode) for mode in ("similarity", "stability")
    }
    return {
        "start_voice": key,
        "clip_seconds": person.clip.audio.size / RATE,
        "targets": len(person.targets),
        "real": vars(real),
        "clip": vars(clip),
        "factors": {mode: vars(prosody) for mode, prosody in fitted.items()},
        "errors": {
            "start_voice": errors(Prosody()),
            "clip_itself": misses(clip, real),
            **{mode: errors(prosody) for mode, prosody in fitted.items()},
        },
    }


def people_of_clone_eval(listen: Callable[[Audio], str]) -> Iterator[Person]:
    """The eight speakers; copies of the clip and of targets are left out."""
    rows = _rows("clone_eval")
    for name in dict.fromkeys(row["speaker"] for row in rows):
        mine = [row for row in rows if row["speaker"] == name]
        clip = next(read(DATA / row["path"]) for row in mine if row["role"] == "ref")
        kept: list[Recording] = []
        for row in (row for row in mine if row["role"] == "target"):
            audio = read(DATA / row["path"])
            if not any(same_recording(audio, o) for o in (clip, *(r.audio for r in kept))):
                text = row["transcript"].replace("\\", "").replace('"', "")
                kept.append(Recording(audio, text))
        if not kept:
            clip, parts = cut_at_pauses(clip, speech_spans(clip, RATE))
            kept = [Recording(part, listen(part)) for part in parts]
        yield Person(name, Recording(clip, listen(clip)), tuple(kept))


def people_of_kathleen(listen: Callable[[Audio], str]) -> Iterator[Person]:
    """One speaker six times: four clips of about 3 s and two of about 10 s; 24 targets."""
    rows = _rows("pro_kathleen")[::17]
    found = [Recording(read(DATA / row["path"]), row["transcript"]) for row in rows[:34]]
    targets, rest = tuple(found[:24]), found[24:]
    joined = [
        Recording(np.concatenate([r.audio for r in three]), " ".join(r.text for r in three))
        for three in (rest[4:7], rest[7:10])
    ]
    for number, clip in enumerate([*rest[:4], *joined]):
        yield Person(f"kathleen_{number}", replace(clip, text=listen(clip.audio)), targets)


def people_of_speakers_251(listen: Callable[[Audio], str]) -> Iterator[Person]:
    """Ten speakers twice: each half of a clip foretells the other one."""
    for row in [row for row in _rows("speakers_251") if float(row["seconds"]) > 13.5][::20][:10]:
        audio = read(DATA / row["path"])
        spans = speech_spans(audio, RATE)
        pauses = [(a.end + b.start) / 2 for a, b in zip(spans, spans[1:], strict=False)]
        if not pauses:
            continue
        middle = round(RATE * min(pauses, key=lambda p: abs(p - audio.size / RATE / 2)))
        one, two = (Recording(part, listen(part)) for part in (audio[:middle], audio[middle:]))
        yield Person(row["speaker"] + "_a", one, (two,))
        yield Person(row["speaker"] + "_b", two, (one,))


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.tsv").open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


SETS = {
    "clone_eval": people_of_clone_eval,
    "kathleen": people_of_kathleen,
    "speakers_251": people_of_speakers_251,
}


def medians(rows: list[Row]) -> Row:
    """Medians, means and largest of the absolute errors over speakers."""
    table: Row = {}
    for kind in rows[0]["errors"]:
        table[kind] = {}
        for name in ("pitch", "spread", "rate"):
            values = np.abs([row["errors"][kind][name] for row in rows])
            table[kind][name] = {
                "median": float(np.median(values)),
                "mean": float(values.mean()),
                "largest": float(values.max()),
            }
    return table


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--set", choices=SETS, default="clone_eval")
    parser.add_argument("--out", type=Path, default=RESULTS / "prosody_plan.json")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = Settings()
    where = circumstances()
    model, encoder = Menura1(settings), SpeakerEncoder()
    recogniser = Recogniser(settings.cache, 1)
    people = {}
    for person in SETS[arguments.set](lambda audio: recogniser.transcribe(audio, "en").text):
        people[person.name] = judge(model, encoder, person)
        sys.stderr.write(f"{person.name} {json.dumps(people[person.name]['errors'])}\n")
    summary = medians(list(people.values()))
    if arguments.set == "clone_eval":
        write_json(arguments.out, {**where, "errors": summary, "speakers": people})
    sys.stdout.write(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
