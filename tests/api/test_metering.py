"""Admission and booking, without a server: places, credits, errors, and callers that go away."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from menura.api.auth import Caller
from menura.api.metering import Meter, SpeechUse, billable_characters
from menura.errors import (
    AuthenticationError,
    BusyError,
    CancelledError,
    PermissionDeniedError,
    QuotaError,
    TextError,
)
from menura.library.store import Library
from menura.settings import Settings

Begin = Callable[..., SpeechUse]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    yield library
    library.close()


@pytest.fixture
def caller(library: Library) -> Caller:
    key = library.keys.create().key
    return Caller(key.organisation_id, key.id)


@pytest.fixture
def meter(library: Library) -> Meter:
    return Meter(library)


@pytest.fixture
def begin(meter: Meter, caller: Caller) -> Begin:
    """Makes a speech context."""

    def speech(surface: Any = "bytes", **options: Any) -> SpeechUse:  # noqa: ANN401
        return meter.speech(caller, surface=surface, model="menura-1", **options)

    return speech


def limit(library: Library, caller: Caller, **limits: int) -> None:
    """Puts the caller's organisation on a plan with limits."""
    library.organisations.set_plan(caller.organisation_id, "enterprise", limits)


def spent(library: Library, caller: Caller) -> int:
    """Thousandths of credits of today."""
    return library.ledger.spent(caller.organisation_id, datetime.now(UTC) - timedelta(days=1))


async def speak_until(use: SpeechUse, error: BaseException) -> None:
    """Ends a context with an error after ten characters."""
    async with use:
        use.book(10)
        raise error


async def test_what_was_counted_is_booked(
    meter: Meter, library: Library, caller: Caller, begin: Begin
) -> None:
    async with begin(voice_id="v") as use:
        use.book(10)
        use.book(5)
        assert spent(library, caller) == 0, "nothing before the end"
    assert spent(library, caller) == 15_000
    async with begin(pro=True) as use:
        use.book(3)
    assert spent(library, caller) == 15_000 + 4_500
    async with meter.infill(caller, model="menura-1") as use:
        use.book(20)
    assert spent(library, caller) == 19_500 + 320_000
    async with meter.transcription(caller, model="whisper") as stream:
        stream.book(3.0)
        stream.book(4.0)
    assert spent(library, caller) == 339_500 + 3_500
    async with meter.socket(caller), begin(), meter.infill(caller, model="m"):
        pass
    assert spent(library, caller) == 343_000, "what does nothing costs nothing"
    for _ in range(2):
        await meter.book_fine_tune(caller.organisation_id, "f", model="menura-1")
    assert spent(library, caller) == 343_000 + 1_000_000_000
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    groups = library.ledger.usage(
        caller.organisation_id,
        [day - timedelta(days=1), day + timedelta(days=1)],
        group_by="capability",
    )
    assert {part.group: part.amount for part in groups} == {
        **{"tts": 19_500, "infill": 320_000, "stt": 3_500, "fine_tune": 1_000_000_000}
    }


async def test_errors_are_free(
    meter: Meter, library: Library, caller: Caller, begin: Begin
) -> None:
    for error in (TextError("x", "X.", ""), ValueError("x")):
        with pytest.raises(type(error)):
            await speak_until(begin(), error)
    await meter.close()
    assert spent(library, caller) == 0


@pytest.mark.parametrize("gone", [asyncio.CancelledError(), CancelledError("client_gone", "X.")])
async def test_who_goes_away_pays_for_what_was_spoken(
    meter: Meter, library: Library, caller: Caller, begin: Begin, gone: BaseException
) -> None:
    with pytest.raises(type(gone)):
        await speak_until(begin(characters=100), gone)
    await meter.close()
    assert spent(library, caller) == 10_000


async def test_what_was_kept_stays_paid(
    meter: Meter, library: Library, caller: Caller, begin: Begin
) -> None:
    limit(library, caller, credits=100)
    use = await begin().__aenter__()
    await use.expect(60)
    use.book(60)
    await use.keep()
    await use.keep()
    assert spent(library, caller) == 60_000
    await use.expect(40)
    with pytest.raises(QuotaError):
        await use.expect(1)
    use.book(40)
    await use.__aexit__(ValueError, ValueError("later"), None)
    await meter.close()
    assert spent(library, caller) == 60_000
    async with begin() as use:
        use.book(10)
        keeping = asyncio.create_task(use.keep())
        await asyncio.sleep(0)
        keeping.cancel()
    await meter.close()
    assert spent(library, caller) == 70_000, "cut short or not, it is paid once"


async def test_a_reference_is_paid_once(library: Library, caller: Caller, begin: Begin) -> None:
    for _ in range(2):
        async with begin(reference="r") as use:
            use.book(10)
    assert spent(library, caller) == 10_000


