"""Fine-tunes: made, listed, cancelled, tried again, deleted; and what became known of them.

On the wire a fine-tune is `created`, `training`, `completed` or `failed`; one that was cancelled is
`failed` with the code `cancelled`. `menura.library.fine_tune_queue` is what those work with who
train. Deleting a fine-tune deletes its weights and its voices, which would not be the person's
without them.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from menura.errors import ConflictError, TooLargeError
from menura.library.database import Database
from menura.library.datasets import find_dataset
from menura.library.files import new_id
from menura.library.fine_tune_samples import sound_names
from menura.library.fine_tune_steps import complete, end, find_fine_tune, record
from menura.library.fine_tune_tables import FineTune, FineTuneEvent
from menura.library.paging import Page, Window, read_page
from menura.library.tables import DeletedVoice, Voice
from menura.library.tuned_models import TunedModelFiles
from menura.library.voices import NewVoice

MOST_FINE_TUNES = 1000
"""Of one organisation."""

OPEN = ("created", "training")
"""Statuses of a fine-tune that is not over."""

STAGES = (
    *("waiting", "listening", "loading", "aligning", "training", "judging", "voices"),
    *("saving", "done"),
)
"""In order: in line, until its dataset is prepared, until the model is loaded, then those of
`menura.models.contract.TuneNews`, while voices are made and all is stored, and after. A failed one
keeps the stage that it failed in."""

KEPT_DAYS = 7
"""How long the checkpoints of a failed fine-tune wait for a retry."""

_TOMBSTONE_DAYS = 1

CANCELLED: Mapping[str, str] = {
    "code": "cancelled",
    "sentence": "The fine-tune was cancelled.",
    "remedy": "Retry it to go on where it was stopped.",
}


@dataclass(frozen=True)
class NewFineTune:
    """What is asked for; fields as in `menura.library.fine_tune_tables.FineTune`."""

    name: str
    description: str
    language: str
    locale: str
    model_id: str
    snapshot: str
    dataset_id: str
    accent: str | None = None
    consent: Mapping[str, Any] | None = None
    api_key_id: str | None = None
    budget: float | None = None

    def row(self, organisation_id: str) -> FineTune:
        """The row of one that waits."""
        now = datetime.now(UTC)
        return FineTune(
            id=new_id("fine_tune"),
            organisation_id=organisation_id,
            created_at=now,
            name=self.name,
            description=self.description,
            language=self.language,
            accent=self.accent,
            locale=self.locale,
            model_id=self.model_id,
            snapshot=self.snapshot,
            dataset_id=self.dataset_id,
            consent=None if self.consent is None else dict(self.consent),
            api_key_id=self.api_key_id,
            status="created",
            stage="waiting",
            progress=0.0,
            eta_seconds=None,
            seconds=None,
            budget=self.budget,
            fingerprint="",
            seed=0,
            attempts=1,
            report={},
            samples=[],
            error=None,
            queued_at=now,
            due_at=now,
            started_at=None,
            ended_at=None,
            booked_at=None,
            worker=None,
            device=None,
            heartbeat=None,
            crashes=0,
            crashed_at=-1.0,
            furthest=0.0,
            adapter=None,
            adapter_digest=None,
            deleted_at=None,
        )


@dataclass(frozen=True)
class ReadyModel:
    """A tuned model as it is put into the library at once."""

    adapter: Path
    """Its safetensors file, which stays where it is."""

    voices: Sequence[tuple[NewVoice, bytes]]
    """Each with its state's file."""

    report: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None


