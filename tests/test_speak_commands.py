"""`menura speak`: into files, to standard output and to players, with the real model."""

import io
import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest
import soundfile

sys.path.insert(0, str(Path(__file__).parent / "work"))

from tiny_engine import TinyEngine

from commanding import HELLO, answer, run, small_command
from menura.settings import Settings


def test_a_wav_is_written_whole(data: Path) -> None:
    spoken = answer("speak", HELLO, "--voice", "heart", "-o", "hello.wav")
    assert spoken["path"] == "hello.wav"
    assert [word["text"] for word in spoken["words"]] == ["Hello", "there."]
    with wave.open("hello.wav") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24000, 1, 2)
        assert file.getnframes() / 24000 == pytest.approx(spoken["seconds"], abs=1e-3)
    assert [path.name for path in Path().iterdir() if path.is_file()] == ["hello.wav"]


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
def small(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small engine in place of the true one, where it does not matter what is said."""
    engine = TinyEngine(Settings(data=data.parent / "small"))
    monkeypatch.setattr("menura.engine.Engine", lambda settings: engine)


@pytest.fixture
def players(small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
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


def test_a_reader_that_goes_away_ends_the_command_in_silence(tmp_path: Path) -> None:
    words, to = "word " * 500, ("-v", "Heart", "-o", "-")  # more than a pipe holds
    process = subprocess.Popen(
        [sys.executable, "-c", small_command("tiny_engine:TinyEngine"), "speak", words, *to],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "MENURA_DATA": str(tmp_path)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(4) == b"RIFF"
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 0
