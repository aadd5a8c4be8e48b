"""Runs a real server on a real socket, with a small real engine in its workers."""

import contextlib
import io
import sys
import threading
import time
import uuid
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn

sys.path.insert(0, str(Path(__file__).parent.parent / "work"))

from tiny_engine import events

from menura.api.app import create_app
from menura.api.services import Services
from menura.settings import Settings
from menura.work.pool import WorkerPool


@dataclass
class Running:
    """A server under test."""

    url: str
    settings: Settings
    services: Services
    before: int = 0
    """Lines that the engine noted before this one's time."""

    stale: frozenset[str] = frozenset()
    """Files of clips that were there before."""

    def key(self) -> str:
        """A key of a new organisation, so that tests do not see each other's voices."""
        library = self.services.library
        return library.keys.create(organisation_id=library.organisations.create("test").id).secret

    def client(self, key: str | None = None, **headers: str) -> httpx.Client:
        """A client of a new organisation, or with the key given."""
        sent = {"Authorization": f"Bearer {key or self.key()}", **headers}
        # Without verification no certificates are read, which takes longer than most requests.
        return httpx.Client(base_url=self.url, headers=sent, timeout=120, verify=False)

    def noted(self, start: str) -> list[str]:
        """What the engine noted so far."""
        lines = events(self.settings).lines[self.before :]
        return [line for line in lines if line.startswith(start)]

    def leftovers(self) -> list[str]:
        """Files of clips that are still there."""
        found = {path.name for path in (self.settings.data / "uploads").iterdir()}
        return sorted(found - self.stale)

    def afresh(self) -> "Running":
        """The same server, without what was before."""
        lines = events(self.settings).lines
        return replace(self, before=len(lines), stale=self.stale | set(self.leftovers()))


@contextlib.contextmanager
def running(
    data: Path,
    *,
    engine: str = "tiny_engine:TinyEngine",
    grace: float = 10.0,
    patience: float = 25.0,
    **changes: object,
) -> Iterator[Running]:
    """Runs a server in a thread until the block ends."""
    settings = Settings.model_validate({"data": data, "threads": 1, "port": 0, **changes})
    app = create_app(
        settings,
        pool=WorkerPool(settings, engine=engine),
        clone_grace=grace,
        clone_patience=patience,
    )
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Running(f"http://127.0.0.1:{port}", settings, app.state.services)
    finally:
        server.should_exit = True
        thread.join()


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    """Waits until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def wav(frames: int = 4800) -> bytes:
    """A short recording."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(24000)
        out.writeframes(b"\1\0" * frames)
    return file.getvalue()


def form(**fields: str) -> dict[str, str]:
    """The texts of a clone request."""
    return {"name": "Ada", "language": "en", **fields}


def speech(transcript: str = "hello there", **fields: object) -> dict[str, object]:
    """The body of a speech request."""
    return {
        "model_id": "sonic-latest",
        "transcript": transcript,
        "voice": "6ccbfb76-1fc6-48f7-b71d-91ac6298247b",
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
        **fields,
    }


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


def refinement(client: httpx.Client, voice: dict[str, Any]) -> dict[str, Any]:
    """How far a voice is on its way to full quality."""
    shown: dict[str, Any] = client.get(f"/voices/{voice['id']}").json()["refinement"]
    return shown


def state(client: httpx.Client, voice: dict[str, Any]) -> str:
    """The state of that."""
    return str(refinement(client, voice)["state"])


def release(server: Running, *lengths: int) -> None:
    """Lets held refinements of clips of so many frames go on."""
    for frames in lengths:
        (server.settings.data / f"release-{frames}").touch()


def clone(client: httpx.Client, name: str) -> str:
    """Clones a voice of this name and returns its id."""
    answer = client.post("/voices/clone", data=form(name=name), files={"clip": wav()})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])
