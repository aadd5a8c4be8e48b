"""A library with datasets that are prepared, for tests of fine-tunes."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tiny_engine import INFO
from tiny_preparer import embedding

from menura.errors import AudioError
from menura.library.fine_tune_tables import FineTune
from menura.library.fine_tunes import NewFineTune
from menura.library.store import Library
from menura.library.tables import Voice
from menura.settings import Settings
from menura.tuning.settle import settle
from menura.work.prepare import HeardUtterance, PrepareOutcome


class TuningPlace:
    """A library with one organisation and a dataset of 8 seconds, of which 5 are needed."""

    def __init__(self, data: Path, **changes: object) -> None:
        values = {"data": data, "threads": 1, "least_tune_seconds": 5.0, **changes}
        self.settings = Settings.model_validate(values)
        self.library = Library(self.settings)
        self.owner = self.library.organisations.default().id
        self.queue = self.library.tuning_queue
        self.store = self.library.fine_tunes

    def dataset(self, *transcripts: str, language: str = "en") -> str:
        """A dataset of one recording with an utterance of 4 s for each transcript."""
        dataset = self.library.datasets.add(self.owner, "Ada").id
        self.record(dataset, transcripts or ("one", "two"), language)
        return dataset

    def wait_for_preparation(self, dataset: str, data: bytes) -> str:
        """Adds a recording that is not prepared; its id."""
        source = self.library.uploads.folder / "new"
        source.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        files = self.library.dataset_files
        return files.adopt(self.owner, dataset, source, filename="a.wav", digest=digest).row.id

    def record(self, dataset: str, transcripts: Sequence[str], language: str = "en") -> str:
        """Adds a recording that is prepared; its id."""
        data = "|".join((dataset, *transcripts)).encode()
        name = self.wait_for_preparation(dataset, data)
        self.prepare(dataset, transcripts, language)
        return name

    def prepare(self, dataset: str, transcripts: Sequence[str], language: str = "en") -> None:
        """Prepares the recording that waits longest."""
        files = self.library.dataset_files
        row = files.claim("preparer", dataset)
        assert row is not None
        heard = tuple(
            HeardUtterance(4.0 * at, 4.0 * at + 4.0, text, -0.1, 30.0, None, embedding(0))
            for at, text in enumerate(transcripts)
        )
        files.partial(row.id).write_bytes(b"audio")
        outcome = PrepareOutcome({"language": language, "speech_seconds": 8.0}, (), heard)
        assert files.note(row.id, "preparer", outcome)
        settle(self.library, self.owner, dataset)

    def break_recording(self, dataset: str) -> None:
        """Adds a recording that cannot be read."""
        self.wait_for_preparation(dataset, b"broken")
        row = self.library.dataset_files.claim("preparer", dataset)
        assert row is not None
        error = AudioError("audio_unreadable", "It is no audio.", "Send audio.")
        self.library.dataset_files.fail(row.id, "preparer", error)

    def ask(self, dataset: str | None = None, **changes: str) -> FineTune:
        """Puts a fine-tune in line."""
        fields: dict[str, Any] = {
            "name": "Ada",
            "description": "calm",
            "language": "en",
            "locale": "en-US",
            "model_id": "sonic-3-2026-01-12",
            "snapshot": INFO.snapshot,
            "dataset_id": dataset or self.dataset(),
            "api_key_id": "key",
            **changes,
        }
        return self.store.create(self.owner, NewFineTune(**fields))

    def now(self, row: FineTune) -> FineTune:
        """A fine-tune as it is now."""
        return self.store.get(self.owner, row.id)

    def voices(self, row: FineTune) -> Sequence[Voice]:
        """The voices that a fine-tune has."""
        return self.store.voices(self.owner, row.id)

    def files(self, folder: str) -> list[str]:
        """What lies in a folder of the data folder."""
        return sorted(path.name for path in (self.settings.data / folder).iterdir())
