"""The wire, request by request: versions, keys, errors, paging."""

import json
from datetime import date

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import Running, check_error, speech

from menura.api.versions import negotiate
from menura.errors import InputError
from menura.library.stock import stock_id

HEART = stock_id("menura-1", "af_heart")


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
    answer = client.put("/accents")
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


def test_the_description_of_the_api_is_whole(server: Running) -> None:
    described = httpx.get(f"{server.url}/openapi.json", timeout=120).json()
    assert {
        "/",
        "/health",
        "/ready",
        "/voices",
        "/voices/{voice_id}",
        "/voices/check",
        "/voices/check/audio",
        "/voices/clone",
        "/voices/import",
        "/voices/localize",
        "/voices/mix",
        "/voices/{voice_id}/export",
        "/tts/bytes",
        "/access-token",
        "/api-keys",
        "/api-keys/{key_id}",
        "/usage/agents",
        "/usage/credits",
    } <= set(described["paths"])
    schemas = described["components"]["schemas"]
    assert schemas["SpeechRequest"]["example"]["model_id"] == "sonic-latest"
    text = json.dumps(described)
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.split('"')[0] in schemas, "every reference leads somewhere"
