"""Pronunciation dictionaries in the library: paging, ownership, limits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from menura.errors import InputError, NotFoundError, TextError, TooLargeError
from menura.library import dictionaries
from menura.library.dictionaries import ALIAS_CHARACTERS, MOST_ITEMS, TEXT_CHARACTERS
from menura.library.paging import Window
from menura.library.store import Library
from menura.settings import Settings
from menura.text.pronunciations import Pronunciation

BIRD = Pronunciation("Menura", "<<m|ə|n|ˈʊ|ɹ|ə>>")
RIVER = Pronunciation("bayou", "by you", True)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    yield library
    library.close()


@pytest.fixture
def mine(library: Library) -> str:
    return library.organisations.default().id


def ids(library: Library, owner: str, window: Window) -> list[str]:
    return [row.id for row in library.dictionaries.list(owner, window).rows]


def test_a_dictionary_is_kept_changed_and_deleted(library: Library, mine: str) -> None:
    store = library.dictionaries
    row = store.add(mine, "Birds", [BIRD], "Names")
    assert row.id.startswith("pdict_")
    assert store.pronunciations(mine, row.id) == (BIRD,)
    assert store.update(mine, row.id, pinned=True).pinned
    changed = store.update(mine, row.id, name="Rivers", items=[RIVER])
    assert (changed.name, changed.description, changed.pinned) == ("Rivers", "Names", True)
    assert store.pronunciations(mine, row.id) == (RIVER,)
    store.delete(mine, row.id)
    for call in (store.get, store.delete, store.pronunciations):
        with pytest.raises(NotFoundError):
            call(mine, row.id)


def test_others_see_nothing(library: Library, mine: str) -> None:
    store = library.dictionaries
    row = store.add(mine, "Birds", [BIRD])
    other = library.organisations.create("other").id
    for call in (store.get, store.delete, store.update, store.pronunciations):
        with pytest.raises(NotFoundError):
            call(other, row.id)
    assert ids(library, other, Window()) == []
    with pytest.raises(InputError, match="to continue from"):
        store.list(other, Window(after=row.id))
    assert store.get(mine, row.id).name == "Birds"


def test_pages(library: Library, mine: str) -> None:
    store = library.dictionaries
    newest = [store.add(mine, f"n{i}").id for i in range(5)][::-1]
    first = store.list(mine, Window(2))
    assert ([row.id for row in first.rows], first.has_more) == (newest[:2], True)
    assert ids(library, mine, Window(2, after=newest[1])) == newest[2:4]
    assert ids(library, mine, Window(2, before=newest[3])) == newest[1:3]
    assert ids(library, mine, Window(2, after=newest[4])) == []
    assert not store.list(mine, Window(5)).has_more
    store.delete(mine, newest[1])
    assert ids(library, mine, Window(2, after=newest[1])) == newest[2:4]
    with pytest.raises(InputError, match="not both"):
        Window(2, after=newest[0], before=newest[1])


@pytest.mark.parametrize(
    ("items", "error"),
    [
        ([BIRD] * (MOST_ITEMS + 1), TooLargeError),
        ([Pronunciation("", "x")], InputError),
        ([Pronunciation("x", " ")], InputError),
        ([Pronunciation("x" * (TEXT_CHARACTERS + 1), "x")], InputError),
        ([Pronunciation("x", "x" * (ALIAS_CHARACTERS + 1))], InputError),
        ([BIRD, Pronunciation("x", "<<m|№>>")], TextError),
    ],
)
def test_limits(
    library: Library, mine: str, items: list[Pronunciation], error: type[Exception]
) -> None:
    row = library.dictionaries.add(mine, "Birds", [BIRD])
    with pytest.raises(error):
        library.dictionaries.add(mine, "More", items)
    with pytest.raises(error):
        library.dictionaries.update(mine, row.id, name="Other", items=items)
    assert ids(library, mine, Window()) == [row.id]
    assert library.dictionaries.get(mine, row.id).name == "Birds"


def test_there_is_a_limit_of_dictionaries(
    library: Library, mine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionaries, "MOST_DICTIONARIES", 2)
    for name in ("one", "two"):
        library.dictionaries.add(mine, name)
    with pytest.raises(TooLargeError):
        library.dictionaries.add(mine, "three")
    library.dictionaries.add(library.organisations.create("other").id, "one")


def test_phonemes_of_any_language_are_kept(library: Library, mine: str) -> None:
    library.dictionaries.add(mine, "Tones", [Pronunciation("x", "<<ʈʂ|ʊ˥˥|ŋ>>")])


def test_places_of_deleted_ones_are_forgotten(
    library: Library, mine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = library.dictionaries.add(mine, "Birds")
    library.dictionaries.delete(mine, row.id)
    monkeypatch.setattr(dictionaries, "_TOMBSTONE_DAYS", 0)
    library.sweep()
    with pytest.raises(InputError):
        library.dictionaries.list(mine, Window(after=row.id))
