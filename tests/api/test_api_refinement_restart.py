"""Refinements that outlive their server: stopped, killed, and started again."""

import signal
from pathlib import Path
from typing import Any

import httpx
from server_process import Process, process
from serving import form, speech, wait_for, wav

from menura.library.store import Library
from menura.settings import Settings


def client_of(server: Process, key: str | None) -> httpx.Client:
    assert key is not None
    return httpx.Client(base_url=server.url, headers={"X-API-Key": key}, timeout=120, verify=False)


def test_a_refinement_survives_stopping_and_killing(tmp_path: Path) -> None:
    data = tmp_path / "data"

    def refining() -> int:
        return (data / "events.txt").read_text().count("refine [refine-hold]")

    def kept() -> dict[str, Any]:
        library = Library(Settings(data=data))
        (row,) = library.refinements.unfinished()
        clip = library.refinements.has_clip(row)
        library.close()
        return {"id": row.voice_id, "state": row.state, "score": row.score, "clip": clip}

    with process(data) as server:
        key = server.first_key
        with client_of(server, key) as client:
            fields = form(transcript="[refine-hold]")
            voice = client.post("/voices/clone", data=fields, files={"clip": wav()}).json()
            assert voice["refinement"]["state"] == "running"
            wait_for(lambda: refining() == 1)
        assert server.stop(signal.SIGTERM) == 0
    expected = {"id": voice["id"], "state": "interrupted", "score": 0.5, "clip": True}
    assert kept() == expected

    with process(data) as server:
        wait_for(lambda: refining() == 2)
        with client_of(server, key) as client:
            again = client.post("/voices/clone", data=fields, files={"clip": wav()}).json()
            assert again["id"] == voice["id"], "the same upload joins the resumed refinement"
        server.stop(signal.SIGKILL)
    assert kept() == expected | {"state": "running"}

    (data / "release-4800").touch()
    with process(data) as server, client_of(server, key) as client:

        def shown() -> dict[str, Any]:
            answer: dict[str, Any] = client.get(f"/voices/{voice['id']}").json()["refinement"]
            return answer

        wait_for(lambda: shown()["state"] == "done")
        assert shown()["score"] == 0.9
        assert client.post("/tts/bytes", json=speech(voice=voice["id"])).status_code == 200
        assert server.stop() == 0
    assert list((data / "uploads").iterdir()) == []
    assert not list((data / "voices").glob("*.part*"))
