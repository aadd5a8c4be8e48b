"""The SQLite file: how it is opened, and transactions for reading and for writing."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from menura.library.migrations import migrate

BUSY_SECONDS = 30


class Database:
    """Opens the file, brings its schema up to date and hands out sessions.

    Write-ahead logging lets readers go on beside one writer, also of another process (the command
    line beside the server). A writer takes its lock at the start (`BEGIN IMMEDIATE`): one that
    reads first and then writes would fail at once, without waiting, when another wrote meanwhile.

    Raises ServerError for a file that a newer Menura wrote, or that is no database.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # It holds what access tokens are signed with, so only its owner may read it. SQLite gives
        # the files that it puts beside this one the same rights.
        path.touch(mode=0o600)
        self.path = path
        self.engine: Engine = create_engine(
            f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS}
        )
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)
        self._writing = self.engine.execution_options(immediate=True)
        try:
            migrate(self._writing)
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading only."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are kept together when the block ends without an error."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


def _prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins too late for schema changes; ours replaces it.
    driver: Any = connection
    driver.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    # Of several that open a new file at once, SQLite refuses some without waiting.
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
