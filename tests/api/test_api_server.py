"""The server as a process: first start, restart, stopping, keys from the environment, logs."""

import json
import os
import signal
import socket
from pathlib import Path

import httpx
import pytest
from server_process import process
from serving import Running, form, speech, wait_for, wav

from menura.api.server import serve
from menura.errors import ServerError
from menura.settings import Settings


def test_first_start_restart_and_stop(tmp_path: Path) -> None:
    with process(tmp_path / "data") as server:
        key = server.first_key
        assert key is not None
        with httpx.Client(base_url=server.url, headers={"X-API-Key": key}, timeout=120) as client:
            voice = client.post("/voices/clone", data=form(), files={"clip": wav()}).json()
            before = client.post("/tts/bytes", json=speech(voice=voice["id"])).content
        assert server.stop() == 0
    log = server.log.read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    cloned = next(line for line in lines if line.get("path") == "/voices/clone")
    assert (cloned["status"], cloned["method"]) == (200, "POST")
    assert key not in log
    assert "hello there" not in log
    assert "heard words" not in log

    with process(tmp_path / "data") as server:
        assert server.first_key is None, "it is shown once"
        with httpx.Client(base_url=server.url, headers={"X-API-Key": key}, timeout=120) as client:
            again = client.get(f"/voices/{voice['id']}").json()
            assert again["created_at"] == voice["created_at"]
            assert client.post("/tts/bytes", json=speech(voice=voice["id"])).content == before
        assert server.stop(signal.SIGINT) == 0


def test_workers_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    with process(tmp_path / "data") as server:
        server.wait_until_ready()
        started = (tmp_path / "data" / "events.txt").read_text().split()
        worker = int(started[1])
        os.kill(worker, 0)
        server.stop(signal.SIGKILL)

    def gone() -> bool:
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return True
        # In a container nobody may collect it; a zombie has ended too.
        status = Path(f"/proc/{worker}/stat")
        return status.exists() and status.read_text().split()[2] == "Z"

    wait_for(gone)


def test_keys_from_the_environment(tmp_path: Path) -> None:
    keys = "first-key, second-key,,sk_car_admin_third"
    with process(tmp_path / "data", MENURA_API_KEYS=keys) as server:

        def status(key: str) -> int:
            return httpx.get(f"{server.url}/voices", headers={"X-API-Key": key}).status_code

        assert status("first-key") == 200
        assert status("second-key") == 200
        assert status("sk_car_admin_third") == 403
        for wrong in ("", "third", "first-key,second-key", keys):
            assert status(wrong) == 401


def test_an_address_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match="cannot be listened on") as caught:
            serve(Settings(data=tmp_path, port=port))
    assert "another port" in caught.value.remedy


def test_a_data_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "menura.sqlite3").write_bytes(b"something else entirely" * 50)
    with pytest.raises(ServerError, match="database"):
        serve(Settings(data=tmp_path, port=0))


def test_a_refused_client_that_still_sends_sees_the_answer(server: Running) -> None:
    # Without reading the rest, the connection would be reset under the client.
    clip = bytes(30_000_000)
    answer = httpx.post(f"{server.url}/voices/clone", files={"clip": clip}, timeout=30)
    assert answer.status_code == 401
    with server.client() as client:
        answer = client.post("/voices/clone", data=form(), files={"clip": clip})
        assert answer.status_code == 413
        answer = client.post("/tts/bytes", content=clip)
        assert answer.status_code == 413


def test_a_client_that_asks_first_is_answered_without_sending(server: Running) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            b"POST /voices/clone HTTP/1.1\r\nHost: menura\r\nExpect: 100-continue\r\n"
            b"Content-Length: 1000000\r\n\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_every_answer_has_a_request_id(server: Running) -> None:
    origin = {"Origin": "http://page.example", "Access-Control-Request-Method": "GET"}
    ids = {
        httpx.request(method, f"{server.url}{path}", headers=origin).headers["x-request-id"]
        for method, path in (
            ("GET", "/"),
            ("OPTIONS", "/voices"),
            ("GET", "/nothing"),
            ("PUT", "/health"),
            ("HEAD", "/voices"),
        )
    }
    assert len(ids) == 5
