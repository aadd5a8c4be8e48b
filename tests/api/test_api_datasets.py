"""Datasets over HTTP: made, filled by the official SDK, reported on, corrected and deleted."""

import io
import json
import os
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cartesia
import httpx
import numpy as np
import pytest
from serving import Running, check_error, running, wait_for, wav

from menura.work.pool import CLONE_NICENESS

RATE = 16000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("data")
    with running(
        data, engine="tiny_preparer:TinyPreparer", max_dataset_file_bytes=1_000_000
    ) as server:
        yield server


def recording(container: str, codec: str, seconds: float = 7.0, pitch: int = 200) -> bytes:
    """A tone in a container of FFmpeg's."""
    import av

    rate = 48000 if codec == "libopus" else RATE
    times = np.arange(round(seconds * rate)) / rate
    samples = (0.3 * np.sin(2 * np.pi * pitch * times) * 32767).astype(np.int16)
    whole = io.BytesIO()
    with av.open(whole, "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=rate)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.codec_context.format, "mono", rate)
        fifo = av.AudioFifo()
        for part in resampler.resample(frame):
            fifo.write(part)
        size = stream.codec_context.frame_size or 1024
        while (chunk := fifo.read(size, partial=True)) is not None:
            for packet in stream.encode(chunk):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
    return whole.getvalue()


FORMATS = {
    "a.wav": ("wav", "pcm_s16le"),
    "b.mp3": ("mp3", "libmp3lame"),
    "c.flac": ("flac", "flac"),
    "d.m4a": ("mp4", "aac"),
    "e.ogg": ("ogg", "libopus"),
    "f.webm": ("webm", "libopus"),
}


def make(client: httpx.Client, name: str = "Ada") -> str:
    """Makes a dataset and returns its id."""
    answer = client.post("/datasets/", json={"name": name, "description": ""})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def upload(client: httpx.Client, dataset: str, data: bytes, name: str = "a.wav") -> httpx.Response:
    """Adds a recording."""
    answer = client.post(
        f"/datasets/{dataset}/files", files={"file": (name, data)}, data={"purpose": "fine_tune"}
    )
    assert answer.status_code == 204, answer.text
    return answer


def ready(client: httpx.Client, dataset: str) -> dict[str, Any]:
    """The report once every recording is prepared."""
    while True:
        found: dict[str, Any] = client.get(f"/datasets/{dataset}/report").json()
        if found["ready"]:
            return found
        time.sleep(0.1)


def test_the_sdk_fills_a_dataset_in_every_format(server: Running) -> None:
    with cartesia.Cartesia(
        api_key=server.key(),
        base_url=server.url,
        http_client=httpx.Client(verify=False, timeout=120),
    ) as sdk:
        dataset = sdk.datasets.create(name="Ada", description="")
        for name, (container, codec) in FORMATS.items():
            data = recording(container, codec)
            sdk.datasets.files.upload(dataset.id, file=(name, data), purpose="fine_tune")
        sdk.datasets.files.upload(
            dataset.id, file=("broken.mp3", b"ID3" + bytes(300)), purpose="fine_tune"
        )
        listed = list(sdk.datasets.files.list(dataset.id, limit=3))
        assert [file.filename for file in listed] == ["broken.mp3", *sorted(FORMATS, reverse=True)]
        assert all(file.size and file.id.startswith("file_") for file in listed)
        with httpx.Client(
            base_url=server.url, headers={"X-API-Key": sdk.api_key or ""}, verify=False
        ) as client:
            found = ready(client, dataset.id)
        files = {file["filename"]: file for file in found["files"]}
        broken = files.pop("broken.mp3")
        assert broken["verdict"] == "unusable"
        assert broken["advice"][0]["code"] in ("audio_damaged", "audio_unreadable")
        assert broken["advice"][0]["remedy"]
        for file in files.values():
            assert file["verdict"] == "fair", "four of seven seconds count"
            assert file["seconds_that_count"] == 4
            assert file["other_speakers_seconds"] == 2
        assert [one["target"] for one in found["speakers"]] == [True, False]
        assert found["minutes_that_count"] == pytest.approx(6 * 4 / 60)
        assert found["languages"] == {"en": pytest.approx(0.4)}
        assert not found["enough"]
        assert found["advice"][0]["code"] == "dataset_too_short"
        sdk.datasets.update(dataset.id, name="Ada B.", description="all of it")
        again = sdk.datasets.retrieve(dataset.id)
        assert (again.name, again.description) == ("Ada B.", "all of it")
        assert [one.id for one in sdk.datasets.list()] == [dataset.id]
        sdk.datasets.files.delete(listed[0].id, id=dataset.id)
        assert len(list(sdk.datasets.files.list(dataset.id))) == 6
        sdk.datasets.delete(dataset.id)
        assert not list(sdk.datasets.list())
    assert not list((server.settings.data / "datasets").iterdir())
    assert not server.leftovers()
    lower = min(os.nice(0) + CLONE_NICENESS, 19)
    assert {line.split()[-1] for line in server.noted("prepare file")} == {str(lower)}


def test_the_same_recording_is_kept_once(client: httpx.Client, server: Running) -> None:
    dataset, data = make(client), recording("wav", "pcm_s16le", pitch=210)
    first = upload(client, dataset, data)
    assert "menura-duplicate" not in first.headers
    ready(client, dataset)
    again = upload(client, dataset, data, "b.wav")
    assert again.headers["menura-duplicate"] == "true"
    assert again.headers["cartesia-file-id"] == first.headers["cartesia-file-id"]
    (file,) = ready(client, dataset)["files"]
    assert (file["filename"], file["duplicates"]) == ("a.wav", 1)
    prepared = len(server.noted("prepare file"))
    other = make(client, "another")
    upload(client, other, data)
    (file,) = ready(client, other)["files"]
    assert (file["seconds_that_count"], file["duplicates"]) == (4, 0)
    assert len(server.noted("prepare file")) == prepared, "nothing is done twice"
    client.delete(f"/datasets/{dataset}")
    (one, *_) = client.get(f"/datasets/{other}/utterances").json()["data"]
    assert client.get(f"/datasets/{other}/utterances/{one['id']}/audio").status_code == 200


def test_utterances_are_seen_heard_corrected_and_left_out(client: httpx.Client) -> None:
    dataset = make(client)
    upload(client, dataset, recording("wav", "pcm_s16le", pitch=220))
    ready(client, dataset)
    address = f"/datasets/{dataset}/utterances"
    first, noisy, other = client.get(address).json()["data"]
    assert [one["counts"] for one in (first, noisy, other)] == [True, False, False]
    assert (noisy["problem"], other["speaker"]) == ("noise", 1)
    page = client.get(address, params={"limit": 1, "starting_after": first["id"]}).json()
    assert ([one["id"] for one in page["data"]], page["has_more"]) == ([noisy["id"]], True)
    page = client.get(address, params={"limit": 1, "ending_before": other["id"]}).json()
    assert page["data"][0]["id"] == noisy["id"]
    assert client.get(address, params={"starting_after": other["id"]}).json()["data"] == []

    with wave.open(io.BytesIO(client.get(f"{address}/{first['id']}/audio").content)) as heard:
        assert (heard.getframerate(), heard.getnframes()) == (24000, 96000)

    changed = client.patch(f"{address}/{first['id']}", json={"transcript": "Good morning."})
    assert (changed.json()["transcript"], changed.json()["heard"]) == ("Good morning.", "words 0")
    assert client.patch(f"{address}/{first['id']}", json={"excluded": True}).json()["counts"] is (
        False
    )
    assert client.patch(f"{address}/{noisy['id']}", json={"excluded": False}).json()["counts"]
    assert client.get(f"/datasets/{dataset}").json()["seconds"] == 1
    back = client.patch(f"{address}/{first['id']}", json={"transcript": None, "excluded": None})
    assert (back.json()["transcript"], back.json()["counts"]) == ("words 0", True)
    answer = client.patch(f"{address}/{first['id']}", json={"transcript": " "})
    check_error(answer, 400, "transcript_invalid")
    check_error(client.get(f"{address}/utterance_x/audio"), 404, "utterance_not_found")


def test_another_speaker_can_be_chosen(client: httpx.Client) -> None:
    dataset = make(client)
    upload(client, dataset, recording("wav", "pcm_s16le", pitch=230))
    ready(client, dataset)
    assert client.patch(f"/datasets/{dataset}", json={"speaker": 1}).status_code == 204
    assert client.get(f"/datasets/{dataset}").json()["seconds"] == 2
    assert client.get(f"/datasets/{dataset}").json()["name"] == "Ada"
    upload(client, dataset, recording("wav", "pcm_s16le", pitch=240))
    ready(client, dataset)
    wait_for(lambda: client.get(f"/datasets/{dataset}").json()["seconds"] == 4)
    answer = client.patch(f"/datasets/{dataset}", json={"speaker": 7})
    check_error(answer, 400, "speaker_not_found")
    assert client.patch(f"/datasets/{dataset}", json={"speaker": None}).status_code == 204
    assert client.get(f"/datasets/{dataset}").json()["seconds"] == 8


def test_a_file_is_deleted_while_it_is_prepared(client: httpx.Client, server: Running) -> None:
    hold = server.settings.data / "hold-preparation"
    hold.touch()
    try:
        dataset = make(client)
        sent = upload(client, dataset, recording("wav", "pcm_s16le", pitch=250))
        file = sent.headers["cartesia-file-id"]

        def progress() -> float:
            return float(client.get(f"/datasets/{dataset}/report").json()["files"][0]["progress"])

        wait_for(lambda: progress() == 0.5)
        shown = client.get(f"/datasets/{dataset}/report").json()["files"][0]
        assert (shown["stage"], shown["verdict"]) == ("transcribe", "pending")
        assert shown["report"]["container"] == "wav", "told before the utterances"
        over = len(server.noted("prepare over"))
        assert client.delete(f"/datasets/{dataset}/files/{file}").status_code == 204
        wait_for(lambda: len(server.noted("prepare over")) > over)
    finally:
        hold.unlink()
    folder = server.settings.data / "datasets"
    wait_for(lambda: not [path for path in folder.iterdir() if path.name.startswith(file)])
    check_error(client.delete(f"/datasets/{dataset}/files/{file}"), 404, "file_not_found")


def test_a_worker_that_dies_is_replaced(client: httpx.Client, server: Running) -> None:
    (server.settings.data / "crash-preparation").touch()
    dataset = make(client)
    upload(client, dataset, recording("wav", "pcm_s16le", pitch=260))
    assert ready(client, dataset)["files"][0]["verdict"] == "fair"


def test_a_server_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    hold = tmp_path / "hold-preparation"
    hold.touch()
    engine = "tiny_preparer:TinyPreparer"
    with running(tmp_path, engine=engine) as server:
        key = server.key()
        with server.client(key) as client:
            dataset = make(client)
            upload(client, dataset, wav(24000 * 7))
            wait_for(lambda: server.noted("prepare file"))
    hold.unlink()
    with running(tmp_path, engine=engine) as server, server.client(key) as client:
        assert ready(client, dataset)["files"][0]["seconds_that_count"] == 4


@pytest.mark.parametrize(
    ("data", "files", "code"),
    [
        ({"purpose": "fine_tune"}, {"other": b"x"}, "field_missing"),
        ({"purpose": "fine_tune"}, {"file": b""}, "file_empty"),
        ({"purpose": "fun"}, {"file": b"x"}, "file_purpose_invalid"),
    ],
)
def test_bad_recordings_are_refused(
    client: httpx.Client,
    server: Running,
    data: dict[str, str],
    files: dict[str, bytes],
    code: str,
) -> None:
    dataset = make(client)
    check_error(client.post(f"/datasets/{dataset}/files", data=data, files=files), 400, code)
    assert client.get(f"/datasets/{dataset}/files").json()["data"] == []
    assert not server.leftovers()


def test_too_large_a_recording_is_refused(client: httpx.Client, server: Running) -> None:
    dataset = make(client)
    big = {"file": bytes(1_500_000)}
    check_error(client.post(f"/datasets/{dataset}/files", files=big), 413, "upload_too_large")
    check_error(client.post("/datasets/dataset_x/files", files=big), 404, "dataset_not_found")
    assert not server.leftovers()


def test_datasets_are_paged(client: httpx.Client) -> None:
    made = [make(client, f"set {number}") for number in range(3)]
    page = client.get("/datasets", params={"limit": 2}).json()
    assert [one["id"] for one in page["data"]] == made[:0:-1]
    assert (page["has_more"], page["next_page"]) == (True, made[1])
    rest = client.get("/datasets/", params={"starting_after": made[1]}).json()
    assert [one["id"] for one in rest["data"]] == made[:1]
    assert client.get("/datasets", params={"starting_after": made[0]}).json()["data"] == []
    check_error(client.get("/datasets", params={"limit": 0}), 400, "request_invalid")
    assert json.loads(client.get("/openapi.json").text)["paths"]["/datasets/{dataset_id}/report"]
