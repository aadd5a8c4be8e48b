"""The queue of fine-tunes on SQLite: the contract of `menura.work.queue`, and what training keeps.

A fine-tune is held from `claim` on. It is `created` until `begin` and `training` from then on,
whoever holds it and whether anybody does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from menura.errors import MenuraError
from menura.library.database import Database
from menura.library.fine_tune_samples import sample_fields, sounds_of
from menura.library.fine_tune_steps import complete, end, error_fields, record
from menura.library.fine_tune_tables import FineTune
from menura.library.fine_tunes import OPEN
from menura.library.tuned_models import TunedModelFiles
from menura.library.voices import NewVoice
from menura.models import states
from menura.work.holders import is_gone
from menura.work.queue import STALE_SECONDS
from menura.work.tune import TunedVoice, TuneOutcome, TuneProgress

FURTHER = 0.01
"""Progress that a worker has to make for its crash not to count with the one before."""


@dataclass(frozen=True)
class Learning:
    """What a fine-tune learns from, known when its training begins."""

    fingerprint: str
    seconds: float


class FineTuneQueue:
    """The fine-tunes of one data folder, for who trains them. A `WorkQueue`."""

    def __init__(self, database: Database, files: TunedModelFiles) -> None:
        self._database = database
        self._files = files

    def claim(self, worker: str, device: str) -> FineTune | None:
        """As in `menura.work.queue.WorkQueue`."""
        now = datetime.now(UTC)
        silent = now - timedelta(seconds=STALE_SECONDS)
        table = FineTune
        todo = select(table).where(
            table.status.in_(OPEN),
            table.deleted_at.is_(None),
            table.due_at <= now,
            or_(table.worker.is_(None), table.heartbeat < silent),
        )
        taken = select(table.id).where(table.device == device, table.heartbeat >= silent)
        with self._database.read() as session:
            # Whoever has nothing to do asks often; most of the time no lock is needed to see that.
            if session.scalars(todo.limit(1)).first() is None:
                return None
        with self._database.write() as session:
            if session.scalars(taken.limit(1)).first() is not None:
                return None
            row = session.scalars(todo.order_by(table.queued_at, table.id).limit(1)).first()
            if row is not None:
                row.worker, row.device, row.heartbeat = worker, device, now
            return row

    def beat(self, task_id: str, worker: str) -> bool:
        """As in `menura.work.queue.WorkQueue`."""
        with self._database.write() as session:
            row = _held(session, task_id, worker)
            if row is not None:
                row.heartbeat = datetime.now(UTC)
            return row is not None

    def holds(self, task_id: str, worker: str) -> bool:
        """Whether the task is still his; unlike `beat`, it writes nothing."""
        with self._database.read() as session:
            return _held(session, task_id, worker) is not None

    def stage(self, task_id: str, worker: str, stage: str) -> bool:
        """Says what is being done where no news of the model do; as `beat` besides."""
        with self._database.write() as session:
            row = _held(session, task_id, worker)
            if row is not None:
                row.heartbeat = datetime.now(UTC)
                if row.stage != stage:
                    row.stage = stage
                    record(session, row)
            return row is not None

    def begin(self, task_id: str, worker: str, learning: Learning) -> bool:
        """Marks that training begins; False when the task is no longer his.

        What another fingerprint has reached counts no more.
        """
        with self._database.write() as session:
            row = _held(session, task_id, worker)
            if row is not None:
                now = datetime.now(UTC)
                row.heartbeat = now
                row.started_at = row.started_at or now
                row.status, row.stage = "training", "loading"
                row.seconds = learning.seconds
                if row.fingerprint != learning.fingerprint:
                    row.fingerprint = learning.fingerprint
                    row.progress = row.furthest = 0.0
                    row.crashes, row.crashed_at = 0, -1.0
                record(session, row)
            return row is not None

    def note(self, task_id: str, worker: str, news: TuneProgress, *, event: bool = True) -> bool:
        """As in `menura.work.queue.WorkQueue`; without `event`, it goes into no event."""
        with self._database.write() as session:
            row = _held(session, task_id, worker)
            if row is not None:
                told = news.news
                row.heartbeat = datetime.now(UTC)
                row.stage = told.stage
                row.progress = min(max(float(told.share), 0.0), 1.0)
                row.furthest = max(row.furthest, row.progress)
                row.eta_seconds = news.eta_seconds
                if event:
                    record(session, row, step=told.step, losses=told.losses, scores=told.scores)
            return row is not None

    def crashed(self, task_id: str, worker: str) -> int:
        """As in `menura.work.queue.WorkQueue`."""
        with self._database.write() as session:
            row = _held(session, task_id, worker)
            if row is None:
                return 0
            further = row.furthest >= row.crashed_at + FURTHER
            row.crashes = 1 if further else row.crashes + 1
            row.crashed_at = row.furthest
            return row.crashes

    def release(self, task_id: str, worker: str, *, after: float = 0.0) -> bool:
        """As in `menura.work.queue.WorkQueue`."""
        with self._database.write() as session:
            row = _held(session, task_id, worker)
            if row is not None:
                _let_go(row)
                row.due_at = datetime.now(UTC) + timedelta(seconds=after)
            return row is not None

    def finish(self, task_id: str, worker: str, outcome: TuneOutcome) -> bool:
        """As in `menura.work.queue.WorkQueue`: weights, voices, report, samples.

        Files are written first and removed again unless their rows are. Raises OSError for a full
        disk.
        """
        data = [states.save(voice.state) for voice in outcome.voices]
        stored = self._files.write(task_id, outcome.adapter, data, sounds_of(outcome.samples))
        row = None
        try:
            with self._database.write() as session:
                row = _held(session, task_id, worker)
                if row is not None:
                    voices = list(map(partial(new_voice, row), outcome.voices, count(1)))
                    samples = sample_fields(outcome.samples, stored.sounds)
                    complete(session, row, stored, voices, outcome.report, samples)
        except BaseException:
            self._files.remove(stored)
            raise
        if row is None:
            self._files.remove(stored)
        return row is not None

    def fail(self, task_id: str, worker: str, error: MenuraError, *, afresh: bool = False) -> bool:
        """As in `menura.work.queue.WorkQueue`; `afresh`: a retry has to begin anew, with another
        seed, since going on would fail of the same."""
        with self._database.write() as session:
            row = _held(session, task_id, worker)
            if row is not None:
                if afresh:
                    row.seed += 1
                    row.fingerprint, row.furthest = "", 0.0
                end(session, row, error_fields(error))
            return row is not None

    def reclaim(self, worker: str) -> int:
        """As in `menura.work.queue.WorkQueue`."""
        with self._database.write() as session:
            rows = session.scalars(select(FineTune).where(FineTune.worker == worker)).all()
            for row in rows:
                _let_go(row)
            return len(rows)

    def recover(self) -> int:
        """Reclaims what those held whose processes were killed; returns how many that were."""
        return sum(self.reclaim(holder) for holder in self.holders() if is_gone(holder))

    def holders(self) -> Sequence[str]:
        """Who holds something, by name."""
        query = select(FineTune.worker).where(FineTune.worker.is_not(None)).distinct()
        with self._database.read() as session:
            return [str(worker) for worker in session.scalars(query)]

    def unbooked(self) -> Sequence[FineTune]:
        """Completed ones whose credits are still to be booked, also those that were deleted."""
        query = select(FineTune).where(FineTune.status == "completed", FineTune.booked_at.is_(None))
        with self._database.read() as session:
            return session.scalars(query.order_by(FineTune.queued_at)).all()

    def booked(self, task_id: str) -> None:
        """Marks that the credits of a completed one were booked."""
        with self._database.write() as session:
            row = session.get(FineTune, task_id)
            if row is not None:
                row.booked_at = datetime.now(UTC)


def new_voice(row: FineTune, voice: TunedVoice, number: int) -> NewVoice:
    """What the library keeps of a voice of a fine-tune; the report tells of it by its number."""
    return NewVoice(
        name=f"{row.name}, {voice.name}",
        locale=row.locale,
        snapshot=voice.state.snapshot,
        description=voice.description,
        accent=row.accent,
        mode=None,
        transcript=voice.clip.transcript,
        report={"made_by": "fine_tune", "number": number, **voice.state.metadata},
        consent=row.consent,
        fine_tune_id=row.id,
    )


def _held(session: Session, task_id: str, worker: str) -> FineTune | None:
    row = session.get(FineTune, task_id)
    if row is None or row.deleted_at is not None or row.worker != worker:
        return None
    return row


def _let_go(row: FineTune) -> None:
    row.worker = row.device = row.heartbeat = row.eta_seconds = None
