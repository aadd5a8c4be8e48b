"""Fine-tunes in real worker processes that are killed, stopped, cancelled and run out of things."""

import errno
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from server_process import process
from tiny_engine import INFO, events
from tiny_tuner import STAGES
from training_runs import MILLION, Place, code, model, over, spent, trained, until

from menura.api import training
from menura.api.metering import Meter
from menura.api.training import Trainer
from menura.library.paging import Window
from menura.library.tables import Dataset
from menura.models.states import load
from menura.work.pool import TUNE_NICENESS, WorkerPool

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    place = Place(tmp_path_factory.mktemp("shared") / "data")
    # Only its worker for training is ever started.
    place.pool = WorkerPool(place.settings, engine="tiny_tuner:TinyTuner")
    lane = place.pool.tuning
    lane.options = replace(lane.options, idle_seconds=None)
    yield place
    await place.pool.stop()
    place.library.close()


@pytest.fixture
def place(shared: Place) -> Iterator[Place]:
    shared.owner = shared.library.organisations.create("test").id
    shared.begun = len(events(shared.settings).lines)
    yield shared
    for row in shared.store.list(shared.owner, Window()).rows:
        shared.store.delete(shared.owner, row.id)
    for pattern in ("release-*", "crashed-*", "full"):
        for path in shared.settings.data.glob(pattern):
            path.unlink()


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLL_SECONDS", "RETRY_SECONDS", "IDLE_SECONDS", "LISTEN_SECONDS"):
        monkeypatch.setattr(training, name, 0.1)


def nothing_left(place: Place) -> bool:
    return not (place.files("adapters") or place.files("voices"))


async def test_a_fine_tune_is_trained_stored_and_paid(place: Place) -> None:
    dataset = place.dataset()
    place.break_recording(dataset)
    row = place.ask(dataset)
    async with trained(place):
        done = await over(place, row)
        await until(lambda: place.files("tuning") == [] and spent(place) == MILLION)
    assert (done.status, done.stage, done.seconds, done.error) == ("completed", "done", 8.0, None)
    assert done.report == {"steps": 3.0, "begun": 0.0}
    pitches = [
        float(load(state).tensors["pitch"][0])
        for voice in place.voices(row)
        if (state := place.library.voices.ref(voice).state) is not None
    ]
    assert sorted(pitches) == [200.0, 201.0, 202.0, 203.0], "two utterances, the broken file none"
    told = place.store.events(place.owner, row.id)
    stages = list(dict.fromkeys(one.stage for one in told))
    assert stages == ["waiting", "loading", *STAGES, "saving", "done"]
    judged = [one.scores for one in told if one.stage == "judging" and one.scores]
    assert judged == [{"likeness": 0.755}]
    assert any(one.losses for one in told)
    (begun,) = [line for line in place.noted() if line.startswith("tune 2 from 0 seed 0 nice ")]
    assert int(begun.split()[-1]) >= TUNE_NICENESS


def reached(place: Place, stage: str, times: int) -> bool:
    return place.count(f"stage {stage}") == times


async def test_a_worker_killed_in_each_stage_loses_no_more_than_that(place: Place) -> None:
    row = place.ask(place.dataset(*(f"[hold {stage}]" for stage in STAGES)))
    async with trained(place):
        for stage in STAGES:
            await until(partial(reached, place, stage, 1))
            assert place.pool.tuning.process_id is not None
            os.kill(place.pool.tuning.process_id, signal.SIGKILL)
            await until(partial(reached, place, stage, 2))
            assert place.now(row).status == "training"
            place.tell(f"release-{stage}")
        done = await over(place, row)
        await until(lambda: spent(place) == MILLION)
    assert done.status == "completed"
    begun = [begun for _, begun, _ in place.tunings()]
    assert begun == ["0", "0", "1", "2", "3"], "each goes on from the last checkpoint"
    assert len(place.voices(row)) == 4


async def test_a_worker_that_dies_again_and_again_is_given_up(place: Place) -> None:
    row = place.ask(place.dataset("[crash-once aligning]", "[crash training]"))
    async with trained(place):
        assert code(await over(place, row)) == "training_crashed"
    assert len(place.tunings()) == 3, "one crash was followed by progress"
    assert nothing_left(place)
    assert spent(place) == 0


