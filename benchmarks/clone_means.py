"""Means over speakers of what `clone_eval` measures, and its goals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks import prosody
from benchmarks.goals import Goal
from benchmarks.panel import summary, word_error_rate
from menura.judging.report import mean

Row = dict[str, Any]
STAGES = ("first", "refined")
PROSODY_GOALS = {"f0_mean": 0.05, "f0_spread": 0.25, "rate": 0.15}
_PROSODY = {"f0_mean": "F0 mean off by", "f0_spread": "F0 spread off by", "rate": "rate off by"}
_LIKENESS = (
    ("similarity", "first", 0.50),
    ("similarity", "refined", 0.75),
    ("stability", "refined", 0.55),
)


def collect(
    modes: Mapping[str, Mapping[str, Row]],
    stock: Mapping[str, Row],
    nearest: Mapping[str, Row],
    own: Mapping[str, Row],
) -> Row:
    """Everything of a result that follows from its units: means, goals, and the units."""
    result: Row = {"modes": {mode: of_mode(rows) for mode, rows in modes.items() if rows}}
    result["own_mean"] = {
        "quality": mean([row["quality"] for row in own.values()]),
        "clip_apart": prosody.medians(row["clip_apart"] for row in own.values()),
    }
    if stock:
        result["stock_mean"] = summary([s for row in stock.values() for s in row["sentences"]])
    if nearest:
        result["nearest_mean"] = likeness_means(list(nearest.values()))
    result["peak_mb"] = peaks(modes, stock)
    result["goals"] = goals(result)
    return {**result, "own": dict(own), "stock": dict(stock), "nearest": dict(nearest)}


def of_mode(speakers: Mapping[str, Row]) -> Row:
    """A mode's means at both stages, with and without speakers whose one recording was cut."""
    rows = list(speakers.values())
    whole = [row for row in rows if not row["cut"]]
    return {
        **{stage: of_stage([row["stages"][stage] for row in rows]) for stage in STAGES},
        "without_cut": {
            stage: likeness_means([row["stages"][stage] for row in whole or rows])
            for stage in STAGES
        },
        "speakers": dict(speakers),
    }


def of_stage(rows: Sequence[Row]) -> Row:
    """Means over speakers at one stage; words are counted over all of them."""
    return {
        "speakers": len(rows),
        "likeness": likeness_means(rows),
        "wer": word_error_rate([sentence for row in rows for sentence in row["sentences"]]),
        "quality": mean([row["quality"] for row in rows]),
        "apart": prosody.medians(row["apart"] for row in rows),
        **{
            name: float(np.mean([row[name] for row in rows]))
            for name in ("made_seconds", "made_cpu_seconds", "rtf", "rtf_cpu")
        },
        "first_audio_seconds": float(np.mean([row["first_audio_seconds"] for row in rows])),
        "made_seconds_max": max(row["made_seconds"] for row in rows),
        "state_mb_max": max(row["state_mb"] for row in rows),
    }


def likeness_means(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Mean likeness by each encoder."""
    return {name: mean([row["likeness"][name] for row in rows]) for name in rows[0]["likeness"]}


def peaks(modes: Mapping[str, Mapping[str, Row]], stock: Mapping[str, Row]) -> dict[str, float]:
    """Most memory that cloning and speaking took, in MB."""
    rows = [row for speakers in modes.values() for row in speakers.values()]
    voices = [stage for row in rows for stage in row["stages"].values()]
    speaking = [row["peak_mb"] for row in stock.values()]
    found = {
        "cloning": [row["peak_mb"] for row in rows],
        "speaking, a stock voice": speaking,
        "speaking, a clone": [row["speaking_peak_mb"] for row in voices],
    }
    return {name: max(values) for name, values in found.items() if values}


def goals(result: Row) -> list[Row]:
    """The goals of an instant clone beside what is there of their figures."""
    found: list[Goal] = []
    for mode, stage, limit in _LIKENESS:
        if mode in result["modes"]:
            value = result["modes"][mode][stage]["likeness"]["wespeaker"]["rescaled"]
            found.append(Goal(f"{mode}, {stage} voice: rescaled WeSpeaker", value, limit, True))
    for mode, means in result["modes"].items():
        refined = means["refined"]
        found += [
            *_quality(mode, refined, result["own_mean"]["quality"]),
            *_cost(mode, means),
        ]
        if "stock_mean" in result:
            limit = result["stock_mean"]["wer"] + 0.015
            found.append(
                Goal(f"{mode}: WER, stock + 1.5 points", refined["wer"], limit, False, ".1%")
            )
        found += [
            Goal(f"{mode}: {_PROSODY[name]} (median)", refined["apart"][name], limit, False, ".0%")
            for name, limit in PROSODY_GOALS.items()
        ]
    return [goal.row() for goal in found]


def _quality(mode: str, refined: Row, own: Mapping[str, float]) -> list[Goal]:
    p808 = refined["quality"]["p808"]
    if mode == "stability":
        ovrl = refined["quality"]["ovrl"]
        return [
            Goal("stability: P808", p808, 4.0, True),
            Goal("stability: OVRL", ovrl, 3.4, True),
        ]
    return [
        Goal("similarity: P808", p808, 3.8, True),
        Goal("similarity: P808, own recordings − 0.1", p808, own["p808"] - 0.1, True),
    ]


def _cost(mode: str, means: Row) -> list[Goal]:
    first, refined = means["first"], means["refined"]
    return [
        Goal(
            f"{mode}: first voice after (longest)", first["made_seconds_max"], 20.0, False, ".0f s"
        ),
        Goal(
            f"{mode}: refined voice after (longest)",
            refined["made_seconds_max"],
            120.0,
            False,
            ".0f s",
        ),
        Goal(f"{mode}: stored voice (largest)", refined["state_mb_max"], 4.0, False, ".1f MB"),
    ]
