"""How long the server takes from its start until it can speak, first and second time.

    python -m benchmarks.startup

The first start of a data folder unpacks the model; the second finds it there. Writes
`results/startup.json`.
"""

import json
import subprocess
import sys
import tempfile
import time

import httpx

from benchmarks.machine import RESULTS, circumstances, write_json

_PATIENCE = 300.0


def start(data: str) -> dict[str, float]:
    """Seconds until the address is printed and until `/ready` answers 200."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "menura", "serve", "--port", "0", "--json", "--data", data],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        text = ""
        while (line := process.stdout.readline()) and line.rstrip() != "}":
            text += line
        listening = time.monotonic() - begun
        url = json.loads(text + "}")["url"]
        while httpx.get(f"{url}/ready").status_code != 200:
            if time.monotonic() - begun > _PATIENCE:
                raise TimeoutError("the server did not get ready")
            time.sleep(0.1)
        return {"listening_seconds": listening, "ready_seconds": time.monotonic() - begun}
    finally:
        process.terminate()
        process.communicate()


def main() -> None:
    """Starts twice on one new data folder and writes the result."""
    with tempfile.TemporaryDirectory() as data:
        result = {**circumstances(), "first": start(data), "second": start(data)}
    write_json(RESULTS / "startup.json", result)
    sys.stderr.write(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
