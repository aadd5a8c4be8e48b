"""What a server does beside its requests goes on after something went wrong."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path

import pytest

from menura.api import preparing, services
from menura.api.clones import CloneDesk
from menura.api.preparing import Preparer
from menura.api.services import Services
from menura.library.store import Library
from menura.settings import Settings
from menura.work.jobs import JobProgress
from menura.work.pool import WorkerPool
from menura.work.prepare import PrepareJob, PrepareOutcome


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    yield library
    library.close()


def once_broken(calls: list[object]) -> Callable[..., None]:
    """Notes its calls; the first one fails."""

    def work(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise OSError("the disk is away for a moment")

    return work


async def called_twice(work: "asyncio.Task[None]", calls: list[object]) -> None:
    async with asyncio.timeout(20):
        while len(calls) < 2:
            await asyncio.sleep(0.01)
    assert not work.done()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_the_library_is_tidied_again(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, calls = Settings(data=tmp_path), list[object]()
    monkeypatch.setattr(services, "TIDY_SECONDS", 0.0)
    monkeypatch.setattr(library, "sweep", once_broken(calls))
    pool = WorkerPool(settings)
    at = Services(settings, library, pool, CloneDesk(library, pool.clone))
    await called_twice(asyncio.create_task(at.tidy()), calls)


async def test_a_dataset_whose_speakers_could_not_be_told_is_looked_at_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def prepare(job: PrepareJob) -> AsyncGenerator[JobProgress | PrepareOutcome, None]:
        raise AssertionError("there is nothing to prepare")
        yield

    calls = list[object]()
    monkeypatch.setattr(preparing, "settle", once_broken(calls))
    monkeypatch.setattr(preparing, "_RETRY_SECONDS", 0.0)
    preparer = Preparer(library, prepare, 60.0)
    preparer.changed("organisation", "dataset")
    await called_twice(asyncio.create_task(preparer.run()), calls)
    assert calls[0] == calls[1]
