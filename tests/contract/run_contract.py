"""Runs the Python SDK's own tests against a Menura server process: `make contract`.

The tests are those of the SDK's source distribution, below `tests/api_resources`, unmodified. The
server is a real process with the tiny engine of our own tests, since the wire is the point here. A
plugin (`menura_contract.py`) drops the tests' skip marks and puts real values where they have
placeholders. Failures with a reason are in `known_failures.json`; any other one, and a listed test
that passes, fails the run. Counts go to `benchmarks/results/contract.json`.

    make contract [ARGS="--list --kept --dry"]

`--list` prints what failed in the form of the list, and no more; `--kept` judges the report of the
last run, without another one; `--dry` writes no results, and leaves out the tests called `loose`,
which send what the others send and do not check what they get. Other options go to pytest.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import RESULTS, ROOT, circumstances
from server_process import process

import client_environments
from known import Outcome, Verdict, verdict

HERE = Path(__file__).parent
KNOWN = HERE / "known_failures.json"
REPORT = ROOT / "build" / "contract" / "report.jsonl"

FILES = (
    "test_voices.py",
    "test_tts.py",
    "test_datasets.py",
    "datasets/test_files.py",
    "test_fine_tunes.py",
    "test_pronunciation_dicts.py",
    "test_voice_changer.py",
    "test_access_token.py",
    "test_client.py",
    "test_stt.py",
)
"""The tests of what Menura offers; the others are about voice agents on the phone."""


def run(options: list[str]) -> None:
    """Runs the tests; how each of them ended is in the report."""
    client_environments.main(["contract"])
    folder = next((client_environments.FOLDER / "contract" / "source").glob("cartesia-*/"))
    # Stays there after the run, for who wants to know more.
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="menura-contract-") as scratch:
        data = Path(scratch) / "data"
        with process(data, engine="tiny_whole:TinyWhole", MENURA_LEAST_TUNE_SECONDS="1") as server:
            environment = {
                **os.environ,
                "PYTHONPATH": str(HERE),
                "TEST_API_BASE_URL": server.url,
                "MENURA_CONTRACT_KEY": str(server.first_key),
                "MENURA_CONTRACT_REPORT": str(REPORT),
            }
            subprocess.run(
                [
                    *(str(client_environments.python("contract")), "-m", "pytest"),
                    *("-p", "menura_contract", "-p", "no:cacheprovider", "-o", "addopts="),
                    *("-n", "0", "--tb=line", "-q", "-rN", *options),
                    *(f"tests/api_resources/{file}" for file in FILES),
                ],
                cwd=folder,
                env=environment,
                stdout=sys.stderr,
                check=False,
            )


def outcomes_of(lines: list[str]) -> list[Outcome]:
    """One outcome for each test; a test that failed and was taken down badly failed once."""
    found: dict[str, Outcome] = {}
    for line in lines:
        told = json.loads(line)
        name = told["test"].removeprefix("tests/api_resources/")
        if name not in found or found[name].outcome != "failed":
            file, _, test = name.partition("::")
            why = (told["why"].splitlines() or [""])[0][:200]
            found[name] = Outcome(file, test, told["outcome"], why)
    return list(found.values())


def listed(outcomes: list[Outcome]) -> list[dict[str, object]]:
    """The failures in the form of the list, with what they said for a reason."""
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for one in outcomes:
        if one.outcome == "failed":
            groups.setdefault((one.file, one.why), {})[one.function] = None
    return [
        {"file": file, "reason": why, "tests": list(tests)} for (file, why), tests in groups.items()
    ]


def show(found: Verdict) -> None:
    """Prints what there is to do, and the counts."""
    for one in found.unknown:
        sys.stdout.write(f"FAILED, not in the list: {one.file} {one.test}: {one.why}\n")
    for name in found.over:
        sys.stdout.write(f"Passed, to be taken off the list: {name}\n")
    for file, count in found.counts.items():
        told = ", ".join(f"{number} {outcome}" for outcome, number in count.items())
        sys.stdout.write(f"{file:30} {told}\n")


def main(arguments: list[str]) -> int:
    """Exit code: 0 when every failure has a reason and every reason a failure."""
    options = [option for option in arguments if option not in ("--list", "--kept", "--dry")]
    if "--kept" not in arguments:
        run(["-k", "not loose", *options] if "--dry" in arguments else options)
    outcomes = outcomes_of(REPORT.read_text("utf-8").splitlines())
    if "--list" in arguments:
        sys.stdout.write(json.dumps(listed(outcomes), indent=2) + "\n")
        return 0
    found = verdict(outcomes, json.loads(KNOWN.read_text("utf-8")))
    show(found)
    if not found.good:
        return 1
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for count in found.counts.values():
        for outcome, number in count.items():
            total[outcome] += number
    results = {
        **circumstances(),
        "sdk": client_environments.environments()["contract"]["source"],
        "total": total,
        "files": found.counts,
        "failures_by_reason": found.reasons,
    }
    if "--dry" not in arguments:
        (RESULTS / "contract.json").write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
