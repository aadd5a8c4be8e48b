"""`menura fine-tunes`, with the small engine in place of the true one."""

import json
import sys
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent / "work"))
sys.path.insert(0, str(Path(__file__).parent / "api"))

from serving import wav
from tiny_pro import TinyPro

from menura.cli import app
from menura.library.consent import STATEMENT
from menura.studio import Menura

LINE = "a library that prints must not disturb the protocol\n"


@pytest.fixture(autouse=True)
def small_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("menura.engine.Engine", TinyPro)
    monkeypatch.setenv("MENURA_LEAST_TUNE_SECONDS", "6")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a dataset `Ada` of 8 s."""
    for number in range(2):
        (tmp_path / f"{number}.wav").write_bytes(wav(24000 * (7 + number)))
    with Menura(tmp_path / "data") as menura:
        menura.datasets.create("Ada")
        list(menura.datasets.add("Ada", [tmp_path / "0.wav", tmp_path / "1.wav"]))
    return tmp_path / "data"


def run(data: Path, *words: str) -> object:
    """Runs a command and returns what it printed as JSON."""
    done = CliRunner().invoke(app, ["fine-tunes", *words, "--data", str(data), "--json"])
    assert not done.exit_code, done.output
    return json.loads(done.stdout.replace(LINE, ""))


def refused(data: Path, *words: str, told: str | None = None) -> str:
    """Runs a command that fails, and returns what it said on standard error."""
    done = CliRunner().invoke(app, ["fine-tunes", *words, "--data", str(data)], input=told)
    assert done.exit_code == 1, done.output
    return " ".join(done.stderr.split())


def correct(data: Path, words: str) -> None:
    """Says that something else is said in an utterance of the dataset."""
    with Menura(data) as menura:
        menura.datasets.prepare("Ada")
        first = menura.datasets.utterances("Ada")[0]
        menura.datasets.change("Ada", first.id, transcript=words, excluded=None)


def test_a_fine_tune_from_creation_to_deletion(data: Path) -> None:
    words = ("--language", "en-GB", "--accent", "irish", "--seconds", "60", "--yes")
    made = run(data, "create", "Ada", "Ada", *words)
    assert isinstance(made, dict)
    assert (made["status"], made["language"], made["progress"]) == ("completed", "en-GB", 1)
    assert made["accent"] == "irish"
    assert made["consent"]["statement"] == STATEMENT
    assert made["consent"]["given_by"] == "command_line"
    assert len(made["voices"]) == 4
    assert run(data, "voices", "Ada") == made["voices"]
    shown = run(data, "show", made["id"][:15])
    assert isinstance(shown, dict)
    assert shown["speech_seconds"] == 8
    assert {clip["voice"] for clip in shown["clips"]} == {one["id"] for one in made["voices"]}
    assert [point["losses"]["loss"] for point in shown["curve"] if point["losses"]]
    sounds = data.parent / "new" / "sounds"
    report = run(data, "report", "Ada", "--save", str(sounds))
    assert isinstance(report, dict)
    assert (report["status"], report["figures"]["steps"]) == ("completed", 3)
    assert [sample["tuned_scores"]["likeness"] for sample in report["samples"]] == [0.81, 0.81]
    kinds = ("recording", "instant", "tuned")
    names = [f"{number}-{kind}.wav" for number in (1, 2) for kind in kinds]
    assert report["saved"] == [str(sounds / name) for name in names]
    frames = [soundfile.info(sounds / name).frames for name in names[:3]]
    assert frames == [4 * 24000, 12000, 24000]
    done = CliRunner().invoke(app, ["fine-tunes", "report", "Ada", "--data", str(data)])
    assert all(words in done.stdout for words in ("instant clone", "words 0", "0.62", "0.81"))
    (data.parent / "file").touch()
    assert "cannot be written" in refused(
        data, "report", "Ada", "--save", str(data.parent / "file" / "x")
    )
    listed = run(data, "list")
    assert isinstance(listed, list)
    assert [one["id"] for one in listed] == [made["id"]]
    watched = run(data, "watch", "Ada")
    assert isinstance(watched, dict)
    assert watched["voices"] == made["voices"]
    assert "is completed" in refused(data, "cancel", "Ada")
    assert "Only one that failed" in refused(data, "retry", "Ada")
    run(data, "delete", "Ada")
    assert run(data, "list") == []
    assert "no fine-tune" in refused(data, "show", "Ada")
    with Menura(data) as menura:
        assert menura.voices.list(mine=True) == []
        menura.datasets.delete("Ada")


def test_consent_is_asked_for(data: Path) -> None:
    said = refused(data, "create", "Ada", "Ada", told="n\n")
    assert STATEMENT in said
    assert "--yes" in said
    assert run(data, "list") == []
    done = CliRunner().invoke(
        app, ["fine-tunes", "create", "Ada", "Ada", "--data", str(data)], input="y\n"
    )
    assert not done.exit_code, done.output
    for word in ("aligning:", "training:", "likeness", "completed"):
        assert word in done.output


def test_one_that_waits_is_cancelled_and_tried_again(data: Path) -> None:
    waiting = run(data, "create", "Ada", "Ada", "--yes", "--queue")
    assert isinstance(waiting, dict)
    assert (waiting["status"], waiting["voices"]) == ("created", [])
    with Menura(data) as menura, pytest.raises(Exception, match="needs this dataset"):
        menura.datasets.delete("Ada")
    cancelled = run(data, "cancel", "Ada")
    assert isinstance(cancelled, dict)
    assert (cancelled["status"], cancelled["error"]["code"]) == ("failed", "cancelled")
    assert "cancelled" in refused(data, "watch", "Ada")
    again = run(data, "retry", "Ada")
    assert isinstance(again, dict)
    assert (again["status"], again["attempts"]) == ("completed", 2)


def test_what_fails_says_why_and_leaves_no_voice(data: Path) -> None:
    correct(data, "[worse training]")
    assert "no better" in refused(data, "create", "Ada", "Ada", "--yes")
    correct(data, "[memory training]")
    assert "not enough memory" in refused(data, "retry", "Ada")
    correct(data, "now it is fine")
    done = run(data, "retry", "Ada")
    assert isinstance(done, dict)
    assert (done["attempts"], len(done["voices"])) == (3, 4)
    british = run(data, "create", "B", "Ada", "--yes", "--queue", "--accent", "british")
    assert isinstance(british, dict)
    assert (british["language"], british["accent"]) == ("en-GB", "british")
    assert "Accepted for en-US: general-american, british" in refused(
        data, "create", "C", "Ada", "--yes", "--queue", "--accent", "castilian"
    )
    assert "does not speak" in refused(data, "create", "B", "Ada", "--yes", "-l", "it")
    assert "other" in refused(data, "create", "B", "Ada", "--yes", "-l", "es")


def test_an_interruption_goes_on_from_the_last_checkpoint(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    correct(data, "[hold judging]")
    steered = TinyPro._steered

    def interrupted(self: TinyPro, job: object, stage: str, share: float) -> object:
        for item in steered(self, job, stage, share):  # type: ignore[arg-type]
            if stage == "judging":
                raise KeyboardInterrupt
            yield item

    monkeypatch.setattr(TinyPro, "_steered", interrupted)
    with Menura(data) as menura:
        made = menura.fine_tunes.create("Ada", "Ada", accept_consent=True)
        with pytest.raises(KeyboardInterrupt):
            menura.fine_tunes.train("Ada")
        assert menura.fine_tunes.get("Ada").status == "training"
        monkeypatch.setattr(TinyPro, "_steered", steered)
        (data / "release-judging").touch()
        seen: list[str] = []
        over = menura.fine_tunes.train(made.id, lambda row: seen.append(row.stage))
        assert (over.status, over.attempts) == ("completed", 1)
        assert seen[-1] == "done"
        assert over.report["begun"] == 2
        with pytest.raises(Exception, match="was not accepted"):
            menura.fine_tunes.create("B", "Ada")
        with pytest.raises(Exception, match="no name"):
            menura.fine_tunes.create(" ", "Ada", accept_consent=True)
