"""From judged clones to means, goals and the section of the results page."""

from typing import Any

import pytest
from benchmarks import clone_means, machine, tables_cloning
from benchmarks.panel import rotation, summary

QUALITY = {"sig": 3.5, "bak": 4.0, "ovrl": 3.25, "p808": 3.75, "distillmos": 4.125}
APART = {"f0_mean": 0.02, "f0_spread": -0.3, "rate": 0.1}


def sentence(errors: int, seconds: float) -> dict[str, Any]:
    return {
        "errors": errors,
        "words": 10,
        "quality": QUALITY,
        "audio_seconds": 4.0,
        "seconds": seconds,
        "cpu_seconds": seconds,
        "first_audio_seconds": seconds / 2,
    }


def alike(raw: float) -> dict[str, dict[str, float]]:
    figures = {"raw": raw, "stranger": 0.1, "same": 0.9, "rescaled": (raw - 0.1) / 0.8}
    return dict.fromkeys(("wespeaker", "ge2e", "campplus"), figures)


def stage(raw: float, seconds: float) -> dict[str, Any]:
    rows = [sentence(0, 1.0), sentence(1, 2.0)]
    return {
        "made_seconds": seconds,
        "made_cpu_seconds": 2 * seconds,
        "state_mb": 3.5,
        "likeness": alike(raw),
        **summary(rows),
        "apart": APART,
        "speaking_peak_mb": 900.0,
        "sentences": rows,
    }


def speaker(raw: float, cut: bool = False) -> dict[str, Any]:
    return {
        "clip_seconds": 6.0,
        "cut": cut,
        "peak_mb": 2000.0,
        "stages": {"first": stage(raw - 0.2, 15.0), "refined": stage(raw, 100.0)},
    }


def collected(modes: tuple[str, ...] = ("similarity", "stability")) -> dict[str, Any]:
    rows = [sentence(0, 1.0)]
    own = {"quality": QUALITY, "clip_apart": APART, "prosody": {}}
    return clone_means.collect(
        {mode: {"ann": speaker(0.5), "bob": speaker(0.7, cut=True)} for mode in modes},
        {"af_heart": {**summary(rows), "peak_mb": 800.0, "sentences": rows}},
        {"ann": {"voice": "af_heart", "likeness": alike(0.2)}},
        {"ann": own, "bob": own},
    )


def goal(result: dict[str, Any], what: str) -> dict[str, Any]:
    (found,) = [row for row in result["goals"] if row["what"] == what]
    return dict(found)


def test_means_are_over_speakers_and_words() -> None:
    refined = collected()["modes"]["similarity"]["refined"]
    assert refined["likeness"]["wespeaker"]["rescaled"] == pytest.approx(0.625)
    assert refined["wer"] == pytest.approx(0.05)
    assert refined["rtf"] == pytest.approx(3 / 8)
    assert refined["apart"]["f0_spread"] == pytest.approx(0.3)
    assert refined["made_seconds_max"] == 100.0


def test_speakers_of_one_recording_are_left_out_of_a_mean_of_their_own() -> None:
    mode = collected()["modes"]["similarity"]
    assert mode["without_cut"]["refined"]["wespeaker"]["rescaled"] == pytest.approx(0.5)


def test_goals_are_those_of_each_mode() -> None:
    result = collected()
    assert not goal(result, "similarity, refined voice: rescaled WeSpeaker")["met"]
    assert goal(result, "stability, refined voice: rescaled WeSpeaker")["met"]
    assert not goal(result, "similarity, first voice: rescaled WeSpeaker")["met"]
    assert goal(result, "similarity: P808, own recordings − 0.1")["met"]
    assert not goal(result, "stability: P808")["met"]
    assert not goal(result, "similarity: WER, stock + 1.5 points")["met"]
    assert goal(result, "similarity: F0 mean off by (median)")["met"]
    assert not goal(result, "similarity: F0 spread off by (median)")["met"]
    assert result["peak_mb"]["cloning"] == 2000.0


def test_a_stopped_run_has_goals_of_what_is_there() -> None:
    result = collected(("similarity",))
    assert not [row for row in result["goals"] if row["what"].startswith("stability")]


def test_section_shows_both_stages_of_both_modes() -> None:
    text = tables_cloning.clone_eval(
        {
            **machine.circumstances(),
            "commits": "abc1234",
            "options": {
                "threads": 2,
                "steps": 0,
                "sentences": 10,
                "first_sentences": 4,
                "stability_sentences": 6,
            },
            "unfinished": ["stability/eve"],
            "install": {"total_mb": 1000.0, "largest_mb": {"torch": 700.0}},
            **collected(),
        }
    )
    assert "commit abc1234" in text
    assert "**Not measured yet:** stability/eve." in text
    assert "| similarity, refined | WeSpeaker | 0.60 | 0.10 | 0.90 | 0.62 |" in text
    assert "| nearest stock voice | WeSpeaker | 0.20 |" in text
    assert "| stability, first | 2% | 30% | 10% |" in text
    assert "One recording is all there is of bob" in text
    assert "| bob * | 6 s | 15 s | 100 s | 0.50 | 0.75 |" in text


def test_rotation_lets_all_sentences_come_up_evenly() -> None:
    sentences = [str(n) for n in range(10)]
    numbers = [number for i in range(8) for number, _ in rotation(4 * i, 4, sentences)]
    counts = [numbers.count(number) for number in range(10)]
    assert sum(counts) == 32
    assert max(counts) - min(counts) <= 1
    assert rotation(3, 4, ["only"]) == [(0, "only")]