async def test_a_stopped_server_goes_on_where_it_was(place: Place) -> None:
    row = place.ask(place.dataset("[hold judging]", "two"))
    async with trained(place):
        await until(lambda: place.count("stage judging"))
    held = place.now(row)
    assert (held.status, held.worker) == ("training", None), "the next server has it at once"
    place.tell("release-judging")
    async with trained(place):
        assert (await over(place, row)).status == "completed"
    assert [begun for _, begun, _ in place.tunings()] == ["0", "2"]


async def test_a_killed_server_is_noticed(place: Place) -> None:
    row = place.ask()
    gone = Trainer(place.library, place.settings, None, model, None)  # type: ignore[arg-type]
    node, _, token = gone.worker.split(":")
    # No process has so high a number on any system that tests run on.
    assert place.queue.claim(f"{node}:99999999:{token}", gone.device) is not None
    async with trained(place):
        assert (await over(place, row)).status == "completed"


async def test_a_full_disk_ends_it_and_a_retry_goes_on(place: Place) -> None:
    full = place.tell("full")
    row = place.ask(place.dataset("[full judging]", "two"))
    async with trained(place):
        assert code(await over(place, row)) == "disk_full"
        assert nothing_left(place)
        full.unlink()
        place.store.retry(place.owner, row.id)
        assert (await over(place, row)).status == "completed"
    assert [begun for _, begun, _ in place.tunings()] == ["0", "2"]


async def test_a_disk_that_is_full_for_the_result_leaves_no_half_of_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = place.ask()
    write = place.library.blobs.write

    def full(name: str, data: bytes) -> str:
        if len(place.files("voices")) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(name, data)

    monkeypatch.setattr(place.library.blobs, "write", full)
    async with trained(place):
        assert code(await over(place, row)) == "disk_full"
        assert nothing_left(place)
        assert not place.voices(row)
        monkeypatch.undo()
        place.store.retry(place.owner, row.id)
        assert (await over(place, row)).status == "completed"
    assert place.tunings()[-1] == ["2", "3", "0"], "it was not trained again"


@pytest.mark.parametrize(
    ("what", "reason", "begun"),
    [
        ("memory training", "out_of_memory", ["0", "1"]),
        ("worse judging", "tuning_no_better", ["0", "0"]),
    ],
)
async def test_it_fails_with_the_reason(
    place: Place, what: str, reason: str, begun: list[str]
) -> None:
    row = place.ask(place.dataset(f"[{what}]", "two"))
    async with trained(place):
        assert code(await over(place, row)) == reason
        place.store.retry(place.owner, row.id)
        assert code(await over(place, row)) == reason
    assert [checkpoint for _, checkpoint, _ in place.tunings()] == begun
    seeds = [seed for _, _, seed in place.tunings()]
    assert seeds == (["0", "0"] if reason == "out_of_memory" else ["0", "1"])
    assert nothing_left(place)


async def test_an_unforeseen_error_says_nothing_secret(place: Place) -> None:
    row = place.ask(place.dataset("[fail judging]", "two"))
    async with trained(place):
        failed = await over(place, row)
    assert code(failed) == "training_crashed"
    assert "secret" not in str(failed.error)


async def test_two_are_trained_one_after_the_other(place: Place) -> None:
    first = place.ask(place.dataset("[hold training]", "two"))
    second = place.ask(place.dataset("one", "two", "three"))
    async with trained(place):
        await until(lambda: place.count("stage training"))
        seen = place.now(second)
        assert (seen.status, seen.stage) == ("created", "waiting")
        place.tell("release-training")
        assert (await over(place, second)).status == "completed"
        await until(lambda: spent(place) == 2 * MILLION)
    assert place.now(first).status == "completed"
    assert [number for number, _, _ in place.tunings()] == ["2", "3"]


async def test_it_waits_for_its_recordings_and_lets_others_go_first(place: Place) -> None:
    dataset = place.library.datasets.add(place.owner, "Bea").id
    place.wait_for_preparation(dataset, b"later")
    waits, ready = place.ask(dataset), place.ask()
    async with trained(place):
        assert (await over(place, ready)).status == "completed"
        await until(lambda: place.now(waits).stage == "listening")
        assert place.now(waits).status == "created"
        place.prepare(dataset, ("one", "two"))
        assert (await over(place, waits)).status == "completed"


