"""The library: schema, keys, voices and files."""

import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, inspect

from menura.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    PermissionDeniedError,
    ServerError,
)
from menura.library import blobs
from menura.library.database import Database
from menura.library.migrations import STEPS, migrate
from menura.library.stock import ALIASES, stock_id, stock_time
from menura.library.store import Library
from menura.library.tables import Table
from menura.library.voice_query import VoiceFilter
from menura.library.voices import NewVoice
from menura.models.contract import ModelInfo, StockVoice
from menura.settings import Settings

INFO = ModelInfo("menura-1-2026-11", "menura-1", ("en-US",), 24000, 510)
STOCK = (
    StockVoice("af_heart", "Heart", "en-US", "feminine", "Warm."),
    StockVoice("am_michael", "Michael", "en-US", "masculine", "Calm."),
)
NEW = NewVoice("Ada", "en-US", INFO.snapshot)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    library.voices.sync_stock(INFO, STOCK)
    yield library
    library.close()


@pytest.fixture
def mine(library: Library) -> str:
    return library.organisations.default().id


# Schema


def test_an_empty_file_gets_the_schema_of_the_tables(tmp_path: Path) -> None:
    database = Database(tmp_path / "new" / "menura.sqlite3")
    found = inspect(database.engine)
    for name, table in Table.metadata.tables.items():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        wanted = {column.name: bool(column.nullable) for column in table.columns}
        # SQLite reports text primary keys as nullable, though ours are never null.
        assert columns.keys() == wanted.keys()
        assert {n for n, null in columns.items() if null} - {"id"} == {
            n for n, null in wanted.items() if null
        }
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert migrate(database.engine) == 0, "a second time there is nothing to do"
    database.close()


@pytest.mark.parametrize("version", range(1, len(STEPS)))
def test_a_file_of_each_older_version_is_brought_up_with_its_rows(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "menura.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    assert migrate(engine, STEPS[:version]) == version
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organisations VALUES ('o', 'old', '2026-01-01T00:00:00.000000Z')"
        )
    engine.dispose()
    library = Library(Settings(data=tmp_path))
    assert library.organisations.default().id == "o"
    assert library.voices.add("o", NEW, b"state").organisation_id == "o"
    library.close()


@pytest.mark.skipif(os.name != "posix", reason="rights of files are another thing there")
def test_only_the_owner_may_read_the_database(tmp_path: Path) -> None:
    database = Database(tmp_path / "menura.sqlite3")
    files = list(tmp_path.glob("menura.sqlite3*"))
    assert files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    database.close()


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    database = Database(tmp_path / "menura.sqlite3")

    def m004_broken(connection: object) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id TEXT)")  # type: ignore[attr-defined]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        migrate(database.engine.execution_options(immediate=True), (*STEPS, m004_broken))
    assert not inspect(database.engine).has_table("half")
    assert migrate(database.engine) == 0
    database.close()


def test_newer_and_broken_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "menura.sqlite3"
    Database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (99, 'm099', '')")
    connection.close()
    with pytest.raises(ServerError, match="newer Menura"):
        Database(path)
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(ServerError, match="cannot be opened"):
        Database(path)


def test_two_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def open_it() -> None:
        try:
            Database(tmp_path / "menura.sqlite3").close()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


# Keys


def test_the_first_key_is_made_once(library: Library) -> None:
    first = library.keys.first_key()
    assert first is not None
    assert first.startswith("sk_car_")
    assert library.keys.first_key() is None
    found = library.keys.find(first)
    assert found is not None
    library.keys.revoke(found.id)
    assert library.keys.first_key() is None, "revoking all keys does not bring a new one"


def test_keys_are_made_found_listed_and_revoked(library: Library) -> None:
    made = library.keys.create("for the kitchen")
    uuid.UUID(made.key.id)
    assert made.secret.endswith(made.key.hint)
    assert [key.id for key in library.keys.list()] == [made.key.id]
    found = library.keys.find(made.secret)
    assert found is not None
    assert (found.id, found.description, found.is_admin) == (made.key.id, "for the kitchen", False)
    assert library.keys.find(made.secret[:-1]) is None
    assert library.keys.find("\ud800") is None
    library.keys.revoke(made.key.id)
    assert library.keys.find(made.secret) is None
    assert library.keys.list() == []
    for unknown in (made.key.id, "none"):
        with pytest.raises(NotFoundError):
            library.keys.revoke(unknown)
    admin = library.keys.create(admin=True)
    assert admin.secret.startswith("sk_car_admin_")
    assert admin.key.is_admin


