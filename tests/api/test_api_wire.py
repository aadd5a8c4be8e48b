"""The wire, request by request: versions, keys, errors, paging."""

import json
import uuid
from datetime import date

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import Running, form, speech, wav

from menura.api.versions import negotiate
from menura.errors import InputError
from menura.library.stock import ALIASES, stock_id

HEART = stock_id("menura-1", "af_heart")


def check_error(answer: httpx.Response, status: int, code: str) -> dict[str, str]:
    """A failure has its status, its code, and a body that is whole."""
    assert answer.status_code == status, answer.text
    body: dict[str, str] = answer.json()
    assert body["error_code"] == code
    assert body["request_id"] == answer.headers["x-request-id"]
    uuid.UUID(body["request_id"])
    assert body["title"]
    assert body["message"]
    assert "error" not in body
    return body


def clone(client: httpx.Client, name: str) -> str:
    answer = client.post("/voices/clone", data=form(name=name), files={"clip": wav()})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


# Versions


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (None, "2026-08-14"),
        ("", "2026-08-14"),
        ("2026-08-14", "2026-08-14"),
        ("2099-01-01", "2026-08-14"),
        ("2026-08-13", "2026-03-01"),
        ("2025-04-16", "2025-04-16"),
        ("2024-12-01", "2024-11-13"),
        ("2024-06-10", "2024-06-10"),
        ("2020-01-01", "2024-06-10"),
    ],
)
def test_a_version_is_the_newest_known_one_not_later(asked: str | None, got: str) -> None:
    assert negotiate(asked) == date.fromisoformat(got)


@pytest.mark.parametrize(
    "asked", ["yesterday", "2026-13-01", "20260814", "2026-8-14", "٢٠٢٦-08-14"]
)
def test_a_version_that_is_no_date_is_refused(asked: str) -> None:
    with pytest.raises(InputError):
        negotiate(asked)


def test_version_by_header_and_by_query(server: Running) -> None:
    with server.client(**{"Cartesia-Version": "2024-06-10"}) as old:
        assert isinstance(old.get("/voices").json(), list)
        assert isinstance(old.get("/voices/").json(), list)
        paged = old.get("/voices", params={"cartesia_version": "2024-11-13"})
        assert isinstance(paged.json(), dict), "the query wins"
        check_error(old.get("/voices?cartesia_version=x"), 400, "version_malformed")


def test_accents_are_names_before_and_slugs_after(server: Running, client: httpx.Client) -> None:
    emma = f"/voices/{stock_id('menura-1', 'bf_emma')}"
    assert client.get(emma).json()["accent"] == "british"
    old = client.get(emma, headers={"Cartesia-Version": "2026-03-01"})
    assert old.json()["accent"] == "British English"


# Keys


def test_status_paths_need_no_key(server: Running) -> None:
    assert httpx.get(f"{server.url}/").json() == {"ok": True, "version": "2026-08-14"}
    assert httpx.get(f"{server.url}/health").json() == {"ok": True}
    assert httpx.get(f"{server.url}/ready").status_code in (200, 503)


def test_both_ways_to_send_a_key(server: Running) -> None:
    key = server.key()
    for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
        assert httpx.get(f"{server.url}/voices", headers=headers).status_code == 200
    assert httpx.get(f"{server.url}/voices", params={"api_key": key}).status_code == 200


def test_requests_without_a_good_key(server: Running) -> None:
    check_error(httpx.get(f"{server.url}/voices"), 401, "api_key_missing")
    bad = httpx.post(f"{server.url}/tts/bytes", content=b"{", headers={"X-API-Key": "no"})
    check_error(bad, 401, "api_key_wrong")
    bad = httpx.post(f"{server.url}/voices/clone", headers={"Authorization": b"Bearer \xff"})
    check_error(bad, 401, "api_key_wrong")


def test_a_revoked_key_is_over_and_an_admin_key_opens_nothing_here(server: Running) -> None:
    keys = server.services.library.keys
    made = keys.create()
    with server.client(made.secret) as client:
        assert client.get("/voices").status_code == 200
        keys.revoke(made.key.id)
        check_error(client.get("/voices"), 401, "api_key_wrong")
    with server.client(keys.create(admin=True).secret) as client:
        check_error(client.get("/voices"), 403, "api_key_is_admin")


# Failures


