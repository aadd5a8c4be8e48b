"""Runs a server as a process of its own, with a small real engine in its workers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import tiny_engine

PROGRAM = """
import json, sys
from menura.api.server import serve
from menura.settings import Settings
serve(Settings(), lambda at: print(json.dumps([at.url, at.first_key, at.tls_url]), flush=True),
      engine=sys.argv[1])
"""


@dataclass
class Process:
    """A server process that takes requests."""

    process: subprocess.Popen[str]
    url: str
    first_key: str | None
    log: Path
    tls_url: str | None = None

    def wait_until_ready(self) -> None:
        """Returns when the model is loaded, which happens after the start."""
        while httpx.get(f"{self.url}/ready", verify=False).status_code != 200:
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.2)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Tells it to stop and returns its exit code."""
        self.process.send_signal(sign)
        return self.process.wait(120)


@contextmanager
def process(
    data: Path, engine: str = "tiny_engine:TinyEngine", **environment: str
) -> Iterator[Process]:
    """Runs the server until the block ends; kills it then if it still runs."""
    log = data.parent / "log.txt"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MENURA_")},
        "PYTHONPATH": str(Path(tiny_engine.__file__).parent),
        "MENURA_DATA": str(data),
        "MENURA_PORT": "0",
        "MENURA_THREADS": "1",
        **environment,
    }
    with (
        log.open("a") as errors,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, engine],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=env,
        ) as child,
    ):
        try:
            assert child.stdout is not None
            url, first_key, tls_url = json.loads(child.stdout.readline())
            yield Process(child, url, first_key, log, tls_url)
        finally:
            child.kill()
