"""How fast a server writes a long recording down, and how well.

    python -m benchmarks.transcription [--threads 2] [--text-only]

The recordings of `clone_eval` that have a transcript are joined, with half a second between them,
to one file of five minutes, which is sent to `POST /stt` of a server in a process of its own: once
for the text, once for the time of each word, too. A short recording goes first, since the first
one loads the recogniser. The machine must have nothing else to do. Writes
`results/transcription.json`.
"""

import argparse
import csv
import io
import json
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import soundfile

from benchmarks.latency_server import VERSION, Server
from benchmarks.machine import RESULTS, ROOT, circumstances, write_json
from benchmarks.words import compare

Row = dict[str, Any]

LISTING = ROOT.parent / "shared" / "data" / "clone_eval.tsv"
RATE = 16000
PAUSE_SECONDS = 0.5
WARM_UP_SECONDS = 10.0
_LOOK_SECONDS = 0.05
_PATIENCE = 600.0


@dataclass(frozen=True)
class Recording:
    """Several recordings in one."""

    wav: bytes
    seconds: float
    text: str
    parts: int


def joined(listing: Path, least_seconds: float) -> Recording:
    """Joins recordings of a list in its order until they last so long, or there are no more."""
    with listing.open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["transcript"]]
    pause = np.zeros(round(PAUSE_SECONDS * RATE), np.float32)
    audio: list[np.ndarray[Any, np.dtype[np.float32]]] = []
    texts: list[str] = []
    samples = 0
    for row in rows:
        if samples >= least_seconds * RATE:
            break
        sound, rate = soundfile.read(listing.parent / row["path"], dtype="float32")
        if rate != RATE:
            raise ValueError(f"{row['path']} is not at {RATE} Hz")
        audio += [sound, pause]
        texts.append(row["transcript"])
        samples += sound.size + pause.size
    whole = io.BytesIO()
    soundfile.write(whole, np.concatenate(audio), RATE, format="WAV", subtype="PCM_16")
    return Recording(whole.getvalue(), samples / RATE, " ".join(texts), len(texts))


class Peak:
    """Watches the memory of a server and its workers while the block runs."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.mb = server.memory_mb()
        """The most that was seen."""

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            self.mb = max(self.mb, self._server.memory_mb())


def ask(server: Server, wav: bytes, *, words: bool) -> Row:
    """Has a recording written down; returns the answer."""
    form: dict[str, str] = {"model": "ink-whisper", "language": "en"}
    if words:
        form["timestamp_granularities[]"] = "word"
    answer = httpx.post(
        f"{server.url}/stt",
        headers={"X-API-Key": server.key, "Cartesia-Version": VERSION},
        data=form,
        files={"file": ("recording.wav", wav, "audio/wav")},
        timeout=_PATIENCE,
    )
    answer.raise_for_status()
    found: Row = answer.json()
    return found


def measure(server: Server, recording: Recording, *, words: bool) -> Row:
    """One request: its time, computing, memory and errors."""
    before, cpu = server.memory_mb(), server.cpu_seconds()
    began = time.perf_counter()
    with Peak(server) as peak:
        answer = ask(server, recording.wav, words=words)
    seconds = time.perf_counter() - began
    errors = compare(recording.text, answer["text"])
    return {
        "word_times": len(answer.get("words") or ()) if words else None,
        "seconds": seconds,
        "rtf": seconds / recording.seconds,
        "cpu_seconds": server.cpu_seconds() - cpu,
        "memory_before_mb": before,
        "peak_mb": peak.mb,
        "errors": errors.errors,
        "words": errors.words,
        "wer": errors.rate,
    }


def run(threads: int, least_seconds: float, *, words: bool) -> Row:
    """Starts a server and measures; returns the result."""
    recording = joined(LISTING, least_seconds)
    with tempfile.TemporaryDirectory() as data, Server(data, threads) as server:
        began = time.perf_counter()
        ask(server, joined(LISTING, WARM_UP_SECONDS).wav, words=False)
        loading = time.perf_counter() - began
        plain = measure(server, recording, words=False)
        timed = measure(server, recording, words=True) if words else None
    return {
        **circumstances(),
        "options": {"threads": threads},
        "recording": {"seconds": recording.seconds, "parts": recording.parts},
        "first_request_seconds": loading,
        "plain": plain,
        "timed": timed,
    }


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--threads", type=int, default=2, help="of the server's workers")
    parser.add_argument("--seconds", type=float, default=300.0, help="least length of the file")
    parser.add_argument("--text-only", action="store_true", help="leave out the times of words")
    parser.add_argument("--out", type=Path, default=RESULTS / "transcription.json")
    arguments = parser.parse_args()
    result = run(arguments.threads, arguments.seconds, words=not arguments.text_only)
    write_json(arguments.out, result)
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
