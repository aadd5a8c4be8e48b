"""What `import menura` offers."""

import subprocess
import sys

import pytest

import menura


def test_the_list_of_exports_is_sorted_and_true() -> None:
    upper = [name for name in menura.__all__ if not name.startswith("_")]
    assert upper == sorted(upper)
    assert len(set(menura.__all__)) == len(menura.__all__)
    for name in menura.__all__:
        assert getattr(menura, name) is not None


def test_every_error_of_the_tree_is_exported() -> None:
    tree = [menura.MenuraError]
    for error in tree:
        tree += error.__subclasses__()
    own = {error.__name__ for error in tree if error.__module__ == "menura.errors"}
    assert own <= set(menura.__all__)


def test_an_unknown_member_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Cantus'"):
        _ = menura.Cantus


@pytest.mark.parametrize(
    "code", ["import menura", "import menura.cli", "import sys; sys.argv = ['menura', '--help']"]
)
def test_nothing_heavy_is_imported_before_it_is_needed(code: str) -> None:
    script = f"""
import sys
{code}
if len(sys.argv) > 1:
    from menura.cli import main
    try:
        main()
    except SystemExit as stop:
        assert not stop.code, stop.code
heavy = {{"torch", "numpy", "sqlalchemy", "fastapi", "pydantic", "onnxruntime"}}
loaded = sorted(heavy & set(sys.modules))
sys.exit(f"loaded: {{loaded}}" if loaded else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
