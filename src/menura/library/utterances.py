"""The utterances of datasets: seen, corrected, left out, and read for training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from menura.errors import InputError, NotFoundError
from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.dataset_use import check_changeable
from menura.library.datasets import audio_name, counting, find_dataset
from menura.library.files import new_id
from menura.library.paging import Window
from menura.library.tables import Dataset, DatasetFile, Utterance
from menura.work.prepare import HeardUtterance

TRANSCRIPT_CHARACTERS = 1000


@dataclass(frozen=True)
class UtterancePage:
    """A stretch of a dataset's utterances, in the order of its recordings and of time."""

    rows: Sequence[Utterance]
    has_more: bool


@dataclass(frozen=True)
class TrainingUtterance:
    """An utterance that counts, as training reads it."""

    id: str
    audio: Path
    """Mono FLAC of the whole recording; see `menura.audio.recording.read_stretch`."""

    start: float
    """Seconds of the recording, as `end`."""

    end: float
    transcript: str
    """As somebody corrected it, else as it was heard."""

    language: str
    """ISO 639-1 code of what most of the recording is in."""


class UtteranceStore:
    """All utterances of all datasets of one data folder."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def training(self, organisation_id: str, dataset_id: str) -> Sequence[TrainingUtterance]:
        """All utterances that count, in order. Raises NotFoundError."""
        with self._database.read() as session:
            find_dataset(session, organisation_id, dataset_id)
            query = (
                select(Utterance, DatasetFile)
                .join(DatasetFile, DatasetFile.id == Utterance.file_id)
                .join(Dataset, Dataset.id == Utterance.dataset_id)
                .where(Utterance.dataset_id == dataset_id, counting())
                .order_by(DatasetFile.created_at, DatasetFile.id, Utterance.start)
            )
            return [
                TrainingUtterance(
                    id=row.id,
                    audio=self._blobs.folder / audio_name(file.id),
                    start=row.start,
                    end=row.end,
                    transcript=row.transcript if row.corrected is None else row.corrected,
                    language=str(file.report.get("language", "")),
                )
                for row, file in session.execute(query)
            ]

    def all(self, organisation_id: str, dataset_id: str) -> Sequence[Utterance]:
        """All utterances, in order. Raises NotFoundError."""
        with self._database.read() as session:
            find_dataset(session, organisation_id, dataset_id)
            return session.scalars(_in_order(dataset_id)).all()

    def list(
        self, organisation_id: str, dataset_id: str, window: Window, file_id: str | None = None
    ) -> UtterancePage:
        """A page of utterances, of one recording where it is named.

        Raises NotFoundError, InputError for an unknown cursor.
        """
        with self._database.read() as session:
            find_dataset(session, organisation_id, dataset_id)
            query = _in_order(dataset_id)
            if file_id is not None:
                query = query.where(Utterance.file_id == file_id)
            ids = session.scalars(query.with_only_columns(Utterance.id)).all()
            kept, has_more = _cut(ids, window)
            rows = session.scalars(_in_order(dataset_id).where(Utterance.id.in_(kept))).all()
        return UtterancePage(rows, has_more)

    def get(self, organisation_id: str, dataset_id: str, utterance_id: str) -> Utterance:
        """Returns an utterance. Raises NotFoundError."""
        with self._database.read() as session:
            return _find(session, organisation_id, dataset_id, utterance_id)

    def change(
        self,
        organisation_id: str,
        dataset_id: str,
        utterance_id: str,
        changes: Mapping[str, str | bool | None],
    ) -> Utterance:
        """Sets `corrected` and `excluded`, whichever is given; None takes a decision back.

        Raises NotFoundError, ConflictError while the dataset is trained on, InputError for an empty
        transcript or one that is too long.
        """
        corrected = changes.get("corrected")
        if isinstance(corrected, str) and not 0 < len(corrected.strip()) <= TRANSCRIPT_CHARACTERS:
            raise InputError(
                "transcript_invalid",
                "The transcript is empty or too long.",
                f"Give 1 to {TRANSCRIPT_CHARACTERS} characters, or exclude the utterance.",
            )
        with self._database.write() as session:
            row = _find(session, organisation_id, dataset_id, utterance_id)
            check_changeable(session, find_dataset(session, organisation_id, dataset_id))
            for name in ("corrected", "excluded"):
                if name in changes:
                    setattr(row, name, changes[name])
            return row

    def label(
        self, dataset_id: str, speakers: Mapping[str, int], target: int, chosen: bytes | None
    ) -> None:
        """Writes who speaks in each utterance, by id, and whose utterances count.

        Nothing happens where somebody has chosen another speaker since `chosen` was read; whoever
        did so labels anew.
        """
        with self._database.write() as session:
            dataset = session.get(Dataset, dataset_id)
            if dataset is None or dataset.deleted_at is not None or dataset.chosen != chosen:
                return
            dataset.target = target
            for row in session.scalars(_in_order(dataset_id)):
                row.speaker = speakers.get(row.id, row.speaker)


def put_utterances(session: Session, file: DatasetFile, found: Sequence[HeardUtterance]) -> None:
    """Writes a recording's utterances in place of those that it had."""
    before = session.scalars(select(Utterance).where(Utterance.file_id == file.id)).all()
    decided = {(round(row.start, 1), round(row.end, 1)): row for row in before}
    session.execute(delete(Utterance).where(Utterance.file_id == file.id))
    for one in found:
        old = decided.get((round(one.start, 1), round(one.end, 1)))
        session.add(
            Utterance(
                id=new_id("utterance"),
                dataset_id=file.dataset_id,
                file_id=file.id,
                start=one.start,
                end=one.end,
                transcript=one.transcript,
                confidence=one.confidence,
                snr_db=one.snr_db,
                problem=one.problem,
                embedding=one.embedding,
                speaker=None,
                corrected=None if old is None else old.corrected,
                excluded=None if old is None else old.excluded,
            )
        )


