"""Cloning over HTTP: forms, limits, repeated uploads, and nothing left behind."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cartesia import Cartesia
from serving import Running, form, running, wait_for, wav

from menura.models.states import load, load_with_card


def post(client: httpx.Client, clip: bytes | None = None, **fields: str) -> httpx.Response:
    files = {"clip": ("upload", wav() if clip is None else clip, "application/octet-stream")}
    return client.post("/voices/clone", data=form(**fields), files=files)


def own(client: httpx.Client) -> list[str]:
    answer = client.get("/voices", params={"is_owner": "true", "limit": 100})
    return [voice["id"] for voice in answer.json()["data"]]


def blobs(server: Running) -> set[str]:
    return {path.name for path in (server.settings.data / "voices").iterdir()}


def test_the_answer_tells_how_it_went(client: httpx.Client, server: Running) -> None:
    answer = post(client, description="d", tagline="calm", accent="irish", transcript="some words")
    assert answer.status_code == 200, answer.text
    voice = answer.json()
    assert voice["description"] == "d"
    assert voice["tagline"] == "calm"
    assert voice["accent"] == "irish"
    assert voice["mode"] == "similarity"
    assert voice["transcript"] == "some words"
    assert voice["model_snapshot"] == "menura-1-2026-11"
    assert voice["report"] == {"steps": 4.0}
    assert voice["advice"] == [
        {
            "code": "clip_short",
            "severity": "warning",
            "sentence": "The clip is short.",
            "remedy": "Give ten seconds.",
        }
    ]
    state = load(server.settings.data / "voices" / f"{voice['id']}.safetensors")
    assert state.snapshot == "menura-1-2026-11"
    assert server.leftovers() == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "en-US similarity None None None"),
        ({"language": "en_gb", "mode": "", "enhance": ""}, "en-GB similarity None None None"),
        ({"mode": "stability", "enhance": "TRUE"}, "en-US stability True None None"),
        ({"enhance": "0", "base_voice_id": ""}, "en-US similarity False None None"),
        ({"access[type]": "private", "unknown": "x"}, "en-US similarity None None None"),
        (
            {"base_voice_id": "a0e99841-438c-4a64-b679-ae501e7d6091"},
            "en-US similarity None None VoiceRef(stock='am_michael', state=None, "
            "embedding=None, language=None, adapter=None, fine_tune=None)",
        ),
    ],
)
def test_what_reaches_the_engine(
    client: httpx.Client, server: Running, fields: dict[str, str], expected: str
) -> None:
    assert post(client, **fields).status_code == 200
    assert server.noted("clone e")[-1] == f"clone {expected}"


def test_consent_is_kept_with_the_voice(client: httpx.Client, server: Running) -> None:
    made = post(client, consent=" I, Ada, agree. ").json()
    assert made["consent"]["statement"] == "I, Ada, agree."
    assert made["consent"]["given_at"][:4] == made["created_at"][:4]
    assert made["consent"]["key_id"]
    assert client.get(f"/voices/{made['id']}").json()["consent"] == made["consent"]
    assert "consent" not in post(client, consent=" ").json()
    file = client.get(f"/voices/{made['id']}/export").content
    _, card = load_with_card(file)
    del made["consent"]["key_id"]
    assert json.loads(card or "")["consent"] == made["consent"], "the key concerns nobody else"


def test_a_clone_can_start_from_a_clone(client: httpx.Client, server: Running) -> None:
    first = post(client).json()["id"]
    second = post(client, base_voice_id=first).json()
    assert second["base_voice_id"] == first
    assert f"{first}.safetensors" in server.noted("clone e")[-1]


def test_parts_may_come_in_any_order_and_under_any_file_name(client: httpx.Client) -> None:
    text = b'--B\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
    clip = (
        b'--B\r\ncontent-disposition: form-data; name="clip"; filename="blob"\r\n'
        b"Content-Type: text/html\r\n\r\n" + wav() + b"\r\n"
    )
    name, language = text % (b"name", "Žofie".encode()), text % (b"language", b"en")
    stray = b'--B\r\nContent-Disposition: form-data; name="other"; filename="x"\r\n\r\nstray\r\n'
    for parts in ((clip, name, language), (name, clip, language), (stray, language, name, clip)):
        answer = client.post(
            "/voices/clone/",
            content=b"".join(parts) + b"--B--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=B"},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["name"] == "Žofie"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "field_missing"),
        ({"name": "x" * 201}, "request_invalid"),
        ({"language": " "}, "field_missing"),
        ({"language": "xx"}, "language_not_supported"),
        ({"mode": "loud"}, "request_invalid"),
        ({"enhance": "perhaps"}, "request_invalid"),
        ({"tagline": "x" * 33}, "request_invalid"),
        ({"description": "x" * 5001}, "request_invalid"),
        ({"accent": "parisian"}, "accent_not_supported"),
        ({"access[type]": "public"}, "request_invalid"),
        ({"consent": "x" * 5001}, "request_invalid"),
    ],
)
def test_bad_fields_are_named(
    client: httpx.Client, server: Running, fields: dict[str, str], code: str
) -> None:
    before = len(server.noted("clone e"))
    answer = post(client, **fields)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error_code"] == code
    assert answer.json()["remedy"]
    assert len(server.noted("clone e")) == before
    assert server.leftovers() == []


def test_garbage_leaves_nothing_behind(client: httpx.Client, server: Running) -> None:
    before = blobs(server)
    for clip, code in (
        (b"", "clip_empty"),
        (b"Example data", "audio_unreadable"),
        (bytes(5000), "audio_unreadable"),
        (wav()[:20], "audio_unreadable"),
        (wav(0), "audio_empty"),
    ):
        answer = post(client, clip)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error_code"] == code
    assert own(client) == []
    assert blobs(server) == before
    assert server.leftovers() == []


def test_forms_that_are_none(client: httpx.Client, server: Running) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=B"}
    part = b'--B\r\nContent-Disposition: form-data; name="%b"\r\n\r\nx\r\n'
    for content, headers, code in (
        (b"{}", {"Content-Type": "application/json"}, "upload_not_multipart"),
        (b"", {}, "upload_not_multipart"),
        (b"", {"Content-Type": "multipart/form-data"}, "upload_not_multipart"),
        (b"", kind, "upload_broken"),
        (b"garbage", kind, "upload_broken"),
        (part % b"clip", kind, "upload_broken"),
        (part % b"name" + b"--B--\r\n", kind, "field_missing"),
        (part % b"clip" + part % b"clip" + b"--B--\r\n", kind, "upload_two_files"),
        (part % b"a" * 65 + b"--B--\r\n", kind, "upload_too_many_parts"),
        (b'--B\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--B--', kind, None),
    ):
        answer = client.post("/voices/clone", content=content, headers=headers)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error_code"] == code or code is None
    assert server.leftovers() == []


def test_uploads_over_the_limit(client: httpx.Client, server: Running) -> None:
    answer = post(client, bytes(2_100_000))
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "upload_too_large"

    def endless() -> Iterator[bytes]:
        yield b'--B\r\nContent-Disposition: form-data; name="clip"\r\n\r\n'
        for _ in range(40):
            yield bytes(100_000)

    kind = {"Content-Type": "multipart/form-data; boundary=B"}
    lied = client.post("/voices/clone", content=endless(), headers=kind)
    assert lied.status_code == 413, "a stream without a stated length is measured"
    text = client.post("/voices/clone", data=form(name="x" * 70_000), files={"clip": wav()})
    assert text.status_code == 413
    assert server.leftovers() == []


def test_the_same_upload_joins_the_clone_under_way(server: Running) -> None:
    key = server.key()
    answers: list[httpx.Response] = []

    def send(**fields: str) -> None:
        with server.client(key) as client:
            answers.append(post(client, transcript="[slow]", name="joined", **fields))

    before = len(server.noted("clone e"))
    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(server.noted("clone e")) == before + 1
    with server.client(key) as client:
        assert len(own(client)) == 1
        post(client, transcript="other", name="joined")
        post(client, transcript="other", name="joined")
        assert len(own(client)) == 3, "a finished clone is made anew when asked again"
    assert server.leftovers() == []


def test_a_client_that_gave_up_and_sends_again_finds_its_clone(server: Running) -> None:
    before = len(server.noted("clone e"))
    fields = {"transcript": "[slow]", "name": "again"}
    with server.client() as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post(
                "/voices/clone",
                data=form(**fields),
                files={"clip": ("upload", wav(), "application/octet-stream")},
                timeout=0.3,
            )
        answer = post(client, **fields)
        assert answer.status_code == 200
        assert own(client) == [answer.json()["id"]]
    assert len(server.noted("clone e")) == before + 1


def test_identical_uploads_of_two_organisations_are_two_clones(server: Running) -> None:
    with server.client() as one, server.client() as two:
        assert post(one).json()["id"] != post(two).json()["id"]


def test_a_clone_that_nobody_waits_for_is_stopped(tmp_path: Path) -> None:
    with running(tmp_path, grace=0.1) as server, server.client() as client:
        first = post(client).json()["id"]
        with pytest.raises(httpx.ReadTimeout):
            client.post(
                "/voices/clone",
                data=form(transcript="[slow]"),
                files={"clip": wav()},
                timeout=0.3,
            )
        wait_for(lambda: len(server.noted("clone over")) == 2)
        wait_for(lambda: server.services.pool.cloning.busy == 0)
        wait_for(lambda: server.leftovers() == [])
        assert own(client) == [first]
        assert blobs(server) == {f"{first}.safetensors"}
        assert post(client).status_code == 200, "the worker is free again"


def test_too_many_clones_at_once(tmp_path: Path) -> None:
    with running(tmp_path, clone_queue=1) as server, server.client() as client:
        busy = []

        def send(name: str) -> None:
            with server.client() as sender:
                post(sender, transcript="[slow]", name=name)

        for number in range(2):
            busy.append(threading.Thread(target=send, args=(f"v{number}",)))
            busy[-1].start()
            wait_for(lambda number=number: server.services.pool.cloning.busy == number + 1)
            wait_for(lambda: server.services.pool.cloning.ready)
        refused = post(client)
        assert refused.status_code == 429
        assert refused.json()["error_code"] == "concurrency_limited"
        assert "retry-after" in refused.headers
        for thread in busy:
            thread.join()


def test_a_worker_that_dies_while_it_clones(client: httpx.Client, server: Running) -> None:
    answer = post(client, transcript="[crash]")
    assert answer.status_code == 500
    assert answer.json()["error_code"] == "worker_lost"
    assert own(client) == []
    assert server.leftovers() == []
    assert post(client).status_code == 200


def test_a_long_clone_keeps_an_impatient_sdk_waiting(tmp_path: Path) -> None:
    with (
        running(tmp_path, patience=0.1) as server,
        Cartesia(api_key=server.key(), base_url=server.url, timeout=0.7, max_retries=0) as sdk,
    ):
        wait_for(lambda: server.services.pool.speech.ready)
        with server.client() as client:
            post(client)  # the clone worker is running now
        made = sdk.voices.clone(
            clip=wav(), name="Ada", language="en", extra_body={"transcript": "[slow]"}
        )
        assert made.name == "Ada"
        assert len(server.noted("clone en")) == 2


def test_a_failure_after_the_answer_was_begun_is_told_to_the_next_attempt(tmp_path: Path) -> None:
    with running(tmp_path, patience=0.1) as server, server.client() as client:
        post(client)
        with pytest.raises(httpx.RemoteProtocolError):
            post(client, transcript="[late]")
        told = post(client, transcript="[late]")
        assert told.status_code == 400
        assert told.json()["error_code"] == "audio_no_speech"
        assert len(server.noted("clone en")) == 2, "the second attempt was answered from memory"
        assert server.leftovers() == []


def test_a_client_that_leaves_a_begun_answer_stops_the_clone(tmp_path: Path) -> None:
    with running(tmp_path, patience=0.1, grace=0.1) as server, server.client() as client:
        first = post(client).json()["id"]
        with client.stream(
            "POST", "/voices/clone", data=form(transcript="[slow]"), files={"clip": wav()}
        ) as answer:
            assert answer.status_code == 200
            assert next(answer.iter_raw()).strip() == b""
        wait_for(lambda: server.services.pool.cloning.busy == 0)
        assert own(client) == [first]
        assert server.leftovers() == []
