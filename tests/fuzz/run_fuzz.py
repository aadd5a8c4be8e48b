"""Sends made-up requests for every operation of the OpenAPI document to a server: `make fuzz`.

    make fuzz [FUZZ="--brief --dry"]

schemathesis reads `/openapi.json` and makes requests that fit it and requests that do not: missing
and surplus fields, wrong types, limits and what lies beyond them, undocumented methods. The server
is a real process with the tiny engine of our own tests. A status of 500 or above fails the run, as
does one that the document does not have. Counts go to `benchmarks/results/fuzz.json`. `--brief`
leaves out the systematic part, `--dry` writes no counts; other options go to schemathesis.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.machine import RESULTS, ROOT, circumstances
from server_process import process

import client_environments

SEED = 20261122
EXAMPLES = 10
"""Requests of each kind for an operation."""

REPORT = ROOT / "build" / "fuzz" / "report.json"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"
NOT_YET = "^/voice-changer/"
"""Paths whose only answer is 501, which is not what a fuzzer should find good."""


def main(options: list[str]) -> int:
    """Exit code: 0 when schemathesis found nothing and the server failed nowhere."""
    brief = "--brief" in options
    dry = "--dry" in options
    options = [option for option in options if option not in ("--brief", "--dry")]
    phases = "fuzzing" if brief else "coverage,fuzzing"
    client_environments.main(["schemathesis"])
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="menura-fuzz-") as scratch:
        data = Path(scratch) / "data"
        with process(data, engine="tiny_whole:TinyWhole", MENURA_LOG_FORMAT="json") as server:
            server.wait_until_ready()
            before = len(server.log.read_text("utf-8").splitlines())
            command = [
                *(str(client_environments.FOLDER / "schemathesis" / "bin" / "schemathesis"), "run"),
                *("--phases", phases, "--checks", CHECKS),
                *("--max-examples", str(EXAMPLES), "--seed", str(SEED)),
                *("--no-shrink", "--continue-on-failure"),
                *("--exclude-path-regex", NOT_YET, "--header", f"X-API-Key: {server.first_key}"),
                *("--report", "json", "--report-json-path", str(REPORT), "--warnings", "off"),
                *("--suppress-health-check", "all", "--request-timeout", "60"),
                *options,
                f"{server.url}/openapi.json",
            ]
            environment = {**os.environ, "PYTHONPATH": "", "NO_COLOR": "1"}
            done = subprocess.run(command, env=environment, cwd=REPORT.parent, check=False)
            log = server.log.read_text("utf-8").splitlines()[before:]
    # Kept for who wants to know what happened.
    (REPORT.parent / "server.log").write_text("\n".join(log), "utf-8")
    statuses, failed = answers(log)
    for line in failed:
        sys.stdout.write(f"The server failed: {line}\n")
    if done.returncode or failed or not REPORT.exists():
        return done.returncode or 1
    report = json.loads(REPORT.read_text("utf-8"))
    results = {
        **circumstances(),
        "schemathesis": report["schemathesis_version"],
        "seed": report["seed"],
        "phases": phases.split(","),
        "operations": report["operations"]["tested"],
        "requests": sum(statuses.values()),
        "answers": statuses,
        "server_errors": len(failed),
        "undocumented_answers": len(report["failures"]),
        "left_out": f"{NOT_YET} (501 until there is a voice changer)",
    }
    sys.stdout.write(json.dumps(results, indent=2) + "\n")
    if not dry and not options:
        (RESULTS / "fuzz.json").write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    return 0


def answers(log: list[str]) -> tuple[dict[str, int], list[str]]:
    """Answers by status, and the lines of those that are the server's fault or tell of a fault."""
    statuses: Counter[str] = Counter()
    failed = []
    for line in log:
        if not line.startswith("{"):
            continue
        told = json.loads(line)
        if told.get("event") == "request":
            statuses[str(told["status"])] += 1
            if told["status"] >= 500:
                failed.append(line)
        elif "exception" in told:
            failed.append(line)
    return dict(sorted(statuses.items())), failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
