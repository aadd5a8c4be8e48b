"""The command line, on the real library and the real model."""

import io
import json
import os
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from typer.testing import CliRunner, Result

import menura.engine
from menura.cli import app
from menura.engine import Engine
from menura.library.voices import NewVoice
from menura.models import states
from menura.models.contract import VoiceState
from menura.settings import Settings
from menura.studio import Menura
from menura.work.jobs import Advice, CloneOutcome

HELLO = "Hello there."


@pytest.fixture(scope="module")
def engine(cache: Path) -> Engine:
    """The real engine, loaded once for all commands of this file."""
    return Engine(Settings(data=cache))


@pytest.fixture
def data(
    tmp_path: Path,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A new data folder; commands that compute share one engine."""
    monkeypatch.setattr(menura.engine, "Engine", lambda settings: engine)
    monkeypatch.setenv("MENURA_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.fixture
def clone(data: Path, engine: Engine) -> str:
    """Id of a clone that was put into the library without the work of cloning."""
    state = engine.model.stock_state("af_heart")
    kept = VoiceState(state.snapshot, state.tensors, {})
    with Menura(data) as menura:
        store = menura.catalogue.library().voices
        new = NewVoice(name="Ada", locale="en-US", snapshot=state.snapshot, transcript="Words.")
        return store.add(menura.catalogue.organisation_id, new, states.save(kept)).id


def run(*arguments: str, code: int = 0, text: str | None = None) -> Result:
    """Runs a command and checks its exit code."""
    result = CliRunner().invoke(app, list(arguments), input=text)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def answer(*arguments: str) -> Any:  # noqa: ANN401 - whatever the command prints
    """What a command prints with --json."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return json.loads(run(*arguments[:end], "--json", *arguments[end:]).stdout)


def refusal(*arguments: str) -> dict[str, str]:
    """The error that a command prints with --json."""
    result = run(*arguments, "--json", code=1)
    assert result.stdout == ""
    error: dict[str, str] = json.loads(result.stderr.strip().splitlines()[-1])["error"]
    assert error["message"]
    assert error["remedy"]
    return error


def test_a_wav_is_written_whole(data: Path) -> None:
    spoken = answer("speak", HELLO, "--voice", "heart", "-o", "hello.wav")
    assert spoken["path"] == "hello.wav"
    assert [word["text"] for word in spoken["words"]] == ["Hello", "there."]
    with wave.open("hello.wav") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24000, 1, 2)
        assert file.getnframes() / 24000 == pytest.approx(spoken["seconds"], abs=1e-3)
    assert not list(Path().glob("*.part"))


def test_an_mp3_by_its_ending_from_a_file_of_text(data: Path) -> None:
    Path("text.txt").write_text("\ufeff" + HELLO, encoding="utf-8")
    spoken = answer("speak", "--file", "text.txt", "--voice", "af_heart", "-o", "hello.MP3")
    info = soundfile.info("hello.MP3")
    assert (info.format, info.samplerate) == ("MP3", 44100)
    assert info.duration == pytest.approx(spoken["seconds"], abs=0.1)


def test_text_comes_from_standard_input_and_sound_goes_to_standard_output(data: Path) -> None:
    result = run("speak", "-f", "-", "-v", "Heart", "-o", "-", text=HELLO)
    sound, rate = soundfile.read(io.BytesIO(result.stdout_bytes))
    assert rate == 24000
    assert abs(sound).max() > 0.05
    assert result.stderr == ""


def test_speed_and_volume_reach_the_voice(data: Path) -> None:
    usual = answer("speak", HELLO, "-o", "a.wav")
    slow = answer("speak", HELLO, "--speed", "0.6", "--volume", "0.5", "-o", "b.wav")
    assert slow["seconds"] > usual["seconds"] * 1.2
    loud, soft = soundfile.read("a.wav")[0], soundfile.read("b.wav")[0]
    assert abs(soft).max() < 0.7 * abs(loud).max()


@pytest.fixture
def players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are looked for."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(path: Path, body: str) -> None:
    """Writes a small program."""
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("name", ["ffplay", "aplay", "paplay", "afplay"])
def test_speech_is_played_where_there_is_a_player(data: Path, players: Path, name: str) -> None:
    source = "open(sys.argv[-1], 'rb')" if name == "afplay" else "sys.stdin.buffer"
    heard = data.parent / "heard"
    program(players / name, f"open({str(heard)!r}, 'wb').write({source}.read())")
    spoken = answer("speak", HELLO, "--voice", "Heart")
    assert (spoken["output"], spoken["path"]) == ("played", None)
    played = heard.read_bytes()
    header = b"" if name == "paplay" else b"RIFF"
    assert played.startswith(header)
    sounding = (len(played) - (44 if header else 0)) / 2 / 24000
    assert sounding == pytest.approx(spoken["seconds"], abs=1e-3)


def test_speech_is_written_where_nothing_can_play_it(data: Path, players: Path) -> None:
    result = run("speak", HELLO, "--voice", "Heart")
    assert "No player was found" in result.stderr
    assert "heart-1.wav" in result.stdout
    program(players / "aplay", "sys.exit('no sound card')")
    spoken = answer("speak", HELLO, "--voice", "Heart")
    assert spoken["path"] == "heart-2.wav"
    assert soundfile.info("heart-2.wav").duration == pytest.approx(spoken["seconds"], abs=1e-3)
    assert "no sound card" in run("speak", HELLO, "--voice", "Heart").stderr


