"""The steps of `menura.library.migrations` that brought fine-tunes."""

from sqlalchemy import Connection


def m010_fine_tunes(connection: Connection) -> None:
    """Fine-tunes, what became known of them, and which voices are theirs."""
    connection.exec_driver_sql(
        """
        CREATE TABLE fine_tunes (
            id TEXT NOT NULL PRIMARY KEY,
            organisation_id TEXT NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
            created_at TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            language TEXT NOT NULL,
            accent TEXT,
            locale TEXT NOT NULL,
            model_id TEXT NOT NULL,
            snapshot TEXT NOT NULL,
            dataset_id TEXT NOT NULL,
            consent TEXT,
            api_key_id TEXT,
            status TEXT NOT NULL,
            stage TEXT NOT NULL,
            progress REAL NOT NULL,
            eta_seconds REAL,
            seconds REAL,
            budget REAL,
            fingerprint TEXT NOT NULL,
            seed INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            report TEXT NOT NULL,
            error TEXT,
            queued_at TEXT NOT NULL,
            due_at TEXT NOT NULL,
            started_at TEXT,
            ended_at TEXT,
            booked_at TEXT,
            worker TEXT,
            device TEXT,
            heartbeat TEXT,
            crashes INTEGER NOT NULL,
            crashed_at REAL NOT NULL,
            furthest REAL NOT NULL,
            adapter TEXT,
            adapter_digest TEXT,
            deleted_at TEXT
        )
        """
    )
    connection.exec_driver_sql(
        "CREATE INDEX fine_tunes_in_order ON fine_tunes (organisation_id, created_at DESC, id)"
    )
    connection.exec_driver_sql("CREATE INDEX fine_tunes_to_do ON fine_tunes (status, queued_at)")
    connection.exec_driver_sql("CREATE INDEX fine_tunes_of_dataset ON fine_tunes (dataset_id)")
    connection.exec_driver_sql(
        """
        CREATE TABLE fine_tune_events (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            fine_tune_id TEXT NOT NULL REFERENCES fine_tunes (id) ON DELETE CASCADE,
            at TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            status TEXT NOT NULL,
            stage TEXT NOT NULL,
            progress REAL NOT NULL,
            eta_seconds REAL,
            step INTEGER NOT NULL,
            losses TEXT NOT NULL,
            scores TEXT NOT NULL,
            error TEXT
        )
        """
    )
    connection.exec_driver_sql(
        "CREATE INDEX fine_tune_events_in_order ON fine_tune_events (fine_tune_id, id)"
    )
    connection.exec_driver_sql(
        "ALTER TABLE voices ADD COLUMN fine_tune_id TEXT REFERENCES fine_tunes (id)"
    )
    connection.exec_driver_sql(
        "CREATE INDEX voices_of_fine_tune ON voices (fine_tune_id) WHERE fine_tune_id IS NOT NULL"
    )


def m011_samples_of_fine_tunes(connection: Connection) -> None:
    """Held-out sentences of a fine-tune as sound."""
    connection.exec_driver_sql(
        "ALTER TABLE fine_tunes ADD COLUMN samples TEXT NOT NULL DEFAULT '[]'"
    )
