"""A fine-tune as it goes on, and what is told of it in the end."""

import io

import numpy as np
import pytest
import soundfile
from fine_tune_side import Side, release
from numpy.typing import NDArray
from serving import Running, check_error
from test_api_datasets import ready, recording, upload
from tiny_pro import AFTER, BEFORE


@pytest.fixture(scope="module")
def server(pro_server: Running) -> Running:
    return pro_server.afresh()


def test_events_tell_what_was_and_what_comes(side: Side, server: Running) -> None:
    made = side.begun(side.dataset("[hold training]", "two"))
    side.reaches(made, "training")
    told = []
    for kind, data, identity in side.events(made):
        told.append((kind, data, identity))
        if data["stage"] == "training":
            release(server.settings.data, "training")
    kinds = [kind for kind, _, _ in told]
    assert kinds == ["progress"] * (len(told) - 1) + ["completed"]
    events = [data for _, data, _ in told[:-1]]
    stages = list(dict.fromkeys(one["stage"] for one in events))
    assert stages[0] == "waiting"
    assert stages[-1] == "done"
    shares = [one["progress"] for one in events]
    assert shares == sorted(shares)
    assert any(one["losses"] for one in events)
    assert any(one["scores"].get("likeness") for one in events)
    last = told[-1][1]
    assert (last["id"], last["status"]) == (made, "completed")

    numbers = [identity for _, _, identity in told if identity is not None]
    half = numbers[len(numbers) // 2]
    rest = list(side.events(made, after=half))
    assert [identity for _, _, identity in rest] == numbers[numbers.index(half) + 1 :]
    path, heard = f"/fine-tunes/{made}/events", {"Last-Event-ID": numbers[-1]}
    assert side.client.get(path, headers=heard).status_code == 204, "no browser asks again"
    odd = side.client.get(path, headers={"Last-Event-ID": "odd"})
    check_error(odd, 400, "last_event_id_invalid")
    check_error(side.client.get("/fine-tunes/x/events"), 404, "fine_tune_not_found")


def test_events_go_on_after_a_retry_and_end_with_the_fine_tune(side: Side) -> None:
    made = side.begun(side.dataset("[hold judging]", "two"))
    side.reaches(made, "judging")
    side.client.post(f"/fine-tunes/{made}/cancel")
    *_, (kind, data, identity) = side.events(made)
    assert (kind, data["error"]["code"]) == ("failed", "cancelled")
    side.client.post(f"/fine-tunes/{made}/retry")
    seen = []
    for kind, data, _ in side.events(made, after=identity):
        seen.append(kind)
        if kind == "progress" and data["stage"] == "judging":
            assert data["attempt"] == 2
            side.client.delete(f"/fine-tunes/{made}")
    assert seen[-1] == "deleted"


def test_the_report_has_figures_curves_and_sounds(side: Side) -> None:
    dataset = side.library.datasets.add(side.id, "Ada").id
    for pitch in (300, 310):
        upload(side.client, dataset, recording("flac", "flac", pitch=pitch), f"{pitch}.flac")
    ready(side.client, dataset)
    made = side.begun(dataset)
    empty = side.client.get(f"/fine-tunes/{made}/report").json()
    assert empty["clips"] == []
    assert side.over(made)["status"] == "completed"
    found = side.client.get(f"/fine-tunes/{made}/report").json()
    assert (found["status"], found["speech_seconds"]) == ("completed", 8)
    assert found["figures"]["steps"] == 3
    assert not [name for name in found["figures"] if name.startswith("voice_")]
    scores = [point["scores"]["likeness"] for point in found["curve"] if point["scores"]]
    assert scores == sorted(scores)
    assert len(scores) >= 3
    voices = {v["id"]: v for v in side.client.get(f"/fine-tunes/{made}/voices").json()["data"]}
    assert [clip["number"] for clip in found["clips"]] == [1, 2, 3, 4]
    for clip in found["clips"]:
        assert voices[clip["voice"]]["name"] == f"Ada, {clip['name']}"
        assert (clip["transcript"], clip["end"] - clip["start"]) == ("words 0", 4)
        assert clip["filename"] in ("300.flac", "310.flac")
        assert len(heard(side, clip["audio_url"])) == 4 * 24000
    missing = side.client.get(f"/fine-tunes/{made}/clips/5/audio")
    check_error(missing, 404, "clip_not_found")

    address = f"/fine-tunes/{made}/samples"
    assert [sample["number"] for sample in found["samples"]] == [1, 2]
    for sample in found["samples"]:
        assert (sample["transcript"], sample["end"] - sample["start"]) == ("words 0", 4)
        assert (sample["instant_scores"], sample["tuned_scores"]) == (BEFORE, AFTER)
        for sound, seconds in (("recording", 4), ("instant", 0.5), ("tuned", 1)):
            assert sample[f"{sound}_url"].endswith(f"{address}/{sample['number']}/{sound}")
            assert len(heard(side, sample[f"{sound}_url"])) == seconds * 24000
    peak = np.abs(heard(side, found["clips"][0]["audio_url"])).max()
    louder = np.abs(heard(side, found["samples"][0]["recording_url"])).max()
    assert louder == pytest.approx(min(2 * peak, 1), rel=0.01), "all are equally loud"
    check_error(side.client.get(f"{address}/3/tuned"), 404, "sample_not_found")
    check_error(side.client.get(f"{address}/1/stock"), 400, "request_invalid")
    side.client.delete(f"/voices/{found['clips'][0]['voice']}")
    side.client.delete(f"/datasets/{dataset}")
    found = side.client.get(f"/fine-tunes/{made}/report").json()
    assert [clip["voice"] is None for clip in found["clips"]] == [True, False, False, False]
    assert {clip["audio_url"] for clip in found["clips"]} == {None}
    gone = side.client.get(f"/fine-tunes/{made}/clips/2/audio")
    check_error(gone, 404, "clip_not_found")
    assert {sample["recording_url"] for sample in found["samples"]} == {None}
    check_error(side.client.get(f"{address}/1/recording"), 404, "sample_not_found")
    assert len(heard(side, found["samples"][0]["tuned_url"])) == 24000, "it stays with the model"


def heard(side: Side, address: str) -> NDArray[np.float32]:
    """A sound of 24 kHz."""
    answer = side.client.get(address)
    assert answer.status_code == 200, answer.text
    audio, rate = soundfile.read(io.BytesIO(answer.content), dtype="float32")
    assert (answer.headers["content-type"], rate) == ("audio/wav", 24000)
    return np.asarray(audio)
