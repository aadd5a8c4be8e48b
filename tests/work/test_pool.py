"""Worker processes with a small real engine: order, room, cancelling, crashes."""

import asyncio
import errno
import os
import signal
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from tiny_engine import INFO, RATE, STOCK, events

from menura.audio.formats import OutputFormat
from menura.errors import (
    AudioError,
    BusyError,
    CancelledError,
    ModelFilesError,
    ServerError,
    TextError,
)
from menura.settings import Settings
from menura.work.jobs import CloneJob, CloneOutcome, JobProgress, SpeechJob, VoiceRef
from menura.work.pool import WorkerPool
from menura.work.process import worker_environment
from menura.work.protocol import WINDOW

RAW = OutputFormat("raw", RATE, "pcm_s16le")


def speech(text: str) -> SpeechJob:
    return SpeechJob(text, VoiceRef(stock="af_heart"), "en-US", RAW)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, threads=1, speech_queue=3, clone_queue=1)


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(settings, engine="tiny_engine:TinyEngine", together=2)
    await pool.start()
    yield pool
    await pool.stop()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"\1\0" * 4800)
    return path


async def spoken(pool: WorkerPool, text: str) -> bytes:
    return b"".join([output.data async for output in pool.speak(speech(text))])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def test_speaks_in_a_process_of_its_own(pool: WorkerPool) -> None:
    card = await pool.model()
    assert card.info == INFO
    assert card.stock == STOCK
    assert pool.state.ready
    assert pool.speech.process_id != os.getpid()
    assert len(await spoken(pool, "one two three")) == 3 * 2 * RATE // 20
    assert pool.cloning.process_id is None, "nothing was cloned, so no second model is loaded"


