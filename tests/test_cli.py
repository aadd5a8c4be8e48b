"""Cloning, judging and the doctor on the command line; settings, errors and exit codes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import menura.engine
from commanding import HELLO, answer, refusal, run
from menura.engine import Engine
from menura.models.contract import VoiceState
from menura.work.jobs import Advice, CloneOutcome


def test_clone_keeps_what_the_engine_made(
    data: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = []
    state = engine.model.stock_state("am_adam")

    def make(job: Any, progress: Any) -> Iterator[CloneOutcome]:  # noqa: ANN401
        jobs.append(job)
        progress("fit", 0.5)
        found = Advice("clip_short", "warning", "The clip is short.", "Record more.")
        outcome = VoiceState(state.snapshot, state.tensors, {})
        yield CloneOutcome(
            outcome, "What was heard.", (found,), {"steps": 6.0}, score=0.5, last=not job.refine
        )
        if job.refine:
            progress("refining", 0.7)
            yield CloneOutcome(outcome, "What was heard.", (found,), {"steps": 7.0}, score=0.6)
            yield CloneOutcome(outcome, "What was heard.", (found,), {"steps": 8.0}, score=0.4)

    monkeypatch.setattr(engine, "clone", make)
    Path("clip.wav").write_bytes(b"any bytes: the engine is not asked to read them")
    options = ("--mode", "stability", "--enhance", "--language", "pt-PT", "--steps", "7")
    options += ("--transcript", "Olá.", "--consent", "I agree.")
    result = run("clone", "clip.wav", "--name", "Ada", *options, "--json")
    assert "fit: 50%" in result.stderr
    assert "refining: 70%" in result.stderr
    made = json.loads(result.stdout)
    assert (made["name"], made["language"], made["mode"]) == ("Ada", "pt-BR", "stability")
    assert made["transcript"] == "What was heard."
    assert made["report"] == {"steps": 7.0}, "the best one is kept"
    assert made["refinement"] == "done"
    assert made["consent"] == "I agree."
    assert made["advice"][0]["remedy"] == "Record more."
    (job,) = jobs
    assert (job.mode, job.enhance, job.language) == ("stability", True, "pt-BR")
    assert (job.transcript, job.steps) == ("Olá.", 7)
    assert "Record more." in run("voices", "show", "Ada").stdout
    first = answer("clone", "clip.wav", "--name", "Bea", "--refine", "off")
    assert (first["report"], first["refinement"]) == ({"steps": 6.0}, "off")


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "audio_file_missing"), (b"", "audio_empty"), (b"no sound", "audio_unreadable")],
)
def test_bad_clips_are_refused_and_nothing_is_kept(
    data: Path, content: bytes | None, code: str
) -> None:
    if content is not None:
        Path("clip.wav").write_bytes(content)
    assert refusal("clone", "clip.wav", "--name", "Ada")["error_code"] == code
    assert answer("voices", "list", "--mine") == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("clone", "clip.wav", "--name", " "), "voice_name_empty"),
        (("clone", "clip.wav", "--name", "Ada", "--language", "tlh"), "language_not_supported"),
        (("speak", HELLO, "--voice", "Heart", "-o", "no/such/folder/a.wav"), "output_unwritable"),
        (("speak", HELLO, "--voice", "Heart", "--model", "nothing", "-o", "a.wav"), None),
        (("judge",), "benchmarks_missing"),
    ],
)
def test_errors_carry_code_and_remedy(
    data: Path,
    arguments: tuple[str, ...],
    code: str | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if code is None:
        monkeypatch.setattr(menura.engine, "Engine", Engine)
        code = "model_not_found"
    monkeypatch.setattr(menura, "__file__", str(tmp_path / "a" / "b" / "menura" / "__init__.py"))
    assert refusal(*arguments)["error_code"] == code
    assert not Path("a.wav").exists()


def test_judge_runs_the_benchmarks_of_the_source_tree(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path("tree").resolve()
    package = root / "benchmarks"
    (package / "results").mkdir(parents=True)
    note = "import sys, os; from pathlib import Path; Path('benchmarks/results/NAME.json')"
    note += ".write_text(' '.join([*sys.argv[1:], os.environ['MENURA_DATA']]))"
    for name in ("clone_eval", "tables"):
        (package / f"{name}.py").write_text(note.replace("NAME", name))
    monkeypatch.setattr(menura, "__file__", str(root / "src" / "menura" / "__init__.py"))
    found = answer("judge", "--data", "here", "--", "--sentences", "3")
    assert found == {"results": [f"benchmarks/results/{n}.json" for n in ("clone_eval", "tables")]}
    here = str(Path("here").resolve())
    assert (package / "results" / "clone_eval.json").read_text() == f"--sentences 3 {here}"
    assert (package / "results" / "tables.json").read_text() == here
    (package / "tables.py").write_text("raise SystemExit(3)")
    assert refusal("judge")["error_code"] == "benchmarks_failed"


def test_settings_that_cannot_be_are_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENURA_THREADS", "-1")
    error = refusal("voices", "list")
    assert error["error_code"] == "settings_invalid"
    assert "MENURA_THREADS" in error["remedy"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("speak",),
        ("speak", HELLO, "--file", "text.txt"),
        ("speak", "--file", "missing.txt"),
        ("speak", HELLO, "-o", "hello.ogg"),
        ("speak", HELLO, "-o", "-", "--json"),
        ("speak", HELLO, "--speed", "2"),
        ("clone", "clip.wav"),
        ("clone", "clip.wav", "--name", "Ada", "--mode", "magic"),
        ("serve", "--port", "70000"),
        ("voices", "sing"),
        ("nothing",),
    ],
)
def test_wrong_usage_ends_with_two(data: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, code=2)
    assert result.stdout == ""
    assert result.stderr


def test_the_doctor_finds_a_healthy_installation_and_a_damaged_voice(
    clone: str, data: Path
) -> None:
    found = answer("doctor")
    assert found["ok"]
    states_of = {check["name"]: check["state"] for check in found["checks"]}
    assert {"torch", "threads", "disk", "library", "decoder", "recogniser"} <= set(states_of)
    assert states_of["model"] == "ok"
    assert states_of["speech"] in ("ok", "warning")
    (data / "voices" / f"{clone}.safetensors").write_bytes(b"damaged")
    sick = json.loads(run("doctor", "--quick", "--json", code=1).stdout)
    assert not sick["ok"]
    (broken,) = [check for check in sick["checks"] if check["state"] == "failed"]
    assert broken["name"] == "voice Ada"
    assert broken["remedy"]
    assert "failed" in run("doctor", "--quick", code=1).stdout


def test_an_interrupt_ends_the_server_in_good_order(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "menura", "serve", "--port", "0", "--data", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(3)]
    process.terminate()
    process.communicate()
    assert "http://127.0.0.1:" in lines[0]
    assert "/playground/ in a browser" in lines[1]
    assert "sk_car_" in lines[2]
    assert process.returncode == 0
