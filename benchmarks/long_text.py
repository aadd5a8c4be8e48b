"""Speaks a text of 20,000 characters and checks that nothing drifts or is lost.

    python -m benchmarks.long_text [--characters 20000] [--voice af_heart]

The text is made here: short scenes with dialogue, numbers, dates and lists, no two alike. The audio
is cut into stretches of about a minute where a word begins, and Whisper writes each down; memory
is taken after every part. Writes `results/long_text.json`.
"""

import argparse
import json
import sys
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import words
from benchmarks.machine import RESULTS, circumstances, write_json
from benchmarks.product import RATE, Product, Spoken
from menura.audio.resample import resample
from menura.settings import Settings
from menura.work.jobs import VoiceRef

_PEOPLE = ("Martha", "Samuel", "Helen", "Oliver", "Grace", "Daniel", "Julia", "Peter", "Alice")
_PLACES = (
    "harbour", "orchard", "station", "library", "mill", "market", "chapel", "lighthouse", "bakery",
)  # fmt: skip
_THINGS = (
    "lantern", "ledger", "violin", "basket", "compass", "kettle", "blanket", "ladder", "map",
    "clock", "letter",
)  # fmt: skip
_MONTHS = ("January", "March", "April", "June", "August", "October", "December")

_SCENES = (
    "On the {day}th of {month}, {one} walked down to the {place} with a {thing} under one arm. "
    "It was cold for the season, and the street was empty. Nobody had lit the lamps yet.",
    '"Have you seen my {thing}?" asked {one}. "I left it at the {place} {small} days ago."\n\n'
    '"Not since Tuesday," {two} answered. "But there were {number} people in there last night, '
    'so anyone could have taken it!"',
    "The {place} had {number} windows, {small} doors, and a roof that leaked in three corners. "
    "Repairs would cost ${money}, which was more than the town had spent in the whole of {year}.",
    "{one} wrote down what they needed: rope, candles, {small} pounds of flour, a new {thing}, and "
    "patience. The last item was underlined twice; {two} had insisted on it.",
    "By {year}, {percent}% of the old houses near the {place} were gone. The others stood as they "
    "always had: quiet, crooked, and stubborn. {one} lived in the smallest of them.",
    '"You cannot be serious," said {two}, and put the {thing} back on the table. '
    '"It is {small} miles to the {place}, the road is under water, and you want to go alone?" '
    "{one} only smiled.",
    "Rain fell for {small} days. It ran along the gutters, filled the barrels behind the {place}, "
    "and found its way into every {thing} that somebody had forgotten outside. Then, quite "
    "suddenly, it stopped.",
    "They met again in {month}. {two} had grown a beard; {one} had sold the {thing} for ${money} "
    "and bought a share of the {place} instead. Neither of them mentioned the quarrel.",
    "Was it worth it? {one} thought about that for a long time, counting the lights across the "
    "bay. There were {number} of them. Every one was a kitchen, a lamp, somebody still awake.",
)


def make_text(characters: int) -> str:
    """Writes at least so many characters, ending with a whole scene; always the same."""
    scenes: list[str] = []
    length = 0
    for i in count():
        scene = _SCENES[i % len(_SCENES)].format(
            one=_PEOPLE[i % 9],
            two=_PEOPLE[(i * 2 + 4) % 9],
            place=_PLACES[(i * 5 + i // 9) % 9],
            thing=_THINGS[i * 3 % 11],
            month=_MONTHS[i % 7],
            day=4 + i * 7 % 16,
            small=2 + i % 9,
            number=21 + i * 37 % 400,
            money=15 + i * 53 % 900,
            percent=5 + i * 11 % 90,
            year=1802 + i * 13 % 190,
        )
        scenes.append(scene)
        length += len(scene) + 2
        if length >= characters:
            return "\n\n".join(scenes)
    raise AssertionError("unreachable")


def minutes(spoken: Spoken, listener: words.Listener) -> list[dict[str, Any]]:
    """Words written and heard in each minute of audio."""
    rows = []
    first, start = 0, 0.0
    for i, word in enumerate(spoken.words):
        last = i + 1 == len(spoken.words)
        if not last and word.start - start < 60.0:
            continue
        end = spoken.length if last else word.start
        until = i + 1 if last else i
        written = " ".join(w.text for w in spoken.words[first:until])
        audio = spoken.audio[round(start * RATE) : round(end * RATE)]
        heard = listener.hear(resample(audio, RATE, 16000))
        errors = words.compare(written, heard)
        level = float(np.sqrt(np.mean(audio.astype(np.float64) ** 2)))
        rows.append(
            {
                "start": start,
                "end": end,
                "words": errors.words,
                "errors": errors.errors,
                "words_a_minute": errors.words / max(end - start, 1e-9) * 60,
                "level_db": 20 * float(np.log10(max(level, 1e-9))),
                "written": written,
                "heard": heard,
            }
        )
        first, start = until, end
    return rows


def run(characters: int, voice: str, out: Path) -> dict[str, Any]:
    """Does the measurement, writes and returns the result."""
    torch.set_num_threads(1)
    settings = Settings()
    text = make_text(characters)
    with Product(settings) as product:
        product.speak("Warming up.", VoiceRef(stock=voice))
        product.peak_mb()
        spoken = product.speak(text, VoiceRef(stock=voice))
        peak = product.peak_mb()
    rows = minutes(spoken, words.Listener(settings.cache))
    timed = " ".join(word.text for word in spoken.words).split()
    result = {
        **circumstances(),
        "voice": voice,
        "characters": len(text),
        "audio_seconds": spoken.length,
        "seconds": spoken.seconds,
        "rtf": spoken.seconds / spoken.length,
        "first_audio_seconds": spoken.first_seconds,
        "wer": words.total(words.WordErrors(r["errors"], r["words"]) for r in rows).rate,
        "words_written": len(text.split()),
        "words_with_timings": len(timed),
        "same_words_in_order": timed == text.split(),
        "peak_mb": peak,
        "memory_start_mb": float(np.mean([mb for _, mb in spoken.memory[:5]])),
        "memory_end_mb": float(np.mean([mb for _, mb in spoken.memory[-5:]])),
        "memory": spoken.memory,
        "minutes": rows,
    }
    write_json(out, result)
    return result


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--characters", type=int, default=20_000)
    parser.add_argument("--voice", default="af_heart")
    parser.add_argument("--out", type=Path, default=RESULTS / "long_text.json")
    arguments = parser.parse_args()
    result = run(arguments.characters, arguments.voice, arguments.out)
    for name in ("memory", "minutes"):
        del result[name]
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
