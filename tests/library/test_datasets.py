"""The library's datasets: recordings that go through preparation, and what counts of them."""

import hashlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "work"))

from tiny_preparer import embedding, utterances

from menura.errors import AudioError, InputError, NotFoundError
from menura.library import dataset_files
from menura.library.paging import Window
from menura.library.store import Library
from menura.library.tables import DatasetFile
from menura.settings import Settings
from menura.tuning.report import report
from menura.tuning.settle import choose_speaker, settle
from menura.work.prepare import PREPARATION, PrepareOutcome


class Place:
    """A library with one organisation and one dataset."""

    def __init__(self, data: Path) -> None:
        self.library = Library(Settings(data=data))
        self.owner = self.library.organisations.create("Ada").id
        self.dataset = self.library.datasets.add(self.owner, "Ada").id
        self.files = self.library.dataset_files

    def add(self, data: bytes = b"sound", dataset: str | None = None) -> dataset_files.Adopted:
        """Takes in a recording."""
        source = self.library.uploads.folder / "new"
        source.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        return self.files.adopt(
            self.owner, dataset or self.dataset, source, filename="a.wav", digest=digest
        )

    def prepare(self, worker: str = "w") -> DatasetFile:
        """Does the work of who prepares the next recording."""
        row = self.files.claim(worker)
        assert row is not None
        self.files.partial(row.id).write_bytes(b"audio")
        assert self.files.note(row.id, worker, PrepareOutcome({"a": 1.0}, last=False))
        outcome = PrepareOutcome({"language": "en", "speech_seconds": 7.0}, (), utterances())
        assert self.files.note(row.id, worker, outcome)
        settle(self.library, self.owner, row.dataset_id)
        return row

    def names(self) -> set[str]:
        """Files of recordings."""
        return {path.name for path in self.files.blobs.folder.iterdir()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_recording_becomes_utterances_that_count(place: Place) -> None:
    row = place.add().row
    assert (row.state, row.size) == ("waiting", 5)
    place.prepare()
    row = place.files.get(place.owner, place.dataset, row.id)
    assert (row.state, row.worker, row.preparation) == ("ready", None, PREPARATION)
    assert place.files.audio(row).read_bytes() == b"audio"
    (one,) = place.library.utterances.training(place.owner, place.dataset)
    assert (one.start, one.end, one.transcript, one.language) == (0.0, 4.0, "words 0", "en")
    assert one.audio == place.files.audio(row)
    dataset = place.library.datasets.get(place.owner, place.dataset)
    assert place.library.datasets.totals([dataset])[place.dataset].seconds == 4
    (file,) = report(place.library, place.owner, place.dataset).files
    assert (file.verdict, file.seconds_that_count) == ("fair", 4)


def test_decisions_count_in_training_and_outlive_a_new_preparation(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.add()
    place.prepare()
    store = place.library.utterances
    first, noisy, _ = store.all(place.owner, place.dataset)
    store.change(place.owner, place.dataset, first.id, {"corrected": "Good morning."})
    store.change(place.owner, place.dataset, noisy.id, {"excluded": False})
    said = [one.transcript for one in store.training(place.owner, place.dataset)]
    assert said == ["Good morning.", "words 0"]
    assert place.files.claim("w") is None
    monkeypatch.setattr(dataset_files, "PREPARATION", PREPARATION + 1)
    place.prepare()
    assert said == [one.transcript for one in store.training(place.owner, place.dataset)]
    with pytest.raises(InputError):
        store.change(
            place.owner,
            place.dataset,
            store.all(place.owner, place.dataset)[0].id,
            {"corrected": ""},
        )


def test_the_chosen_speaker_stays_the_person(place: Place) -> None:
    place.add()
    place.prepare()
    choose_speaker(place.library, place.owner, place.dataset, 1)
    settle(place.library, place.owner, place.dataset)
    assert [
        one.transcript for one in place.library.utterances.training(place.owner, place.dataset)
    ] == ["words 1"]
    assert place.library.datasets.get(place.owner, place.dataset).chosen == embedding(1)
    with pytest.raises(InputError):
        choose_speaker(place.library, place.owner, place.dataset, 5)


def test_who_falls_silent_loses_the_recording(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = place.add().row
    assert place.files.claim("one") is not None
    assert place.files.claim("two") is None
    assert place.files.beat(row.id, "one")
    later = datetime.now(UTC) + timedelta(seconds=dataset_files.STALE_SECONDS + 1)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return later

    monkeypatch.setattr(dataset_files, "datetime", Later)
    assert place.files.claim("two") is not None
    assert not place.files.beat(row.id, "one")
    assert not place.files.note(row.id, "one", PrepareOutcome({}))
    place.files.fail(row.id, "one", AudioError("a", "b", "c"))
    assert place.files.get(place.owner, place.dataset, row.id).state == "preparing"
    place.files.resume("two")
    assert place.files.get(place.owner, place.dataset, row.id).state == "waiting"


def test_the_same_bytes_are_kept_and_prepared_once(place: Place) -> None:
    first = place.add()
    again = place.add()
    assert (first.duplicate, again.duplicate, again.row.id) == (False, True, first.row.id)
    assert place.names() == {first.row.id}
    place.prepare()
    assert place.files.known(place.owner, place.dataset, first.row.digest) is not None
    other = place.library.datasets.add(place.owner, "other").id
    copy = place.add(dataset=other).row
    assert copy.state == "ready"
    assert place.files.claim("w") is None
    place.library.datasets.delete(place.owner, place.dataset)
    assert place.names() == {copy.id, f"{copy.id}.flac"}
    settle(place.library, place.owner, other)
    assert len(place.library.utterances.training(place.owner, other)) == 1
    stranger = place.library.organisations.create("Bob").id
    with pytest.raises(NotFoundError):
        place.library.utterances.training(stranger, other)


def test_a_failed_recording_may_be_sent_again(place: Place) -> None:
    row = place.add().row
    place.files.claim("w")
    place.files.fail(row.id, "w", AudioError("audio_damaged", "It is damaged.", "Send another."))
    (file,) = report(place.library, place.owner, place.dataset).files
    assert (file.verdict, file.advice[0].remedy) == ("unusable", "Send another.")
    assert place.files.known(place.owner, place.dataset, row.digest) is None
    assert place.add().duplicate
    assert place.prepare().id == row.id


def test_a_recording_that_is_deleted_meanwhile_leaves_nothing(place: Place) -> None:
    row = place.add().row
    place.files.claim("w")
    place.files.delete(place.owner, place.dataset, row.id)
    place.files.partial(row.id).write_bytes(b"audio")
    assert not place.files.note(row.id, "w", PrepareOutcome({}, (), utterances()))
    assert not place.names()
    assert not place.files.list(place.owner, place.dataset, Window()).rows
    assert not place.files.list(place.owner, place.dataset, Window(after=row.id)).rows
