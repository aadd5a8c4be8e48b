"""A fine-tune as a client makes one: dataset, recordings, training, voices, over HTTP."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from benchmarks.latency_server import Server

Row = dict[str, Any]
Say = Callable[[str], None]
MODEL = "sonic-3-2026-01-12"
VERSION = "2026-03-01"
RATE = 24000
_OUTPUT = {"container": "raw", "encoding": "pcm_f32le", "sample_rate": RATE}
_POLL_SECONDS = 5.0


class Client:
    """Talks to one server.

    Args:
        server: that runs.
    """

    def __init__(self, server: Server) -> None:
        self._http = httpx.Client(
            base_url=server.url,
            headers={"X-API-Key": server.key, "Cartesia-Version": VERSION},
            timeout=900.0,
        )

    def dataset(self, name: str, files: Sequence[Path], say: Say) -> tuple[str, Row]:
        """A dataset of that name with its recordings prepared, and its report.

        One that is there already is gone on with.
        """
        known = {row["name"]: row["id"] for row in self._get("/datasets", limit=100)["data"]}
        dataset = (
            known.get(name) or self._post("/datasets", {"name": name, "description": ""})["id"]
        )
        for file in files:
            with file.open("rb") as stream:
                self._http.post(
                    f"/datasets/{dataset}/files", files={"file": (file.name, stream)}
                ).raise_for_status()
        while True:
            report: Row = self._get(f"/datasets/{dataset}/report")
            if report["ready"]:
                return dataset, report
            say(f"prepared: {report['minutes_that_count']:.1f} minutes count so far")
            time.sleep(_POLL_SECONDS)

    def fine_tune(self, name: str, dataset: str, seconds: float, say: Say) -> tuple[Row, list[Row]]:
        """A fine-tune of that name, once it is over, and all that was told of it.

        One that failed is tried again.
        """
        known = {row["name"]: row["id"] for row in self._get("/fine-tunes", limit=100)["data"]}
        found = known.get(name)
        if found is None:
            body = {
                "name": name,
                "description": "",
                "language": "en",
                "model_id": MODEL,
                "dataset": dataset,
                "seconds": seconds,
            }
            found = self._post("/fine-tunes", body)["id"]
        elif self._get(f"/fine-tunes/{found}")["status"] == "failed":
            self._post(f"/fine-tunes/{found}/retry", {})
        events: list[Row] = []
        with self._http.stream("GET", f"/fine-tunes/{found}/events") as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    event = json.loads(line[5:])
                    events.append(event)
                    if event.get("scores"):
                        say(f"{event.get('stage')} {event.get('step')} {event['scores']}")
        return self._get(f"/fine-tunes/{found}"), events

    def voices(self, fine_tune: str) -> list[Row]:
        """Its voices, the most typical one first."""
        rows: list[Row] = self._get(f"/fine-tunes/{fine_tune}/voices", limit=100)["data"]
        return sorted(rows, key=lambda row: ("typical" not in row["name"], str(row["name"])))

    def clone(self, name: str, clip: Path) -> tuple[str, float]:
        """An instant clone at its best, and the seconds that it took; found again by its name."""
        for row in self._get("/voices", q=name, limit=100)["data"]:
            if row["name"] == name:
                return str(row["id"]), 0.0
        began = time.monotonic()
        with clip.open("rb") as stream:
            answer = self._http.post(
                "/voices/clone",
                files={"clip": (clip.name, stream)},
                data={"name": name, "language": "en", "mode": "similarity", "refine": "wait"},
            )
        answer.raise_for_status()
        return str(answer.json()["id"]), time.monotonic() - began

    def stock(self, name: str) -> str:
        """Id of a stock voice."""
        rows = self._get("/voices", q=name, limit=100)["data"]
        return str(next(row["id"] for row in rows if row["name"] == name))

    def speak(self, voice: str, text: str) -> tuple[NDArray[np.float32], Row]:
        """Speaks with the base model's id; audio at RATE, and what it took."""
        began = time.monotonic()
        answer = self._http.post(
            "/tts/bytes",
            json={
                "model_id": MODEL,
                "transcript": text,
                "voice": {"mode": "id", "id": voice},
                "language": "en",
                "output_format": _OUTPUT,
            },
        )
        answer.raise_for_status()
        seconds = time.monotonic() - began
        audio = np.frombuffer(answer.content, dtype="<f4")
        routed = answer.headers.get("Menura-Fine-Tune", "")
        return audio, {"seconds": seconds, "audio_seconds": audio.size / RATE, "routed": routed}

    def _get(self, path: str, **parameters: object) -> Any:  # noqa: ANN401
        answer = self._http.get(path, params=parameters)  # type: ignore[arg-type]
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: Row) -> Any:  # noqa: ANN401
        answer = self._http.post(path, json=body)
        answer.raise_for_status()
        return answer.json()
