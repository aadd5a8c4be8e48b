"""Voices as 192 numbers over HTTP: told, mixed, made into voices and spoken with."""

from collections.abc import Iterator

import httpx
import pytest
from serving import Running, check_error, clone, form, running, speech, wav
from socket_client import dial

from menura.library.stock import stock_id
from menura.models import states

HEART = stock_id("menura-1", "af_heart")
OLDEST = {"Cartesia-Version": "2024-06-10"}
OLD = {"Cartesia-Version": "2024-11-13"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("data")
    with running(data, engine="tiny_voices:VoicesEngine") as server:
        yield server


def numbers(hertz: float) -> list[float]:
    """A voice of this pitch, at another length than 1."""
    return [2.0, 2 * hertz / 1000, *[0.0] * 190]


def hertz(embedding: list[float]) -> float:
    """The pitch that numbers tell, which must be of length 1."""
    assert len(embedding) == 192
    assert sum(number * number for number in embedding) == pytest.approx(1, abs=1e-5)
    return 1000 * embedding[1] / embedding[0]


def stored_pitch(client: httpx.Client, voice: str) -> float:
    """The pitch of a stored voice."""
    data = client.get(f"/voices/{voice}/export").content
    return float(states.load(data).tensors["pitch"][0])


def test_the_oldest_date_lists_every_voice_with_its_numbers(
    server: Running, client: httpx.Client
) -> None:
    mine = clone(client, "Ada")
    listed = client.get("/voices/", headers=OLDEST).json()
    assert [voice["id"] for voice in listed][0] == mine
    assert len(listed) == 5
    own = stored_pitch(client, mine)
    assert hertz(listed[0]["embedding"]) == pytest.approx(own, rel=1e-4)
    assert all(hertz(voice["embedding"]) == pytest.approx(200) for voice in listed[1:])
    one = client.get(f"/voices/{mine}", headers=OLDEST).json()
    assert one["embedding"] == listed[0]["embedding"], "told once, then kept"
    kept = server.services.library.voices.get(one["user_id"], mine)
    assert kept.embedding == one["embedding"]


def test_later_dates_show_numbers_when_asked(client: httpx.Client) -> None:
    for headers in (OLD, {}):
        asked = {"expand[]": ["is_starred", "embedding"], "is_owner": "false"}
        page = client.get("/voices", params=asked, headers=headers).json()
        assert hertz(page["data"][0]["embedding"]) == pytest.approx(200)
        assert page["data"][0]["is_starred"] is False
        plain = client.get(f"/voices/{HEART}", headers=headers).json()
        assert "embedding" not in plain
        shown = client.get(f"/voices/{HEART}", params={"expand[]": "embedding"}, headers=headers)
        assert hertz(shown.json()["embedding"]) == pytest.approx(200)


def test_a_clip_becomes_numbers_and_they_a_voice(server: Running, client: httpx.Client) -> None:
    answer = client.post(
        "/voices/clone/clip/", data={"mode": "clip", "enhance": "True"}, files={"clip": wav(499)}
    )
    assert answer.status_code == 200, answer.text
    (embedding,) = answer.json().values()
    assert hertz(embedding) == pytest.approx(500)
    body = {"name": "Ada", "description": "d", "embedding": embedding, "language": None}
    voice = client.post("/voices/", json=body, headers=OLDEST).json()
    assert (voice["name"], voice["description"], voice["language"]) == ("Ada", "d", "en")
    assert (voice["mode"], voice["report"]["made_by"]) == ("", "embedding")
    assert stored_pitch(client, voice["id"]) == pytest.approx(500, rel=1e-4)
    shown = client.get(f"/voices/{voice['id']}", params={"expand[]": "embedding"}).json()
    assert shown["embedding"] == pytest.approx(embedding)
    assert not server.leftovers()


def test_a_base_voice_gives_what_numbers_do_not_say(client: httpx.Client) -> None:
    dora = stock_id("menura-1", "ef_dora")
    body = {"name": "N", "description": "", "embedding": numbers(300), "base_voice_id": dora}
    voice = client.post("/voices", json=body, headers=OLD).json()
    assert (voice["language"], voice["base_voice_id"]) == ("es", dora)
    assert stored_pitch(client, voice["id"]) == pytest.approx(500, rel=1e-4)
    body["base_voice_id"] = "nobody"
    check_error(client.post("/voices", json=body), 404, "voice_not_found")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": None}, "request_invalid"),
        ({"embedding": None}, "request_invalid"),
        ({"embedding": [1.0] * 191}, "request_invalid"),
        ({"embedding": ["1"] * 192}, "request_invalid"),
        ({"embedding": [0] * 192}, "embedding_invalid"),
        ({"language": "de"}, "language_not_supported"),
    ],
)
def test_voices_that_cannot_be_made_of_numbers(
    client: httpx.Client, change: dict[str, object], code: str
) -> None:
    body = {"name": "N", "description": "", "embedding": numbers(300), **change}
    check_error(client.post("/voices", json=body), 400, code)


