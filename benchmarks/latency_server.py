"""A server in a process of its own, and what it takes of the machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

KEY = "sk_car_" + "latency" * 4
OUTPUT = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}
VERSION = "2025-04-16"
_PATIENCE = 300.0


class Server:
    """Runs `menura serve` until the block ends.

    Args:
        data: data folder.
        threads: of its workers.
        environment: further settings.
    """

    def __init__(self, data: str, threads: int, **environment: str) -> None:
        self.key = KEY
        self._process = subprocess.Popen(
            [sys.executable, "-m", "menura", "serve", "--port", "0", "--json", "--data", data],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={
                **os.environ,
                "MENURA_API_KEYS": KEY,
                "MENURA_THREADS": str(threads),
                **environment,
            },
        )
        try:
            assert self._process.stdout is not None
            text = ""
            while (line := self._process.stdout.readline()) and line.rstrip() != "}":
                text += line
            self.url: str = json.loads(text + "}")["url"]
            end = time.monotonic() + _PATIENCE
            while httpx.get(f"{self.url}/ready").status_code != 200:
                if time.monotonic() > end:
                    raise TimeoutError("the server did not get ready")
                time.sleep(0.1)
        except BaseException:
            self._process.kill()
            self._process.communicate()
            raise

    def voice(self, name: str) -> str:
        """Id of a stock voice."""
        headers = {"X-API-Key": self.key, "Cartesia-Version": VERSION}
        found = httpx.get(f"{self.url}/voices", headers=headers, params={"q": name}).json()
        voices = found["data"] if isinstance(found, dict) else found
        return str(next(voice["id"] for voice in voices if voice["name"] == name))

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def cpu_seconds(self) -> float:
        """CPU time of the server and its workers so far."""
        ticks = 0
        for process in self._all():
            fields = _read(process, "stat").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12]) if fields else 0
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Resident memory of the server and its workers."""
        pages = sum(int((_read(p, "statm").split() or ["0", "0"])[1]) for p in self._all())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _all(self) -> Iterator[int]:
        yield self._process.pid
        for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield int(child)

    @staticmethod
    def request(url: str, key: str, voice: str, text: str, path: str = "/tts/bytes") -> Any:  # noqa: ANN401
        """Arguments of a request for httpx."""
        return {
            "url": url + path,
            "headers": {"X-API-Key": key, "Cartesia-Version": VERSION},
            "json": message(voice, text),
        }


def message(voice: str, text: str) -> dict[str, object]:
    """A request to speak an English text."""
    return {
        "model_id": "menura-1",
        "transcript": text,
        "voice": {"mode": "id", "id": voice},
        "language": "en",
        "output_format": OUTPUT,
    }


def _read(process: int, name: str) -> str:
    try:
        return Path(f"/proc/{process}/{name}").read_text()
    except OSError:
        return ""  # it has just ended
