"""The speakers of a cloning test: a clip to clone, and other recordings to judge against.

Read from a tab-separated list with the columns path, speaker, role (ref or target). Two things in
such lists would flatter a clone, and are put right here:
- a target that is the clip, or another target, again (in `clone_eval`, three speakers have
  both; the copies differ by rounding, so files must be compared by ear, not by digest): left out;
- a speaker without targets: the clip is cut at a pause; the first part is cloned, what follows
  is the target. Such a speaker is marked `cut`, as one session flatters too.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_spans
from menura.audio.resample import resample

Audio = NDArray[np.float32]
RATE = 16000
_ALIKE = 0.99
"""Correlation of samples from which on two recordings are the same."""

_CLIP_SECONDS = 12.0
_TARGET_SECONDS = 3.0


@dataclass(frozen=True)
class Speaker:
    """One person; audio is float32 at 16 kHz."""

    name: str
    gender: str
    clip: Audio
    targets: tuple[Audio, ...]
    cut: bool
    left_out: int
    """Targets that were the clip or another target again."""

    transcripts: tuple[str, ...] = ()
    """Words of the targets, empty texts where the list has none."""


def read_speakers(listing: Path) -> list[Speaker]:
    """Reads all speakers of a list, in its order."""
    with listing.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        _speaker(name, [row for row in rows if row["speaker"] == name], listing.parent)
        for name in dict.fromkeys(row["speaker"] for row in rows)
    ]


def _speaker(name: str, rows: list[dict[str, str]], folder: Path) -> Speaker:
    clip = next(read(folder / row["path"]) for row in rows if row["role"] == "ref")
    kept: list[Audio] = []
    texts: list[str] = []
    targets = [row for row in rows if row["role"] == "target"]
    for row in targets:
        audio = read(folder / row["path"])
        if not any(same_recording(audio, other) for other in (clip, *kept)):
            kept.append(audio)
            texts.append(row.get("transcript") or "")
    cut = not kept
    if cut:
        clip, kept = cut_at_pauses(clip, speech_spans(clip, RATE))
        texts = [""] * len(kept)
    return Speaker(
        name=name,
        gender=rows[0]["gender"],
        clip=clip,
        targets=tuple(kept),
        cut=cut,
        left_out=len(targets) - len(kept) * (not cut),
        transcripts=tuple(texts),
    )


def read(path: Path) -> Audio:
    """Reads a mono recording at 16 kHz."""
    audio, rate = soundfile.read(path, dtype="float32")
    return resample(audio, rate, RATE)


def same_recording(one: Audio, other: Audio) -> bool:
    """True when two recordings hold the same samples, but for rounding and the very ends."""
    length = min(one.size, other.size)
    if max(one.size, other.size) - length > RATE // 10:
        return False
    a, b = one[:length].astype(np.float64), other[:length].astype(np.float64)
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return bool(scale > 0 and (a @ b) / scale > _ALIKE)


def cut_at_pauses(audio: Audio, spans: list[Span]) -> tuple[Audio, list[Audio]]:
    """Cuts a recording into a clip of about 12 s and targets of at least 3 s from the rest.

    Raises ValueError when there is no pause to cut at, or too little after it.
    """
    pauses = [(a.end + b.start) / 2 for a, b in zip(spans, spans[1:], strict=False)]
    if not pauses:
        raise ValueError("the recording has no pause to cut at")
    places = [min(pauses, key=lambda pause: abs(pause - _CLIP_SECONDS))]
    end = audio.size / RATE
    for pause in pauses:
        if pause - places[-1] >= _TARGET_SECONDS and end - pause >= _TARGET_SECONDS:
            places.append(pause)
    if end - places[0] < _TARGET_SECONDS:
        raise ValueError("too little speech is left after the clip")
    edges = [0, *(round(place * RATE) for place in places), audio.size]
    parts = [audio[start:stop] for start, stop in zip(edges, edges[1:], strict=False)]
    return parts[0], parts[1:]
