"""Refinement of clones over HTTP: the answer, the state, setting aside, deleting, failing."""

import threading
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import (
    Running,
    form,
    refinement,
    release,
    running,
    speech,
    state,
    wait_for,
    wav,
)

from menura.library.refinements import NewRefinement
from menura.library.store import Library
from menura.library.voices import NewVoice
from menura.models.states import load
from menura.settings import Settings

HEART = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"


def post(client: httpx.Client, frames: int = 4800, **fields: str) -> dict[str, Any]:
    answer = client.post("/voices/clone", data=form(**fields), files={"clip": wav(frames)})
    assert answer.status_code == 200, answer.text
    voice: dict[str, Any] = answer.json()
    return voice


def pitch(server: Running, key: str, voice: dict[str, Any]) -> float:
    """The pitch of the voice's stored state, which the engine makes from the clip's length."""
    library = server.services.library
    found = library.keys.find(key)
    assert found is not None
    path = library.voices.ref(library.voices.get(found.organisation_id, voice["id"])).state
    assert path is not None
    return float(load(path).tensors["pitch"][0])


def test_the_answer_comes_with_the_first_voice_and_better_ones_follow(server: Running) -> None:
    key = server.key()
    with server.client(key) as client:
        voice = post(client, 4811, transcript="[refine-hold]")
        assert voice["refinement"]["state"] == "running"
        assert voice["refinement"]["score"] == 0.5
        wait_for(lambda: refinement(client, voice)["progress"] == 0.3)
        assert refinement(client, voice)["eta_seconds"] >= 0
        assert pitch(server, key, voice) == 111
        assert len(server.leftovers()) == 1, "the clip is kept until the refinement is over"
        assert client.post("/tts/bytes", json=speech(voice=voice["id"])).status_code == 200
        listed = client.get("/voices", params={"is_owner": "true"}).json()["data"]
        assert listed[0]["refinement"]["state"] == "running"

        joined = post(client, 4811, transcript="[refine-hold]")
        assert joined["id"] == voice["id"], "the same upload joins, and does not wait"

        release(server, 4811)
        wait_for(lambda: state(client, voice) == "done")
        done = {"state": "done", "progress": 1.0, "eta_seconds": None, "score": 0.9, "error": None}
        assert refinement(client, voice) == done
        assert pitch(server, key, voice) == 211
        assert client.post("/tts/bytes", json=speech(voice=voice["id"])).status_code == 200
        assert server.leftovers() == []


def test_waiting_for_the_best_voice_and_doing_without(server: Running) -> None:
    key = server.key()
    with server.client(key) as client:
        whole = post(client, 4812, transcript="[refine]", refine="wait")
        assert (whole["refinement"]["state"], whole["refinement"]["score"]) == ("done", 0.9)
        assert pitch(server, key, whole) == 312
        first = post(client, 4812, transcript="[refine]", refine="off")
        assert (first["refinement"]["state"], first["refinement"]["score"]) == ("off", 0.5)
        assert pitch(server, key, first) == 112
        worse = post(client, 4812, transcript="[refine-worse]", refine="wait")
        assert (worse["refinement"]["state"], worse["refinement"]["score"]) == ("done", 0.5)
        assert pitch(server, key, worse) == 112, "a lower score never replaces a higher one"
        assert server.leftovers() == []
        refused = client.post(
            "/voices/clone", data=form(refine="perhaps"), files={"clip": wav(4812)}
        )
        assert refused.json()["error_code"] == "request_invalid"
        assert "background" in refused.json()["remedy"]
        assert "refinement" not in client.get(f"/voices/{HEART}").json()


def test_deleting_a_voice_ends_its_refinement(server: Running) -> None:
    with server.client() as client:
        voice = post(client, 4813, transcript="[refine-hold]")
        assert client.delete(f"/voices/{voice['id']}").status_code == 204
        wait_for(lambda: server.services.pool.cloning.busy == 0)
        assert server.leftovers() == []
        assert not list((server.settings.data / "voices").glob(f"{voice['id']}*"))
        again = post(client, 4813, transcript="[refine-hold]", refine="off")
        assert again["id"] != voice["id"]


