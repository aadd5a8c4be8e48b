"""Tells, over all recordings of a dataset, who speaks in each utterance and who is meant."""

import numpy as np

from menura.library.store import Library
from menura.tuning.speakers import centre, group, vector


def settle(library: Library, organisation_id: str, dataset_id: str) -> None:
    """Numbers the speakers anew, after recordings have come or gone. Raises NotFoundError."""
    dataset = library.datasets.get(organisation_id, dataset_id)
    rows = library.utterances.all(organisation_id, dataset_id)
    labels = group([row.embedding for row in rows], [row.end - row.start for row in rows])
    target = 0
    if dataset.chosen is not None and rows:
        wanted = vector(dataset.chosen)
        likeness = [
            float(vector(centre([rows[at].embedding for at in of_speaker])) @ wanted)
            for one in range(max(labels) + 1)
            if (of_speaker := [at for at, label in enumerate(labels) if label == one])
        ]
        target = int(np.argmax(likeness))
    speakers = {row.id: label for row, label in zip(rows, labels, strict=True)}
    library.utterances.label(dataset_id, speakers, target, dataset.chosen)


def choose_speaker(
    library: Library, organisation_id: str, dataset_id: str, speaker: int | None
) -> None:
    """Takes another speaker as the one who is meant; None the one who speaks longest.

    It stays the same person when recordings come and the numbers change. Raises NotFoundError,
    InputError for a number that nobody has.
    """
    embedding = None
    if speaker is not None:
        rows = library.utterances.all(organisation_id, dataset_id)
        own = [row.embedding for row in rows if row.speaker == speaker]
        embedding = centre(own) if own else None
    library.datasets.choose(organisation_id, dataset_id, speaker, embedding)