async def test_files_of_the_folder_it_is_started_in_are_no_modules(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wave.py").write_text("raise SystemExit('this is not the wave of Python')")
    (tmp_path / "numpy.py").write_text("raise SystemExit('this is not numpy')")
    monkeypatch.chdir(tmp_path)
    pool = WorkerPool(settings, engine="tiny_engine:TinyEngine", together=2)
    await pool.start()
    try:
        assert await spoken(pool, "one")
    finally:
        await pool.stop()


async def test_jobs_sent_before_the_model_is_loaded_wait_for_it(pool: WorkerPool) -> None:
    assert not pool.state.ready
    assert await spoken(pool, "early")


async def test_errors_cross_the_border_as_themselves(pool: WorkerPool) -> None:
    with pytest.raises(TextError, match="bad symbol") as caught:
        await spoken(pool, "[text-error]")
    assert caught.value.remedy == "Use letters."
    with pytest.raises(ServerError) as hidden:
        await spoken(pool, "word [fail]")
    assert "secret" not in hidden.value.message
    assert await spoken(pool, "still alive")


async def test_closing_the_iterator_stops_the_work(pool: WorkerPool, settings: Settings) -> None:
    endless = "[slow] " + "word " * 100_000
    async with aclosing(pool.speak(speech(endless))) as outputs:
        async for _ in outputs:
            break
    assert await spoken(pool, "next please")
    await until(lambda: bool(events(settings).of("closed [slow]")))
    assert pool.speech.busy == 0


async def test_idle_work_makes_way_for_jobs(pool: WorkerPool, settings: Settings) -> None:
    idle = settings.data / "idle"
    idle.touch()

    def at_it() -> bool:
        return events(settings).of("idle")[-1:] == ["idle"]

    assert await spoken(pool, "first")
    await until(at_it)
    assert await spoken(pool, "second")
    assert events(settings).of("idle over")
    await until(at_it)
    idle.write_text("fail")
    await until(lambda: not idle.exists())
    assert await spoken(pool, "third"), "idle work that fails takes nothing along"


async def test_a_cancelled_waiting_job_never_starts(pool: WorkerPool, settings: Settings) -> None:
    listeners = [asyncio.create_task(spoken(pool, f"[slow] {n} " + "w " * 9999)) for n in range(2)]
    waiting = asyncio.create_task(spoken(pool, "waiting"))
    await until(lambda: len(events(settings).of("speak")) == 2)
    for task in [waiting, *listeners]:
        task.cancel()
    await asyncio.gather(waiting, *listeners, return_exceptions=True)
    assert await spoken(pool, "after")
    assert not events(settings).of("speak waiting")


async def test_a_short_text_does_not_wait_for_a_long_one(pool: WorkerPool) -> None:
    long = asyncio.create_task(spoken(pool, "[slow] " + "word " * 10_000))
    assert await spoken(pool, "short")
    assert not long.done()
    long.cancel()


async def test_a_listener_that_is_behind_blocks_nobody(
    pool: WorkerPool, settings: Settings
) -> None:
    async with aclosing(pool.speak(speech("first " * 50))) as one:
        async with aclosing(pool.speak(speech("second " * 50))) as two:
            await anext(one)
            await anext(two)
            # Both places are taken by listeners who do not read on.
            assert await spoken(pool, "third")
            assert await spoken(pool, "fourth " * 50)
            assert all(len(ticket.items) <= WINDOW for ticket in pool.speech._active.values()), (
                "unread audio must not gather"
            )
            rest = [output async for output in one]
        assert len(rest) == 49


async def test_a_listener_that_stalls_for_too_long_is_given_up(settings: Settings) -> None:
    pool = WorkerPool(settings, engine="tiny_engine:TinyEngine", stall_seconds=0.05)
    await pool.start()
    outputs = pool.speak(speech("word " * 1000))
    await anext(outputs)
    await until(lambda: bool(events(settings).of("closed word")))
    with pytest.raises(CancelledError, match="not read"):
        _ = [output async for output in outputs]
    await pool.stop()


async def test_too_many_waiting_is_busy(pool: WorkerPool, settings: Settings) -> None:
    await pool.model()
    tasks = [asyncio.create_task(spoken(pool, "[slow] " + "word " * 999)) for _ in range(5)]
    await until(lambda: pool.speech.busy == 5)
    with pytest.raises(BusyError) as caught:
        await spoken(pool, "one too many")
    assert caught.value.code == "concurrency_limited"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await spoken(pool, "room again")


async def test_a_killed_worker_is_replaced_and_only_its_jobs_fail(
    pool: WorkerPool, settings: Settings
) -> None:
    victims = [asyncio.create_task(spoken(pool, "[slow] " + "word " * 999)) for _ in range(2)]
    waiting = asyncio.create_task(spoken(pool, "waiting"))
    await until(lambda: len(events(settings).of("speak")) == 2)
    assert pool.speech.process_id is not None
    os.kill(pool.speech.process_id, signal.SIGKILL)
    for error in await asyncio.gather(*victims, return_exceptions=True):
        assert isinstance(error, ServerError)
        assert error.code == "worker_lost"
    assert await waiting
    assert len(events(settings).of("started")) == 2


async def test_clone_reports_progress_then_the_outcome(
    pool: WorkerPool, clip: Path, settings: Settings
) -> None:
    job = CloneJob(clip, "en-US", transcript="[slow]")
    seen = [item async for item in pool.clone(job)]
    *progress, outcome = seen
    assert isinstance(outcome, CloneOutcome)
    assert outcome.state.tensors["pitch"][0] == 100.0
    assert outcome.advice[0].code == "clip_short"
    assert all(isinstance(item, JobProgress) for item in progress)
    shares = [item.share for item in progress if isinstance(item, JobProgress)]
    assert shares == sorted(shares)
    assert progress[-1].eta_seconds is not None  # type: ignore[union-attr]
    if hasattr(os, "nice"):
        nices = sorted(int(line.split()[3]) for line in events(settings).of("started"))
        assert nices[1] == min(nices[0] + 10, 19), "speech goes before cloning"


async def test_speech_goes_on_beside_a_clone(pool: WorkerPool, clip: Path) -> None:
    async with aclosing(pool.clone(CloneJob(clip, "en-US", transcript="[slow]"))) as items:
        await anext(items)
        assert await spoken(pool, "meanwhile")


async def test_closing_a_clone_stops_it_and_frees_the_place(
    pool: WorkerPool, clip: Path, settings: Settings
) -> None:
    async with aclosing(pool.clone(CloneJob(clip, "en-US", transcript="[slow]"))) as items:
        await anext(items)
    await until(lambda: bool(events(settings).of("clone over")))
    items = [item async for item in pool.clone(CloneJob(clip, "en-US"))]
    assert isinstance(items[-1], CloneOutcome)


async def test_clone_errors_and_crashes_leave_a_working_pool(
    pool: WorkerPool, clip: Path, tmp_path: Path
) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"no audio")
    with pytest.raises(AudioError):
        _ = [item async for item in pool.clone(CloneJob(garbage, "en-US"))]
    with pytest.raises(ServerError) as caught:
        _ = [item async for item in pool.clone(CloneJob(clip, "en-US", transcript="[crash]"))]
    assert caught.value.code == "worker_lost"
    items = [item async for item in pool.clone(CloneJob(clip, "en-US"))]
    assert isinstance(items[-1], CloneOutcome)


