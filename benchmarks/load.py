"""What thousands of requests leave behind in the server process itself.

    python -m benchmarks.load --requests 2000

The workers run the small engine of the tests, which computes nothing worth speaking of, so what
grows is the server's own; `benchmarks/latency.py` measures the whole with the true model. A round
is six requests: audio as bytes and as events, a context of a socket that stays open, one on a
socket of its own, a client that goes away in the middle, and a request that is refused.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.goals import Goal
from benchmarks.latency_client import Socket, over_bytes, over_events
from benchmarks.latency_server import KEY, Server
from benchmarks.machine import RESULTS, ROOT, circumstances, write_json

Row = dict[str, Any]
ROUND = 6
MOST_GROWTH_MB = 10.0

_PROGRAM = """
import sys
from menura.api.server import serve
from menura.settings import Settings
serve(Settings(), lambda at: print(at.url, flush=True), engine="tiny_engine:TinyEngine")
"""


class SmallServer:
    """Runs the server with the small engine until the block ends."""

    def __init__(self, data: str) -> None:
        engine = str(ROOT / "tests" / "work")
        environment = {
            "PYTHONPATH": engine,
            "MENURA_DATA": data,
            "MENURA_PORT": "0",
            "MENURA_API_KEYS": KEY,
            "MENURA_LOG_LEVEL": "error",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **environment},
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        while httpx.get(f"{self.url}/ready", timeout=60).status_code != 200:
            time.sleep(0.1)
        headers = {"X-API-Key": KEY}
        found = httpx.get(f"{self.url}/voices", headers=headers, timeout=60).json()
        self.voice = str(found["data"][0]["id"])

    def __enter__(self) -> "SmallServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def point(self, requests: int) -> Row:
        """Resident memory, open files and threads of the server process alone."""
        place = Path(f"/proc/{self._process.pid}")
        pages = int((place / "statm").read_text().split()[1])
        return {
            "requests": requests,
            "mb": pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
            "files": len(list((place / "fd").iterdir())),
            "threads": len(list((place / "task").iterdir())),
        }


def one_round(server: SmallServer, socket: Socket, number: int) -> None:
    """Six requests, each of another kind."""
    given = (server.url, KEY, server.voice)
    text = f"Request {number}."
    over_bytes(*given, text)
    over_events(*given, text)
    socket.speak(text)
    with Socket(*given) as own:
        own.speak(text)
    long = Server.request(*given, "[slow] " + "word " * 100)
    with httpx.stream("POST", **long, timeout=60) as answer:
        next(answer.iter_bytes())
    refused = Server.request(*given[:2], "no-such-voice", text)
    assert httpx.post(**refused, timeout=60).status_code == 404


def run(requests: int, points: int) -> Row:
    """Does the requests; returns the result."""
    rounds = max(1, requests // ROUND)
    found: list[Row] = []
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as data,
        SmallServer(data) as server,
        Socket(server.url, KEY, server.voice) as socket,
    ):
        for number in range(rounds):
            if number % max(1, rounds // points) == 0:
                found.append(server.point(number * ROUND))
            one_round(server, socket, number)
        found.append(server.point(rounds * ROUND))
    seconds = time.perf_counter() - began
    # What is loaded at the first uses is not a leak.
    settled = [point for point in found if point["requests"] >= requests / 4]
    result: Row = {
        **circumstances(),
        "requests": rounds * ROUND,
        "requests_a_second": rounds * ROUND / seconds,
        "points": found,
        "growth_mb": settled[-1]["mb"] - settled[0]["mb"],
        "growth_files": settled[-1]["files"] - settled[0]["files"],
    }
    result["goals"] = [
        Goal("growth of the server process, from a quarter of the requests on",
             result["growth_mb"], MOST_GROWTH_MB, False, ".1f MB").row(),
        Goal("files left open", result["growth_files"], 2, False, ".0f").row(),
    ]  # fmt: skip
    return result


def main() -> None:
    """Reads the command line and runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--points", type=int, default=20, help="times that memory is noted")
    parser.add_argument("--out", type=Path, default=RESULTS / "load.json")
    arguments = parser.parse_args()
    result = run(arguments.requests, arguments.points)
    write_json(arguments.out, result)
    sys.stdout.write(json.dumps(result["goals"], indent=1) + "\n")


if __name__ == "__main__":
    main()
