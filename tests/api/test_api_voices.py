"""Voices over HTTP: showing, changing, deleting, paging, filters, and who sees what."""

import uuid

import httpx
from serving import Running, check_error, clone, form, speech, wav

from menura.library.stock import ALIASES, stock_id

HEART = stock_id("menura-1", "af_heart")


def test_a_voice_has_every_field_of_every_date(client: httpx.Client) -> None:
    voice = client.get(f"/voices/{clone(client, 'Ada')}").json()
    assert voice["is_owner"] is True
    assert (voice["access"], voice["visibility"], voice["is_public"]) == ("private", "owner", False)
    assert voice["language"] == "en"
    assert voice["locales"] == [{"locale": "en-US", "is_native": True}]
    assert voice["country"] == "US"
    assert voice["description"] == ""
    assert voice["tagline"] == ""
    assert voice["created_at"].endswith("Z")
    stock = client.get(f"/voices/{HEART}").json()
    assert stock["is_owner"] is False
    assert (stock["access"], stock["visibility"]) == ("public", "all")
    assert stock["gender"] == "feminine"


def test_ids_that_clients_carry_answer_as_stock_voices(client: httpx.Client) -> None:
    for alias in ALIASES:
        voice = client.get(f"/voices/{alias}").json()
        assert voice["id"] == alias
        assert voice["access"] == "public"
        assert client.post("/tts/bytes", json=speech(voice={"id": alias})).status_code == 200
    listed = client.get("/voices", params={"limit": 100}).json()["data"]
    assert not {voice["id"] for voice in listed} & set(ALIASES)


def test_unknown_voices(client: httpx.Client) -> None:
    for wrong in (str(uuid.uuid4()), "id", "x" * 500, "%00"):
        check_error(client.get(f"/voices/{wrong}"), 404, "voice_not_found")
        check_error(client.patch(f"/voices/{wrong}", json={}), 404, "voice_not_found")
        check_error(client.delete(f"/voices/{wrong}"), 404, "voice_not_found")
    check_error(client.post("/tts/bytes", json=speech(voice="id")), 404, "voice_not_found")


def test_voices_of_another_organisation_do_not_exist(server: Running, client: httpx.Client) -> None:
    mine = clone(client, "Mine")
    with server.client() as other:
        check_error(other.get(f"/voices/{mine}"), 404, "voice_not_found")
        check_error(other.patch(f"/voices/{mine}", json={"name": "x"}), 404, "voice_not_found")
        check_error(other.delete(f"/voices/{mine}"), 404, "voice_not_found")
        check_error(other.post("/tts/bytes", json=speech(voice=mine)), 404, "voice_not_found")
        based = other.post("/voices/clone", data=form(base_voice_id=mine), files={"clip": wav()})
        check_error(based, 404, "voice_not_found")
        listed = other.get("/voices", params={"limit": 100}).json()["data"]
        assert mine not in {voice["id"] for voice in listed}
        cursor = other.get("/voices", params={"starting_after": mine})
        check_error(cursor, 400, "cursor_not_found")
    assert client.get(f"/voices/{mine}").status_code == 200


def test_stock_voices_cannot_be_changed(client: httpx.Client) -> None:
    check_error(client.patch(f"/voices/{HEART}", json={"name": "x"}), 403, "voice_not_owned")
    check_error(client.delete(f"/voices/{HEART}"), 403, "voice_not_owned")


def test_changing_a_voice(client: httpx.Client) -> None:
    path = f"/voices/{clone(client, 'Ada')}"
    first = client.patch(path, json={"gender": "feminine", "tagline": "calm", "description": "d"})
    assert first.json()["gender"] == "feminine"
    same = client.patch(path, json={"name": None}).json()
    assert (same["name"], same["gender"], same["tagline"]) == ("Ada", "feminine", "calm")
    assert client.patch(path, json={}).json() == same
    assert client.patch(path, content=b"").json() == same
    assert client.patch(path, json={"gender": None}).json()["gender"] is None
    assert client.patch(path, json={"accent": "irish"}).json()["accent"] == "irish"
    named = client.patch(
        path, json={"accent": "British English"}, headers={"Cartesia-Version": "2026-03-01"}
    )
    assert named.json()["accent"] == "British English"
    assert client.get(path).json()["accent"] == "british"
    for change in (
        {"name": ""},
        {"name": 5},
        {"name": "x" * 201},
        {"gender": "robot"},
        {"tagline": "x" * 33},
    ):
        check_error(client.patch(path, json=change), 400, "request_invalid")
    for accent in ("parisian", "British English"):
        wrong = client.patch(path, json={"accent": accent})
        check_error(wrong, 400, "accent_not_supported")


def test_paging_edges(client: httpx.Client) -> None:
    made = [clone(client, f"v{n}") for n in range(3)][::-1]
    own = {"is_owner": "true"}

    def page(**params: object) -> dict[str, object]:
        answer = client.get("/voices", params={**own, **params})  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        body["ids"] = [voice["id"] for voice in answer.json()["data"]]
        return body

    first = page(limit=2)
    assert (first["ids"], first["has_more"], first["next_page"]) == (made[:2], True, made[1])
    second = page(limit=2, starting_after=made[1])
    assert (second["ids"], second["has_more"], second["next_page"]) == (made[2:], False, None)
    last = page(starting_after=made[2])
    assert (last["ids"], last["has_more"], last["next_page"]) == ([], False, None)
    assert page(ending_before=made[2])["ids"] == made[:2]
    assert page(ending_before=made[2], limit=1)["ids"] == made[1:2], "the page just before"
    assert page(ending_before=made[0])["ids"] == []
    assert page(limit=3)["has_more"] is False

    for params, code in (
        ({"limit": 0}, "request_invalid"),
        ({"limit": 101}, "request_invalid"),
        ({"limit": "many"}, "request_invalid"),
        ({"starting_after": "x"}, "cursor_not_found"),
        ({"starting_after": made[0], "ending_before": made[2]}, "cursors_exclusive"),
        ({"is_owner": "maybe"}, "request_invalid"),
        ({"gender": "robot"}, "request_invalid"),
    ):
        check_error(client.get("/voices", params=params), 400, code)


def test_filters(client: httpx.Client) -> None:
    ada = clone(client, "Ada Žižková")

    def names(**params: str) -> list[str]:
        answer = client.get("/voices", params={"limit": "100", **params})
        assert answer.status_code == 200, answer.text
        return [voice["name"] for voice in answer.json()["data"]]

    assert names(q="zizkova") == ["Ada Žižková"]
    assert names(q=ada[:13]) == ["Ada Žižková"]
    assert names(q="senora") == ["Dora"]
    assert names(q="%") == []
    assert names(gender="masculine") == ["Michael"]
    assert set(names(gender="")) == {"Ada Žižková", "Heart", "Michael", "Emma", "Dora"}
    assert set(names(language="en")) == {"Ada Žižková", "Heart", "Michael", "Emma"}
    assert names(language="en_gb") == ["Emma"]
    assert names(language="xx") == []
    assert names(is_owner="true") == ["Ada Žižková"]
    assert names(**{"expand[]": "preview_file_url"})[0] == "Ada Žižková"
