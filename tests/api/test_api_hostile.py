"""What strangers send: every JSON route, form, path and header, and never a fault of ours."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from serving import Running, check_error, speech, wait_for, wav
from socket_client import audio, dial

FINE = (200, 201, 204, 400, 401, 402, 403, 404, 405, 409, 413, 422, 501)
DEEP = 200_000
NUMBER = "9" * 5_000
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a number": b"1e999",
    "half": b'{"name": ',
    "deep lists": b"[" * DEEP,
    "deep and whole": b'{"name":' + b"[" * 3000 + b"]" * 3000 + b"}",
    "no UTF-8": b'{"name": "\xff\xfe\xc0\x80"}',
    "half a pair": b'{"name": "\\ud800", "transcript": "\\udfff"}',
    "NUL": b'{"name": "a\\u0000b", "transcript": "\\u0000"}',
    "a NUL byte": b'{"name": "a\x00b"}',
    "NaN": b'{"name": NaN, "limit": -Infinity}',
}
VALUES: tuple[str, ...] = (
    "null",
    "true",
    "-1",
    "0.5",
    "1e308",
    "1e999",
    NUMBER,
    f"-{NUMBER}",
    "[]",
    "{}",
    '""',
    '"\\u0000\\r\\nX-Injected: 1"',
    '"../../../etc/passwd"',
    '"\\u202e\\ud83d\\ude00"',
    "[[[[[[]]]]]]",
    '{"id": {"id": {"id": null}}}',
    '["a", 1, null, {"x": []}]',
)


def calls(server: Running, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and example of all calls with a body of this kind."""
    described = httpx.get(f"{server.url}/openapi.json", timeout=120).json()
    schemas = described["components"]["schemas"]
    found = []
    for path, methods in described["paths"].items():
        for method, call in methods.items():
            content = call.get("requestBody", {}).get("content", {})
            if kind in content:
                schema = content[kind]["schema"]
                name = schema.get("$ref", "").rpartition("/")[2]
                schema = schemas.get(name, schema)
                place = re.sub(r"{\w+}", "00000000-0000-4000-8000-00000000000a", path)
                found.append((method.upper(), place, schema))
    return found


@pytest.fixture(scope="module")
def server(whole_server: Running) -> Running:
    return whole_server.afresh()


@pytest.fixture
def callers(server: Running) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """A client and an administrator."""
    secret = server.services.library.keys.create(admin=True).secret
    with server.client() as client, server.client(secret) as admin:
        yield client, admin


def ask(callers: tuple[httpx.Client, httpx.Client], method: str, path: str, **named: Any) -> None:  # noqa: ANN401
    """The answer is no fault of ours and has nothing in it that was not meant."""
    client, admin = callers
    caller = admin if path.startswith("/api-keys") else client
    answer = caller.request(method, path, **named)
    assert answer.status_code in FINE, (path, answer.status_code, answer.text)
    assert "x-injected" not in answer.headers
    if answer.status_code >= 400 and not path.startswith("/v1/"):
        assert answer.json()["error_code"] != "internal_error"


def test_bodies_that_are_no_json_on_every_route(
    server: Running, callers: tuple[httpx.Client, httpx.Client]
) -> None:
    routes = calls(server, "application/json")
    assert len(routes) >= 12
    for method, path, _ in routes:
        for content in HOSTILE.values():
            headers = {"Content-Type": "application/json"}
            ask(callers, method, path, content=content, headers=headers)


def test_values_of_every_kind_in_every_field_of_every_route(
    server: Running, callers: tuple[httpx.Client, httpx.Client]
) -> None:
    fields = 0
    for method, path, schema in calls(server, "application/json"):
        example = schema.get("example") or schema["examples"][0]
        for number, name in enumerate(sorted(schema["properties"])):
            fields += 1
            # Every value meets every kind of field over the routes, without all pairs.
            for value in VALUES[number % 5 :: 5]:
                others = {key: val for key, val in example.items() if key != name}
                text = json.dumps(others)[:-1] + (", " if others else "")
                ask(callers, method, path, content=f'{text}"{name}": {value}}}'.encode())
    assert fields > 50


def test_a_field_that_comes_twice_counts_once(client: httpx.Client) -> None:
    body = json.dumps(speech())[:-1] + ', "transcript": "one two three"}'
    answer = client.post("/tts/bytes", content=body)
    last = client.post("/tts/bytes", json=speech("one two three"))
    assert answer.content == last.content, "the last one, as in JavaScript and Python"
    assert answer.content != client.post("/tts/bytes", json=speech()).content


def test_no_route_takes_a_body_without_end(
    server: Running, callers: tuple[httpx.Client, httpx.Client]
) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(60):
            yield b"a" * 50_000

    for method, path, _ in calls(server, "application/json"):
        client, admin = callers
        caller = admin if path.startswith("/api-keys") else client
        answer = caller.request(method, path, content=endless())
        assert answer.status_code == 413, (path, answer.text)