def test_unknown_paths_and_methods(client: httpx.Client) -> None:
    check_error(client.get("/nothing"), 404, "route_not_found")
    answer = client.put("/voices")
    check_error(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


def test_slashes_are_no_redirects(client: httpx.Client) -> None:
    assert client.get("/voices/").status_code == 200
    assert client.get(f"/voices/{HEART}/").status_code == 200
    assert client.post("/tts/bytes/", json=speech()).status_code == 200


def test_cross_origin_requests(server: Running) -> None:
    answer = httpx.options(
        f"{server.url}/tts/bytes",
        headers={
            "Origin": "http://page.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,cartesia-version,content-type",
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    failed = httpx.get(f"{server.url}/voices", headers={"Origin": "http://page.example"})
    assert failed.headers["access-control-allow-origin"] == "*", "a page may read errors too"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model_id": None}, "request_invalid"),
        ({"model_id": 3}, "request_invalid"),
        ({"model_id": "sonic-9"}, "model_not_found"),
        ({"model_id": "sonic-2-2025-03-07"}, "model_sunsetted"),
        ({"transcript": ""}, "transcript_empty"),
        ({"transcript": " \n"}, "transcript_empty"),
        ({"transcript": ["a"]}, "request_invalid"),
        ({"voice": 7}, "request_invalid"),
        ({"voice": {}}, "voice_invalid"),
        ({"voice": {"id": 5}}, "voice_invalid"),
        ({"voice": {"mode": "embedding", "embedding": [0.0] * 192}}, "embeddings_not_supported"),
        ({"output_format": "wav"}, "request_invalid"),
        ({"output_format": {}}, "output_format_invalid"),
        ({"output_format": {"container": "ogg", "sample_rate": 8000}}, "output_format_invalid"),
        ({"language": "xx"}, "language_not_supported"),
        ({"language": 1}, "request_invalid"),
        ({"language": "en", "locale": "en-US"}, "language_and_locale"),
        ({"generation_config": {"speed": 0.5}}, "request_invalid"),
        ({"generation_config": {"speed": "fast"}}, "request_invalid"),
        ({"generation_config": {"speed": True}}, "request_invalid"),
        ({"generation_config": {"volume": 2.1}}, "request_invalid"),
        ({"generation_config": []}, "request_invalid"),
        ({"speed": "quick"}, "request_invalid"),
        ({"transcript": "[text-error]"}, "symbol_not_supported"),
    ],
)
def test_bad_speech_requests(client: httpx.Client, change: dict[str, object], code: str) -> None:
    body = check_error(client.post("/tts/bytes", json=speech(**change)), 400, code)
    assert body["remedy"]
    if code == "request_invalid":
        field = next(iter(change))
        assert f"`{field}" in body["message"], "the field is named"
        assert f"`{field}." not in body["message"] or field == "generation_config"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"transcript": "\\ud800"}',
        b"[" * 100_000,
        b'{"model_id": ' + b"9" * 10_000 + b"}",
    ],
)
def test_bodies_that_are_no_json_objects(client: httpx.Client, content: bytes) -> None:
    for answer in (
        client.post("/tts/bytes", content=content),
        client.patch(f"/voices/{HEART}", content=content or b"{"),
    ):
        assert answer.status_code == 400, answer.text
        assert answer.json()["error_code"] in ("json_invalid", "request_invalid", "field_missing")


def test_numbers_that_json_does_not_have(client: httpx.Client) -> None:
    content = json.dumps(speech(generation_config={"speed": float("nan")}))
    assert client.post("/tts/bytes", content=content).status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(sorted(speech(language="en", generation_config={}, speed="slow"))),
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.floats(allow_nan=False)
        | st.integers()
        | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "mode", "speed", "container"]), inner)
        ),
        max_leaves=6,
    ),
)
def test_wrong_types_anywhere_are_never_our_fault(
    client: httpx.Client, name: str, value: object
) -> None:
    content = json.dumps(speech(transcript="hi", **{name: value} if name != "transcript" else {}))
    if name == "transcript":
        content = json.dumps({**speech(), "transcript": value})
    answer = client.post("/tts/bytes", content=content)
    assert answer.status_code in (200, 400, 404), answer.text
    patched = client.patch(f"/voices/{HEART}", content=json.dumps({"name": value, name: value}))
    assert patched.status_code in (400, 403), patched.text


def test_a_fault_of_ours_says_nothing_of_the_inside(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        client.post("/tts/bytes", json=speech("first " * 9 + "[fail]"))
    short = client.post(
        "/tts/bytes",
        json=speech(
            "one [fail]",
            output_format={"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000},
        ),
    )
    body = check_error(short, 500, "internal_error")
    assert "secret" not in short.text
    assert short.headers["x-should-retry"] == "false"
    assert "report" in body["remedy"]


def test_too_long_texts_and_bodies(client: httpx.Client) -> None:
    check_error(client.post("/tts/bytes", json=speech("a" * 100_001)), 413, "transcript_too_long")
    huge = client.post("/tts/bytes", content=b" " * 1_300_000)
    check_error(huge, 413, "body_too_large")

    def endless() -> "object":
        for _ in range(30):
            yield b" " * 100_000

    check_error(client.post("/tts/bytes", content=endless()), 413, "body_too_large")  # type: ignore[arg-type]


# Voices


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


def test_the_description_of_the_api_is_whole(server: Running) -> None:
    described = httpx.get(f"{server.url}/openapi.json").json()
    assert {
        "/",
        "/health",
        "/ready",
        "/voices",
        "/voices/{voice_id}",
        "/voices/clone",
        "/tts/bytes",
    } == set(described["paths"])
    schemas = described["components"]["schemas"]
    assert schemas["SpeechRequest"]["example"]["model_id"] == "sonic-latest"
    text = json.dumps(described)
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.split('"')[0] in schemas, "every reference leads somewhere"
