"""The recordings of datasets, and how far their preparation is.

A file is `waiting`, then `preparing` by somebody who shows now and then that he still is, then
`ready` or `failed`. Whoever falls silent loses it to the next who asks, so that a process may die
at any moment.
"""

import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from menura.errors import MenuraError, NotFoundError, ServerError, TooLargeError
from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.dataset_use import check_changeable
from menura.library.datasets import audio_name, bury, find_dataset
from menura.library.files import new_file_id, plain_name
from menura.library.paging import Page, Window, read_page
from menura.library.tables import DatasetFile, Utterance
from menura.library.utterances import copy_utterances, put_utterances
from menura.work.prepare import PREPARATION, PrepareOutcome

MOST_FILES = 10_000
"""Of one dataset."""

STALE_SECONDS = 120.0
"""Silence after which a file goes to another who prepares."""


@dataclass(frozen=True)
class Adopted:
    """A recording that was taken in."""

    row: DatasetFile
    duplicate: bool
    """Whether the dataset had the same bytes already."""


class DatasetFileStore:
    """All recordings of all datasets of one data folder."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self.blobs = blobs

    def adopt(
        self, organisation_id: str, dataset_id: str, source: Path, *, filename: str, digest: str
    ) -> Adopted:
        """Takes over a finished file, which is moved here unless the dataset has it already.

        A duplicate of one that failed is prepared again. Where the organisation has the same
        recording in another dataset, what was found there is taken. `source` has to lie on the same
        disk. Raises NotFoundError, TooLargeError, ConflictError while the dataset is trained on.
        """
        identity = new_file_id()
        size = source.stat().st_size
        with self._database.read() as session:
            find_dataset(session, organisation_id, dataset_id)
        source.replace(self.blobs.folder / identity)
        try:
            self.blobs.seal(identity)
            with self._database.write() as session:
                check_changeable(session, find_dataset(session, organisation_id, dataset_id))
                here = (DatasetFile.dataset_id == dataset_id) & DatasetFile.deleted_at.is_(None)
                same = session.scalars(
                    select(DatasetFile).where(here, DatasetFile.digest == digest)
                ).first()
                if same is not None:
                    same.duplicates += 1
                    if same.state == "failed":
                        same.state, same.error, same.crashes = "waiting", None, 0
                else:
                    count = select(func.count()).select_from(DatasetFile).where(here)
                    if (session.scalar(count) or 0) >= MOST_FILES:
                        raise TooLargeError(
                            "too_many_files",
                            f"The dataset has {MOST_FILES} files already.",
                            "Put more into one file, or delete some.",
                        )
                    row = DatasetFile(
                        id=identity,
                        organisation_id=organisation_id,
                        dataset_id=dataset_id,
                        created_at=datetime.now(UTC),
                        filename=plain_name(filename),
                        size=size,
                        digest=digest,
                        duplicates=0,
                        state="waiting",
                        worker=None,
                        heartbeat=None,
                        crashes=0,
                        preparation=0,
                        report={},
                        advice=[],
                        error=None,
                        deleted_at=None,
                    )
                    session.add(row)
                    session.flush()
                    self._take_known(session, row)
        except BaseException:
            self.blobs.delete_all(identity)
            raise
        if same is not None:
            self.blobs.delete(identity)
            return Adopted(same, True)
        return Adopted(row, False)

    def known(self, organisation_id: str, dataset_id: str, digest: str) -> DatasetFile | None:
        """The recording of these bytes in a dataset, unless it failed."""
        with self._database.read() as session:
            find_dataset(session, organisation_id, dataset_id)
            return session.scalars(
                select(DatasetFile).where(
                    DatasetFile.dataset_id == dataset_id,
                    DatasetFile.digest == digest,
                    DatasetFile.deleted_at.is_(None),
                    DatasetFile.state != "failed",
                )
            ).first()

    def get(self, organisation_id: str, dataset_id: str, file_id: str) -> DatasetFile:
        """Returns a recording. Raises NotFoundError."""
        with self._database.read() as session:
            find_dataset(session, organisation_id, dataset_id)
            return _find(session, dataset_id, file_id)

    def list(self, organisation_id: str, dataset_id: str, window: Window) -> Page[DatasetFile]:
        """Lists a dataset's recordings, newest first. Raises NotFoundError, InputError."""
        with self._database.read() as session:
            find_dataset(session, organisation_id, dataset_id)
            return read_page(
                session,
                DatasetFile,
                organisation_id,
                window,
                DatasetFile.dataset_id == dataset_id,
                DatasetFile.deleted_at.is_(None),
            )

    def delete(self, organisation_id: str, dataset_id: str, file_id: str) -> None:
        """Deletes a recording for good; its place in the list stays a day.

        Raises NotFoundError, ConflictError while the dataset is trained on.
        """
        with self._database.write() as session:
            check_changeable(session, find_dataset(session, organisation_id, dataset_id))
            row = _find(session, dataset_id, file_id)
            session.execute(delete(Utterance).where(Utterance.file_id == file_id))
            bury(row, datetime.now(UTC))
        self.blobs.delete_all(file_id)

    def audio(self, row: DatasetFile) -> Path:
        """Where the audio is that training reads. Raises ServerError when it is gone."""
        path = self.blobs.folder / audio_name(row.id)
        if not path.is_file():
            raise ServerError(
                "file_missing",
                "The recording's audio is not in the data folder.",
                "Restore the data folder from a copy, or add the recording again.",
            )
        return path

    def claim(self, worker: str, dataset_id: str | None = None) -> DatasetFile | None:
        """Gives the oldest recording that waits to who prepares it; None when there is none.

        Those are waiting, too, that somebody else was at and fell silent, and those that an older
        version prepared.
        """
        silent = datetime.now(UTC) - timedelta(seconds=STALE_SECONDS)
        table = DatasetFile
        query = select(table).where(
            table.deleted_at.is_(None),
            or_(
                table.state == "waiting",
                (table.state == "preparing") & (table.heartbeat < silent),
                (table.state == "ready") & (table.preparation < PREPARATION),
            ),
        )
        if dataset_id is not None:
            query = query.where(table.dataset_id == dataset_id)
        with self._database.write() as session:
            row = session.scalars(query.order_by(table.created_at, table.id).limit(1)).first()
            if row is not None:
                row.state, row.worker, row.heartbeat = "preparing", worker, datetime.now(UTC)
            return row

    def beat(self, file_id: str, worker: str) -> bool:
        """Shows that somebody is still at it; False when it is no longer his."""
        with self._database.write() as session:
            row = _held(session, file_id, worker)
            if row is not None:
                row.heartbeat = datetime.now(UTC)
            return row is not None

    def partial(self, file_id: str) -> Path:
        """Where who prepares a recording writes its audio to."""
        return self.blobs.folder / f"{audio_name(file_id)}.part"

    def note(self, file_id: str, worker: str, outcome: PrepareOutcome) -> bool:
        """Keeps what was found; after the last of it the recording is ready.

        What somebody corrected in an earlier preparation is kept for utterances that begin and
        end in the same place. False when the recording is gone, or no longer his.
        """
        partial = self.partial(file_id)
        with self._database.write() as session:
            row = _held(session, file_id, worker)
            if row is not None:
                row.report = dict(outcome.report)
                row.advice = [asdict(finding) for finding in outcome.advice]
                row.heartbeat = datetime.now(UTC)
                if outcome.last:
                    put_utterances(session, row, outcome.utterances)
                    row.state, row.preparation = "ready", PREPARATION
                    row.worker = row.heartbeat = row.error = None
                    # Inside, so that a ready one never lacks its audio.
                    partial.replace(self.blobs.folder / audio_name(file_id))
        if row is None:
            partial.unlink(missing_ok=True)
        return row is not None

    def fail(self, file_id: str, worker: str, error: MenuraError) -> None:
        """Ends a preparation with the reason."""
        # First, since a full disk may have no room for the reason.
        self.partial(file_id).unlink(missing_ok=True)
        with self._database.write() as session:
            row = _held(session, file_id, worker)
            if row is not None:
                session.execute(delete(Utterance).where(Utterance.file_id == file_id))
                row.state, row.worker, row.heartbeat = "failed", None, None
                row.error = {
                    "code": error.code,
                    "sentence": error.sentence,
                    "remedy": error.remedy,
                }

    def release(self, file_id: str, worker: str, *, crashed: bool = False) -> int:
        """Puts a recording back in line; returns how many workers have died of it."""
        with self._database.write() as session:
            row = _held(session, file_id, worker)
            if row is None:
                return 0
            row.state, row.worker, row.heartbeat = "waiting", None, None
            row.crashes += crashed
            return row.crashes

    def resume(self, worker: str) -> None:
        """Puts everything back in line that this one was at before it was started again."""
        with self._database.write() as session:
            session.execute(
                update(DatasetFile)
                .where(DatasetFile.state == "preparing", DatasetFile.worker == worker)
                .values(state="waiting", worker=None, heartbeat=None)
            )

    def _take_known(self, session: Session, row: DatasetFile) -> None:
        """Takes what was found in the same recording elsewhere, so that nothing is done twice."""
        known = session.scalars(
            select(DatasetFile).where(
                DatasetFile.organisation_id == row.organisation_id,
                DatasetFile.digest == row.digest,
                DatasetFile.id != row.id,
                DatasetFile.state == "ready",
                DatasetFile.preparation == PREPARATION,
                DatasetFile.deleted_at.is_(None),
            )
        ).first()
        if known is None:
            return
        source = self.blobs.folder / audio_name(known.id)
        target = self.blobs.folder / audio_name(row.id)
        if not source.is_file():
            return
        try:
            os.link(source, target)
        except OSError:
            with contextlib.suppress(OSError):
                shutil.copyfile(source, target)
        if not target.is_file():
            return
        row.report, row.advice = dict(known.report), list(known.advice)
        row.state, row.preparation = "ready", PREPARATION
        copy_utterances(session, known, row)


def unfinished(rows: Sequence[DatasetFile]) -> int:
    """How many recordings are not prepared yet."""
    return sum(row.state in ("waiting", "preparing") for row in rows)


def _held(session: Session, file_id: str, worker: str) -> DatasetFile | None:
    row = session.get(DatasetFile, file_id)
    if row is None or row.deleted_at is not None or row.worker != worker:
        return None
    return row


def _find(session: Session, dataset_id: str, file_id: str) -> DatasetFile:
    row = session.get(DatasetFile, file_id)
    if row is None or row.dataset_id != dataset_id or row.deleted_at is not None:
        raise NotFoundError(
            "file_not_found",
            f"There is no file {file_id[:80]!r} in the dataset.",
            "List the dataset's files to see their ids.",
        )
    return row
