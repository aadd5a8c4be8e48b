"""Commands that make voices out of voices, on the real library and a tiny engine."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parent / "work"))

from tiny_voices import VoicesEngine, pitched

import menura.engine
from menura.cli import app
from menura.errors import InputError
from menura.library.voices import NewVoice
from menura.models import states
from menura.studio import Menura


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new data folder with one clone in it, Ada of 120 Hz."""
    monkeypatch.setattr(menura.engine, "Engine", VoicesEngine)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("MENURA_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    state = pitched(120.0)
    with Menura(tmp_path / "data") as studio:
        new = NewVoice(name="Ada", locale="en-US", snapshot=state.snapshot, gender="feminine")
        store = studio.catalogue.library(stocked=True).voices
        store.add(studio.catalogue.organisation_id, new, states.save(state))
    return tmp_path / "data"


def run(*arguments: str, code: int = 0) -> Result:
    """Runs a command and checks its exit code."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, (result.output, result.exception)
    return result


def answer(*arguments: str) -> Any:  # noqa: ANN401 - whatever the command prints
    """What a command prints with --json."""
    # The tiny engine prints a line of its own, as libraries do.
    return json.loads("{" + run(*arguments, "--json").stdout.partition("{")[2])


def refusal(*arguments: str) -> dict[str, str]:
    """The error that a command prints with --json."""
    result = run(*arguments, "--json", code=1)
    error: dict[str, str] = json.loads(result.stderr.strip().splitlines()[-1])["error"]
    assert error["remedy"]
    return error


def names(data: Path) -> list[str]:
    """Names of the clones."""
    with Menura(data) as studio:
        return sorted(voice.name for voice in studio.voices.list(mine=True))


def test_a_voice_is_localized(data: Path) -> None:
    made = answer("localize", "Ada", "--language", "es", "--dialect", "mx", "--name", "Adela")
    assert (made["name"], made["language"], made["gender"]) == ("Adela", "es-ES", "feminine")
    assert [finding["code"] for finding in made["advice"]] == ["dialect_nearest"]
    assert made["report"]["made_by"] == "localization"
    named = answer("localize", "af_heart", "-l", "en-GB")
    assert (named["name"], named["advice"]) == ("Heart (en-GB)", [])
    assert "Mexican Spanish" in run("voices", "show", "Adela").stdout
    assert names(data) == ["Ada", "Adela", "Heart (en-GB)"]


def test_languages_and_dialects_that_there_are_not(data: Path) -> None:
    assert refusal("localize", "Ada", "-l", "ko")["error_code"] == "language_not_supported"
    assert "au (" in refusal("localize", "Ada", "-l", "en", "-d", "x")["remedy"]
    assert refusal("localize", "Nobody", "-l", "es")["error_code"] == "voice_not_found"
    assert refusal("localize", "Ada", "-l", "es", "-n", " ")["error_code"] == "voice_name_empty"
    assert names(data) == ["Ada"]


def test_a_voice_goes_out_and_comes_back(data: Path) -> None:
    told = answer("voices", "export", "Ada", "-o", "ada.voice.safetensors")
    path = Path("ada.voice.safetensors")
    assert told["path"] == str(path)
    assert told["bytes"] == path.stat().st_size
    back = answer("voices", "import", str(path), "--name", "Ada again")
    assert (back["name"], back["language"], back["gender"]) == ("Ada again", "en-US", "feminine")
    assert answer("voices", "import", str(path))["name"] == "Ada"
    assert names(data) == ["Ada", "Ada", "Ada again"]
    assert [entry.name for entry in Path().iterdir() if entry.is_file()] == [path.name]


def test_what_cannot_go_out_or_come_in(data: Path) -> None:
    assert refusal("voices", "export", "Heart", "-o", "x")["error_code"] == "voice_not_exportable"
    missing = str(Path("no") / "such" / "folder" / "x")
    assert refusal("voices", "export", "Ada", "-o", missing)["error_code"] == "file_not_writable"
    assert refusal("voices", "import", "none")["error_code"] == "state_file_missing"
    Path("broken").write_bytes(b"no voice at all")
    assert refusal("voices", "import", "broken")["error_code"] == "state_broken"
    Path("bare").write_bytes(states.save(pitched(100.0)))
    assert refusal("voices", "import", "bare")["error_code"] == "voice_card_missing"
    assert names(data) == ["Ada"]
    assert sorted(entry.name for entry in Path().iterdir() if entry.is_file()) == ["bare", "broken"]


def test_voices_are_mixed(data: Path) -> None:
    made = answer("voices", "mix", "Ada=0.5", "af_heart=1.5", "--name", "Both")
    assert made["report"]["made_by"] == "mix"
    with Menura(data) as studio:
        row = studio.catalogue.row(made["id"])
        path = studio.catalogue.library().voices.ref(row).state
    assert path is not None
    assert float(states.load(path).tensors["pitch"][0]) == 180.0
    assert "made by mix" in run("voices", "show", "Both").stdout


@pytest.mark.parametrize("parts", [["Ada"], ["Ada=x"], ["=1"], ["Ada=1", "Ada=2"], ["Ada=nan"]])
def test_parts_that_are_no_weights(data: Path, parts: list[str]) -> None:
    assert refusal("voices", "mix", *parts, "--name", "x")["error_code"] == "mix_part_invalid"
    assert names(data) == ["Ada"]


def test_speech_takes_an_emotion_by_name(data: Path) -> None:
    run("speak", "Hello.", "--voice", "Ada", "--emotion", "sad", "-o", "x.wav")
    assert "manner Hello. 'sad'" in (data / "events.txt").read_text()
    with Menura(data) as studio:
        studio.speak("Good day.", "Ada", emotion="happy")
        with pytest.raises(InputError, match="no emotion 'sleepyish'"):
            studio.speak("Good day.", "Ada", emotion="sleepyish")
    assert "manner Good day. 'happy'" in (data / "events.txt").read_text()
    error = refusal("speak", "Hello.", "--voice", "Ada", "--emotion", "sleepyish", "-o", "y.wav")
    assert error["error_code"] == "emotion_unknown"
    assert "happy" in error["remedy"]
    assert not Path("y.wav").exists()
