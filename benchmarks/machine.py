"""What a result needs to be understood: date, machine, commit, sizes. No host names, no paths."""

import json
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def circumstances() -> dict[str, Any]:
    """Date, commit and machine of a run."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": commit(),
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
            "python": platform.python_version(),
            "torch": metadata.version("torch"),
        },
    }


def commit() -> str:
    """Short id of the checked-out commit, with `+` when files differ; `unknown` without git."""
    try:
        name = _git("rev-parse", "--short", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "-uno", "--", "src") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def processor() -> str:
    """Name of the processor."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else platform.machine()


def install_size(package: str = "menura") -> dict[str, Any]:
    """Bytes on disk of a package and all that it requires (without extras), in MB.

    Follows the requirements of the installed distributions, so tools for tests and benchmarks in
    the same environment do not count.
    """
    sizes: dict[str, float] = {}
    waiting = [package]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in sizes:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # a requirement of another platform
        files = distribution.files or []
        sizes[name] = sum(_size(Path(str(file.locate()))) for file in files) / 1e6
        for requirement in distribution.requires or []:
            if "extra ==" not in requirement:
                waiting.append(re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0])
    sizes[package] = sum(_size(path) for path in (ROOT / "src").rglob("*")) / 1e6
    largest = sorted(sizes.items(), key=lambda item: -item[1])
    return {
        "total_mb": round(sum(sizes.values()), 1),
        "packages": len(sizes),
        "largest_mb": {name: round(size, 1) for name, size in largest[:12]},
    }


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() and "__pycache__" not in path.parts else 0


def write_json(path: Path, content: Any) -> None:  # noqa: ANN401
    """Writes a result so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(_rounded(content), indent=1, ensure_ascii=False) + "\n")
    partial.replace(path)


def _rounded(value: Any) -> Any:  # noqa: ANN401
    """Plain values, floats to five places, so that files stay readable and diffs small."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
