"""A plain client of the socket, for sequences that no library would send."""

import base64
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from serving import Running, speech
from websockets.sync.client import ClientConnection, connect

Event = dict[str, Any]


def address(url: str, path: str = "/tts/websocket", **query: str) -> str:
    """Where to connect."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{url.replace('http', 'ws', 1)}{path}" + (f"?{asked}" if asked else "")


class Client:
    """One socket; events that a test waits past are kept by context."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[Event] = []

    def say(self, transcript: str, context_id: str, **fields: object) -> None:
        """Sends a message that would be fine as the first of its context."""
        self.socket.send(json.dumps(message(transcript, context_id, **fields)))

    def send(self, **fields: object) -> None:
        """Sends just these fields."""
        self.socket.send(json.dumps(fields))

    def next(self, timeout: float = 60) -> Event:
        """The next event."""
        event: Event = json.loads(self.socket.recv(timeout=timeout))
        check(event)
        self.events.append(event)
        return event

    def until(self, kind: str, context_id: str, timeout: float = 120) -> list[Event]:
        """All events of a context up to the first of this kind, those that came before too."""
        end = time.monotonic() + timeout
        while not any(e["type"] == kind and e["context_id"] == context_id for e in self.events):
            self.next(end - time.monotonic())
        mine = [event for event in self.events if event["context_id"] == context_id]
        kinds = [event["type"] for event in mine]
        return mine[: kinds.index(kind) + 1]

    def whole(self, context_id: str) -> list[Event]:
        """All events of a context up to its `done`."""
        return self.until("done", context_id)

    def rest(self, seconds: float = 0.3) -> list[Event]:
        """What else comes within a while."""
        found = []
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                found.append(self.next(left))
            except TimeoutError:
                break
        return found


@contextmanager
def dial(server: Running, key: str | None = None, **headers: str) -> Iterator[Client]:
    """Opens a socket for a new organisation, or with the key given."""
    sent = {"X-API-Key": key or server.key(), **headers}
    with connect(
        address(server.url), additional_headers=sent, max_size=2**20, open_timeout=60
    ) as socket:
        yield Client(socket)


def message(transcript: str, context_id: str, **fields: object) -> dict[str, object]:
    """A message that opens a context."""
    return {**speech(transcript), "context_id": context_id, **fields}


def fresh() -> str:
    """A name for a context."""
    return f"context {uuid.uuid4()}"


def audio(events: list[Event]) -> bytes:
    """The samples of the chunks among events."""
    return b"".join(base64.b64decode(e["data"]) for e in events if e["type"] == "chunk")


def words(events: list[Event]) -> list[str]:
    """The words of the timestamps among events."""
    times = [event["word_timestamps"] for event in events if event["type"] == "timestamps"]
    for time_ in times:
        assert len(time_["words"]) == len(time_["start"]) == len(time_["end"])
    return [word for time_ in times for word in time_["words"]]


def kinds(events: list[Event]) -> list[str]:
    """The types of events, one for each run of chunks."""
    found: list[str] = []
    for event in events:
        if not found or found[-1] != event["type"] or event["type"] != "chunk":
            found.append(event["type"])
    return found


def check(event: Event) -> None:
    """What every client needs of every event (rules 9 to 11)."""
    assert isinstance(event["context_id"], str)
    assert isinstance(event["status_code"], int)
    kind = event["type"]
    assert kind in ("chunk", "timestamps", "phoneme_timestamps", "flush_done", "done", "error")
    assert event["done"] is (kind in ("done", "error"))
    assert ("error" in event) is (kind == "error")
    if kind == "chunk":
        assert isinstance(event["data"], str)
        assert isinstance(event["step_time"], int | float)
    if kind == "flush_done":
        assert event["flush_done"] is True
    if kind in ("chunk", "timestamps", "phoneme_timestamps", "flush_done"):
        assert isinstance(event["flush_id"], int)
        assert event["status_code"] == 206
    if kind == "error":
        assert event["error"] == f"{event['title']}: {event['message']}"
        assert event["error_code"]
        assert event["request_id"]
        assert event["status_code"] >= 400
