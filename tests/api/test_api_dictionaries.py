"""Pronunciation dictionaries over HTTP, and speech requests that name one."""

from typing import Any

import httpx
import pytest
from serving import Running, check_error, speech

DICTS = "/pronunciation-dicts"
BIRD = {"text": "Menura", "alias": "<<m|ə|n|ˈʊ|ɹ|ə>>"}


def make(client: httpx.Client, name: str = "Birds", **fields: object) -> dict[str, Any]:
    answer = client.post(DICTS, json={"name": name, **fields})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def asked(server: Running, text: str) -> str:
    return next(line for line in server.noted("manner") if f"manner {text[:40]} " in line)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_life_of_a_dictionary(client: httpx.Client, slash: str) -> None:
    answer = client.post(
        f"{DICTS}{slash}",
        json={"name": "Birds", "items": [BIRD, {"text": "a", "pronunciation": "b"}]},
    )
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made["items"] == [
        {**BIRD, "pronunciation": BIRD["alias"], "case_sensitive": False},
        {"text": "a", "alias": "b", "pronunciation": "b", "case_sensitive": False},
    ]
    assert (made["name"], made["description"], made["pinned"]) == ("Birds", "", False)
    assert made["owner_id"]
    assert made["created_at"]
    path = f"{DICTS}/{made['id']}"
    assert client.get(f"{path}{slash}").json() == made
    changed = client.patch(
        path, json={"items": [{"text": "x", "alias": "y", "case_sensitive": True}]}
    )
    assert changed.status_code == 200
    assert changed.json()["name"] == "Birds"
    assert [item["case_sensitive"] for item in changed.json()["items"]] == [True]
    assert client.patch(path, json={}).json() == changed.json()
    assert client.patch(path, json={"name": "New", "items": None}).json()["name"] == "New"
    assert client.post(f"{path}/pin").json()["pinned"] is True
    assert client.post(f"{path}/unpin{slash}").json()["pinned"] is False
    gone = client.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    check_error(client.get(path), 404, "pronunciation_dict_not_found")


def test_pages_end_with_an_empty_one(client: httpx.Client) -> None:
    newest = [make(client, f"d{i}")["id"] for i in range(3)][::-1]
    page = client.get(f"{DICTS}/", params={"limit": 2}).json()
    assert [item["id"] for item in page["data"]] == newest[:2]
    assert (page["has_more"], page["next_page"]) == (True, newest[1])
    rest = client.get(DICTS, params={"starting_after": newest[1]}).json()
    assert [item["id"] for item in rest["data"]] == newest[2:]
    last = client.get(DICTS, params={"starting_after": newest[2]})
    assert last.json() == {"data": [], "has_more": False, "next_page": None}
    before = client.get(DICTS, params={"ending_before": newest[1]}).json()
    assert [item["id"] for item in before["data"]] == newest[:1]
    check_error(client.get(DICTS, params={"starting_after": "no"}), 400, "cursor_not_found")
    assert client.get(DICTS, params={"limit": 0}).status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, None),
        ({"name": 5}, 400, None),
        ({"name": "x", "items": [{"text": "a"}]}, 400, "field_missing"),
        ({"name": "x", "items": [{"text": "", "alias": "b"}]}, 400, "pronunciation_invalid"),
        ({"name": "x", "items": [{"text": "a", "alias": "b" * 101}]}, 400, "pronunciation_invalid"),
        ({"name": "x", "items": [{"text": "a", "alias": "<<№>>"}]}, 400, "text_phonemes_unknown"),
        ({"name": "x", "items": [BIRD] * 1001}, 413, "too_many_pronunciations"),
    ],
)  # fmt: skip
def test_bad_bodies(
    client: httpx.Client, body: dict[str, object], status: int, code: str | None
) -> None:
    answer = client.post(DICTS, json=body)
    assert answer.status_code == status
    assert code is None or answer.json()["error_code"] == code
    assert client.get(DICTS).json()["data"] == []


def test_others_cannot_see_or_use_it(server: Running, client: httpx.Client) -> None:
    made = make(client, items=[BIRD])
    path = f"{DICTS}/{made['id']}"
    with server.client() as other:
        for answer in (
            other.get(path),
            other.patch(path, json={"name": "mine"}),
            other.delete(path),
            other.post(f"{path}/pin"),
            other.post("/tts/bytes", json=speech(pronunciation_dict_id=made["id"])),
        ):
            check_error(answer, 404, "pronunciation_dict_not_found")
        assert other.get(DICTS).json()["data"] == []
    assert client.get(path).json() == made
    with httpx.Client(base_url=server.url) as nobody:
        assert nobody.get(DICTS).status_code == 401