class FineTuneStore:
    """All fine-tunes of one data folder.

    Every call names the organisation that asks; the fine-tunes of others do not exist for it.

    Args:
        database: where the rows are.
        files: weights and voices.
        folder: where each that is trained has a folder of its own.
    """

    def __init__(self, database: Database, files: TunedModelFiles, folder: Path) -> None:
        self._database = database
        self._files = files
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self, organisation_id: str, new: NewFineTune) -> FineTune:
        """Puts one in line. Raises NotFoundError for an unknown dataset, TooLargeError."""
        row = new.row(organisation_id)
        with self._database.write() as session:
            find_dataset(session, organisation_id, new.dataset_id)
            self._add(session, row)
        return row

    def add_ready(self, organisation_id: str, new: NewFineTune, model: ReadyModel) -> FineTune:
        """Takes in a tuned model that was trained elsewhere, with its voices; it costs nothing.

        Its dataset need not be there. Raises TooLargeError, and OSError for a full disk.
        """
        row = new.row(organisation_id)
        stored = self._files.write(row.id, model.adapter, [state for _, state in model.voices])
        try:
            with self._database.write() as session:
                row.seconds = model.seconds
                self._add(session, row)
                row.booked_at = row.created_at
                complete(session, row, stored, [new for new, _ in model.voices], model.report)
        except BaseException:
            self._files.remove(stored)
            raise
        return row

    def get(self, organisation_id: str, fine_tune_id: str) -> FineTune:
        """Returns a fine-tune. Raises NotFoundError."""
        with self._database.read() as session:
            return find_fine_tune(session, organisation_id, fine_tune_id)

    def list(self, organisation_id: str, window: Window) -> Page[FineTune]:
        """Lists fine-tunes, newest first. Raises InputError for an unknown cursor."""
        with self._database.read() as session:
            return read_page(
                session, FineTune, organisation_id, window, FineTune.deleted_at.is_(None)
            )

    def open_count(self, organisation_id: str) -> int:
        """How many are not over, which may come to be booked."""
        query = select(func.count()).where(
            FineTune.organisation_id == organisation_id,
            FineTune.status.in_(OPEN),
            FineTune.deleted_at.is_(None),
        )
        with self._database.read() as session:
            return session.scalar(query) or 0

    def voices(self, organisation_id: str, fine_tune_id: str) -> Sequence[Voice]:
        """Its voices that are left, newest first, ties by id; a page of them gives
        `VoiceStore.list` with `VoiceFilter.fine_tune_id`. Raises NotFoundError."""
        with self._database.read() as session:
            find_fine_tune(session, organisation_id, fine_tune_id)
            query = select(Voice).where(Voice.fine_tune_id == fine_tune_id)
            return session.scalars(query.order_by(Voice.created_at.desc(), Voice.id)).all()

    def adapter(self, organisation_id: str, fine_tune_id: str) -> Path:
        """Where the weights of a completed one are, after comparing their digest.

        Raises NotFoundError, ConflictError for one that is not completed, ServerError for a file
        that is gone or damaged.
        """
        row = self.get(organisation_id, fine_tune_id)
        if row.adapter is None or row.adapter_digest is None:
            raise ConflictError(
                "fine_tune_not_completed",
                f"The fine-tune is {row.status}, so it has no model.",
                "Wait until it is completed, or retry one that failed.",
            )
        return self._files.adapters.check(row.adapter, row.adapter_digest, trusting=True)

    def sound(self, name: str) -> Path | None:
        """Where a sound of a sample is; None when it is gone."""
        path = self._files.adapters.folder / name
        return path if path.is_file() else None

    def cancel(self, organisation_id: str, fine_tune_id: str) -> FineTune:
        """Ends one that is not over; who trains it stops within seconds.

        Its checkpoints stay for a retry. Raises NotFoundError, ConflictError for one that is over.
        """
        with self._database.write() as session:
            row = find_fine_tune(session, organisation_id, fine_tune_id)
            if row.status not in OPEN:
                raise ConflictError(
                    "fine_tune_over",
                    f"The fine-tune is {row.status} already.",
                    "Only one that waits or is being trained can be cancelled.",
                )
            end(session, row, CANCELLED)
            return row

    def retry(self, organisation_id: str, fine_tune_id: str) -> FineTune:
        """Puts one that failed in line again, where it goes on from its last checkpoint.

        It begins afresh when its dataset or the settings have changed since, or when it failed of
        what it had learned. Raises NotFoundError, ConflictError for one that has not failed.
        """
        now = datetime.now(UTC)
        with self._database.write() as session:
            row = find_fine_tune(session, organisation_id, fine_tune_id)
            if row.status != "failed":
                raise ConflictError(
                    "fine_tune_not_failed",
                    f"The fine-tune is {row.status}.",
                    "Only one that failed can be tried again.",
                )
            find_dataset(session, organisation_id, row.dataset_id)
            row.status, row.stage = "created", "waiting"
            row.progress, row.eta_seconds, row.error = 0.0, None, None
            row.attempts += 1
            row.crashes, row.crashed_at = 0, -1.0
            row.queued_at = row.due_at = now
            row.started_at = row.ended_at = None
            record(session, row)
            return row

    def delete(self, organisation_id: str, fine_tune_id: str) -> None:
        """Deletes a fine-tune with its weights and voices; its place in the list stays a day.

        Who trains it stops within seconds. Raises NotFoundError.
        """
        now = datetime.now(UTC)
        with self._database.write() as session:
            row = find_fine_tune(session, organisation_id, fine_tune_id)
            row.deleted_at = now
            row.name = row.description = row.dataset_id = row.fingerprint = ""
            row.worker = row.device = row.heartbeat = None
            if row.status in OPEN:
                row.status = "failed"
            row.consent, row.report, row.samples, row.error = None, {}, [], None
            row.adapter = row.adapter_digest = None
            session.execute(delete(FineTuneEvent).where(FineTuneEvent.fine_tune_id == row.id))
            voices = session.scalars(select(Voice).where(Voice.fine_tune_id == row.id)).all()
            for voice in voices:
                session.add(
                    DeletedVoice(
                        id=voice.id,
                        organisation_id=organisation_id,
                        created_at=voice.created_at,
                        deleted_at=now,
                    )
                )
                session.delete(voice)
        self._files.delete(row.id, [voice.id for voice in voices])
        self.clear(row.id)

    def events(
        self, organisation_id: str, fine_tune_id: str, after: int = 0, limit: int = 1000
    ) -> Sequence[FineTuneEvent]:
        """What became known after the event with the number `after`, the oldest first.

        One that is over has an event with its last status. Raises NotFoundError.
        """
        with self._database.read() as session:
            find_fine_tune(session, organisation_id, fine_tune_id)
            query = select(FineTuneEvent).where(
                FineTuneEvent.fine_tune_id == fine_tune_id, FineTuneEvent.id > after
            )
            return session.scalars(query.order_by(FineTuneEvent.id).limit(limit)).all()

    def work_folder(self, fine_tune_id: str) -> Path:
        """Where its checkpoints are as long as it is not completed."""
        return self._folder / fine_tune_id

    def clear(self, fine_tune_id: str) -> None:
        """Removes its checkpoints."""
        # A worker that is about to stop may still write there; the next sweep takes the rest.
        shutil.rmtree(self.work_folder(fine_tune_id), ignore_errors=True)

    def sweep(self) -> None:
        """Forgets places of those deleted long ago; removes checkpoints and files of none."""
        now = datetime.now(UTC)
        with self._database.write() as session:
            oldest = now - timedelta(days=_TOMBSTONE_DAYS)
            session.execute(delete(FineTune).where(FineTune.deleted_at < oldest))
            rows = session.scalars(select(FineTune).where(FineTune.deleted_at.is_(None))).all()
        latest = now - timedelta(days=KEPT_DAYS)
        working = {
            row.id
            for row in rows
            if row.status in OPEN
            or (row.status == "failed" and row.ended_at is not None and row.ended_at > latest)
        }
        for path in self._folder.iterdir():
            if path.name not in working:
                shutil.rmtree(path, ignore_errors=True)
        known = {row.adapter for row in rows if row.adapter is not None}
        self._files.adapters.sweep(known.union(*(sound_names(row) for row in rows)))

    def _add(self, session: Session, row: FineTune) -> None:
        owned = select(func.count()).where(
            FineTune.organisation_id == row.organisation_id, FineTune.deleted_at.is_(None)
        )
        if (session.scalar(owned) or 0) >= MOST_FINE_TUNES:
            raise TooLargeError(
                "too_many_fine_tunes",
                f"There are {MOST_FINE_TUNES} fine-tunes already.",
                "Delete one that is not needed.",
            )
        session.add(row)
        # Voices and events refer to it.
        session.flush()
        record(session, row)
