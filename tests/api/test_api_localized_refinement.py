"""Localized voices over HTTP: a first one within seconds, a better one afterwards."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import (
    Running,
    check_error,
    clone,
    form,
    refinement,
    release,
    running,
    state,
    wait_for,
    wav,
)

from menura.library.stock import stock_id
from menura.models import states

HEART = stock_id("menura-1", "af_heart")
ENGINE = "tiny_voices:VoicesEngine"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), engine=ENGINE) as server:
        yield server


def localize(client: httpx.Client, voice: str, **fields: object) -> dict[str, Any]:
    body = {"voice_id": voice, "name": "Neu", "accent": "castilian", **fields}
    answer = client.post("/voices/localize", json=body)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def stored(client: httpx.Client, voice: dict[str, Any]) -> tuple[float, bool]:
    """The pitch of a voice, and whether it was refitted."""
    kept = states.load(client.get(f"/voices/{voice['id']}/export").content)
    return float(kept.tensors["pitch"][0]), "process" in kept.metadata


def hold(client: httpx.Client, server: Running, frames: int) -> dict[str, Any]:
    """A clone whose refinement goes on until it is released."""
    fields = form(transcript="[refine-hold]")
    voice: dict[str, Any] = client.post(
        "/voices/clone", data=fields, files={"clip": wav(frames)}
    ).json()
    wait_for(lambda: server.noted(f"refine [refine-hold] {frames}"))
    return voice


def test_a_first_voice_is_answered_and_refined_afterwards(
    server: Running, client: httpx.Client
) -> None:
    held = hold(client, server, 4801)
    made = localize(client, HEART)
    waiting = {"progress": 0.0, "eta_seconds": None, "score": 0.0, "error": None}
    assert made["refinement"] == {"state": "waiting", **waiting}
    assert stored(client, made) == (400.0, False)
    release(server, 4801)
    wait_for(lambda: state(client, made) == "done")
    assert refinement(client, made) == {"state": "done", **waiting, "progress": 1.0, "score": 1.0}
    assert stored(client, made) == (400.0, True)
    assert state(client, held) == "done", "the older one goes first"


def test_waiting_for_the_better_voice_and_doing_without(client: httpx.Client) -> None:
    whole = localize(client, HEART, refine="wait")
    assert (whole["refinement"]["state"], whole["refinement"]["score"]) == ("done", 1.0)
    assert stored(client, whole) == (400.0, True)
    first = localize(client, HEART, refine="off")
    assert (first["refinement"]["state"], first["refinement"]["score"]) == ("off", 0.0)
    assert stored(client, first) == (400.0, False)
    body = {"voice_id": HEART, "name": "Neu", "accent": "castilian", "refine": "perhaps"}
    check_error(client.post("/voices/localize", json=body), 400, "request_invalid")


def test_a_clone_that_got_better_meanwhile_is_what_counts(
    server: Running, client: httpx.Client
) -> None:
    source = hold(client, server, 4802)
    made = localize(client, source["id"])
    before, _ = stored(client, source)
    assert stored(client, made) == (2 * before, False)
    release(server, 4802)
    wait_for(lambda: state(client, made) == "done")
    after, _ = stored(client, source)
    assert after > before
    assert stored(client, made) == (2 * after, True)


def test_without_its_source_a_voice_stays_as_it_is(server: Running, client: httpx.Client) -> None:
    source = clone(client, "Ada")
    hold(client, server, 4803)
    made, unwanted = localize(client, source), localize(client, HEART)
    pitch = stored(client, made)
    for gone in (source, unwanted["id"]):
        assert client.delete(f"/voices/{gone}").status_code == 204
    release(server, 4803)
    wait_for(lambda: state(client, made) == "incomplete")
    assert refinement(client, made)["error"]["code"] == "refinement_source_missing"
    assert stored(client, made) == pitch
    assert client.get(f"/voices/{unwanted['id']}").status_code == 404
    assert server.services.library.refinements.unfinished() == []


def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, engine=ENGINE) as server:
        key = server.key()
        with server.client(key) as client:
            held = hold(client, server, 4804)
            made = localize(client, HEART)
    with running(tmp_path, engine=ENGINE) as server, server.client(key) as client:
        assert state(client, made) in ("waiting", "running", "interrupted")
        release(server, 4804)
        wait_for(lambda: state(client, made) == "done")
        assert stored(client, made) == (400.0, True)
        assert state(client, held) == "done"
