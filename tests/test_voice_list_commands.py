"""`menura voices`: list, show, rename, delete."""

import pytest

from commanding import HELLO, answer, refusal, run


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
