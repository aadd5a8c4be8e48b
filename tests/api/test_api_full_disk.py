"""A disk that is full: for an upload, a preparation, the weights of a fine-tune, the database."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fine_tune_side import Side, release
from serving import Running, check_error, running, wait_for
from small_disk import SmallDisk, small_disk
from starlette.requests import Request
from starlette.types import Message
from test_api_datasets import make, ready, recording

from menura.api.multipart import receive_form

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    with small_disk(tmp_path_factory.mktemp("disks") / "small", 24) as disk:
        yield disk


@pytest.fixture(scope="module")
def server(disk: SmallDisk) -> Iterator[Running]:
    data = disk.folder / "data"
    with running(data, engine="tiny_filler:TinyFiller", least_tune_seconds=6.0) as server:
        yield server


@pytest.fixture(autouse=True)
def _cleared(disk: SmallDisk) -> Iterator[None]:
    yield
    disk.clear()


def names(folder: Path) -> list[str]:
    """Files in a folder and below."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def send(side: Side, dataset: str, data: bytes) -> Any:  # noqa: ANN401 - a response
    """Uploads a recording."""
    return side.client.post(f"/datasets/{dataset}/files", files={"file": ("a.flac", data)})


def test_an_upload_that_does_not_fit_is_refused_whole(
    server: Running, side: Side, disk: SmallDisk
) -> None:
    dataset = make(side.client)
    disk.fill(MEGABYTE)
    for data in (bytes(2 * MEGABYTE), bytes(MEGABYTE + 5000)):
        answer = send(side, dataset, data)
        body = check_error(answer, 507, "disk_full")
        assert "Make room" in body["remedy"]
        assert answer.headers["x-should-retry"] == "false"
    assert not server.leftovers()
    assert names(server.settings.data / "datasets") == []
    disk.clear()
    assert send(side, dataset, recording("flac", "flac")).status_code == 204
    ready(side.client, dataset)


def test_the_end_of_an_upload_is_not_lost_unnoticed(disk: SmallDisk) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n%s\r\n--x--' % bytes(5000)

    async def receive() -> Message:
        return {"type": "http.request", "body": form}

    async def upload(folder: Path) -> int:
        headers = [(b"content-type", b"multipart/form-data; boundary=x")]
        request = Request({"type": "http", "headers": headers}, receive)
        async with receive_form(request, folder, ("file",), MEGABYTE) as received:
            return received.files["file"].path.stat().st_size

    disk.fill(4096)
    try:
        # So little waits in memory until its file is closed.
        with pytest.raises(OSError, match="No space left"):
            asyncio.run(upload(disk.folder))
        assert [path.name for path in disk.folder.iterdir() if path.is_file()] == ["ballast"]
    finally:
        disk.clear()
    assert asyncio.run(upload(disk.folder)) == 5000


def test_a_preparation_that_does_not_fit_fails_until_there_is_room(
    server: Running, side: Side, disk: SmallDisk
) -> None:
    dataset = make(side.client)
    # Decoded, it has 5.8 MB.
    data = recording("flac", "flac", seconds=60.0, pitch=320)
    before = names(server.settings.data / "datasets")
    disk.fill(len(data) + 2 * MEGABYTE)
    identity = send(side, dataset, data).headers["cartesia-file-id"]

    def advice() -> Any:  # noqa: ANN401 - JSON
        return side.client.get(f"/datasets/{dataset}/files").json()["data"][0]["advice"]

    wait_for(advice)
    (told,) = advice()
    assert told["code"] == "disk_full"
    assert "Make room" in told["remedy"]
    assert names(server.settings.data / "datasets") == sorted([*before, identity])
    disk.clear()
    again = send(side, dataset, data)
    assert (again.status_code, again.headers["menura-duplicate"]) == (204, "true")
    ready(side.client, dataset)
    assert advice() == []


def test_weights_that_do_not_fit_fail_until_there_is_room(
    server: Running, side: Side, disk: SmallDisk
) -> None:
    data = server.settings.data
    dataset = side.dataset()
    disk.fill(2 * MEGABYTE)
    made = side.begun(dataset)
    over = side.over(made)
    assert (over["status"], over["error"]["code"]) == ("failed", "disk_full")
    assert "Make room" in over["error"]["remedy"]
    left = names(data / "tuning" / made)
    assert "checkpoint" in left
    assert not [name for name in left if name.endswith(".part")]
    assert not [*names(data / "adapters"), *names(data / "voices")]
    disk.clear()
    assert side.client.post(f"/fine-tunes/{made}/retry").status_code == 200
    assert side.over(made)["status"] == "completed"
    assert " from 3 " in server.noted("tune 2")[-1], "it was not trained again"
    assert len(names(data / "adapters")) == 1
    assert len(names(data / "voices")) == 4


def test_a_database_that_cannot_grow_is_waited_for(
    server: Running, side: Side, disk: SmallDisk
) -> None:
    made = side.begun(side.dataset("[hold judging]", "two"))
    side.reaches(made, "judging")
    disk.fill()
    check_error(side.client.post("/datasets", json={"name": "x" * 200}), 507, "disk_full")
    assert side.show(made)["status"] == "training"
    release(server.settings.data, "judging")
    wait_for(lambda: server.services.pool.tuning.busy == 0)
    assert side.show(made)["status"] == "training", "there was no room for the reason"
    disk.clear()
    over = side.over(made)
    assert (over["status"], over["attempts"]) == ("completed", 1), "it went on by itself"
