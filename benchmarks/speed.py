"""What a cloned voice costs in speaking, beside a stock voice, and what switching voices costs.

    python -m benchmarks.speed [--rounds 6] [--voices 20] [--threads 2]

Takes a voice that `clone_eval` has kept. A clone and a stock voice say the same sentence in turns,
so that whatever else the machine does falls on both. For switching, copies of the clone stand for
so many voices: each is a file of its own to the engine. Takes about three minutes, and is short
enough to be done in one go. Writes `results/speed.json`.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import clone_eval
from benchmarks.goals import Goal
from benchmarks.machine import RESULTS, circumstances, write_json
from benchmarks.options import say
from benchmarks.panel import SENTENCES
from benchmarks.product import Product, Spoken
from benchmarks.units import Clock, Say
from menura.settings import Settings
from menura.work.jobs import VoiceRef

Row = dict[str, Any]
STOCK = "af_heart"
SHORT = "Yes, of course."
_SENTENCE_SECONDS, _SHORT_SECONDS, _SWITCH_SECONDS = 5.0, 2.0, 0.1


def alternate(product: Product, voices: dict[str, VoiceRef], text: str, rounds: int) -> Row:
    """Each voice says the text once a round; medians of its real-time factors."""
    spoken: dict[str, list[Spoken]] = {name: [] for name in voices}
    for voice in voices.values():
        product.speak(text, voice)  # what is loaded at the first use counts for neither
    for number in range(rounds):
        # Who is first changes, so that neither has the warmer cache each time.
        order = list(voices) if number % 2 else list(voices)[::-1]
        for name in order:
            spoken[name].append(product.speak(text, voices[name]))
    return {
        name: {
            "rtf": float(np.median([s.seconds / s.length for s in several])),
            "rtf_cpu": float(np.median([s.cpu_seconds / s.length for s in several])),
            "audio_seconds": several[0].length,
        }
        for name, several in spoken.items()
    }


def switching(product: Product, states: list[Path], say: Say) -> Row:
    """The cost of going from voice to voice, in milliseconds.

    `first_ms` reads and checks the file as well, `again_ms` finds the voice in memory. `extra_ms`
    is what the first short answer of a voice takes more than its second, by the median.
    """
    voices = [VoiceRef(state=path) for path in states]
    before = product.resident_mb()
    say(f"switching between {len(voices)} voices")
    first = [1000 * product.switch(voice) for voice in voices]
    again = [1000 * product.switch(voice) for _ in range(2) for voice in voices]
    after = product.resident_mb()
    say(f"{len(voices)} voices answer twice each")
    extra = []
    for voice in voices:
        one, two = (product.speak(SHORT, voice) for _ in range(2))
        extra.append(1000 * (one.seconds - two.seconds))
    return {
        "voices": len(voices),
        "first_ms": statistics(first),
        "again_ms": statistics(again),
        "extra_ms": statistics(extra),
        "memory_mb": {"before": before, "after": after},
    }


def statistics(values: list[float]) -> dict[str, float]:
    """Median and largest of some values."""
    return {"median": float(np.median(values)), "max": float(max(values))}


def goals(speech: Row, switches: Row) -> list[Row]:
    """The goals beside their figures."""
    ratio = speech["clone"]["rtf"] / speech["stock"]["rtf"]
    return [
        goal.row()
        for goal in (
            Goal("real-time factor, clone to stock", ratio, 1.1, False),
            Goal(
                "switching a voice in memory, median",
                switches["again_ms"]["median"], 50.0, False, ".0f ms",
            ),
            Goal(
                "switching a voice from its file, median",
                switches["first_ms"]["median"], 50.0, False, ".0f ms",
            ),
        )
    ]  # fmt: skip


def kept_voice(folder: Path) -> Path:
    """A refined voice that `clone_eval` has kept. Raises SystemExit where there is none."""
    found = sorted(folder.glob("similarity/*/refined.safetensors"))
    found = found or sorted(folder.glob("similarity/*/first.safetensors"))
    if not found:
        raise SystemExit("No cloned voice is kept; run `python -m benchmarks.clone_eval` first.")
    return found[0]


def run(arguments: argparse.Namespace, say: Say) -> Row:
    """Does the whole measurement; returns the result."""
    source = arguments.voice or kept_voice(arguments.kept)
    text = SENTENCES.read_text().splitlines()[0]
    rounds, count = arguments.rounds, arguments.voices
    clock = Clock(
        2 * rounds * _SENTENCE_SECONDS + count * (2 * _SHORT_SECONDS + 3 * _SWITCH_SECONDS), say
    )
    result: Row = {
        **circumstances(),
        "options": {"rounds": rounds, "threads": arguments.threads, "stock": STOCK},
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        Product(Settings(threads=arguments.threads)) as product,
    ):
        product.warm_up()
        copies = [Path(shutil.copy(source, f"{folder}/{i:02d}.safetensors")) for i in range(count)]
        clock.step("a clone and a stock voice in turns", 2 * rounds * _SENTENCE_SECONDS)
        voices = {"clone": VoiceRef(state=source), "stock": VoiceRef(stock=STOCK)}
        result["speech"] = alternate(product, voices, text, rounds)
        clock.step("switching", count * 2 * _SHORT_SECONDS)
        result["switching"] = switching(product, copies, say)
        result["peak_mb"] = product.peak_mb()
    result["goals"] = goals(result["speech"], result["switching"])
    write_json(arguments.out, result)
    return result


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--voices", type=int, default=20)
    parser.add_argument("--voice", type=Path, help="a voice file; one of clone_eval otherwise")
    parser.add_argument("--threads", type=int, default=2, help="of the product")
    parser.add_argument("--kept", type=Path, default=clone_eval.CACHE, help="by clone_eval")
    parser.add_argument("--out", type=Path, default=RESULTS / "speed.json")
    sys.stdout.write(json.dumps(run(parser.parse_args(), say)["goals"], indent=1) + "\n")


if __name__ == "__main__":
    main()
