"""Asks a server to speak, and notes when audio comes."""

import base64
import itertools
import json
import time
from dataclasses import dataclass

import httpx
from websockets.sync.client import connect

from benchmarks.latency_server import OUTPUT, VERSION, Server, message

_BYTES_A_SECOND = 2 * int(str(OUTPUT["sample_rate"]))
_PATIENCE = 600.0


@dataclass(frozen=True)
class Heard:
    """One answer."""

    first_seconds: float
    """From the request to the first audio."""

    seconds: float
    """From the request to the end."""

    audio_seconds: float
    gap_seconds: float
    """How long a player that starts with the first audio would have to wait in all."""


class Ear:
    """Notes audio as it comes; the request is sent when this is made."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._first: float | None = None
        self._size = 0
        self._gap = 0.0

    def take(self, data: bytes) -> None:
        """Takes audio that has just come."""
        if not data:
            return
        now = time.perf_counter()
        if self._first is None:
            self._first = now
        late = now - self._first - self._size / _BYTES_A_SECOND - self._gap
        self._gap += max(0.0, late)
        self._size += len(data)

    def heard(self) -> Heard:
        """What was heard in all. Raises RuntimeError where nothing was."""
        if self._first is None:
            raise RuntimeError("no audio came")
        return Heard(
            self._first - self._begun,
            time.perf_counter() - self._begun,
            self._size / _BYTES_A_SECOND,
            self._gap,
        )


def over_bytes(url: str, key: str, voice: str, text: str) -> Heard:
    """Asks for raw audio."""
    ear = Ear()
    with httpx.stream("POST", **Server.request(url, key, voice, text), timeout=_PATIENCE) as answer:
        answer.raise_for_status()
        for data in answer.iter_bytes():
            ear.take(data)
    return ear.heard()


def over_events(url: str, key: str, voice: str, text: str) -> Heard:
    """Asks for server-sent events."""
    ear = Ear()
    request = Server.request(url, key, voice, text, "/tts/sse")
    with httpx.stream("POST", **request, timeout=_PATIENCE) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            if line.startswith("data:"):
                ear.take(_audio(json.loads(line[5:])))
    return ear.heard()


class Socket:
    """One socket, open while the block runs.

    Args:
        url: of the server.
        key: an API key.
        voice: id or key of the voice that speaks.
    """

    def __init__(self, url: str, key: str, voice: str) -> None:
        self._voice = voice
        self._numbers = itertools.count()
        self._connecting = connect(
            url.replace("http", "ws", 1) + "/tts/websocket",
            additional_headers={"X-API-Key": key, "Cartesia-Version": VERSION},
            max_size=2**24,
        )

    def __enter__(self) -> "Socket":
        self._socket = self._connecting.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def speak(self, text: str) -> Heard:
        """Speaks a text in a context of its own."""
        return self.speak_together([[text]])[0]

    def speak_together(self, texts: list[list[str]]) -> list[Heard]:
        """Speaks each list of texts one after the other, the lists at the same time."""
        waiting = [iter(one) for one in texts]
        ears: dict[str, tuple[Ear, int]] = {}
        heard: list[Heard] = []

        def begin(number: int) -> None:
            text = next(waiting[number], None)
            if text is not None:
                ears[self._send(text)] = Ear(), number

        for number in range(len(texts)):
            begin(number)
        while ears:
            event = json.loads(self._socket.recv(timeout=_PATIENCE))
            if event.get("context_id") not in ears:
                continue  # of a context that was cancelled
            ear, number = ears[event["context_id"]]
            ear.take(_audio(event))
            if event["type"] == "error":
                raise RuntimeError(str(event))
            if event["type"] == "done":
                heard.append(ear.heard())
                del ears[event["context_id"]]
                begin(number)
        return heard

    def begin_and_cancel(self, text: str) -> None:
        """Cancels a context as soon as its first audio is there."""
        context = self._send(text)
        while True:
            event = json.loads(self._socket.recv(timeout=_PATIENCE))
            if event.get("context_id") == context and _audio(event):
                break
        self._socket.send(json.dumps({"context_id": context, "cancel": True}))

    def _send(self, text: str) -> str:
        context = f"c{next(self._numbers)}"
        asked = {**message(self._voice, text), "context_id": context, "continue": False}
        self._socket.send(json.dumps(asked))
        return context


def _audio(event: dict[str, str]) -> bytes:
    return base64.b64decode(event["data"]) if event.get("type") == "chunk" else b""