def test_a_speech_request_names_one(server: Running, client: httpx.Client) -> None:
    made = make(client, items=[BIRD])
    answer = client.post(
        "/tts/bytes",
        json=speech("dictionary one", pronunciation_dict_id=made["id"], duration=2.5),
    )
    assert answer.status_code == 200, answer.text
    assert asked(server, "dictionary one") == "manner dictionary one '' auto 2.5 False ['Menura']"
    unknown = client.post("/tts/bytes", json=speech(pronunciation_dict_id="pdict_none"))
    check_error(unknown, 404, "pronunciation_dict_not_found")


@pytest.mark.parametrize(
    ("fields", "manner", "pace", "ignored"),
    [
        ({"generation_config": {"emotion": "Happy"}}, "'Happy' auto", 1.0, None),
        ({"generation_config": {"emotion": ["sad"], "speed": 0.7}}, "'sad' auto", 0.7, None),
        ({"generation_config": {"emotion": "Odd"}}, "'Odd' auto", 1.0, "generation_config.emotion"),
        ({"generation_config": {"emotion": 5}}, "'' auto", 1.0, "generation_config.emotion"),
        ({"normalization": "off"}, "'' off", 1.0, None),
        ({"speed": "slow"}, "'' auto", 0.8, None),
        (
            {"controls": {"speed": "fastest", "emotion": ["anger:high", "curiosity"]}},
            "'anger:high, curiosity' auto",
            1.5,
            None,
        ),
        ({"controls": {"speed": -0.5}, "speed": "fast"}, "'' auto", 0.8, None),
        (
            {"controls": {"speed": "quick", "emotion": ["x"]}},
            "'x' auto",
            1.0,
            "voice.__experimental_controls.speed, voice.__experimental_controls.emotion",
        ),
        ({"controls": [1]}, "'' auto", 1.0, "voice.__experimental_controls"),
    ],
)
def test_how_a_text_is_to_be_spoken(
    server: Running,
    client: httpx.Client,
    fields: dict[str, object],
    manner: str,
    pace: float,
    ignored: str | None,
    request: pytest.FixtureRequest,
) -> None:
    text = f"manner{abs(hash(request.node.name))}"
    body = speech(text)
    if "controls" in fields:
        controls = fields.pop("controls")
        body["voice"] = {"mode": "id", "id": body["voice"], "__experimental_controls": controls}
    answer = client.post("/tts/bytes", json={**body, **fields})
    assert answer.status_code == 200, answer.text
    assert asked(server, text) == f"manner {text} {manner} None False []"
    assert any(f"speak {text} en-US speed {pace} " in line for line in server.noted("speak"))
    assert answer.headers.get("menura-ignored") == ignored


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"language": "en", "locale": "en-US"}, "language_and_locale"),
        ({"language": "en", "normalization": "fr-FR"}, "normalization_not_supported"),
        ({"duration": 0}, None),
        ({"generation_config": {"speed": 2}}, None),
    ],
)
def test_what_cannot_be(client: httpx.Client, fields: dict[str, Any], code: str | None) -> None:
    answer = client.post("/tts/bytes", json=speech(**fields))
    assert answer.status_code == 400
    assert code is None or answer.json()["error_code"] == code


def test_normalized_timestamps_are_asked_for(server: Running, client: httpx.Client) -> None:
    asks: tuple[tuple[dict[str, Any], bool], ...] = (
        ({"use_normalized_timestamps": True}, True),
        ({"use_original_timestamps": False}, True),
        ({"use_original_timestamps": True}, False),
    )
    for fields, wanted in asks:
        text = f"times{abs(hash(str(fields)))}"
        assert client.post("/tts/sse", json=speech(text, **fields)).status_code == 200
        assert asked(server, text) == f"manner {text} '' auto None {wanted} []"


def test_tags_do_not_tell_the_language(client: httpx.Client) -> None:
    text = '<break time="1s"/><speed ratio="1.1"/>Buenos días, ¿cómo está usted esta mañana?'
    assert client.post("/tts/bytes", json=speech(text)).headers["menura-language"] == "es-ES"