@pytest.mark.parametrize("how", ["cancel", "delete"])
async def test_who_no_longer_wants_it_stops_it(place: Place, how: str) -> None:
    row = place.ask(place.dataset("[hold training]", "two"))
    async with trained(place):
        await until(lambda: place.count("stage training"))
        getattr(place.store, how)(place.owner, row.id)
        await until(lambda: place.count("tune over"))
        await until(lambda: place.pool.tuning.busy == 0)
        assert nothing_left(place)
        if how == "cancel":
            assert code(place.now(row)) == "cancelled"
            place.tell("release-training")
            place.store.retry(place.owner, row.id)
            assert (await over(place, row)).status == "completed"
            assert place.tunings()[-1] == ["2", "1", "0"]
        await until(lambda: place.files("tuning") == [])


async def test_a_worker_that_does_not_stop_is_killed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = place.ask(place.dataset("[stuck training]", "two"))
    lane = place.pool.tuning
    monkeypatch.setattr(lane, "options", replace(lane.options, kill_seconds=0.2))
    async with trained(place):
        await until(lambda: place.count("stage training"))
        place.store.cancel(place.owner, stuck.id)
        after = place.ask()
        assert (await over(place, after)).status == "completed"
    assert place.count("tune over") == 1, "the other one had no time to say so"


async def test_a_changed_dataset_is_learned_afresh(place: Place) -> None:
    dataset = place.dataset("[full judging]", "two")
    full = place.tell("full")
    row = place.ask(dataset)
    async with trained(place):
        assert code(await over(place, row)) == "disk_full"
        before = place.files(f"tuning/{row.id}")
        place.record(dataset, ("three",))
        full.unlink()
        place.store.retry(place.owner, row.id)
        assert (await over(place, row)).status == "completed"
    assert len(before) == 1
    assert place.tunings() == [["2", "0", "0"], ["3", "0", "0"]]


@pytest.mark.parametrize(
    ("transcripts", "language", "snapshot", "reason"),
    [
        (("short",), "en", INFO.snapshot, "dataset_too_short"),
        (("eins", "zwei"), "de", INFO.snapshot, "dataset_language_differs"),
        (("one", "two"), "en", "menura-0-2020-01", "base_model_differs"),
        ((), "en", INFO.snapshot, "dataset_deleted"),
    ],
)
async def test_what_cannot_be_trained_says_why(
    place: Place, transcripts: tuple[str, ...], language: str, snapshot: str, reason: str
) -> None:
    dataset = place.dataset(*transcripts, language=language)
    row = place.ask(dataset, snapshot=snapshot)
    if reason == "dataset_deleted":
        delete_anyway(place, dataset)
    async with trained(place):
        assert code(await over(place, row)) == reason
    assert not place.noted(), "no worker was asked"


def delete_anyway(place: Place, dataset: str) -> None:
    """As an administrator may do in the database, while a fine-tune waits."""
    with place.library._database.write() as session:
        found = session.get_one(Dataset, dataset)
        found.deleted_at = found.created_at


async def test_credits_are_booked_once_whatever_dies(place: Place) -> None:
    row = place.ask()
    meter = Meter(place.library)
    calls = 0

    async def dies(
        organisation_id: str, fine_tune_id: str, *, model: str, api_key_id: str | None
    ) -> None:
        nonlocal calls
        calls += 1
        book: Awaitable[None] = meter.book_fine_tune(
            organisation_id, fine_tune_id, model=model, api_key_id=api_key_id
        )
        await book
        if calls == 1:
            raise OSError("the power goes")

    async with trained(place, dies):
        await until(lambda: place.now(row).booked_at is not None)
    assert calls == 2
    assert spent(place) == MILLION


async def test_a_server_that_is_killed_goes_on_when_it_is_started(tmp_path: Path) -> None:
    place = Place(tmp_path / "data")
    row = place.ask(place.dataset("[hold judging]", "two"))
    engine, least = "tiny_tuner:TinyTuner", {"MENURA_LEAST_TUNE_SECONDS": "5"}
    with process(place.settings.data, engine, **least) as server:
        await until(lambda: place.count("stage judging"))
        server.stop(signal.SIGKILL)
    held = place.now(row)
    assert held.status == "training"
    assert held.worker, "nobody could say that it was over"
    place.tell("release-judging")
    with process(place.settings.data, engine, **least) as server:
        assert (await over(place, row)).status == "completed"
        await until(lambda: spent(place) == MILLION)
        assert server.stop() == 0
    assert place.tunings() == [["2", "0", "0"], ["2", "2", "0"]]
    assert len(place.voices(row)) == 4
    place.library.close()
