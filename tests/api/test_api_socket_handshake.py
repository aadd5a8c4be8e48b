"""Who may open a socket, how it is named, and what is written down about it."""

import json
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest
from server_process import process
from serving import Running, speech, wait_for
from socket_client import Client, address, audio, dial, message, words
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect


def refused(url: str, **headers: str) -> tuple[int, str]:
    """Status and error code of a handshake that fails."""
    with pytest.raises(InvalidStatus) as caught, connect(url, additional_headers=headers):
        pass
    answer = caught.value.response
    body = json.loads(answer.body or b"")
    assert body["request_id"] == answer.headers["x-request-id"]
    if answer.status_code == 429:
        assert int(answer.headers["retry-after"]) > 0
    return answer.status_code, body["error_code"]


@pytest.mark.parametrize("path", ["/tts/websocket", "/tts/websocket/"])
def test_all_ways_to_show_a_key(server: Running, path: str) -> None:
    key = server.key()
    with server.client(key) as client:
        token = client.post("/access-token", json={"grants": {"tts": True}}).json()["token"]
    for query, headers in (
        ({}, {"Authorization": f"Bearer {key}"}),
        ({}, {"X-API-Key": key}),
        ({"api_key": key, "cartesia_version": "2024-06-10", "cartesia_client": "x/1"}, {}),
        ({"access_token": token}, {}),
        ({}, {"Authorization": f"Bearer {token}"}),
    ):
        with connect(address(server.url, path, **query), additional_headers=headers) as socket:
            assert socket.response is not None
            assert socket.response.headers["x-request-id"]
            client_ = Client(socket)
            client_.say("hello", "c")
            assert len(audio(client_.whole("c"))) == 2400


def test_the_answer_to_the_handshake_names_who_speaks(server: Running) -> None:
    with server.client() as client:
        client.post("/tts/bytes", json=speech())
    with dial(server) as dialled:
        assert dialled.socket.response is not None
        assert dialled.socket.response.headers["menura-model"] == "menura-1-2026-11"


def test_who_may_not_open_a_socket(server: Running) -> None:
    url = address(server.url)
    keys = server.services.library.keys
    organisations = server.services.library.organisations
    assert refused(url) == (401, "api_key_missing")
    assert refused(url, **{"X-API-Key": "sk_car_wrong"}) == (401, "api_key_wrong")
    assert refused(address(server.url, access_token="x.y.z"))[0] == 401
    admin = keys.create(admin=True).secret
    assert refused(url, **{"X-API-Key": admin}) == (403, "api_key_is_admin")
    spent = organisations.create("spent", changes={"credits": 0}).id
    poor = keys.create(organisation_id=spent).secret
    assert refused(url, **{"X-API-Key": poor}) == (402, "quota_exceeded")
    none = organisations.create("none", changes={"contexts": 0}).id
    without = keys.create(organisation_id=none).secret
    assert refused(url, **{"X-API-Key": without}) == (429, "concurrency_limited")
    key = server.key()
    elsewhere = address(server.url, "/tts/sockets", api_key=key)
    assert refused(elsewhere) == (404, "route_not_found")
    assert refused(address(server.url, api_key=key, cartesia_version="soon")) == (
        *(400, "version_malformed"),
    )
    with server.client(key) as client:
        token = client.post("/access-token", json={"grants": {"stt": True}}).json()["token"]
    assert refused(address(server.url, access_token=token))[0] == 403


def test_a_plan_limits_contexts_and_books_what_was_spoken(server: Running) -> None:
    library = server.services.library
    owner = library.organisations.create("small", changes={"contexts": 1, "credits": 300}).id
    key = library.keys.create(organisation_id=owner).secret
    with dial(server, key) as client:
        client.say("[slow] " + "word " * 40, "first", **{"continue": True})
        client.until("chunk", "first")
        client.say("one too many", "second")
        error = client.until("error", "second")[-1]
        assert (error["status_code"], error["error_code"]) == (429, "concurrency_limited")
        client.send(context_id="first", cancel=True)
        client.whole("first")
        client.say("free again", "third")
        client.whole("third")
        client.say("far too many characters " * 20, "fourth")
        error = client.until("error", "fourth")[-1]
        assert (error["status_code"], error["error_code"]) == (402, "quota_exceeded")