def copy_utterances(session: Session, source: DatasetFile, target: DatasetFile) -> None:
    """Gives a recording what was found in another of the same bytes, without decisions."""
    for row in session.scalars(select(Utterance).where(Utterance.file_id == source.id)).all():
        names = [column.key for column in row.__table__.columns]
        fields = {name: getattr(row, name) for name in names}
        fields |= {
            "id": new_id("utterance"),
            "dataset_id": target.dataset_id,
            "file_id": target.id,
            "speaker": None,
            "corrected": None,
            "excluded": None,
        }
        session.add(Utterance(**fields))


def _in_order(dataset_id: str) -> Select[Utterance]:
    return (
        select(Utterance)
        .join(DatasetFile, DatasetFile.id == Utterance.file_id)
        .where(Utterance.dataset_id == dataset_id)
        .order_by(DatasetFile.created_at, DatasetFile.id, Utterance.start)
    )


def _cut(ids: Sequence[str], window: Window) -> tuple[Sequence[str], bool]:
    cursor = window.after or window.before
    if cursor is not None:
        if cursor not in ids:
            raise InputError(
                "cursor_not_found",
                f"There is no id {cursor[:80]!r} to continue from.",
                "Give the id of the last (or first) entry of the page before.",
            )
        at = ids.index(cursor)
        ids = ids[at + 1 :] if window.after is not None else ids[:at]
    limit = len(ids) if window.limit is None else window.limit
    kept = ids[-limit:] if window.before is not None else ids[:limit]
    return kept, len(kept) < len(ids)


def _find(session: Session, organisation_id: str, dataset_id: str, utterance_id: str) -> Utterance:
    find_dataset(session, organisation_id, dataset_id)
    row = session.get(Utterance, utterance_id)
    if row is None or row.dataset_id != dataset_id:
        raise NotFoundError(
            "utterance_not_found",
            f"There is no utterance {utterance_id[:80]!r} in the dataset.",
            "List the dataset's utterances to see their ids.",
        )
    return row
