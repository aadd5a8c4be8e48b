"""Files are there when they are whole, and leave nothing behind."""

import os
import stat
import sys
from pathlib import Path

import pytest

from menura.work.whole_files import replacing, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("anywhere", [False, True])
def test_what_was_there_stays_until_the_new_one_is_whole(tmp_path: Path, anywhere: bool) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def fail() -> None:
        with replacing(file, anywhere=anywhere) as partial:
            partial.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (names(tmp_path), file.read_bytes()) == (["file"], b"old")
    with replacing(file, anywhere=anywhere) as partial:
        partial.write_bytes(b"new")
        assert file.read_bytes() == b"old"
    assert (names(tmp_path), file.read_bytes()) == (["file"], b"new")


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file.partial").write_bytes(b"theirs")
    with replacing(tmp_path / "file", anywhere=True) as one:
        with replacing(tmp_path / "file", anywhere=True) as two:
            two.write_bytes(b"two")
        one.write_bytes(b"one")
    assert names(tmp_path) == ["file", "file.partial"]
    assert (tmp_path / "file").read_bytes() == b"one"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_secret_is_never_readable_by_others(tmp_path: Path) -> None:
    left = tmp_path / "secret.partial"
    left.write_bytes(b"of a crash")
    left.chmod(0o644)
    write_whole(tmp_path / "secret", b"secret", 0o600)
    write_whole(tmp_path / "public", b"public")
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names(tmp_path)}
    mask = os.umask(0)
    os.umask(mask)
    assert modes == {"secret": 0o600, "public": 0o666 & ~mask}
