"""The results page and the result files."""

import json
from pathlib import Path

import pytest
from benchmarks import goals, long_text, machine, markdown, panel, tables


def test_page_is_made_of_the_files_that_are_there(tmp_path: Path) -> None:
    assert tables.page(tmp_path).startswith("# Results")
    startup = {"listening_seconds": 1.5, "ready_seconds": 9.0}
    result = {**machine.circumstances(), "first": startup, "second": startup}
    machine.write_json(tmp_path / "startup.json", result)
    (tmp_path / "unknown.json").write_text("{}")
    page = tables.page(tmp_path)
    assert "| first start | 1.5 s | 9.0 s |" in page
    assert "A long text" not in page


@pytest.mark.parametrize(
    ("value", "least", "met"), [(0.5, True, "yes"), (0.49, True, "**no**"), (0.5, False, "yes")]
)
def test_goals_stand_beside_figures(value: float, least: bool, met: str) -> None:
    row = goals.Goal("likeness", value, 0.5, least).row()
    sign = "≥" if least else "≤"
    assert goals.cells(row) == ["likeness", f"{value:.2f}", f"{sign} 0.50", met]
    assert markdown.goals([row]).endswith(f"| likeness | {value:.2f} | {sign} 0.50 | {met} |")


def test_units_of_goals_are_written() -> None:
    assert goals.cells(goals.Goal("first voice", 18.04, 20, False, ".0f s").row())[1:3] == [
        "18 s",
        "≤ 20 s",
    ]


def test_what_a_stopped_run_lacks_is_said() -> None:
    assert markdown.unfinished({"unfinished": []}) == ""
    assert "stability/ann" in markdown.unfinished({"unfinished": ["stability/ann"]})


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


def test_sentences_are_ten_new_ones_of_fair_length() -> None:
    lines = panel.SENTENCES.read_text().splitlines()
    assert len(set(lines)) == 10
    assert all(8 <= len(line.split()) <= 20 for line in lines)


def test_long_text_is_long_enough_and_always_the_same() -> None:
    text = long_text.make_text(20_000)
    assert 20_000 <= len(text) < 20_500
    assert text == long_text.make_text(20_000)
    assert "{" not in text