def test_forms_of_every_route(server: Running, callers: tuple[httpx.Client, httpx.Client]) -> None:
    routes = calls(server, "multipart/form-data")
    assert len(routes) >= 6
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    bodies = [
        b"",
        b"--x--\r\n",
        b"--x\r\n" * 5,
        b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n",
        b"--x\r\nX: " + b"a" * 300_000,
        b"--x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        part * 1000 % ((b"name", b"", b"x") * 1000) + b"--x--\r\n",
        part % (b"name", b"", b"\xff\xfe") + b"--x--\r\n",
        part % (b"\xff\x00", b'; filename="\xff\x00"', b"x") + b"--x--\r\n",
        part % (b"name", b"", b"a" * 70_000) + b"--x--\r\n",
    ]
    for method, path, schema in routes:
        for body in bodies:
            ask(callers, method, path, content=body, headers=kind)
        for name in schema["properties"]:
            for value in (b"\0", NUMBER.encode(), "../\u202e😀".encode()):
                body = part % (name.encode(), b"", value) + b"--x--\r\n"
                ask(callers, method, path, content=body, headers=kind)
    assert server.leftovers() == []


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/cron.d/x",
        "..\\..\\windows\\x",
        "/absolute",
        'quote".wav',
        "line\r\nX-Injected: 1",
        "nul\0byte",
        "\u202egpj.exe",
        "x" * 5000,
        ".",
        "名前 😀",
        "CON",
        "%0d%0aX-Injected:%201",
    ],
)
def test_names_reach_neither_paths_nor_headers(
    client: httpx.Client, server: Running, name: str
) -> None:
    """Those of files, and of voices: both are told again in `Content-Disposition`."""
    before = {path for path in server.settings.data.parent.rglob("*") if path.is_file()}
    sent = client.post("/files", files={"file": (name, b"content")}, data={"purpose": "tts"})
    made = client.post(
        "/voices/clone", data={"name": name, "language": "en"}, files={"clip": wav()}
    )
    downloads = []
    if sent.status_code == 200:
        downloads.append(f"/files/{sent.json()['id']}/download")
    if made.status_code == 200:
        downloads.append(f"/voices/{made.json()['id']}/export")
    assert sent.status_code in (200, 400), sent.text
    assert made.status_code in (200, 400), made.text
    for path in downloads:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "x-injected" not in answer.headers
        told = answer.headers["content-disposition"]
        assert told.startswith("attachment;")
        assert told.isascii()
        assert told.isprintable()
        assert told.count('"') in (0, 2)
        assert "/" not in told.replace("utf-8''", "")
        assert "\\" not in told
    for path in {
        path for path in server.settings.data.parent.rglob("*") if path.is_file()
    } - before:
        assert path.is_relative_to(server.settings.data)
        assert re.fullmatch(r"[\w.-]+", path.name), "files are named by us"


def test_paths_and_queries(client: httpx.Client) -> None:
    for part in (
        *("..%2f..%2fetc%2fpasswd", "%00", "%ff%fe", "%0d%0aX-Injected:1", "a" * 5000),
        *("..", "'; DROP TABLE voices; --"),
    ):
        for path in (
            *("/voices/{}", "/voices/{}/export", "/voices/{}/preview", "/files/{}"),
            *("/files/{}/download", "/links/{}", "/pronunciation-dicts/{}", "/v1/models/{}"),
            *("/{}", "/docs/{}"),
        ):
            answer = client.get(path.format(part))
            assert answer.status_code in (200, 400, 401, 404), (path, part, answer.text)
            assert answer.status_code != 200 or part == ".."
            assert "x-injected" not in answer.headers
        for query in ("limit", "starting_after", "q", "cartesia_version", "expand[]", "gender"):
            answer = client.get(f"/voices?{query}={part}")
            assert answer.status_code in (200, 400, 404), (query, part, answer.text)


@pytest.mark.parametrize("value", [b"\xff\xfe", b"a" * 20_000, b"%0d%0a"])
def test_headers(client: httpx.Client, server: Running, value: bytes) -> None:
    for name in (
        *(b"Cartesia-Version", b"X-Request-Id", b"Origin", b"Content-Type", b"Accept"),
        *(b"Accept-Encoding", b"Range", b"If-None-Match", b"Expect", b"Forwarded", b"Host"),
        *(b"Authorization", b"X-API-Key", b"Access-Control-Request-Method"),
    ):
        for method, path in (("GET", "/voices"), ("POST", "/tts/bytes")):
            answer = client.request(method, path, headers=[(name, value)])  # type: ignore[list-item]
            assert answer.status_code < 500, (name, answer.text)
            assert value not in answer.headers.get("x-request-id", "").encode("latin-1")


def test_what_had_no_effect_is_told_without_the_words_of_the_client(client: httpx.Client) -> None:
    said = "happy\r\nX-Injected: 1, 名前"
    answer = client.post(
        "/tts/bytes",
        json=speech(generation_config={"emotion": said}, **{f"odd\r\n{said}": 1}),
    )
    assert answer.status_code == 200
    told = answer.headers["menura-ignored"]
    assert "X-Injected" not in told
    assert told.isascii()


def test_a_body_that_says_it_is_packed_is_not_unpacked(client: httpx.Client) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = client.post("/tts/bytes", content=b"\x1f\x8b" + b"\0" * 100, headers=headers)
    check_error(answer, 400, "json_invalid")


def test_a_killed_worker_costs_only_its_contexts(client: httpx.Client, server: Running) -> None:
    """Four contexts are spoken at a time; those that wait are spoken by the next worker."""
    text = "[slow] " + "word " * 300
    with dial(server) as socket:
        for name in "abcd":
            socket.say(text, name)
            socket.until("chunk", name)
        for name in "ef":
            socket.say("they wait", name)
        lane = server.services.pool.speech
        wait_for(lambda: lane.busy == 6)
        process = lane._process
        assert process is not None
        process.kill()
        for name in "abcd":
            error = socket.until("error", name)[-1]
            assert (error["error_code"], error["status_code"]) == ("worker_lost", 500)
        for name in "ef":
            assert audio(socket.whole(name))
        assert [e["context_id"] for e in socket.events if e["type"] == "error"] == list("abcd")
    assert client.post("/tts/bytes", json=speech()).content
