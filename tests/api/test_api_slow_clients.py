"""Clients that take their time: heads and bodies that trickle in, and answers that nobody reads."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from server_process import Process, process
from serving import speech, wav

from menura.api import server as server_module
from menura.api.connection import MOST_HEAD_BYTES
from menura.api.server import _listen

HEAD_SECONDS, BODY_SECONDS = 1.0, 1.0
GET = b"GET /health HTTP/1.1\r\nHost: menura\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with process(
        tmp_path_factory.mktemp("slow") / "data",
        MENURA_REQUEST_HEAD_SECONDS=str(HEAD_SECONDS),
        MENURA_REQUEST_BODY_SECONDS=str(BODY_SECONDS),
        MENURA_SOCKET_IDLE_SECONDS="60",
    ) as running:
        running.wait_until_ready()
        yield running


@contextlib.contextmanager
def connected(server: Process) -> Iterator[socket.socket]:
    """A bare connection."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        yield connection


def trickle(connection: socket.socket, data: bytes, seconds: float = 20) -> bytes:
    """Sends a byte now and then, again from the start when all is sent, until it is answered."""
    connection.settimeout(0.05)
    end = time.monotonic() + seconds
    place = 0
    while time.monotonic() < end:
        with contextlib.suppress(TimeoutError):
            return connection.recv(65536)
        try:
            connection.sendall(data[place % len(data) :][:1])
        except OSError:
            return b""
        place += 1
    pytest.fail("the server waits for ever")


def ask(connection: socket.socket) -> None:
    """Sends a whole request and takes its answer."""
    connection.sendall(GET + b"\r\n")
    answer = b""
    while not answer.endswith(b"}"):
        answer += connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 ")


def rest(connection: socket.socket) -> bytes:
    """All until the server closes."""
    connection.settimeout(30)
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while data := connection.recv(65536):
            found += data
    return found


def told(answer: bytes, status: int, code: str) -> None:
    """The answer is a whole error of the API, and says that the connection ends."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"connection: close" in head.lower()
    error = json.loads(body)
    assert error["error_code"] == code
    assert error["remedy"]
    assert error["request_id"]


def key(server: Process) -> bytes:
    return b"X-API-Key: " + str(server.first_key).encode() + b"\r\n"


def test_a_connection_that_says_nothing_is_closed(server: Process) -> None:
    with connected(server) as connection:
        assert rest(connection) == b""


def test_a_head_that_trickles_is_given_up(server: Process) -> None:
    with connected(server) as connection:
        answer = trickle(connection, GET + b"X-More: " + b"a" * 10_000)
        told(answer + rest(connection), 408, "request_timeout")


def test_a_second_head_on_a_connection_is_not_waited_for_either(server: Process) -> None:
    with connected(server) as connection:
        ask(connection)
        told(trickle(connection, b"\r\n") + rest(connection), 408, "request_timeout")
    with connected(server) as connection:
        ask(connection)
        told(trickle(connection, GET) + rest(connection), 408, "request_timeout")


@pytest.mark.parametrize(
    "head",
    [
        GET + b"X-Large: " + b"a" * (2 * 2**20),
        GET + b"X-Many: 1\r\n" * 100_000,
        b"GET /" + b"a" * (2 * 2**20),
    ],
)
def test_a_head_without_end_is_cut(server: Process, head: bytes) -> None:
    with connected(server) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(head)
        answer = rest(connection)
        # What is still under way when the server closes may cost the client the answer.
        if answer:
            told(answer, 431, "headers_too_large")


def test_trailers_are_bounded_too(server: Process) -> None:
    with connected(server) as connection:
        connection.sendall(
            b"POST /tts/bytes HTTP/1.1\r\nHost: menura\r\nTransfer-Encoding: chunked\r\n"
            + key(server)
            + b"\r\n0\r\n"
        )
        with contextlib.suppress(OSError):
            for _ in range(20):
                connection.sendall(b"X-More: " + b"a" * MOST_HEAD_BYTES + b"\r\n")
        rest(connection)
    assert httpx.get(f"{server.url}/health").status_code == 200


@pytest.mark.parametrize("path", ["/tts/bytes", "/tts/sse", "/voices/clone", "/v1/audio/speech"])
def test_a_body_that_trickles_is_given_up(server: Process, path: str) -> None:
    kind = b"application/json"
    start = b""
    if path == "/voices/clone":
        kind = b"multipart/form-data; boundary=x"
        start = b'--x\r\nContent-Disposition: form-data; name="clip"; filename="a.wav"\r\n\r\n'
    with connected(server) as connection:
        connection.sendall(
            b"POST " + path.encode() + b" HTTP/1.1\r\nHost: menura\r\nContent-Length: 100000\r\n"
            b"Content-Type: " + kind + b"\r\n" + key(server) + b"\r\n" + start
        )
        answer = trickle(connection, b" ") + rest(connection)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in answer.lower()


def test_who_is_refused_cannot_keep_the_connection_by_sending_on(server: Process) -> None:
    with connected(server) as connection:
        connection.sendall(
            b"POST /tts/bytes HTTP/1.1\r\nHost: menura\r\nContent-Length: 100000\r\n\r\n"
        )
        told(trickle(connection, b" ") + rest(connection), 401, "api_key_missing")


def test_a_slow_but_steady_upload_is_taken(server: Process) -> None:
    def slowly() -> Iterator[bytes]:
        body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        body += wav(4800) + b'\r\n--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n'
        body += b"tts\r\n--x--\r\n"
        for start in range(0, len(body), 1000):
            time.sleep(0.15)
            yield body[start : start + 1000]

    headers = {
        "X-API-Key": str(server.first_key),
        "Content-Type": "multipart/form-data; boundary=x",
    }
    answer = httpx.post(f"{server.url}/files", content=slowly(), headers=headers, timeout=60)
    assert answer.status_code != 408, answer.text
    assert "request_timeout" not in answer.text


def test_a_long_answer_and_an_open_socket_are_no_slow_requests(server: Process) -> None:
    from websockets.sync.client import connect

    headers = {"X-API-Key": str(server.first_key)}
    with connect(
        server.url.replace("http", "ws", 1) + "/tts/websocket", additional_headers=headers
    ) as open_socket:
        with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
            for words in (40, 1):
                spoken = client.post("/tts/bytes", json=speech("[slow] " + "word " * words))
                assert len(spoken.content) == (words + 1) * 2400
        assert open_socket.ping().wait(30), "the time-out of its handshake is not that of a socket"


def test_who_takes_nothing_is_given_up_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        pytest.skip("this system has no such time-out")
    monkeypatch.setattr(server_module, "VANISHED_SECONDS", 1)
    with (
        _listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        accepted.settimeout(30)
        with pytest.raises(OSError, match="Connection timed out"):
            accepted.sendall(bytes(64 * 2**20))