def test_mixing_as_of_old(client: httpx.Client) -> None:
    mine = clone(client, "Ada")
    before = client.get("/voices").json()
    alone = client.post("/voices/mix", json={"voices": [{"id": mine, "weight": 7}]})
    assert hertz(alone.json()["embedding"]) == pytest.approx(stored_pitch(client, mine), rel=1e-4)
    parts = [{"id": HEART, "weight": 3}, {"embedding": numbers(1e6), "weight": 1}]
    answer = client.post("/voices/mix", json={"voices": parts}, headers=OLD).json()
    assert list(answer) == ["embedding"]
    # Directions are mixed, so the numbers' lengths do not count: 3 · (1, 0.2)/√1.04 + (0.001, 1).
    assert hertz(answer["embedding"]) == pytest.approx(1000 * (0.588348 + 1) / (2.941742 + 0.001))
    assert client.get("/voices").json() == before, "nothing is kept"
    opposite = [{"embedding": [sign * n for n in numbers(9)], "weight": 1} for sign in (1, -1)]
    check_error(client.post("/voices/mix", json={"voices": opposite}), 400, "embedding_invalid")


def test_speaking_with_numbers_on_old_dates(server: Running, client: httpx.Client) -> None:
    for number, (headers, voice) in enumerate(
        (
            (OLDEST, {"mode": "embedding", "embedding": numbers(410)}),
            (OLD, {"mode": "embedding", "embedding": numbers(420), "__experimental_controls": {}}),
            (OLDEST, {"embedding": numbers(430), "id": None}),
        )
    ):
        answer = client.post("/tts/bytes", json=speech(voice=voice), headers=headers)
        assert answer.status_code == 200, answer.text
        assert f"pitch {410 + 10 * number} in en-US" in server.noted("pitch")
    events = client.post(
        "/tts/sse", json=speech(voice={"mode": "embedding", "embedding": numbers(440)}), headers=OLD
    )
    assert events.status_code == 200, events.text
    assert "pitch 440 in en-US" in server.noted("pitch")


def test_speaking_with_numbers_on_a_socket(server: Running) -> None:
    voice = {"mode": "embedding", "embedding": numbers(450)}
    with dial(server, **OLD) as socket:
        socket.say("Hello.", "c1", voice=voice)
        assert socket.whole("c1")[-1]["type"] == "done"
    assert "pitch 450 in en-US" in server.noted("pitch")
    with dial(server) as socket:
        socket.say("Hello.", "c1", voice=voice)
        assert socket.until("error", "c1")[-1]["error_code"] == "embeddings_not_supported"


@pytest.mark.parametrize(
    ("headers", "voice", "code"),
    [
        ({}, {"mode": "embedding", "embedding": numbers(1)}, "embeddings_not_supported"),
        (OLD, {"mode": "embedding", "embedding": [1.0] * 191}, "embedding_invalid"),
        (OLD, {"mode": "embedding"}, "embedding_invalid"),
        (OLD, {"embedding": ["x"] * 192}, "embedding_invalid"),
        (OLD, {"mode": "song", "id": HEART}, "voice_invalid"),
        (OLD, {"mode": "id"}, "voice_invalid"),
    ],
)
def test_specifiers_that_cannot_be(
    client: httpx.Client, headers: dict[str, str], voice: dict[str, object], code: str
) -> None:
    check_error(client.post("/tts/bytes", json=speech(voice=voice), headers=headers), 400, code)


def test_clips_that_cannot_be_told(server: Running, client: httpx.Client) -> None:
    path = "/voices/clone/clip"
    check_error(client.post(path, files={"clip": b"no audio"}), 400, "audio_unreadable")
    wrong = client.post(path, data={"mode": "song"}, files={"clip": wav()})
    check_error(wrong, 400, "request_invalid")
    check_error(client.post(path, data=form(), files={"x": b""}), 400, "field_missing")
    assert not server.leftovers()


def test_nothing_is_fetched_from_elsewhere(client: httpx.Client) -> None:
    body = check_error(
        client.post("/voices/clone/url", json={"url": "https://example.com/a.wav"}),
        400,
        "url_not_fetched",
    )
    assert "/voices/clone/clip" in body["remedy"]


def test_numbers_of_other_organisations_stay_theirs(server: Running, client: httpx.Client) -> None:
    mine = clone(client, "Mine")
    with server.client() as other:
        part = {"voices": [{"id": mine, "weight": 1}]}
        check_error(other.post("/voices/mix", json=part), 404, "voice_not_found")
        body = {"name": "N", "embedding": numbers(1), "base_voice_id": mine}
        check_error(other.post("/voices", json=body), 404, "voice_not_found")
        assert mine not in {voice["id"] for voice in other.get("/voices", headers=OLDEST).json()}
