"""A server that is told to stop: what is under way ends well, what comes later is sent away."""

import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from server_process import Process, process
from serving import speech, wait_for
from socket_client import Client, address, words
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

WORDS = 40
LONG = "[slow] " + "word " * (WORDS - 1)
ENDLESS = "[slow] " + "word " * 2000


class Asked(threading.Thread):
    """A request whose answer is taken beside the test."""

    def __init__(self, server: Process, path: str, text: str) -> None:
        super().__init__(daemon=True)
        self._url = server.url + path
        self._headers = {"X-API-Key": str(server.first_key)}
        self._body = speech(text)
        self.data = b""
        self.error: Exception | None = None
        self.start()
        wait_for(lambda: self.data)

    def run(self) -> None:
        try:
            with httpx.stream(
                "POST", self._url, headers=self._headers, json=self._body, timeout=120
            ) as answer:
                for data in answer.iter_raw():
                    self.data += data
        except httpx.HTTPError as error:
            self.error = error

    def over(self) -> "Asked":
        """Waits for the end."""
        self.join(120)
        assert not self.is_alive()
        return self


def refused(ask: Callable[[], httpx.Response]) -> dict[str, str]:
    """Asks until the server has noticed its signal, and gives the error."""
    answers: list[httpx.Response] = []

    def stopping() -> bool:
        answers.append(ask())
        return answers[-1].status_code == 503

    wait_for(stopping)
    assert answers[-1].headers["retry-after"]
    assert answers[-1].headers["x-request-id"]
    return dict(answers[-1].json())


def test_speech_ends_well_and_new_requests_are_sent_away(tmp_path: Path) -> None:
    with process(tmp_path / "data", MENURA_DRAIN_SECONDS="100") as server:
        server.wait_until_ready()
        headers = {"X-API-Key": str(server.first_key)}
        url = address(server.url)
        with (
            connect(url, additional_headers=headers, open_timeout=60) as busy,
            connect(url, additional_headers=headers, open_timeout=60) as idle,
            httpx.Client(base_url=server.url, headers=headers, timeout=60) as client,
        ):
            assert client.get("/voices").status_code == 200
            context = Client(busy)
            context.say(LONG * 2, "open", **{"add_timestamps": True})
            context.until("chunk", "open")
            plain = Asked(server, "/tts/bytes", LONG)
            events = Asked(server, "/tts/sse", LONG)
            server.process.send_signal(signal.SIGTERM)
            for ask in (
                lambda: httpx.post(f"{server.url}/tts/bytes", headers=headers, json=speech()),
                lambda: client.get("/voices"),
                lambda: client.get("/ready"),
            ):
                assert refused(ask)["error_code"] == "stopping"
            assert client.get("/health").status_code == 200
            with pytest.raises(InvalidStatus) as denied:
                connect(url, additional_headers=headers, open_timeout=60)
            assert denied.value.response.status_code == 503
            assert denied.value.response.headers["retry-after"]
            with pytest.raises(ConnectionClosed) as caught:
                idle.recv(timeout=60)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1012
            assert len(words(context.whole("open"))) == 2 * WORDS
            with pytest.raises(ConnectionClosed) as caught:
                context.next()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1012
        assert plain.over().error is None
        assert len(plain.data) == WORDS * 2400
        assert events.over().error is None
        assert json.loads(events.data.split(b"data: ")[-1])["type"] == "done"
        assert server.process.wait(120) == 0
    assert "Traceback" not in server.log.read_text()


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with process(tmp_path / "data", MENURA_DRAIN_SECONDS="0.5") as server:
        server.wait_until_ready()
        plain = Asked(server, "/tts/bytes", ENDLESS)
        with connect(
            address(server.url), additional_headers={"X-API-Key": str(server.first_key)}
        ) as socket:
            client = Client(socket)
            client.say(ENDLESS, "endless")
            client.until("chunk", "endless")
            assert server.stop() == 0
            with pytest.raises(ConnectionClosed) as caught:
                client.until("done", "endless")
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1012
        assert isinstance(plain.over().error, httpx.RemoteProtocolError), "it is not whole"
        assert 0 < len(plain.data) < 2001 * 2400


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    with process(tmp_path / "data", MENURA_DRAIN_SECONDS="100000") as server:
        server.wait_until_ready()
        plain = Asked(server, "/tts/bytes", ENDLESS)
        server.process.send_signal(signal.SIGTERM)
        refused(lambda: httpx.get(f"{server.url}/ready"))
        assert server.process.poll() is None
        assert server.stop() == 0
        assert plain.over().error is not None
        assert len(plain.data) < 2001 * 2400