def test_contexts_are_named_by_the_client_except_on_old_dates(server: Running) -> None:
    unnamed = speech("hello")
    with dial(server, **{"Cartesia-Version": "2024-06-10"}) as client:
        client.send(**unnamed)
        event = client.next()
        assert event["context_id"]
        client.whole(event["context_id"])
    with dial(server) as client:
        client.send(**unnamed)
        error = client.next()
        assert (error["error_code"], error["context_id"]) == ("field_missing", "")


def test_the_version_of_the_query_wins(server: Running) -> None:
    headers = {"X-API-Key": server.key(), "Cartesia-Version": "2026-08-14"}
    url = address(server.url, cartesia_version="2024-11-13")
    with connect(url, additional_headers=headers) as socket:
        client = Client(socket)
        client.send(**speech("hello"))
        assert client.next()["type"] == "chunk"


def test_keys_and_texts_are_not_written_down(tmp_path: Path) -> None:
    with process(tmp_path / "data", MENURA_LOG_LEVEL="debug") as server:
        key = str(server.first_key)
        with connect(address(server.url, api_key=key)) as socket:
            client = Client(socket)
            client.say("confidential words", "private name")
            client.whole("private name")
            client.send(context_id="private name", transcript=5)
            client.next()
        # The line of a socket is written when the server has seen it close.
        for _ in range(100):
            log = server.log.read_text()
            if '"event": "socket"' in log:
                break
            time.sleep(0.1)
        assert '"event": "socket"' in log
        for secret in (key, "confidential", "private name"):
            assert secret not in log


def test_a_server_that_is_stopped_lets_contexts_finish(tmp_path: Path) -> None:
    with process(tmp_path / "data") as server:
        headers = {"X-API-Key": str(server.first_key)}
        url = address(server.url)
        with (
            connect(url, additional_headers=headers) as busy,
            connect(url, additional_headers=headers) as idle,
        ):
            client = Client(busy)
            client.say("[slow] " + "word " * 30, "open", **{"add_timestamps": True})
            client.until("chunk", "open")
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as caught:
                idle.recv(timeout=60)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1012
            client.say("too late", "late")
            events = client.whole("open")
            assert words(events) == ["[slow]", *(["word"] * 30)]
            late = client.until("error", "late")[-1]
            assert (late["status_code"], late["error_code"]) == (503, "stopping")
            with pytest.raises(ConnectionClosed) as caught:
                client.next()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1012
        assert server.process.wait(120) == 0


def test_a_client_that_vanishes_stops_its_contexts(server: Running) -> None:
    with dial(server) as client:
        for name in ("one", "two"):
            client.say(f"vanished {name} [slow] " + "word " * 5000, name)
        client.until("chunk", "two")
        # Either may come first, and one that never began would not be closed.
        wait_for(lambda: len(server.noted("speak vanished")) == 2)
    wait_for(lambda: len(server.noted("closed vanished")) == 2)
    wait_for(lambda: server.services.pool.speech.busy == 0)
    assert len(server.services.sockets) == 0


def test_a_client_that_reads_nothing_does_not_make_the_server_hoard(server: Running) -> None:
    pool = server.services.pool.speech
    with dial(server) as client:
        client.socket.send(json.dumps(message("unread " + "w " * 40_000, "unread")))
        # About 130 MB would have to lie somewhere if nothing stopped the worker.
        wait_for(lambda: any(ticket.behind for ticket in pool._active.values()))
        time.sleep(0.3)
        assert pool.busy == 1
        assert not server.noted("closed unread")
        with dial(server) as other:
            other.say("not in the way", "other")
            other.whole("other")
    wait_for(lambda: server.noted("closed unread"))


def test_the_server_answers_others_while_sockets_speak(server: Running) -> None:
    stop = threading.Event()

    def listen() -> None:
        with dial(server) as client:
            client.say("[slow] " + "word " * 2000, "long")
            while not stop.is_set():
                client.next()

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        wait_for(lambda: len(server.services.sockets) == 1)
        for _ in range(10):
            assert httpx.get(f"{server.url}/health").json() == {"ok": True}
    finally:
        stop.set()
        thread.join()