def test_the_secret_is_nowhere_on_disk(library: Library, tmp_path: Path) -> None:
    secret = library.keys.create().secret
    library.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()


def test_keys_belong_to_organisations(library: Library) -> None:
    other = library.organisations.create("other")
    key = library.keys.create(organisation_id=other.id).key
    assert [found.id for found in library.keys.list(other.id)] == [key.id]
    assert library.keys.list(library.organisations.default().id) == []
    with pytest.raises(NotFoundError):
        library.keys.create(organisation_id="none")


# Voices


def test_a_voice_survives_a_restart(library: Library, mine: str, tmp_path: Path) -> None:
    new = replace(
        NEW,
        description="d",
        report={"similarity": 0.7},
        advice=[{"code": "noisy"}],
        extra={"room": "kitchen"},
        consent={"by": "Ada"},
        clip_digest="abc",
        transcript="some words",
        base_voice_id="b",
    )
    made = library.voices.add(mine, new, b"state")
    library.close()
    again = Library(Settings(data=tmp_path))
    voice = again.voices.get(mine, made.id.upper())
    assert voice.created_at == made.created_at
    assert (voice.report, voice.advice) == ({"similarity": 0.7}, [{"code": "noisy"}])
    assert (voice.extra, voice.consent) == ({"room": "kitchen"}, {"by": "Ada"})
    assert (voice.clip_digest, voice.transcript, voice.base_voice_id) == ("abc", "some words", "b")
    path = again.voices.ref(voice).state
    assert path is not None
    assert path.read_bytes() == b"state"
    again.close()


def test_stock_voices_have_the_same_ids_everywhere(library: Library, mine: str) -> None:
    heart = stock_id("menura-1", "af_heart")
    assert heart == "b78fc968-67df-5ee8-a789-aff62914c61f"
    assert library.voices.ref(library.voices.get(mine, heart)).stock == "af_heart"
    later = replace(INFO, snapshot="menura-1-2027-03")
    library.voices.sync_stock(later, STOCK[:1])
    assert library.voices.get(mine, heart).snapshot == "menura-1-2027-03"
    with pytest.raises(NotFoundError):
        library.voices.get(mine, stock_id("menura-1", "am_michael"))
    assert library.voices.has_stock("menura-1")
    assert not library.voices.has_stock("menura-2")
    assert stock_time("menura-1-2026-11").isoformat() == "2026-11-01T00:00:00+00:00"
    assert stock_time("other").year == 2026


def test_stock_voices_of_two_models_live_side_by_side(library: Library, mine: str) -> None:
    library.voices.sync_stock(replace(INFO, alias="other", snapshot="other-2026-12"), STOCK[:1])
    assert len(library.voices.list(mine).voices) == 3


def test_ids_that_clients_carry_have_stand_ins(library: Library, mine: str) -> None:
    for alias, key in ALIASES.items():
        voice = library.voices.get(mine, alias)
        assert voice.id == alias
        assert voice.stock_key == (key if key in ("af_heart", "am_michael") else "af_heart")
        with pytest.raises(PermissionDeniedError):
            library.voices.delete(mine, alias)
    library.voices.sync_stock(INFO, ())
    with pytest.raises(NotFoundError):
        library.voices.get(mine, next(iter(ALIASES)))


