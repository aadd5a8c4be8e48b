"""`menura check` on a real recording, and its picture."""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import menura.engine
from menura.audio.activity import Span
from menura.cli import app
from menura.commands.picture import COLOURS, HEIGHT, WIDTH, draw, write_png
from menura.engine import Engine
from menura.errors import InputError
from menura.settings import Settings
from menura.work.check import Timeline

LINE = Timeline(
    seconds=10.0,
    speech=(Span(1.0, 4.0), Span(6.0, 9.0)),
    pauses=(Span(4.0, 6.0),),
    used=(Span(6.0, 9.0),),
    clipped=(Span(2.0, 2.1),),
    peaks=(0.0, 0.2, 0.2, 0.2, 0.0, 0.0, 0.1, 0.1, 0.1, 0.0),
)


@pytest.fixture
def engine(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """The real engine, which must not load its model."""
    made = Engine(Settings(data=cache, threads=1))
    monkeypatch.setattr(menura.engine, "Engine", lambda settings: made)
    monkeypatch.setenv("MENURA_DATA", str(tmp_path / "data"))
    return made


def test_a_clip_is_checked_without_a_model(
    engine: Engine, shared_data: Path, tmp_path: Path
) -> None:
    clip = shared_data / "clone_eval" / "vctk_p326_00_ref.flac"
    picture = tmp_path / "clip.png"
    ran = CliRunner().invoke(app, ["check", str(clip), "--plot", str(picture), "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert "train station" in found["transcript"]
    assert found["report"]["heard_language"] == "en"
    assert found["report"]["used_because"] == "all of the speech"
    assert 4.0 < found["report"]["speech_seconds"] < 5.7
    assert found["timeline"]["seconds"] == pytest.approx(5.67, abs=0.01)
    assert found["advice"] == []
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "blue: speech" in ran.stderr
    assert engine._model is None


def test_the_table_names_facts_and_findings(engine: Engine, shared_data: Path) -> None:
    clip = shared_data / "noisy" / "011_babble_10dB_vctk_p326_noisy.flac"
    ran = CliRunner().invoke(app, ["check", str(clip), "--mode", "stability", "--language", "en"])
    assert ran.exit_code == 0, ran.output
    for part in ("signal to noise", "noise taken out  yes", "LUFS", "warning", "syllables"):
        assert part in ran.stdout, part
    assert "clip_short_for_stability" in ran.stdout


def test_a_missing_clip_is_an_error(engine: Engine) -> None:
    ran = CliRunner().invoke(app, ["check", "nowhere.wav", "--json"])
    assert ran.exit_code == 1
    assert json.loads(ran.stderr)["error"]["remedy"]


def test_a_picture_shows_what_lies_where() -> None:
    picture = draw(LINE)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    at = {second: tuple(picture[182, second * 100 + 50]) for second in (0, 2, 4, 7)}
    assert at == {
        0: COLOURS["background"],
        2: COLOURS["speech"],
        4: COLOURS["pause"],
        7: COLOURS["speech"],
    }
    assert tuple(picture[12, 750]) == COLOURS["used"]
    assert tuple(picture[2, 205]) == COLOURS["clipped"]
    assert tuple(picture[90, 250]) == COLOURS["speech"]


def test_a_png_holds_the_picture(tmp_path: Path) -> None:
    picture = draw(LINE)
    path = tmp_path / "a.png"
    write_png(path, picture)
    data, at, chunks = path.read_bytes(), 8, {}
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size :][:4]) == (zlib.crc32(kind + body),)
        chunks[kind] = body
        at += 12 + size
    assert struct.unpack(">IIBB", chunks[b"IHDR"][:10]) == (WIDTH, HEIGHT, 8, 2)
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(HEIGHT, -1)
    assert np.array_equal(rows[:, 1:].reshape(HEIGHT, WIDTH, 3), picture)
    with pytest.raises(InputError) as caught:
        write_png(tmp_path / "no" / "a.png", picture)
    assert caught.value.code == "plot_unwritable"
