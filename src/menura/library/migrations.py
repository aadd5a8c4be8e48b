"""Steps from an empty file to today's schema: in order, forward only, each in one transaction.

A step that has been released is never changed; a change is a new step at the end.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from menura.errors import ServerError
from menura.library.migration_fine_tunes import m010_fine_tunes, m011_samples_of_fine_tunes

Step = Callable[[Connection], None]


def m001_organisations_and_keys(connection: Connection) -> None:
    """Organisations, and their API keys as digests."""
    connection.exec_driver_sql(
        """
        CREATE TABLE organisations (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            created_at TEXT NOT NULL
        )
        """
    )
    connection.exec_driver_sql(
        """
        CREATE TABLE api_keys (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            digest TEXT NOT NULL UNIQUE,
            hint TEXT NOT NULL,
            description TEXT NOT NULL,
            is_admin INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            revoked_at TEXT
        )
        """
    )


def m002_voices(connection: Connection) -> None:
    """Voices: stock voices have no organisation, clones have a state file."""
    connection.exec_driver_sql(
        """
        CREATE TABLE voices (
            id TEXT PRIMARY KEY,
            organisation_id TEXT REFERENCES organisations (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            tagline TEXT NOT NULL,
            search TEXT NOT NULL,
            locale TEXT NOT NULL,
            gender TEXT,
            accent TEXT,
            access TEXT NOT NULL,
            visibility TEXT NOT NULL,
            mode TEXT,
            snapshot TEXT NOT NULL,
            stock_key TEXT,
            base_voice_id TEXT,
            blob TEXT,
            digest TEXT,
            clip_digest TEXT,
            transcript TEXT,
            extra TEXT NOT NULL,
            report TEXT NOT NULL,
            advice TEXT NOT NULL,
            consent TEXT,
            CHECK ((stock_key IS NULL) <> (blob IS NULL)),
            CHECK ((organisation_id IS NULL) = (blob IS NULL)),
            CHECK ((digest IS NULL) = (blob IS NULL))
        )
        """
    )
    connection.exec_driver_sql("CREATE INDEX voices_in_order ON voices (created_at DESC, id)")
    connection.exec_driver_sql("CREATE UNIQUE INDEX voices_blob ON voices (blob)")


def m003_places_of_deleted_voices(connection: Connection) -> None:
    """Remembers where a deleted voice stood, so that it still serves as a paging cursor.

    A client that deletes while it walks through its list names the deleted voice in its next call.
    """
    connection.exec_driver_sql(
        """
        CREATE TABLE deleted_voices (
            id TEXT PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL,
            deleted_at TEXT NOT NULL
        )
        """
    )


def m004_refinements(connection: Connection) -> None:
    """How far the refinement of a clone is, and the clip and request it goes on from."""
    connection.exec_driver_sql(
        """
        CREATE TABLE refinements (
            voice_id TEXT NOT NULL PRIMARY KEY REFERENCES voices (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL,
            state TEXT NOT NULL,
            score REAL NOT NULL,
            clip TEXT,
            request TEXT NOT NULL,
            crashes INTEGER NOT NULL,
            error TEXT
        )
        """
    )


def m005_plans_ledger_and_tokens(connection: Connection) -> None:
    """Plans of organisations, the credits that they used, and what signs access tokens.

    The ledger has no cascade and two triggers: what was booked stays, whatever code runs.
    """
    connection.exec_driver_sql(
        """
        CREATE TABLE organisation_plans (
            organisation_id TEXT NOT NULL PRIMARY KEY
                REFERENCES organisations (id) ON DELETE CASCADE,
            plan TEXT NOT NULL,
            changes TEXT NOT NULL,
            changed_at TEXT NOT NULL
        )
        """
    )
    connection.exec_driver_sql(
        """
        CREATE TABLE ledger (
            id INTEGER NOT NULL PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisations (id),
            reference TEXT NOT NULL,
            booked_at TEXT NOT NULL,
            api_key_id TEXT,
            capability TEXT NOT NULL,
            model TEXT NOT NULL,
            voice_id TEXT,
            amount INTEGER NOT NULL CHECK (typeof(amount) = 'integer' AND amount > 0),
            UNIQUE (organisation_id, reference)
        )
        """
    )
    # Holds all that the sum of a month needs, so that admission never reads the entries.
    connection.exec_driver_sql(
        "CREATE INDEX ledger_in_time ON ledger (organisation_id, booked_at, amount)"
    )
    for action in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER ledger_no_{action.lower()} BEFORE {action} ON ledger "
            "BEGIN SELECT RAISE(ABORT, 'entries of the ledger stay as they are'); END"
        )
    connection.exec_driver_sql(
        """
        CREATE TABLE signing_secrets (
            id TEXT NOT NULL PRIMARY KEY,
            secret TEXT NOT NULL,
            created_at TEXT NOT NULL,
            retired_at TEXT
        )
        """
    )


def m006_pronunciation_dictionaries(connection: Connection) -> None:
    """Pronunciation dictionaries; a deleted one stays as a place in the list."""
    connection.exec_driver_sql(
        """
        CREATE TABLE pronunciation_dictionaries (
            id TEXT NOT NULL PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            pinned INTEGER NOT NULL,
            items TEXT NOT NULL,
            deleted_at TEXT
        )
        """
    )
    connection.exec_driver_sql(
        "CREATE INDEX pronunciation_dictionaries_in_order "
        "ON pronunciation_dictionaries (organisation_id, created_at DESC, id)"
    )


def m007_files(connection: Connection) -> None:
    """Files that clients keep; a deleted one stays as a place in the list."""
    connection.exec_driver_sql(
        """
        CREATE TABLE files (
            id TEXT NOT NULL PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL,
            filename TEXT NOT NULL,
            purpose TEXT NOT NULL,
            size INTEGER NOT NULL,
            digest TEXT NOT NULL,
            link_key TEXT NOT NULL,
            deleted_at TEXT
        )
        """
    )
    connection.exec_driver_sql(
        "CREATE INDEX files_in_order ON files (organisation_id, created_at DESC, id)"
    )


def m008_embeddings_and_accents_of_voices(connection: Connection) -> None:
    """Embeddings of voices, and the states by which clones speak other accents."""
    connection.exec_driver_sql("ALTER TABLE voices ADD COLUMN embedding TEXT")
    connection.exec_driver_sql("ALTER TABLE voices ADD COLUMN embedding_of TEXT")
    connection.exec_driver_sql(
        """
        CREATE TABLE voice_accents (
            voice_id TEXT NOT NULL REFERENCES voices (id) ON DELETE CASCADE,
            accent TEXT NOT NULL,
            created_at TEXT NOT NULL,
            locale TEXT NOT NULL,
            spoken TEXT NOT NULL,
            blob TEXT NOT NULL,
            digest TEXT NOT NULL,
            made_of TEXT NOT NULL,
            PRIMARY KEY (voice_id, accent)
        )
        """
    )


def m009_datasets(connection: Connection) -> None:
    """Datasets for fine-tunes: recordings, and the utterances that were found in them."""
    connection.exec_driver_sql(
        """
        CREATE TABLE datasets (
            id TEXT NOT NULL PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            chosen BLOB,
            target INTEGER NOT NULL,
            deleted_at TEXT
        )
        """
    )
    connection.exec_driver_sql(
        "CREATE INDEX datasets_in_order ON datasets (organisation_id, created_at DESC, id)"
    )
    connection.exec_driver_sql(
        """
        CREATE TABLE dataset_files (
            id TEXT NOT NULL PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL,
            filename TEXT NOT NULL,
            size INTEGER NOT NULL,
            digest TEXT NOT NULL,
            duplicates INTEGER NOT NULL,
            state TEXT NOT NULL,
            worker TEXT,
            heartbeat TEXT,
            crashes INTEGER NOT NULL,
            preparation INTEGER NOT NULL,
            report TEXT NOT NULL,
            advice TEXT NOT NULL,
            error TEXT,
            deleted_at TEXT
        )
        """
    )
    connection.exec_driver_sql(
        "CREATE INDEX dataset_files_in_order ON dataset_files (dataset_id, created_at DESC, id)"
    )
    # The same bytes are in a dataset once, also when two requests bring them together.
    connection.exec_driver_sql(
        "CREATE UNIQUE INDEX dataset_files_once ON dataset_files (dataset_id, digest) "
        "WHERE deleted_at IS NULL"
    )
    connection.exec_driver_sql(
        "CREATE INDEX dataset_files_to_do ON dataset_files (state, created_at)"
    )
    connection.exec_driver_sql(
        """
        CREATE TABLE utterances (
            id TEXT NOT NULL PRIMARY KEY,
            dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
            file_id TEXT NOT NULL REFERENCES dataset_files (id) ON DELETE CASCADE,
            start REAL NOT NULL,
            "end" REAL NOT NULL,
            transcript TEXT NOT NULL,
            confidence REAL NOT NULL,
            snr_db REAL NOT NULL,
            problem TEXT,
            embedding BLOB NOT NULL,
            speaker INTEGER,
            corrected TEXT,
            excluded INTEGER
        )
        """
    )
    connection.exec_driver_sql("CREATE INDEX utterances_of_dataset ON utterances (dataset_id)")
    connection.exec_driver_sql("CREATE INDEX utterances_of_file ON utterances (file_id, start)")


STEPS: tuple[Step, ...] = (
    m001_organisations_and_keys,
    m002_voices,
    m003_places_of_deleted_voices,
    m004_refinements,
    m005_plans_ledger_and_tokens,
    m006_pronunciation_dictionaries,
    m007_files,
    m008_embeddings_and_accents_of_voices,
    m009_datasets,
    m010_fine_tunes,
    m011_samples_of_fine_tunes,
)


def migrate(engine: Engine, steps: tuple[Step, ...] = STEPS) -> int:
    """Applies the steps that a file lacks and returns how many those were.

    The engine must begin transactions with a write lock, so that two processes that start together
    do not both migrate. Raises ServerError for a newer or unreadable file.
    """
    applied = 0
    try:
        for number, step in enumerate(steps, start=1):
            with engine.begin() as connection:
                if number == 1:
                    connection.exec_driver_sql(
                        "CREATE TABLE IF NOT EXISTS schema_migrations "
                        "(number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
                    )
                done = connection.exec_driver_sql(
                    "SELECT coalesce(max(number), 0) FROM schema_migrations"
                ).scalar_one()
                if done > len(steps):
                    raise ServerError(
                        "database_newer",
                        "The database was written by a newer Menura than this one.",
                        "Start the newer version, or choose another data folder.",
                    )
                if done >= number:
                    continue
                step(connection)
                connection.exec_driver_sql(
                    "INSERT INTO schema_migrations VALUES (?, ?, ?)",
                    (number, step.__name__, datetime.now(UTC).isoformat()),
                )
                applied += 1
    except DatabaseError as error:
        raise ServerError(
            "database_unreadable",
            f"The database cannot be opened: {error.orig}.",
            "Check the data folder's rights and disk, or restore the file from a copy.",
        ) from error
    return applied
