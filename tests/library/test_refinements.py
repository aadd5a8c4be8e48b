"""Refinements in the library: better states, clips, and what deleting and sweeping leave."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event

from menura.errors import ConflictError, NotFoundError, ServerError
from menura.library.blobs import ORPHAN_SECONDS
from menura.library.migrations import STEPS, migrate
from menura.library.refinements import BetterState, NewRefinement
from menura.library.store import Library
from menura.library.tables import Voice
from menura.library.voices import NewVoice
from menura.settings import Settings

SNAPSHOT = "menura-1-2026-11"
BETTER = BetterState(SNAPSHOT, b"better", 0.9, {"steps": 9})


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(Settings(data=tmp_path))
    yield library
    library.close()


def add(library: Library) -> Voice:
    """A voice whose refinement runs."""
    (library.uploads.folder / "a.upload").write_bytes(b"clip")
    kept = NewRefinement("running", 0.5, "a.upload", {"name": "Ada"})
    new = NewVoice("Ada", "en-US", SNAPSHOT, refinement=kept)
    return library.voices.add(library.organisations.default().id, new, b"first")


def again(library: Library, voice: Voice) -> Voice:
    return library.voices.get(str(voice.organisation_id), voice.id)


def stored(library: Library, voice: Voice) -> bytes:
    path = library.voices.ref(again(library, voice)).state
    assert path is not None
    return path.read_bytes()


def files(library: Library) -> list[bytes]:
    return sorted(path.read_bytes() for path in library.blobs.folder.iterdir())


def test_only_a_higher_score_replaces_a_state(library: Library) -> None:
    voice = add(library)
    for score in (0.4, 0.5):
        assert not library.refinements.improve(voice.id, replace(BETTER, score=score))
    assert files(library) == [b"first"]
    assert library.refinements.improve(voice.id, BETTER)
    assert stored(library, voice) == b"better"
    shown = again(library, voice)
    assert shown.report == {"steps": 9}
    assert shown.refinement is not None
    assert shown.refinement.score == 0.9
    assert not library.refinements.improve(voice.id, replace(BETTER, score=0.8))
    with pytest.raises(ConflictError, match="another base model"):
        library.refinements.improve(voice.id, replace(BETTER, snapshot="other", score=1.0))
    assert stored(library, voice) == b"better"


def test_who_was_given_the_old_state_can_still_open_it(library: Library, tmp_path: Path) -> None:
    voice = add(library)
    row = again(library, voice)
    path = library.voices.ref(row).state
    assert path is not None
    old = time.time() - 2 * ORPHAN_SECONDS
    os.utime(path, (old, old))
    library.refinements.improve(voice.id, BETTER)
    library.sweep()
    assert library.voices.ref(row).state == path, "a row that was read before is still good"
    assert path.read_bytes() == b"first"
    os.utime(path, (old, old))
    library.sweep()
    assert files(library) == [b"better"]


def test_a_replacement_that_fails_leaves_the_state_as_it_was(library: Library) -> None:
    voice = add(library)

    def refuse(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("UPDATE"):
            raise RuntimeError("database gone")

    engine = library._database.engine
    event.listen(engine, "before_cursor_execute", refuse)
    with pytest.raises(RuntimeError):
        library.refinements.improve(voice.id, BETTER)
    event.remove(engine, "before_cursor_execute", refuse)
    assert files(library) == [b"first"]
    assert stored(library, voice) == b"first"


def test_the_clip_is_kept_until_the_refinement_is_over(library: Library, tmp_path: Path) -> None:
    voice = add(library)
    clip = library.uploads.folder / "a.upload"
    old = time.time() - 2 * ORPHAN_SECONDS
    os.utime(clip, (old, old))
    library.close()
    library = Library(Settings(data=tmp_path))
    (row,) = library.refinements.unfinished()
    assert (row.voice_id, row.request, row.crashes) == (voice.id, {"name": "Ada"}, 0)
    assert library.refinements.has_clip(row)
    library.refinements.mark(voice.id, "interrupted")
    assert library.refinements.crashed(voice.id) == 1
    assert library.refinements.crashed(voice.id) == 2
    error = ServerError("broken", "It broke.", "Mend it.")
    library.refinements.finish(voice.id, "failed", error)
    assert not clip.exists()
    assert library.refinements.unfinished() == []
    library.refinements.mark(voice.id, "running")
    library.refinements.finish(voice.id, "done")
    ended = again(library, voice).refinement
    assert ended is not None
    assert (ended.state, ended.clip, ended.request) == ("failed", None, {}), "over is over"
    assert ended.error == {"code": "broken", "sentence": "It broke.", "remedy": "Mend it."}
    library.close()


def test_a_deleted_voice_leaves_nothing_of_its_refinement(library: Library) -> None:
    voice = add(library)
    library.refinements.improve(voice.id, BETTER)
    assert len(files(library)) == 2
    library.voices.delete(str(voice.organisation_id), voice.id)
    assert files(library) == []
    assert list(library.uploads.folder.iterdir()) == []
    for call in (
        lambda: library.refinements.improve(voice.id, BETTER),
        lambda: library.refinements.mark(voice.id, "running"),
        lambda: library.refinements.finish(voice.id, "done"),
        lambda: library.refinements.crashed(voice.id),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert files(library) == []


def test_voices_of_an_older_file_have_no_refinement(tmp_path: Path) -> None:
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "v.safetensors").write_bytes(b"state")
    engine = create_engine(f"sqlite:///{tmp_path / 'menura.sqlite3'}")
    migrate(engine, STEPS[:3])
    moment = "2026-01-01T00:00:00.000000Z"
    voice = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO organisations VALUES ('o', 'old', '{moment}')")
        connection.exec_driver_sql(
            "INSERT INTO voices (id, organisation_id, created_at, name, description, tagline,"
            " search, locale, access, visibility, snapshot, blob, digest, extra, report, advice)"
            f" VALUES ('{voice}', 'o', '{moment}', 'Ada', '', '', 'ada', 'en-US', 'private',"
            f" 'owner', '{SNAPSHOT}', 'v.safetensors', 'x', '{{}}', '{{}}', '[]')"
        )
    engine.dispose()
    library = Library(Settings(data=tmp_path))
    assert library.voices.get("o", voice).refinement is None
    assert library.voices.update("o", voice, {"name": "Bea"}).name == "Bea"
    library.voices.delete("o", voice)
    assert list((tmp_path / "voices").iterdir()) == []
    library.close()