def test_voices_are_listed_and_filtered(clone: str) -> None:
    voices = answer("voices", "list")
    assert voices[0]["id"] == clone
    assert len([voice for voice in voices if voice["stock"]]) >= 50
    assert [voice["name"] for voice in answer("voices", "list", "--mine")] == ["Ada"]
    japanese = answer("voices", "list", "--language", "ja", "--stock")
    assert {voice["language"] for voice in japanese} == {"ja-JP"}
    assert clone in run("voices", "list").stdout


@pytest.mark.parametrize("wanted", ["id", "prefix", "Ada", "ada"])
def test_a_voice_is_named_by_id_prefix_or_name(clone: str, wanted: str) -> None:
    name = {"id": clone, "prefix": clone[:6]}.get(wanted, wanted)
    assert answer("voices", "show", name)["id"] == clone
    assert "Words." in run("voices", "show", name).stdout


def test_too_short_a_prefix_and_unknown_names_are_refused(clone: str) -> None:
    assert refusal("voices", "show", clone[:3])["error_code"] == "voice_not_found"
    assert refusal("speak", HELLO, "--voice", "Nobody")["error_code"] == "voice_not_found"
    result = run("voices", "show", "Nobody", code=1)
    assert "There is no voice 'Nobody'." in result.stderr
    assert result.stdout == ""


def test_an_ambiguous_prefix_is_refused(clone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("menura.catalogue._SHORTEST_PREFIX", 1)
    ids = [voice["id"] for voice in answer("voices", "list")]
    first = next(i[0] for i in ids if sum(other[0] == i[0] for other in ids) > 1)
    assert refusal("voices", "show", first)["error_code"] == "voice_id_ambiguous"


def test_a_voice_is_renamed_and_deleted(clone: str) -> None:
    assert answer("voices", "rename", "Ada", " Ada Lovelace ")["name"] == "Ada Lovelace"
    assert answer("voices", "delete", "ada lovelace") == {"id": clone, "deleted": True}
    assert answer("voices", "list", "--mine") == []
    assert refusal("voices", "delete", clone)["error_code"] == "voice_not_found"


def test_stock_voices_and_empty_names_are_refused(clone: str) -> None:
    assert refusal("voices", "delete", "Heart")["error_code"] == "voice_not_owned"
    assert refusal("voices", "rename", "Heart", "Mine")["error_code"] == "voice_not_owned"
    assert refusal("voices", "rename", "Ada", "  ")["error_code"] == "voice_name_empty"


def test_keys_are_made_listed_and_revoked(data: Path) -> None:
    made = answer("keys", "create", "for a test")
    assert made["key"].startswith("sk_car_")
    assert answer("keys", "create", "--admin")["key"].startswith("sk_car_admin_")
    listed = answer("keys", "list")
    assert {key["description"] for key in listed} == {"for a test", ""}
    assert all("key" not in key for key in listed)
    assert made["id"] in run("keys", "list").stdout
    assert answer("keys", "revoke", made["id"][:8]) == {"id": made["id"], "revoked": True}
    assert [key["admin"] for key in answer("keys", "list")] == [True]
    assert refusal("keys", "revoke", made["id"])["error_code"] == "api_key_not_found"
    # For people, the key stands alone, so that it can be put into a variable.
    assert run("keys", "create").stdout.strip().startswith("sk_car_")


def test_organisations_have_plans_and_keys_of_their_own(data: Path) -> None:
    made = answer("organisations", "create", "Radio", "free", "--credits", "1000")
    assert (made["plan"], made["contexts"], made["sockets"], made["credits"]) == (
        *("free", 2, 20, 1000),
    )
    assert made["pro_cloning"] is False
    default, listed = answer("organisations", "list")
    assert (default["name"], default["plan"], default["contexts"]) == ("default", "unlimited", None)
    assert listed == made
    assert "Radio" in run("organisations", "list").stdout
    key = answer("keys", "create", "studio", "--organisation", "Radio")
    assert key["organisation"] == made["id"]
    assert [k["id"] for k in answer("keys", "list", "--organisation", made["id"][:8])] == [
        key["id"]
    ]
    assert answer("keys", "list", "--organisation", "default") == []
    changed = answer("organisations", "plan", "Radio", "scale", "--pro-cloning", "--streams", "9")
    assert (changed["contexts"], changed["streams"], changed["credits"]) == (15, 9, None)
    assert refusal("organisations", "plan", "Radio", "huge")["error_code"] == "plan_unknown"
    assert refusal("organisations", "plan", "TV", "free")["error_code"] == "organisation_not_found"
    assert refusal("keys", "create", "--organisation", "TV")["error_code"] == (
        "organisation_not_found"
    )
    answer("organisations", "create", "Radio")
    assert refusal("keys", "create", "--organisation", "Radio")["error_code"] == (
        "organisation_id_ambiguous"
    )


def test_the_secret_of_access_tokens_is_changed(data: Path) -> None:
    first = answer("keys", "rotate")["id"]
    assert answer("keys", "rotate", "--at-once")["id"] != first


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


def test_a_reader_that_goes_away_ends_the_command_in_silence(cache: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "menura",
        "speak",
        f"{HELLO} {HELLO} {HELLO}",
        "-v",
        "Heart",
        "-o",
        "-",
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "MENURA_DATA": str(cache)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(4) == b"RIFF"
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 0


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


@pytest.fixture(autouse=True)
def _restored_logs() -> Iterator[None]:
    """Commands set up the logs of their process; other tests have their own."""
    import logging

    import structlog

    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