async def test_an_idle_clone_worker_ends_and_comes_back(settings: Settings, clip: Path) -> None:
    pool = WorkerPool(settings, engine="tiny_engine:TinyEngine", clone_idle_seconds=0.05)
    _ = [item async for item in pool.clone(CloneJob(clip, "en-US"))]
    await until(lambda: pool.cloning.process_id is None)
    items = [item async for item in pool.clone(CloneJob(clip, "en-US"))]
    assert isinstance(items[-1], CloneOutcome)
    await pool.stop()


@pytest.mark.parametrize(
    ("engine", "error"),
    [
        ("tiny_engine:BrokenEngine", ModelFilesError),
        ("tiny_engine:CrashingEngine", ServerError),
        ("tiny_engine:NoSuchEngine", ServerError),
    ],
)
async def test_an_engine_that_cannot_load_is_said_plainly(
    settings: Settings, engine: str, error: type[Exception], clip: Path
) -> None:
    pool = WorkerPool(settings, engine=engine)
    await pool.start()
    with pytest.raises(error):
        await pool.model()
    assert not pool.state.ready
    assert pool.state.reason
    with pytest.raises(error):
        await spoken(pool, "anything")
    with pytest.raises(error):
        _ = [item async for item in pool.clone(CloneJob(clip, "en-US"))]
    await pool.stop()


async def test_a_system_that_starts_no_process_is_said_plainly(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("menura.work.lane.spawn", full)
    pool = WorkerPool(settings, engine="tiny_engine:TinyEngine")
    await pool.start()
    with pytest.raises(ServerError, match="could not be started: Resource temporarily"):
        await spoken(pool, "nobody there")
    assert not pool.state.ready
    monkeypatch.undo()
    await until(lambda: pool.state.ready)
    assert await spoken(pool, "here again")
    await pool.stop()


async def test_stopping_at_once_leaves_no_process(settings: Settings) -> None:
    for pause in (0.0, 0.001, 0.01):
        pool = WorkerPool(settings, engine="tiny_engine:TinyEngine")
        await pool.start()
        await asyncio.sleep(pause)
        await pool.stop()
        assert pool.speech.process_id is None


async def test_stopping_ends_jobs_and_processes(pool: WorkerPool, settings: Settings) -> None:
    task = asyncio.create_task(spoken(pool, "[slow] " + "word " * 9999))
    await until(lambda: bool(events(settings).of("speak")))
    process_id = pool.speech.process_id
    assert process_id is not None
    await pool.stop()
    with pytest.raises(ServerError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
    with pytest.raises(ServerError):
        await spoken(pool, "too late")


def test_workers_have_bounded_threads_that_spin_shortly(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = worker_environment(settings)
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["GOMP_SPINCOUNT"] == "20000"
    monkeypatch.setenv("GOMP_SPINCOUNT", "0")
    assert worker_environment(settings)["GOMP_SPINCOUNT"] == "0"
    assert int(worker_environment(Settings(threads=0))["OMP_NUM_THREADS"]) <= 4


async def test_a_clone_passes_every_voice_on(pool: WorkerPool, clip: Path) -> None:
    job = CloneJob(clip, "en-US", transcript="[refine]")
    seen = [item async for item in pool.clone(job) if isinstance(item, CloneOutcome)]
    assert [(voice.score, voice.last) for voice in seen] == [
        (0.5, False),
        (0.7, False),
        (0.9, True),
    ]
    assert [voice.state.tensors["pitch"][0] for voice in seen] == [100, 200, 300]
    job = CloneJob(clip, "en-US", transcript="[refine]", refine=False)
    seen = [item async for item in pool.clone(job) if isinstance(item, CloneOutcome)]
    assert [(voice.score, voice.last) for voice in seen] == [(0.5, True)]


async def test_leaving_after_the_first_voice_stops_the_refinement(
    pool: WorkerPool, clip: Path, settings: Settings
) -> None:
    async with aclosing(pool.clone(CloneJob(clip, "en-US", transcript="[refine-hold]"))) as items:
        async for item in items:
            if isinstance(item, CloneOutcome):
                break
    await until(lambda: bool(events(settings).of("clone over")))
    items_after = [item async for item in pool.clone(CloneJob(clip, "en-US"))]
    assert isinstance(items_after[-1], CloneOutcome)