def test_a_new_clip_does_not_wait_for_refinements(server: Running) -> None:
    with server.client() as client:
        voices = []
        for frames in (4814, 4815, 4816):
            # Each would hold the worker for ever if it were not set aside for the next one.
            voices.append(post(client, frames, transcript="[refine-hold]"))
            wait_for(partial(server.noted, f"refine [refine-hold] {frames}"))
        wait_for(lambda: [state(client, voice) for voice in voices[:2]] == ["waiting"] * 2)
        assert state(client, voices[2]) == "running"
        release(server, 4814, 4815, 4816)
        wait_for(lambda: all(state(client, voice) == "done" for voice in voices))
        assert {refinement(client, voice)["score"] for voice in voices} == {0.9}
        turns = [line.split()[2] for line in server.noted("refine [refine-hold] 481")]
        order = [turn for turn in turns if turn in ("4814", "4815", "4816")]
        assert order == ["4814", "4815", "4816", "4814", "4815"], "the oldest goes on first"
        assert server.leftovers() == []


def test_a_client_that_waits_for_all_is_answered_although_others_come(server: Running) -> None:
    key = server.key()
    answers = []

    def wait_for_all() -> None:
        with server.client(key) as patient:
            answers.append(post(patient, 4817, transcript="[refine-hold]", refine="wait"))

    thread = threading.Thread(target=wait_for_all)
    thread.start()
    wait_for(lambda: server.noted("refine [refine-hold] 4817"))
    with server.client(key) as client:
        other = post(client, 4818, transcript="[refine-hold]")
        assert not answers
        release(server, 4817, 4818)
        thread.join()
        assert (answers[0]["refinement"]["state"], answers[0]["refinement"]["score"]) == (
            "done",
            0.9,
        )
        wait_for(lambda: state(client, other) == "done")


def test_failures_leave_a_usable_voice(server: Running) -> None:
    with server.client() as client:
        once = post(client, 4820, transcript="[refine-crash-once]", refine="wait")
        assert (once["refinement"]["state"], once["refinement"]["score"]) == ("done", 0.9)
        for transcript, code in (
            ("[refine-fail]", "audio_odd"),
            ("[refine-crash]", "refinement_crashed"),
        ):
            voice = post(client, 4820, transcript=transcript, refine="wait")
            shown = voice["refinement"]
            assert (shown["state"], shown["score"]) == ("failed", 0.5)
            assert shown["error"]["code"] == code
            assert shown["error"]["sentence"]
            assert shown["error"]["remedy"]
            assert client.post("/tts/bytes", json=speech(voice=voice["id"])).status_code == 200
        assert len(server.noted("refine [refine-crash] ")) == 2, "it was tried again once"
        assert server.leftovers() == []


def test_a_voice_whose_clip_is_gone_stays_as_it_is(tmp_path: Path) -> None:
    library = Library(Settings(data=tmp_path))
    mine = library.organisations.default().id
    request = {"organisation_id": mine, "clip_digest": "", "name": "Ada", "locale": "en-US"}
    kept = NewRefinement("running", 0.5, "gone.upload", request)
    new = NewVoice("Ada", "en-US", "menura-1-2026-11", refinement=kept)
    voice = {"id": library.voices.add(mine, new, b"state").id}
    key = library.keys.create().secret
    library.close()
    with running(tmp_path, refine="off") as server, server.client(key) as client:
        wait_for(lambda: server.services.pool.state.ready)
        shown = refinement(client, voice)
        assert (shown["state"], shown["score"]) == ("incomplete", 0.5)
        assert shown["error"]["code"] == "refinement_clip_missing"
        made = post(client, transcript="[refine]")
        assert made["refinement"]["state"] == "off", "the setting counts where the form is silent"


@pytest.mark.parametrize("refine", ["wait", "background"])
def test_the_setting_names_what_is_accepted(refine: str) -> None:
    assert Settings(refine=refine).refine == refine
    with pytest.raises(ValueError, match="pattern"):
        Settings(refine="perhaps")
