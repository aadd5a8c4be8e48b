"""What the thresholds of `menura.cloning.advice` do on real recordings and on faults made of them.

    python -m benchmarks.clip_report                measure, then write the result and its page
    python -m benchmarks.clip_report --page         write the page from the result that is there

Each rule is tried on recordings that have the fault (hits) and on recordings that do not (false
alarms). Faults are made by `benchmarks.clip_cases`; background noise and some rooms are real. A
figure that cannot be told of a recording counts neither way; how often it can be told is stated.
"""

import argparse
import csv
import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from benchmarks import clip_cases as cases
from benchmarks.clip_page import write_page
from benchmarks.machine import RESULTS, ROOT, circumstances, write_json
from menura.audio.activity import Span, speech_spans
from menura.audio.background import tone_share
from menura.audio.clipping import clipped_share
from menura.audio.pitch import f0_track
from menura.audio.quality import bandwidth, measure
from menura.audio.rate import syllable_rate
from menura.audio.reverberation import reverberation_seconds
from menura.cloning import advice
from menura.cloning.choose import pause_share
from menura.cloning.company import halves_likeness, window_embeddings

Audio = NDArray[np.float32]
Figures = dict[str, dict[str, list[float | None]]]
"""By figure and by group of recordings."""

DATA = ROOT.parent / "shared" / "data"
RESULT = RESULTS / "clip_report.json"

RULES: tuple[tuple[str, str, float, bool, Callable[[str], bool | None]], ...] = (
    (
        "clip_noisy",
        "snr_db",
        advice.NOISY_SNR_DB,
        False,
        lambda g: None if g.startswith("room") else g.startswith("noise "),
    ),
    ("clip_overdriven", "clipped_share", advice.CLIPPED_SHARE, True, lambda g: "clipped" in g),
    ("clip_narrow_band", "bandwidth", advice.NARROW_HZ, False, lambda g: g == "telephone"),
    ("clip_quiet", "loudness", advice.QUIET_LUFS, False, lambda g: g == "25 dB quieter"),
    ("clip_long_pauses", "pause_share", advice.PAUSE_SHARE, True, lambda g: g == "pauses of 2 s"),
    (
        "clip_reverberant",
        "reverberation_seconds",
        advice.REVERBERANT_SECONDS,
        True,
        lambda g: None if g == "room 0.3 s" else g.startswith("room "),
    ),
    (
        "clip_two_voices",
        "halves_likeness",
        advice.TWO_VOICES_LIKENESS,
        False,
        lambda g: g.startswith("two people"),
    ),
    ("clip_music", "tone_share", advice.MUSIC_TONES, True, lambda g: g.startswith("music")),
    ("clip_monotone", "f0_spread", advice.MONOTONE_SEMITONES, False, lambda g: False),
    ("clip_slow", "syllable_rate", advice.SLOW_SYLLABLES, False, lambda g: False),
    ("clip_fast", "syllable_rate", advice.FAST_SYLLABLES, True, lambda g: False),
)
"""Code, figure, threshold, whether the fault lies above it, and which groups have the fault (None:
neither with nor without it)."""


