"""The results page and the result files."""

import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks import clone_eval, long_text, machine, tables

QUALITY = {"sig": 3.5, "bak": 4.0, "ovrl": 3.25, "p808": 3.75, "distillmos": 4.125}


def sentence(errors: int, seconds: float) -> dict[str, Any]:
    return {
        "text": "x",
        "heard": "x",
        "errors": errors,
        "words": 10,
        "quality": QUALITY,
        "audio_seconds": 4.0,
        "seconds": seconds,
        "cpu_seconds": seconds,
        "first_audio_seconds": seconds / 2,
    }


def speaker(raw: float, cut: bool) -> dict[str, Any]:
    rows = [sentence(0, 1.0), sentence(1, 2.0)]
    figures = {"raw": raw, "stranger": 0.1, "same": 0.9, "rescaled": (raw - 0.1) / 0.8}
    return {
        "gender": "f",
        "clip_seconds": 6.0,
        "targets": 3,
        "cut": cut,
        "clone": {"seconds": 100.0, "state_mb": 5.0},
        "likeness": dict.fromkeys(("wespeaker", "ge2e", "campplus"), figures),
        **clone_eval.summary(rows),
        "own_quality": QUALITY,
        "sentences": rows,
    }


def result() -> dict[str, Any]:
    speakers = {"ann": speaker(0.5, False), "bob": speaker(0.7, True)}
    rows = [sentence(0, 1.0)]
    return {
        **machine.circumstances(),
        "options": {"sentences": 2, "steps": 0},
        "mean": clone_eval.over_speakers(speakers),
        "mean_without_cut": clone_eval.over_speakers({"ann": speakers["ann"]}),
        "stock_mean": clone_eval.summary(rows),
        "peak_mb": {"speaking": 900.0, "cloning": 2000.0},
        "install": {"total_mb": 1000.0, "largest_mb": {"torch": 700.0}},
        "speakers": speakers,
        "stock": {"af_heart": {**clone_eval.summary(rows), "sentences": rows}},
    }


def test_means_are_over_speakers_and_words() -> None:
    mean = clone_eval.over_speakers({"ann": speaker(0.5, False), "bob": speaker(0.7, False)})
    assert mean["likeness"]["wespeaker"]["rescaled"] == pytest.approx(0.625)
    assert mean["wer"] == pytest.approx(0.05)
    assert mean["rtf"] == pytest.approx(3 / 8)
    assert mean["clone_seconds"] == 100.0


def test_page_is_made_of_the_files_that_are_there(tmp_path: Path) -> None:
    assert tables.page(tmp_path).startswith("# Results")
    machine.write_json(tmp_path / "clone_eval.json", result())
    (tmp_path / "unknown.json").write_text("{}")
    page = tables.page(tmp_path)
    assert "| WeSpeaker | 0.60 | 0.10 | 0.90 | 0.62 |" in page
    assert "| WER, Whisper base | 5.0% |  | 0.0% |" in page
    assert "| bob * | 6 s | 100 s | 0.75 | 0.75 | 0.75 | 5.0% | 3.75 | 3.25 |" in page
    assert "One recording is all there is of bob" in page
    assert "A long text" not in page


def test_result_files_name_the_machine_but_no_host_or_path(tmp_path: Path) -> None:
    where = machine.circumstances()
    assert set(where) == {"date", "commit", "machine"}
    assert "/" not in json.dumps(where)
    machine.write_json(tmp_path / "deep" / "x.json", {"a": 1 / 3, "b": [2 / 3]})
    assert json.loads((tmp_path / "deep" / "x.json").read_text()) == {"a": 0.33333, "b": [0.66667]}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["x.json"]


def test_install_size_follows_requirements_only() -> None:
    size = machine.install_size()
    assert "torch" in size["largest_mb"]
    assert size["total_mb"] >= sum(size["largest_mb"].values()) - 1
    assert size["packages"] > 12


def test_unfinished_run_goes_on_with_the_same_options_only(tmp_path: Path) -> None:
    path = tmp_path / "x.unfinished.json"
    assert clone_eval.resume(path, {"steps": 1})["speakers"] == {}
    machine.write_json(path, {"options": {"steps": 1}, "speakers": {"ann": {}}})
    assert clone_eval.resume(path, {"steps": 1})["speakers"] == {"ann": {}}
    assert clone_eval.resume(path, {"steps": 2})["speakers"] == {}


def test_sentences_are_ten_new_ones_of_fair_length() -> None:
    lines = clone_eval.SENTENCES.read_text().splitlines()
    assert len(set(lines)) == 10
    assert all(8 <= len(line.split()) <= 20 for line in lines)


def test_long_text_is_long_enough_and_always_the_same() -> None:
    text = long_text.make_text(20_000)
    assert 20_000 <= len(text) < 20_500
    assert text == long_text.make_text(20_000)
    assert "{" not in text
