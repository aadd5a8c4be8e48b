"""What a fine-tune learns from: the utterances of its dataset that count, as they are now."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from menura.library.fine_tune_queue import Learning
from menura.library.fine_tune_tables import FineTune
from menura.library.store import Library
from menura.tuning.requirements import check_dataset, dataset_too_short
from menura.work.tune import TuneJob, TuneUtterance

_FINGERPRINT_CHARACTERS = 16


@dataclass(frozen=True)
class Lesson:
    """A job, and what is kept of what it learns from."""

    job: TuneJob
    learning: Learning

    def make_room(self) -> None:
        """Removes checkpoints of trainings on anything else; makes the job's folder."""
        folder = self.job.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)


def learn_from(
    library: Library, row: FineTune, *, least_seconds: float, budget: float
) -> Lesson | None:
    """Draws up the job of a fine-tune, with a time budget in seconds.

    None as long as a recording is not prepared. The same utterances, language, base model, budget
    and seed have the same folder, so that a job goes on from its checkpoints; with any of them
    changed it begins afresh. Raises NotFoundError, and InputError as `check_dataset`.
    """
    owner, dataset = row.organisation_id, row.dataset_id
    if not check_dataset(library, owner, dataset, row.locale, least_seconds / 60):
        return None
    language = row.locale.partition("-")[0]
    utterances = tuple(
        TuneUtterance(one.audio, one.start, one.end, one.transcript)
        for one in library.utterances.training(owner, dataset)
        if one.language in ("", language)
    )
    seconds = sum(one.end - one.start for one in utterances)
    if seconds < least_seconds:
        raise dataset_too_short(seconds / 60, least_seconds / 60)
    fingerprint = _fingerprint(row, utterances, budget)
    folder = library.fine_tunes.work_folder(row.id) / fingerprint
    job = TuneJob(utterances, row.locale, budget, folder, row.seed)
    return Lesson(job, Learning(fingerprint, seconds))


def _fingerprint(row: FineTune, utterances: Sequence[TuneUtterance], budget: float) -> str:
    said = [[one.audio.name, one.start, one.end, one.transcript] for one in utterances]
    told = json.dumps([row.snapshot, row.locale, budget, row.seed, said])
    return hashlib.sha256(told.encode()).hexdigest()[:_FINGERPRINT_CHARACTERS]
