"""What tests of fine-tunes over HTTP have in common."""

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from serving import Running
from tiny_preparer import embedding

from menura.tuning.settle import settle
from menura.work.prepare import HeardUtterance, PrepareOutcome


class Side:
    """An organisation with a key, whose datasets are prepared without a worker."""

    def __init__(self, server: Running, **limits: Any) -> None:  # noqa: ANN401
        self.library = server.services.library
        organisations = self.library.organisations
        plan = limits.pop("plan", "unlimited")
        self.id = organisations.create("side", plan, limits).id
        made = self.library.keys.create(organisation_id=self.id)
        self.key, self.key_id = made.secret, made.key.id
        self.client = server.client(self.key)

    def dataset(self, *transcripts: str, language: str = "en") -> str:
        """A dataset with an utterance of 4 s for each transcript."""
        dataset = self.library.datasets.add(self.id, "Ada").id
        self.record(dataset, *(transcripts or ("one", "two")), language=language)
        return dataset

    def record(self, dataset: str, *transcripts: str, language: str = "en") -> str:
        """Adds a recording that is prepared; its id."""
        source = self.library.uploads.folder / uuid.uuid4().hex
        source.write_bytes(b"recording")
        files = self.library.dataset_files
        row = files.adopt(self.id, dataset, source, filename="a.wav", digest=uuid.uuid4().hex).row
        assert files.claim("test", dataset) is not None
        files.partial(row.id).write_bytes(b"audio")
        heard = tuple(
            HeardUtterance(4.0 * at, 4.0 * at + 4.0, text, -0.1, 30.0, None, embedding(0))
            for at, text in enumerate(transcripts)
        )
        assert files.note(row.id, "test", PrepareOutcome({"language": language}, (), heard))
        settle(self.library, self.id, dataset)
        return row.id

    def begin(self, dataset: str, /, **fields: object) -> httpx.Response:
        """Asks for a fine-tune."""
        return self.client.post("/fine-tunes", json=wanted(dataset, **fields))

    def begun(self, dataset: str, /, **fields: object) -> str:
        """The id of a fine-tune that was taken."""
        answer = self.begin(dataset, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def show(self, fine_tune: str) -> dict[str, Any]:
        """A fine-tune as it is now."""
        answer = self.client.get(f"/fine-tunes/{fine_tune}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def reaches(self, fine_tune: str, stage: str) -> None:
        """Waits until a fine-tune is at a stage; asks seldom, since each request takes its time."""
        end = time.monotonic() + 300
        while (found := self.show(fine_tune))["stage"] != stage:
            assert found["status"] in ("created", "training"), found
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.1)

    def over(self, fine_tune: str) -> dict[str, Any]:
        """A fine-tune when it is over."""
        *_, (kind, data, _) = self.events(fine_tune)
        assert kind in ("completed", "failed")
        return data

    def events(
        self, fine_tune: str, after: str | None = None
    ) -> Iterator[tuple[str, dict[str, Any], str | None]]:
        """Kind, data and id of each event, as they come."""
        headers = {} if after is None else {"Last-Event-ID": after}
        with self.client.stream("GET", f"/fine-tunes/{fine_tune}/events", headers=headers) as told:
            assert told.status_code == 200
            assert told.headers["content-type"].startswith("text/event-stream")
            fields: dict[str, str] = {}
            for line in told.iter_lines():
                name, _, value = line.partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    yield fields["event"], json.loads(fields["data"]), fields.get("id")
                    fields = {}


def wanted(dataset: str, /, **fields: object) -> dict[str, object]:
    """The body of a request for a fine-tune."""
    return {
        "name": "Ada",
        "description": "",
        "language": "en",
        "model_id": "sonic-3-2026-01-12",
        "dataset": dataset,
        **fields,
    }


def release(data: Path, stage: str) -> None:
    """Lets trainings go on that are held at a stage."""
    (data / f"release-{stage}").touch()
