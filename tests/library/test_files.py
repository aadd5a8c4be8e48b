"""Files that clients keep."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from menura.errors import InputError, NotFoundError, PermissionDeniedError, ServerError
from menura.library.files import NAME_CHARACTERS, PURPOSES, check_purpose, new_file_id, plain_name
from menura.library.paging import Window
from menura.library.store import Library
from menura.library.tables import StoredFile
from menura.settings import Settings


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    yield library
    library.close()


@pytest.fixture
def owner(library: Library) -> str:
    return library.organisations.default().id


def keep(library: Library, owner: str, name: str = "a.wav", data: bytes = b"sound") -> StoredFile:
    """Adopts a file of these bytes."""
    source = library.uploads.folder / "made"
    source.write_bytes(data)
    return library.files.adopt(owner, source, filename=name, purpose="voice-clone")


def test_a_file_from_adoption_to_deletion(library: Library, owner: str) -> None:
    row = keep(library, owner)
    assert re.fullmatch(r"file_[1-9A-HJ-NP-Za-km-z]{22}", row.id)
    assert (row.filename, row.size, row.purpose) == ("a.wav", 5, "voice-clone")
    assert library.files.path(library.files.get(owner, row.id)).read_bytes() == b"sound"
    assert not list(library.uploads.folder.iterdir()), "it was moved"
    library.files.delete(owner, row.id)
    with pytest.raises(NotFoundError):
        library.files.get(owner, row.id)
    with pytest.raises(NotFoundError):
        library.files.delete(owner, row.id)
    assert not list(library.files.blobs.folder.iterdir())


def test_a_file_of_an_unknown_purpose_is_not_kept(library: Library, owner: str) -> None:
    source = library.uploads.folder / "made"
    source.write_bytes(b"sound")
    with pytest.raises(InputError, match="fine_tune") as caught:
        library.files.adopt(owner, source, filename="a", purpose="fun")
    assert caught.value.code == "file_purpose_invalid"
    assert not list(library.files.blobs.folder.iterdir())
    assert [check_purpose(purpose) for purpose in PURPOSES] == list(PURPOSES)


def test_the_list_is_paged_both_ways_and_filtered(library: Library, owner: str) -> None:
    made = [keep(library, owner, f"Take {n}%.wav").id for n in range(5)][::-1]
    files = library.files
    assert [f.id for f in files.list(owner, Window()).rows] == made
    page = files.list(owner, Window(limit=2))
    assert ([f.id for f in page.rows], page.has_more) == (made[:2], True)
    page = files.list(owner, Window(limit=2, after=made[3]))
    assert ([f.id for f in page.rows], page.has_more) == (made[4:], False)
    assert not files.list(owner, Window(limit=2, after=made[4])).rows
    page = files.list(owner, Window(limit=2, before=made[3]))
    assert ([f.id for f in page.rows], page.has_more) == (made[1:3], True)
    assert [f.id for f in files.list(owner, Window(), q="take 3").rows] == [made[1]]
    assert len(files.list(owner, Window(), q="%").rows) == 5
    assert not files.list(owner, Window(), q="_").rows
    assert not files.list(owner, Window(), purpose="fine_tune").rows
    assert len(files.list(owner, Window(), purpose="voice-clone").rows) == 5
    with pytest.raises(InputError):
        files.list(owner, Window(after="file_x"))
    with pytest.raises(InputError):
        files.list(owner, Window(), purpose="fun")
    with pytest.raises(InputError):
        Window(after=made[0], before=made[1])


def test_a_deleted_file_is_still_a_place_in_the_list(library: Library, owner: str) -> None:
    made = [keep(library, owner).id for _ in range(3)][::-1]
    library.files.delete(owner, made[1])
    assert [f.id for f in library.files.list(owner, Window(after=made[1])).rows] == made[2:]
    assert [f.id for f in library.files.list(owner, Window(before=made[1])).rows] == made[:1]


def test_files_of_others_do_not_exist(library: Library, owner: str) -> None:
    row = keep(library, owner)
    other = library.organisations.create("other").id
    assert not library.files.list(other, Window()).rows
    for call in (library.files.get, library.files.delete):
        with pytest.raises(NotFoundError):
            call(other, row.id)
    with pytest.raises(NotFoundError):
        library.files.sign(other, row.id, 2**33)
    with pytest.raises(InputError):
        library.files.list(other, Window(after=row.id))


def test_a_link_opens_one_file_until_its_time(library: Library, owner: str) -> None:
    files, now = library.files, time.time()
    row, other = keep(library, owner), keep(library, owner)
    expires = int(now) + 60
    signature = files.sign(owner, row.id, expires)
    assert files.open_link(row.id, expires, signature, now).id == row.id
    with pytest.raises(PermissionDeniedError):
        files.open_link(row.id, expires, signature, expires)
    for file_id, until, text in (
        (other.id, expires, signature),
        (row.id, expires + 1, signature),
        (row.id, expires, "é\ud800"),
        (new_file_id(), expires, signature),
    ):
        with pytest.raises(NotFoundError):
            files.open_link(file_id, until, text, now)
    files.delete(owner, row.id)
    with pytest.raises(NotFoundError):
        files.open_link(row.id, expires, signature, now)


def test_bytes_that_were_lost_are_an_error_of_ours(library: Library, owner: str) -> None:
    row = keep(library, owner)
    library.files.blobs.delete(row.id)
    with pytest.raises(ServerError):
        library.files.path(row)


def test_the_sweep_keeps_files_and_removes_what_no_row_names(library: Library, owner: str) -> None:
    row = keep(library, owner)
    stray = library.files.blobs.folder / new_file_id()
    stray.write_bytes(b"half")
    for path in (stray, library.files.path(row)):
        path.touch()
        os.utime(path, (0, 0))
    assert list(library.files.sweep()) == [stray.name]
    assert library.files.path(row).is_file()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("take.wav", "take.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\clips\\take.wav", "take.wav"),
        ("a\r\nX-Evil: 1\u202e.wav", "aX-Evil: 1.wav"),
        ("..", "upload"),
        ("", "upload"),
        ("é" * 300, "é" * NAME_CHARACTERS),
    ],
)
def test_names_are_names_only(sent: str, kept: str) -> None:
    assert plain_name(sent) == kept