def test_another_organisation_sees_nothing(library: Library, mine: str) -> None:
    other = library.organisations.create("other").id
    voice = library.voices.add(mine, NEW, b"state")
    for call in (
        lambda: library.voices.get(other, voice.id),
        lambda: library.voices.update(other, voice.id, {"name": "x"}),
        lambda: library.voices.delete(other, voice.id),
        lambda: library.voices.resolve(other, "Ada"),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert voice.id not in [found.id for found in library.voices.list(other).voices]


def test_resolving_what_a_person_types(library: Library, mine: str) -> None:
    voice = library.voices.add(mine, NEW, b"state")
    for text in (voice.id, "Ada", "ADA"):
        assert library.voices.resolve(mine, text).id == voice.id
    assert library.voices.resolve(mine, "af_heart").name == "Heart"
    assert library.voices.resolve(mine, "michael").stock_key == "am_michael"
    library.voices.add(mine, NEW, b"state")
    with pytest.raises(ConflictError, match="2 voices"):
        library.voices.resolve(mine, "ada")
    with pytest.raises(NotFoundError):
        library.voices.resolve(mine, "nobody")


def test_a_change_is_found_by_searching(library: Library, mine: str) -> None:
    voice = library.voices.add(mine, NEW, b"state")
    library.voices.update(mine, voice.id, {"name": "Žofie", "gender": "feminine"})
    found = library.voices.list(mine, VoiceFilter(q="zof", gender="feminine")).voices
    assert [each.id for each in found] == [voice.id]
    assert library.voices.list(mine, VoiceFilter(q="ada")).voices == []
    with pytest.raises(ValueError, match="digest"):
        library.voices.update(mine, voice.id, {"digest": "x"})


def test_pages_forwards_and_backwards_agree(library: Library, mine: str) -> None:
    made = [library.voices.add(mine, NEW, b"state").id for _ in range(5)]
    everything = [voice.id for voice in library.voices.list(mine).voices]
    assert everything[:5] == made[::-1]
    forwards: list[str] = []
    cursor = None
    while page := library.voices.list(mine, limit=2, after=cursor).voices:
        forwards += [voice.id for voice in page]
        cursor = forwards[-1]
    assert forwards == everything
    backwards: list[str] = []
    cursor = everything[-1]
    while page := library.voices.list(mine, limit=2, before=cursor).voices:
        backwards = [voice.id for voice in page] + backwards
        cursor = backwards[0]
    assert backwards == everything[:-1]
    library.voices.delete(mine, everything[2])
    after = library.voices.list(mine, after=everything[2]).voices
    assert [voice.id for voice in after] == everything[3:], "a deleted voice still marks its place"
    other = library.organisations.create("other").id
    with pytest.raises(InputError):
        library.voices.list(other, after=everything[2])


# Files


def test_deleting_a_voice_deletes_its_file(library: Library, mine: str) -> None:
    voice = library.voices.add(mine, NEW, b"state")
    assert len(list(library.blobs.folder.iterdir())) == 1
    library.voices.delete(mine, voice.id)
    assert list(library.blobs.folder.iterdir()) == []
    with pytest.raises(NotFoundError):
        library.voices.delete(mine, voice.id)


def test_changed_and_missing_files_are_noticed(library: Library, mine: str) -> None:
    voice = library.voices.add(mine, NEW, b"state")
    path = library.voices.ref(voice).state
    assert path is not None
    path.write_bytes(b"State")
    with pytest.raises(ServerError, match="changed"):
        library.voices.ref(voice)
    path.unlink()
    with pytest.raises(ServerError, match="not in the data folder"):
        library.voices.ref(voice)
    library.voices.delete(mine, voice.id)


def test_a_write_that_fails_leaves_no_file(
    library: Library, mine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(blobs.os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            library.voices.add(mine, NEW, b"state")
    assert list(library.blobs.folder.iterdir()) == []

    def refuse(*arguments: object) -> None:
        raise RuntimeError("database gone")

    engine = library._database.engine
    event.listen(engine, "before_cursor_execute", refuse)
    with pytest.raises(RuntimeError):
        library.voices.add(mine, NEW, b"state")
    event.remove(engine, "before_cursor_execute", refuse)
    assert list(library.blobs.folder.iterdir()) == []
    assert library.voices.list(mine, VoiceFilter(is_owner=True)).voices == []


def test_old_orphans_are_swept_at_start_and_young_files_are_not(
    library: Library, mine: str, tmp_path: Path
) -> None:
    voice = library.voices.add(mine, NEW, b"state")
    library.close()
    old = time.time() - 2 * blobs.ORPHAN_SECONDS
    for folder in ("voices", "uploads"):
        for name in ("orphan.safetensors", "torn.part"):
            (tmp_path / folder / name).write_bytes(b"x")
            os.utime(tmp_path / folder / name, (old, old))
        (tmp_path / folder / "young").write_bytes(b"x")
    os.utime(tmp_path / "voices" / str(voice.blob), (old, old))
    again = Library(Settings(data=tmp_path))
    left = {path.name for path in (tmp_path / "voices").iterdir()}
    assert left == {voice.blob, "young"}
    assert {path.name for path in (tmp_path / "uploads").iterdir()} == {"young"}
    again.close()
