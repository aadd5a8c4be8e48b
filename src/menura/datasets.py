"""The datasets of a data folder as a program on this machine uses them; named as people do."""

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from menura.catalogue import Catalogue
from menura.errors import AudioError, ConflictError, MenuraError, NotFoundError
from menura.library.dataset_files import STALE_SECONDS
from menura.library.paging import Window
from menura.library.tables import Dataset, DatasetFile, Utterance
from menura.models.contract import Progress
from menura.settings import Settings
from menura.tuning.report import DatasetReport, report
from menura.tuning.settle import choose_speaker, settle
from menura.work.prepare import PrepareJob, PrepareOutcome

Prepare = Callable[[PrepareJob, Progress], Generator[PrepareOutcome, None, None]]

SHORTEST_PREFIX = 4
AUDIO_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("wav", "mp3", "flac", "ogg", "oga", "ogx", "aac"),
        *("wma", "m4a", "opus", "ac3", "webm", "mp4", "mkv"),
        *("mov", "aiff", "aif", "caf", "amr"),
    )
)
"""Of what is taken from a folder; a file that is named is taken whatever it is called."""

_BEAT_SECONDS = STALE_SECONDS / 4


@dataclass(frozen=True)
class Added:
    """What became of a file that was to be added."""

    path: Path
    row: DatasetFile | None
    """None for a file that could not be read."""

    duplicate: bool
    """Whether the dataset had the same bytes already."""

    error: MenuraError | None = None


class Datasets:
    """The datasets of a data folder. One is named by its id, the beginning of it, or its name.

    Args:
        catalogue: the library.
        settings: limits.
        prepare: prepares a recording in the calling thread.
    """

    def __init__(self, catalogue: Catalogue, settings: Settings, prepare: Prepare) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._prepare = prepare

    def create(self, name: str, description: str = "") -> Dataset:
        """Makes an empty dataset. Raises TooLargeError."""
        return self._catalogue.library().datasets.add(self._owner, name, description)

    def list(self) -> Sequence[Dataset]:
        """Lists datasets, newest first."""
        return self._catalogue.library().datasets.list(self._owner, Window()).rows

    def get(self, name: str) -> Dataset:
        """Finds one. Raises NotFoundError, ConflictError when several fit."""
        everyone = self.list()
        fitting = [row for row in everyone if name in (row.id, row.name)]
        if not fitting and len(name) >= SHORTEST_PREFIX:
            fitting = [row for row in everyone if row.id.startswith((name, f"dataset_{name}"))]
        if len(fitting) > 1:
            raise ConflictError(
                "dataset_ambiguous",
                f"Several datasets are called {name[:80]!r}.",
                f"Name one by its id: {', '.join(row.id for row in fitting[:5])}.",
            )
        if not fitting:
            raise NotFoundError(
                "dataset_not_found",
                f"There is no dataset {name[:80]!r}.",
                "List the datasets to see what there is, or create one.",
            )
        return fitting[0]

    def add(self, name: str, paths: Sequence[str | Path]) -> Iterator[Added]:
        """Takes in recordings, from folders too; what is there already is skipped.

        Nothing is prepared yet. A file that cannot be read does not keep the others back. Raises
        NotFoundError for the dataset.
        """
        dataset = self.get(name)
        library = self._catalogue.library()
        for path in _recordings(paths):
            try:
                digest = _digest(path)
            except OSError as error:
                sentence = f"The file cannot be read: {error.strerror or error}."
                refusal = AudioError("audio_file_missing", sentence, "Check the path.")
                yield Added(path, None, False, refusal)
                continue
            known = library.dataset_files.known(self._owner, dataset.id, digest)
            if known is not None:
                yield Added(path, known, True)
                continue
            copy = library.uploads.folder / f"{uuid.uuid4()}.upload"
            try:
                shutil.copyfile(path, copy)
                adopted = library.dataset_files.adopt(
                    self._owner, dataset.id, copy, filename=path.name, digest=digest
                )
            finally:
                copy.unlink(missing_ok=True)
            yield Added(path, adopted.row, adopted.duplicate)

    def prepare(self, name: str, on_progress: Progress | None = None) -> int:
        """Prepares what waits in a dataset, and returns how many recordings that were.

        What a server is at meanwhile is left to it; one that is broken does not keep the others
        back, see the report. Raises NotFoundError.
        """
        dataset = self.get(name)
        library = self._catalogue.library()
        files = library.dataset_files
        worker = f"program {os.getpid()} {uuid.uuid4()}"
        told = on_progress or (lambda stage, share: None)
        done = 0
        while (row := files.claim(worker, dataset.id)) is not None:
            try:
                self._one(row, worker, told)
            except MenuraError as error:
                files.fail(row.id, worker, error)
            except BaseException:
                files.release(row.id, worker)
                raise
            finally:
                files.partial(row.id).unlink(missing_ok=True)
            done += 1
        settle(library, self._owner, dataset.id)
        return done

    def _one(self, row: DatasetFile, worker: str, told: Progress) -> None:
        files = self._catalogue.library().dataset_files
        beaten = time.monotonic()

        def progress(stage: str, share: float) -> None:
            nonlocal beaten
            if time.monotonic() - beaten >= _BEAT_SECONDS:
                beaten = time.monotonic()
                files.beat(row.id, worker)
            told(f"{row.filename}: {stage}", share)

        seconds = float(self._settings.max_dataset_seconds)
        job = PrepareJob(files.blobs.folder / row.id, files.partial(row.id), seconds)
        with closing(self._prepare(job, progress)) as outcomes:
            for outcome in outcomes:
                if not files.note(row.id, worker, outcome):
                    return

    def report(self, name: str) -> DatasetReport:
        """Says what a dataset is worth. Raises NotFoundError."""
        needed = self._settings.least_tune_seconds / 60
        return report(self._catalogue.library(), self._owner, self.get(name).id, needed)

    def utterances(self, name: str) -> Sequence[Utterance]:
        """All that was found in a dataset, in order. Raises NotFoundError."""
        return self._catalogue.library().utterances.all(self._owner, self.get(name).id)

    def change(
        self, name: str, utterance_id: str, *, transcript: str | None, excluded: bool | None
    ) -> Utterance:
        """Corrects an utterance, leaves it out or takes it in; None changes nothing.

        Raises NotFoundError, InputError.
        """
        changes: dict[str, str | bool | None] = {}
        if transcript is not None:
            changes["corrected"] = transcript
        if excluded is not None:
            changes["excluded"] = excluded
        store = self._catalogue.library().utterances
        return store.change(self._owner, self.get(name).id, utterance_id, changes)

    def choose(self, name: str, speaker: int | None) -> None:
        """Takes another speaker of the report; None the one who speaks longest.

        Raises NotFoundError, InputError.
        """
        library, dataset = self._catalogue.library(), self.get(name)
        choose_speaker(library, self._owner, dataset.id, speaker)
        settle(library, self._owner, dataset.id)

    def delete(self, name: str) -> None:
        """Deletes a dataset with its recordings for good. Raises NotFoundError."""
        self._catalogue.library().datasets.delete(self._owner, self.get(name).id)

    @property
    def _owner(self) -> str:
        return self._catalogue.organisation_id


def _recordings(paths: Sequence[str | Path]) -> Iterator[Path]:
    for given in paths:
        path = Path(given)
        if not path.is_dir():
            yield path
            continue
        for found in sorted(path.rglob("*")):
            if found.is_file() and found.suffix.lower() in AUDIO_SUFFIXES:
                yield found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
