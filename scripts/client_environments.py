"""Sets up the environments of real clients, one folder each in build/clients.

    python scripts/client_environments.py [NAME...]

What goes into which is in tests/clients/environments.json. An environment that has been set up from
the same lines is left alone, so a second run takes no time. The clients never share an environment
with Menura: they would agree with it on versions that their users do not have.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "tests" / "clients" / "environments.json"
FOLDER = ROOT / "build" / "clients"
PIP = ["-m", "pip", "--disable-pip-version-check", "--quiet"]


def environments() -> dict[str, dict[str, list[str] | str]]:
    """What each environment consists of."""
    table: dict[str, dict[str, list[str] | str]] = json.loads(TABLE.read_text("utf-8"))
    return table


def python(name: str) -> Path:
    """The interpreter of an environment."""
    return FOLDER / name / "bin" / "python"


def is_ready(name: str) -> bool:
    """Whether an environment has been set up from the lines that the table has now."""
    mark = FOLDER / name / "ready.json"
    return mark.is_file() and json.loads(mark.read_text("utf-8")) == environments()[name]


def set_up(name: str) -> None:
    """Sets an environment up, from nothing; a failed one is not taken for ready."""
    wanted = environments()[name]
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if "python" in wanted:
        _run(os.environ.get("PYTHON", sys.executable), "-m", "venv", str(folder))
        _run(str(python(name)), *PIP, "install", *wanted["python"])
    if "source" in wanted:
        # The tests of a package are in its source distribution only.
        target = str(folder / "source")
        source = str(wanted["source"])
        only = ["--no-deps", "--no-binary", source.split("==")[0], "--dest", target, source]
        _run(str(python(name)), *PIP, "download", *only)
        archive = next((folder / "source").glob("*.tar.gz"))
        shutil.unpack_archive(archive, folder / "source", filter="data")
    if "node" in wanted:
        (folder / "package.json").write_text('{"private": true}\n')
        quiet = ["--no-audit", "--no-fund", "--loglevel", "error"]
        _run("npm", "install", "--prefix", str(folder), *quiet, *wanted["node"])
    (folder / "ready.json").write_text(json.dumps(wanted))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stderr)


def main(names: list[str]) -> None:
    """Sets up those that are named, or all."""
    for name in names or environments():
        if not is_ready(name):
            begin = time.monotonic()
            sys.stderr.write(f"Setting up build/clients/{name} ...\n")
            set_up(name)
            sys.stderr.write(f"Set up build/clients/{name} in {time.monotonic() - begin:.0f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