async def test_places_are_counted_apart_and_freed(
    meter: Meter, library: Library, caller: Caller, begin: Begin
) -> None:
    limit(library, caller, contexts=1, streams=1)
    other = Caller(library.organisations.create("other", "enterprise", {"contexts": 1}).id)
    async with begin():
        with pytest.raises(BusyError) as caught:
            await begin().__aenter__()
        assert caught.value.code == "concurrency_limited"
        with pytest.raises(BusyError):
            await meter.infill(caller, model="m").__aenter__()
        async with meter.transcription(caller, model="whisper"):
            with pytest.raises(BusyError):
                await meter.transcription(caller, model="whisper").__aenter__()
        async with meter.speech(other, surface="bytes", model="m"):
            pass
    with pytest.raises(ValueError, match="freed"):
        async with begin():
            raise ValueError("freed by an error, too")
    async with begin():
        pass


async def test_ten_sockets_for_each_context(meter: Meter, library: Library, caller: Caller) -> None:
    limit(library, caller, contexts=1)
    opened = [meter.socket(caller) for _ in range(10)]
    for use in opened:
        await use.__aenter__()
    with pytest.raises(BusyError) as caught:
        await meter.socket(caller).__aenter__()
    assert caught.value.code == "concurrency_limited"
    await opened[0].__aexit__(None, None, None)
    await meter.socket(caller).__aenter__()


async def test_many_at_once_do_not_get_more_places_than_there_are(
    library: Library, caller: Caller, begin: Begin
) -> None:
    limit(library, caller, contexts=3)
    release = asyncio.Event()

    async def one() -> bool:
        try:
            async with begin():
                await release.wait()
        except BusyError:
            return False
        return True

    tasks = [asyncio.create_task(one()) for _ in range(20)]
    await asyncio.wait(tasks, timeout=1, return_when=asyncio.FIRST_COMPLETED)
    while sum(task.done() for task in tasks) < 17:
        await asyncio.sleep(0.01)
    release.set()
    assert sum(await asyncio.gather(*tasks)) == 3


async def test_credits_end(library: Library, caller: Caller, begin: Begin) -> None:
    limit(library, caller, credits=100)
    async with begin(characters=100) as use:
        use.book(60)
    with pytest.raises(QuotaError) as caught:
        await begin(characters=41).__aenter__()
    assert caught.value.code == "quota_exceeded"
    assert caught.value.status == 402
    async with begin(characters=40) as use:
        use.book(40)
    for characters in (0, 1):
        with pytest.raises(QuotaError):
            await begin(characters=characters).__aenter__()
    limit(library, caller, credits=101)
    async with begin():
        pass


async def test_the_last_credits_are_used_once(
    library: Library, caller: Caller, begin: Begin
) -> None:
    limit(library, caller, credits=100)

    async def one() -> bool:
        try:
            async with begin(characters=30) as use:
                await asyncio.sleep(0.005)
                use.book(30)
        except QuotaError:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(12)))) == 3
    assert spent(library, caller) == 90_000


async def test_a_context_asks_for_more_as_its_text_comes(
    library: Library, caller: Caller, begin: Begin
) -> None:
    limit(library, caller, credits=100)
    async with begin("socket") as use:
        await use.expect(60)
        use.book(60)
        with pytest.raises(QuotaError):
            await use.expect(41)
        async with begin(characters=40):
            with pytest.raises(QuotaError):
                await use.expect(1)
        await use.expect(40)
        use.book(40)
    assert spent(library, caller) == 100_000


async def test_a_fine_tune_needs_the_feature_and_the_credits(
    meter: Meter, library: Library, caller: Caller
) -> None:
    await meter.allow_fine_tune(caller, model="m")
    limit(library, caller, credits=1_000_000)
    await meter.allow_fine_tune(caller, model="m")
    assert spent(library, caller) == 0, "only success is paid for"
    limit(library, caller, credits=999_999)
    with pytest.raises(QuotaError):
        await meter.allow_fine_tune(caller, model="m")
    library.organisations.set_plan(caller.organisation_id, "free")
    with pytest.raises(PermissionDeniedError) as caught:
        await meter.allow_fine_tune(caller, model="m")
    assert caught.value.code == "plan_lacks_pro_cloning"


async def test_credits_of_an_earlier_month_do_not_count(
    library: Library, caller: Caller, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(library, caller, credits=10)
    async with begin() as use:
        use.book(10)
    with pytest.raises(QuotaError):
        await begin().__aenter__()
    later = datetime.now(UTC) + timedelta(days=32)
    monkeypatch.setattr("menura.api.admission.month_begin", lambda now: later.replace(day=1))
    async with begin():
        pass


async def test_a_revoked_key_opens_no_context_on_its_sockets(
    library: Library, caller: Caller, begin: Begin
) -> None:
    async with begin("socket"):
        pass
    library.keys.revoke(str(caller.key_id))
    with pytest.raises(AuthenticationError):
        await begin("socket").__aenter__()


@pytest.mark.parametrize(
    ("transcript", "count"),
    [
        ("Hello.", 6),
        ("é 字", 3),
        ('Wait<break time="1s"/> here.', 11),
        ("<spell>AB-12</spell>", 6),
        ('<speed ratio="0.8"/><volume ratio="1.2"/><emotion value="sad"/>Hi', 2),
        ("[laughter]", 10),
        ("a < b > c", 9),
        ("", 0),
    ],
)
def test_tags_are_no_characters(transcript: str, count: int) -> None:
    assert billable_characters(transcript) == count
