"""The ledger adds up: under parallel writers, crashes and repetition."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from menura.library.ledger import Charge, month_begin
from menura.library.store import Library
from menura.settings import Settings

WRITERS = 8
CHARGES = 25
KILLED = {1: 5, 4: 10, 6: 15}
"""Which writers are killed, and after how many charges."""

WHOLE = CHARGES * (CHARGES + 1) // 2
DAY = timedelta(days=1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    yield library
    library.close()


@pytest.fixture
def mine(library: Library) -> str:
    return library.organisations.default().id


def run_writers(path: Path, killed: dict[int, int]) -> set[str]:
    """Runs all writers, kills some of them on the way, and returns what they said was booked."""
    script = Path(__file__).with_name("ledger_writers.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(path), str(WRITERS), str(CHARGES)],
        stdout=subprocess.PIPE,
        text=True,
    )
    pids: dict[int, int] = {}
    booked: set[str] = set()
    left = dict(killed)
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            kind, *rest = line.split()
            if kind == "pid":
                pids[int(rest[0])] = int(rest[1])
                continue
            booked.add(rest[0])
            writer, number = map(int, rest[0].split(":"))
            if left.get(writer) == number:
                os.kill(pids[writer], signal.SIGKILL)
                del left[writer]
    assert process.wait() == 0
    assert not left
    return booked


def entries(path: Path) -> dict[str, int]:
    """References and amounts of the file, read without our code."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT reference, amount FROM ledger").fetchall()
    assert len(rows) == len({reference for reference, _ in rows})
    return dict(rows)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")
def test_eight_writers_and_kill_9_add_up(tmp_path: Path) -> None:
    library = Library(Settings(data=tmp_path))
    path = Settings(data=tmp_path).database
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO organisations VALUES ('o', 'o', '2026-01-01T00:00:00.000000Z')"
        )
    answered = run_writers(path, KILLED)
    kept = entries(path)
    assert answered <= kept.keys(), "what was answered is never lost"
    assert len(kept) - len(answered) <= len(KILLED), "at most the one under way is beyond that"
    for writer in set(range(WRITERS)) - KILLED.keys():
        mine = [n for reference, n in kept.items() if reference.startswith(f"{writer}:")]
        assert sum(mine) == WHOLE
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert library.ledger.spent("o", begin) == sum(kept.values())

    # Whoever was not sure asks again, and everything is there once.
    assert len(run_writers(path, {})) == WRITERS * CHARGES
    assert sum(entries(path).values()) == library.ledger.spent("o", begin) == WRITERS * WHOLE
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    library.close()


def test_a_reference_is_booked_once_for_an_organisation(library: Library, mine: str) -> None:
    other = library.organisations.create("other").id
    charge = Charge(mine, "r", "tts", "menura-1", 5000)
    assert library.ledger.book(charge)
    assert not library.ledger.book(charge)
    assert library.ledger.book(Charge(other, "r", "tts", "menura-1", 7000))
    assert not library.ledger.book(Charge(mine, "nothing", "tts", "menura-1", 0))
    begin = datetime.now(UTC) - DAY
    assert library.ledger.spent(mine, begin) == 5000
    assert library.ledger.spent(other, begin) == 7000
    assert library.ledger.spent(mine, datetime.now(UTC) + DAY) == 0


def test_the_sum_goes_on_from_where_it_was(library: Library, mine: str, tmp_path: Path) -> None:
    begin = datetime(2026, 5, 1, tzinfo=UTC)
    elsewhere = Library(Settings(data=tmp_path))
    other = library.organisations.create("other").id
    for number in range(1, 5):
        at = begin + number * DAY
        elsewhere.ledger.book(Charge(mine, f"{number}", "tts", "m", number, at=at))
        elsewhere.ledger.book(Charge(mine, f"early {number}", "tts", "m", 100, at=begin - DAY))
        elsewhere.ledger.book(Charge(other, f"{number}", "tts", "m", 1000, at=at))
        assert library.ledger.spent(mine, begin) == sum(range(number + 1))
    assert library.ledger.spent(mine, begin + 3 * DAY) == 3 + 4
    assert library.ledger.spent(other, begin) == 4000
    elsewhere.close()


@pytest.mark.parametrize("change", ["UPDATE ledger SET amount = 1", "DELETE FROM ledger"])
def test_entries_stay_as_they_are(library: Library, mine: str, tmp_path: Path, change: str) -> None:
    library.ledger.book(Charge(mine, "r", "tts", "menura-1", 5000))
    with (
        closing(sqlite3.connect(Settings(data=tmp_path).database)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="stay as they are"),
    ):
        connection.execute(change)


@pytest.mark.parametrize("amount", [-1, 0, 1.5])
def test_only_whole_positive_amounts_are_kept(
    library: Library, mine: str, tmp_path: Path, amount: float
) -> None:
    with (
        closing(sqlite3.connect(Settings(data=tmp_path).database)) as connection,
        pytest.raises(sqlite3.IntegrityError),
    ):
        connection.execute(
            "INSERT INTO ledger (organisation_id, reference, booked_at, capability, model, amount) "
            "VALUES (?, 'r', '2026-01-01T00:00:00.000000Z', 'tts', 'm', ?)",
            (mine, amount),
        )


def test_usage_is_summed_by_stretch_and_group(library: Library, mine: str) -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    for number, (at, capability, voice, key, amount) in enumerate(
        [
            (monday, "tts", "v1", "k1", 1000),
            (monday + DAY - timedelta(microseconds=1), "tts", "v2", "k2", 1500),
            (monday + 2 * DAY, "stt", None, "k1", 500),
            (monday + 3 * DAY, "tts", "v1", "k1", 9000),
            (monday - timedelta(microseconds=1), "tts", "v1", "k1", 9000),
        ]
    ):
        library.ledger.book(
            Charge(mine, str(number), capability, "m", amount, key, voice, at)  # type: ignore[arg-type]
        )
    edges = [monday, monday + DAY, monday + 2 * DAY, monday + 3 * DAY]
    used = library.ledger.usage(mine, edges)
    assert [(part.start, part.end) for part in used] == list(zip(edges, edges[1:], strict=False))
    assert [part.amount for part in used] == [2500, 0, 500]
    by_kind = library.ledger.usage(mine, edges, group_by="capability")
    assert [(part.group, part.amount) for part in by_kind] == [
        *[("stt", 0), ("tts", 2500)],
        *[("stt", 0), ("tts", 0)],
        *[("stt", 500), ("tts", 0)],
    ]
    by_voice = library.ledger.usage(mine, edges[:2], group_by="voice")
    assert [(part.group, part.amount) for part in by_voice] == [("v1", 1000), ("v2", 1500)]
    by_key = library.ledger.usage(mine, [edges[0], edges[-1]], group_by="api_key")
    assert [(part.group, part.amount) for part in by_key] == [("k1", 1500), ("k2", 1500)]
    one = library.ledger.usage(mine, edges, api_key_id="k2")
    assert [part.amount for part in one] == [1500, 0, 0]
    other = library.organisations.create("other").id
    assert [part.amount for part in library.ledger.usage(other, edges)] == [0, 0, 0]


def test_a_month_begins_in_utc() -> None:
    zone = datetime.fromisoformat("2026-03-01T01:30:00+02:00")
    assert month_begin(zone) == datetime(2026, 2, 1, tzinfo=UTC)
