"""Sends made-up requests for every operation of the OpenAPI document to a server: `make fuzz`.

    make fuzz [ARGS="--max-examples 100 --seed 2"]

schemathesis reads `/openapi.json` and makes requests that fit it and requests that do not: missing
and surplus fields, wrong types, limits and what lies beyond them, undocumented methods. The server
is a real process with the tiny engine of our own tests. A status of 500 or above fails the run, as
does one that the document does not have. Counts go to `benchmarks/results/fuzz.json`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import ROOT
from server_process import process

import client_environments

SEED = 20261122
EXAMPLES = 5
"""Requests of each kind for an operation; the run before a change has to be short."""

REPORT = ROOT / "build" / "fuzz" / "report.json"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"
NOT_YET = "^/voice-changer/"
"""Paths whose only answer is 501, which is not what a fuzzer should find good."""


def main(options: list[str]) -> int:
    """Exit code: that of schemathesis, 0 when it found nothing."""
    client_environments.main(["schemathesis"])
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="menura-fuzz-") as scratch:
        data = Path(scratch) / "data"
        with process(data, engine="tiny_voices:VoicesEngine", MENURA_LOG_LEVEL="error") as server:
            command = [
                *(str(client_environments.FOLDER / "schemathesis" / "bin" / "schemathesis"), "run"),
                *("--phases", "coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure"),
                *("--max-examples", str(EXAMPLES), "--seed", str(SEED), "--no-shrink"),
                *("--exclude-path-regex", NOT_YET, "--header", f"X-API-Key: {server.first_key}"),
                *("--report", "json", "--report-json-path", str(REPORT), "--warnings", "off"),
                *("--suppress-health-check", "all", "--request-timeout", "60"),
                *options,
                f"{server.url}/openapi.json",
            ]
            environment = {**os.environ, "PYTHONPATH": "", "NO_COLOR": "1"}
            done = subprocess.run(command, env=environment, cwd=REPORT.parent, check=False)
            log = server.log.read_text("utf-8")
    if not REPORT.exists():
        return done.returncode or 1
    report = json.loads(REPORT.read_text("utf-8"))
    sys.stdout.write(json.dumps(report, indent=1)[:3000] + "\n")
    if tracebacks := log.count("Traceback"):
        sys.stdout.write(f"{tracebacks} errors in the server's log\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