class Study:
    """The figures of all recordings, collected by group."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.figures: Figures = defaultdict(lambda: defaultdict(list))
        self.voices: list[tuple[str, str, NDArray[np.float32]]] = []
        """Speaker, gender and the embeddings of windows."""

    def note(self, group: str, **figures: float | None) -> None:
        """Adds figures of one recording."""
        for name, value in figures.items():
            self.figures[name][group].append(value)

    def read(self, path: str) -> tuple[Audio, int, list[Span]]:
        """The beginning of a recording, and the speech in it."""
        audio, rate = soundfile.read(DATA / path, dtype="float32")
        audio = np.asarray(audio[: round(self.seconds * rate)], dtype=np.float32)
        return audio, rate, speech_spans(audio, rate)

    def look(self, group: str, row: dict[str, str], path: str) -> None:
        """Measures all figures of one recording."""
        audio, rate, spans = self.read(path)
        if not spans:
            return
        quality = measure(audio, rate, spans)
        pitch = f0_track(audio, rate, 0.0125)
        windows = window_embeddings(audio, rate, spans)
        self.voices.append((row["speaker"], row.get("gender", ""), windows))
        self.note(
            group,
            snr_db=quality.snr_db,
            clipped_share=quality.clipped_share,
            bandwidth=quality.bandwidth,
            loudness=quality.loudness,
            pause_share=pause_share(spans, quality.seconds),
            reverberation_seconds=reverberation_seconds(audio, rate, spans),
            halves_likeness=halves_likeness(windows),
            tone_share=tone_share(audio, rate, spans),
            f0_spread=pitch.semitone_spread,
            syllable_rate=syllable_rate(audio, rate, spans, pitch),
        )

    def spoil(self, path: str, seed: int) -> None:
        """Makes every fault of one clean recording and measures its figure."""
        audio, rate, spans = self.read(path)
        if not spans:
            return
        for level in cases.CLIPPED_DB:
            cut = cases.clipped(audio, level)
            self.note(f"clipped by {level:.0f} dB", clipped_share=clipped_share(cut))
        narrow = cases.telephone(audio, rate)
        self.note("telephone", bandwidth=bandwidth(narrow, rate, spans))
        quiet = measure(audio * np.float32(10.0 ** (-25.0 / 20.0)), rate, spans)
        self.note("25 dB quieter", loudness=quiet.loudness)
        for seconds in cases.ROOM_SECONDS:
            room = cases.in_a_room(audio, rate, seconds, seed)
            found = reverberation_seconds(room, rate, spans)
            self.note(f"room {seconds:.1f} s", reverberation_seconds=found)
        for kind in cases.MUSIC:
            for level in cases.MUSIC_DB:
                song = cases.with_music(audio, rate, kind, level, seed)
                self.note(f"music {level:.0f} dB below", tone_share=tone_share(song, rate, spans))
        for level in cases.NOISE_DB:
            noisy = cases.with_noise(audio, level, seed)
            found = tone_share(noisy, rate, spans)
            self.note(f"pink noise {level:.0f} dB below", tone_share=found)
        self._stretch(audio, rate, spans)

    def _stretch(self, audio: Audio, rate: int, spans: Sequence[Span]) -> None:
        hush = np.full(2 * rate, 1e-5, dtype=np.float32)
        middle = round((spans[0].end + 0.05) * rate)
        paused = np.concatenate([hush, audio[:middle], hush, audio[middle:], hush])
        share = pause_share(speech_spans(paused, rate), paused.size / rate)
        self.note("pauses of 2 s", pause_share=share)

    def join(self) -> None:
        """Puts halves of two recordings together, of one speaker and of two."""
        for place, (speaker, gender, windows) in enumerate(self.voices):
            for other, sex, more in self.voices[place + 1 : place + 4]:
                both = np.concatenate([windows[: len(windows) // 2], more[len(more) // 2 :]])
                if speaker == other:
                    group = "one person, two recordings"
                else:
                    group = "two people" + (" of one gender" if gender and gender == sex else "")
                self.note(group, halves_likeness=halves_likeness(both))


def judge(figures: Figures) -> dict[str, Any]:
    """Counts hits and false alarms of every rule."""
    found: dict[str, Any] = {}
    for code, name, threshold, above, faulty in RULES:
        counts = {True: [0, 0], False: [0, 0]}
        for group, values in figures[name].items():
            kind = faulty(group)
            if kind is None:
                continue
            for value in values:
                if value is not None:
                    counts[kind][0] += (value >= threshold) if above else (value < threshold)
                    counts[kind][1] += 1
        found[code] = {
            "figure": name,
            "threshold": threshold,
            "fault_is": "above" if above else "below",
            "hits": counts[True][0],
            "faulty": counts[True][1],
            "false_alarms": counts[False][0],
            "sound": counts[False][1],
        }
    return found


def spread(values: Sequence[float | None]) -> dict[str, Any]:
    """How values lie, and of how many recordings they could be told."""
    told = [value for value in values if value is not None]
    marks = np.percentile(told, [0, 10, 50, 90, 100]).tolist() if told else []
    return {"recordings": len(values), "told": len(told), "percentiles_0_10_50_90_100": marks}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measures everything; recordings are drawn with a fixed seed."""
    draw = random.Random(3)
    study = Study(arguments.seconds)
    readers = draw.sample(_rows("speakers_251"), arguments.speakers)
    sets = {
        "speakers_251": readers,
        "clone_eval": [row for row in _rows("clone_eval") if row["role"] == "ref"],
        "pro_kathleen": draw.sample(_rows("pro_kathleen"), arguments.kathleen),
        "languages": draw.sample(_rows("languages"), arguments.languages),
    }
    for row in _rows("noisy"):
        kind = "room of noisy" if "reverb" in row["noise"] else "noise"
        study.look(f"{kind} {row['noise']} {row['snr_db']} dB", row, row["path"])
        study.look("noisy, their clean ones", row, row["clean_path"])
    for name, rows in sets.items():
        for row in rows:
            study.look(name, row, row["path"])
    study.join()
    for seed, row in enumerate(readers[: arguments.spoilt]):
        study.spoil(row["path"], seed)
    return {
        **circumstances(),
        "seconds_of_each": arguments.seconds,
        "recordings": {name: len(rows) for name, rows in sets.items()}
        | {"noisy": 2 * len(_rows("noisy")), "spoilt": arguments.spoilt},
        "rules": judge(study.figures),
        "figures": {
            name: {group: spread(values) for group, values in groups.items()}
            for name, groups in study.figures.items()
        },
        "values": study.figures,
    }


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", action="store_true", help="only write the page")
    parser.add_argument("--speakers", type=int, default=60)
    parser.add_argument("--kathleen", type=int, default=20)
    parser.add_argument("--languages", type=int, default=24)
    parser.add_argument("--spoilt", type=int, default=20, help="speakers that faults are made of")
    parser.add_argument("--seconds", type=float, default=12.0, help="taken of each recording")
    arguments = parser.parse_args()
    if arguments.page:
        result = json.loads(RESULT.read_text(encoding="utf-8"))
        result["rules"] = judge(result["values"])
    else:
        result = run(arguments)
    write_json(RESULT, result)
    write_page(result)


if __name__ == "__main__":
    main()
