"""Datasets: recordings of one speaker that a model is to learn from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, false, func, or_, select
from sqlalchemy.orm import Session

from menura.errors import InputError, NotFoundError, TooLargeError
from menura.library.blobs import BlobStore
from menura.library.database import Database
from menura.library.dataset_use import check_changeable, check_deletable
from menura.library.files import new_id
from menura.library.paging import Page, Window, read_page
from menura.library.tables import Dataset, DatasetFile, Utterance

MOST_DATASETS = 1000
"""Of one organisation."""

_TOMBSTONE_DAYS = 1


@dataclass(frozen=True)
class Totals:
    """What a dataset holds."""

    files: int
    seconds: float
    """Of utterances that count."""


class DatasetStore:
    """All datasets of one data folder.

    Every call names the organisation that asks; the datasets of others do not exist for it.
    """

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def add(self, organisation_id: str, name: str, description: str = "") -> Dataset:
        """Makes an empty one. Raises TooLargeError."""
        row = Dataset(
            id=new_id("dataset"),
            organisation_id=organisation_id,
            created_at=datetime.now(UTC),
            name=name,
            description=description,
            chosen=None,
            target=0,
            deleted_at=None,
        )
        with self._database.write() as session:
            owned = select(func.count()).where(
                Dataset.organisation_id == organisation_id, Dataset.deleted_at.is_(None)
            )
            if (session.scalar(owned) or 0) >= MOST_DATASETS:
                raise TooLargeError(
                    "too_many_datasets",
                    f"There are {MOST_DATASETS} datasets already.",
                    "Delete one that is not needed.",
                )
            session.add(row)
        return row

    def get(self, organisation_id: str, dataset_id: str) -> Dataset:
        """Returns a dataset. Raises NotFoundError."""
        with self._database.read() as session:
            return find_dataset(session, organisation_id, dataset_id)

    def check_changeable(self, organisation_id: str, dataset_id: str) -> None:
        """Raises NotFoundError, and ConflictError for a dataset that is being trained on."""
        with self._database.read() as session:
            check_changeable(session, find_dataset(session, organisation_id, dataset_id))

    def list(self, organisation_id: str, window: Window) -> Page[Dataset]:
        """Lists datasets, newest first. Raises InputError for an unknown cursor."""
        with self._database.read() as session:
            return read_page(
                session, Dataset, organisation_id, window, Dataset.deleted_at.is_(None)
            )

    def totals(self, datasets: Iterable[Dataset]) -> Mapping[str, Totals]:
        """What datasets hold, by their ids."""
        ids = [row.id for row in datasets]
        with self._database.read() as session:
            files = session.execute(
                select(DatasetFile.dataset_id, func.count())
                .where(DatasetFile.dataset_id.in_(ids), DatasetFile.deleted_at.is_(None))
                .group_by(DatasetFile.dataset_id)
            )
            seconds = session.execute(
                select(Utterance.dataset_id, func.sum(Utterance.end - Utterance.start))
                .join(Dataset, Dataset.id == Utterance.dataset_id)
                .where(Utterance.dataset_id.in_(ids), counting())
                .group_by(Utterance.dataset_id)
            )
            numbers = {one: int(number) for one, number in files}
            lengths = {one: float(length) for one, length in seconds}
        return {one: Totals(numbers.get(one, 0), lengths.get(one, 0.0)) for one in ids}

    def unsettled(self) -> Mapping[str, str]:
        """Datasets with utterances whose speaker was not told yet: organisations by dataset."""
        with self._database.read() as session:
            query = (
                select(Dataset.id, Dataset.organisation_id)
                .join(Utterance, Utterance.dataset_id == Dataset.id)
                .where(Utterance.speaker.is_(None))
                .distinct()
            )
            return {one: str(owner) for one, owner in session.execute(query)}

    def update(
        self,
        organisation_id: str,
        dataset_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
    ) -> Dataset:
        """Changes what is given. Raises NotFoundError."""
        with self._database.write() as session:
            row = find_dataset(session, organisation_id, dataset_id)
            row.name = row.name if name is None else name
            row.description = row.description if description is None else description
            return row

    def choose(
        self, organisation_id: str, dataset_id: str, speaker: int | None, embedding: bytes | None
    ) -> Dataset:
        """Sets whose utterances count: a number with that speaker's embedding.

        None leaves it to who speaks longest. Raises NotFoundError, ConflictError while the dataset
        is trained on, InputError for a speaker that it does not have.
        """
        with self._database.write() as session:
            row = find_dataset(session, organisation_id, dataset_id)
            check_changeable(session, row)
            if speaker is not None and embedding is None:
                raise speaker_not_found(speaker)
            row.chosen, row.target = (None, 0) if speaker is None else (embedding, speaker)
            return row

    def delete(self, organisation_id: str, dataset_id: str) -> None:
        """Deletes a dataset with its recordings for good; its place in the list stays a day.

        Raises NotFoundError, ConflictError while a fine-tune needs it.
        """
        now = datetime.now(UTC)
        with self._database.write() as session:
            row = find_dataset(session, organisation_id, dataset_id)
            check_deletable(session, row)
            row.deleted_at = now
            row.name = row.description = ""
            row.chosen = None
            files = session.scalars(
                select(DatasetFile).where(
                    DatasetFile.dataset_id == dataset_id, DatasetFile.deleted_at.is_(None)
                )
            ).all()
            session.execute(delete(Utterance).where(Utterance.dataset_id == dataset_id))
            for file in files:
                bury(file, now)
        for file in files:
            self._blobs.delete_all(file.id)

    def sweep(self) -> None:
        """Forgets the places of what was deleted long ago, and bytes that belong to nothing."""
        oldest = datetime.now(UTC) - timedelta(days=_TOMBSTONE_DAYS)
        with self._database.write() as session:
            session.execute(delete(DatasetFile).where(DatasetFile.deleted_at < oldest))
            session.execute(delete(Dataset).where(Dataset.deleted_at < oldest))
            kept = select(DatasetFile.id).where(DatasetFile.deleted_at.is_(None))
            ids = session.scalars(kept).all()
        # A long recording is at work for hours after its audio was written.
        names = ((one, audio_name(one), f"{audio_name(one)}.part") for one in ids)
        self._blobs.sweep({name for three in names for name in three})


def counting() -> ColumnElement[bool]:
    """Holds for utterances that count, where they are joined with their dataset.

    Those are the target speaker's without a problem, but for what somebody decided otherwise.
    """
    fit = (Utterance.speaker == Dataset.target) & Utterance.problem.is_(None)
    return or_(Utterance.excluded == false(), Utterance.excluded.is_(None) & fit)


def counts(row: Utterance, target: int) -> bool:
    """The same for one utterance of a dataset with this target."""
    if row.excluded is not None:
        return not row.excluded
    return row.speaker == target and row.problem is None


def audio_name(file_id: str) -> str:
    """Name of the blob with the audio that training reads."""
    return f"{file_id}.flac"


def bury(file: DatasetFile, now: datetime) -> None:
    """Leaves of a recording's row no more than its place in the list."""
    file.deleted_at = now
    file.filename = file.digest = ""
    file.report, file.advice, file.error = {}, [], None
    file.state = "failed"


def find_dataset(session: Session, organisation_id: str, dataset_id: str) -> Dataset:
    """A dataset that is there for this organisation. Raises NotFoundError."""
    row = session.get(Dataset, dataset_id)
    if row is None or row.organisation_id != organisation_id or row.deleted_at is not None:
        raise NotFoundError(
            "dataset_not_found",
            f"There is no dataset {dataset_id[:80]!r}.",
            "List the datasets to see the ids of those that you can use.",
        )
    return row


def speaker_not_found(speaker: int) -> InputError:
    """For a number that no speaker of a dataset has."""
    return InputError(
        "speaker_not_found",
        f"The dataset has no speaker {speaker}.",
        "The report lists the speakers; null goes back to the one who speaks longest.",
    )
