"""The library's fine-tunes: their life, their queue under several who claim, their files."""

import errno
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "work"))

from tiny_engine import INFO
from tuning_place import TuningPlace

from menura.errors import (
    AudioError,
    ConflictError,
    InputError,
    NotFoundError,
    ServerError,
    TooLargeError,
)
from menura.library import fine_tunes
from menura.library.fine_tune_queue import Learning
from menura.library.fine_tune_reports import samples
from menura.library.fine_tune_tables import FineTune
from menura.library.fine_tunes import NewFineTune, ReadyModel
from menura.library.paging import Window
from menura.library.store import Library
from menura.library.voice_query import VoiceFilter
from menura.library.voices import NewVoice
from menura.models.contract import TuneNews, VoiceState
from menura.models.states import save
from menura.work.queue import STALE_SECONDS, WorkQueue
from menura.work.tune import TunedSample, TunedVoice, TuneOutcome, TuneProgress, TuneUtterance

Queue = WorkQueue[FineTune, TuneProgress, TuneOutcome]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[TuningPlace]:
    place = TuningPlace(tmp_path / "data")
    yield place
    place.library.close()


def state(pitch: float) -> VoiceState:
    return VoiceState(INFO.snapshot, {"pitch": np.array([pitch], np.float32)})


def outcome(folder: Path) -> TuneOutcome:
    """A tuned model whose weights are in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    adapter = folder / "adapter.safetensors"
    adapter.write_bytes(save(state(1.0)))
    clip = TuneUtterance(folder / "a.flac", 0.0, 4.0, "Good morning.")
    voices = tuple(TunedVoice(f"v{n}", "Calm.", state(n), clip) for n in range(1, 5))
    sounds = [folder / "instant.flac", folder / "tuned.flac"]
    for sound in sounds:
        sound.write_bytes(sound.name.encode())
    sample = TunedSample(clip, 1.5, *sounds, {"likeness": 0.6}, {"likeness": 0.8})
    return TuneOutcome(adapter, voices, {"steps": 3.0}, (sample,))


def progress(share: float, stage: str = "training") -> TuneProgress:
    return TuneProgress(TuneNews(stage, share, 7, {"loss": 0.5}, {"likeness": 0.9}), 60.0)


def begin(place: TuningPlace, worker: str = "w", device: str = "cpu") -> FineTune:
    """Claims the next one and marks that its training begins."""
    row = place.queue.claim(worker, device)
    assert row is not None
    assert place.queue.begin(row.id, worker, Learning("print", 8.0))
    return row


def test_a_fine_tune_becomes_a_model_with_four_voices(place: TuningPlace) -> None:
    consent = {"statement": "Yes."}
    dataset = place.dataset()
    asked = NewFineTune(
        *("Ada", "calm", "en", "en-GB", "sonic-3", INFO.snapshot, dataset), "british", consent
    )
    row = place.store.create(place.owner, asked)
    assert (row.id[:10], row.status, row.stage) == ("fine_tune_", "created", "waiting")
    assert place.store.open_count(place.owner) == 1
    with pytest.raises(ConflictError):
        place.store.adapter(place.owner, row.id)
    begin(place)
    assert place.queue.note(row.id, "w", progress(0.5))
    seen = place.now(row)
    assert (seen.status, seen.stage, seen.progress) == ("training", "training", 0.5)
    assert (seen.eta_seconds, seen.seconds, seen.attempts) == (60.0, 8.0, 1)
    result = outcome(place.store.work_folder(row.id))
    assert place.queue.finish(row.id, "w", result)

    seen = place.now(row)
    assert (seen.status, seen.stage, seen.progress) == ("completed", "done", 1.0)
    assert (seen.report, seen.worker, seen.error) == ({"steps": 3.0}, None, None)
    assert place.store.adapter(place.owner, row.id).read_bytes() == result.adapter.read_bytes()
    voices = place.voices(row)
    assert {voice.name for voice in voices} == {f"Ada, v{n}" for n in range(1, 5)}
    for voice in voices:
        assert (voice.locale, voice.accent, voice.snapshot) == ("en-GB", "british", INFO.snapshot)
        assert (voice.consent, voice.transcript) == (consent, "Good morning.")
        assert place.library.voices.ref(voice).state is not None
    (sample,) = samples(place.library, place.owner, seen)
    assert (sample.number, sample.transcript, sample.gain) == (1, "Good morning.", 1.5)
    assert (sample.instant_scores, sample.tuned_scores) == ({"likeness": 0.6}, {"likeness": 0.8})
    assert (sample.recording, sample.filename) == (None, None), "it is no recording of the dataset"
    for path, said in ((sample.instant, b"instant.flac"), (sample.tuned, b"tuned.flac")):
        assert path is not None
        assert path.read_bytes() == said
        os.utime(path, (0, 0))
    place.store.sweep()
    assert all(path is not None and path.exists() for path in (sample.instant, sample.tuned))
    shown = place.library.voices.list(place.owner, VoiceFilter(fine_tune_id=row.id), limit=3)
    assert (len(shown.voices), shown.has_more) == (3, True)
    assert place.store.open_count(place.owner) == 0
    with pytest.raises(ConflictError):
        place.store.cancel(place.owner, row.id)
    with pytest.raises(ConflictError):
        place.store.retry(place.owner, row.id)


def test_events_tell_its_life(place: TuningPlace) -> None:
    row = place.ask()
    begin(place)
    place.queue.note(row.id, "w", progress(0.25))
    place.queue.note(row.id, "w", progress(0.5), event=False)
    place.queue.fail(row.id, "w", AudioError("bad", "It is bad.", "Record more."))
    events = place.store.events(place.owner, row.id)
    assert [one.status for one in events] == ["created", "training", "training", "failed"]
    told = events[2]
    assert (told.progress, told.step, told.eta_seconds) == (0.25, 7, 60.0)
    assert (told.losses, told.scores) == ({"loss": 0.5}, {"likeness": 0.9})
    assert events[-1].error == {"code": "bad", "sentence": "It is bad.", "remedy": "Record more."}
    later = place.store.events(place.owner, row.id, after=events[1].id, limit=1)
    assert [one.id for one in later] == [events[2].id]


def test_others_see_nothing_of_it(place: TuningPlace) -> None:
    row = place.ask()
    other = place.library.organisations.create("other").id
    assert not place.store.list(other, Window()).rows
    for call in (
        *(place.store.get, place.store.delete, place.store.cancel, place.store.retry),
        *(place.store.events, place.store.voices, place.store.adapter),
    ):
        with pytest.raises(NotFoundError):
            call(other, row.id)
    with pytest.raises(NotFoundError):
        place.store.create(other, NewFineTune("", "", "en", "en-US", "m", "m", row.dataset_id))


def test_they_are_paged_also_past_a_deleted_one(place: TuningPlace) -> None:
    dataset = place.dataset()
    made = [place.ask(dataset).id for _ in range(3)]
    page = place.store.list(place.owner, Window(2))
    assert ([row.id for row in page.rows], page.has_more) == (made[:0:-1], True)
    place.store.delete(place.owner, made[1])
    rest = place.store.list(place.owner, Window(2, after=made[1]))
    assert ([row.id for row in rest.rows], rest.has_more) == (made[:1], False)
    with pytest.raises(InputError):
        place.store.list(place.owner, Window(after="fine_tune_x"))


def test_there_is_a_most(place: TuningPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fine_tunes, "MOST_FINE_TUNES", 1)
    row = place.ask()
    with pytest.raises(TooLargeError):
        place.ask(row.dataset_id)


def test_a_cancelled_one_goes_on_when_it_is_retried(place: TuningPlace) -> None:
    row = place.ask()
    begin(place)
    (place.store.work_folder(row.id) / "print").mkdir(parents=True)
    cancelled = place.store.cancel(place.owner, row.id)
    assert (cancelled.status, (cancelled.error or {})["code"]) == ("failed", "cancelled")
    assert not place.queue.holds(row.id, "w"), "who trains learns of it"
    assert not place.queue.note(row.id, "w", progress(0.9))
    assert not place.queue.finish(row.id, "w", outcome(place.store.work_folder(row.id)))
    assert place.files("adapters") == place.files("voices") == []
    assert not place.voices(row)
    place.store.sweep()
    again = place.store.retry(place.owner, row.id)
    assert (again.status, again.error, again.attempts, again.progress) == ("created", None, 2, 0)
    assert place.store.work_folder(row.id).is_dir()
    assert begin(place).id == row.id
    assert place.store.events(place.owner, row.id)[-1].attempt == 2


def test_a_deleted_one_leaves_nothing(place: TuningPlace) -> None:
    row = place.ask()
    begin(place)
    place.queue.finish(row.id, "w", outcome(place.store.work_folder(row.id)))
    voice = place.voices(row)[0]
    previews = place.library.previews
    previews.write(f"{voice.id}.wav", b"sound")
    place.store.delete(place.owner, row.id)
    with pytest.raises(NotFoundError):
        place.now(row)
    with pytest.raises(NotFoundError):
        place.library.voices.get(place.owner, voice.id)
    for folder in ("adapters", "voices", "previews", "tuning"):
        assert place.files(folder) == []
    (unbooked,) = place.queue.unbooked()
    assert unbooked.id == row.id, "what succeeded is paid for"
    place.queue.booked(row.id)
    assert not place.queue.unbooked()


def test_a_model_from_elsewhere_is_taken_in(place: TuningPlace, tmp_path: Path) -> None:
    adapter = outcome(tmp_path).adapter
    new = NewFineTune("Ada", "", "en", "en-US", "sonic-3", INFO.snapshot, "")
    voice = NewVoice("Ada, calm", "en-US", INFO.snapshot)
    row = place.store.add_ready(
        place.owner, new, ReadyModel(adapter, [(voice, save(state(2.0)))], {"steps": 1}, 1800.0)
    )
    assert (row.status, row.seconds, row.report) == ("completed", 1800.0, {"steps": 1})
    assert [one.name for one in place.voices(row)] == ["Ada, calm"]
    assert not place.queue.unbooked(), "it costs nothing"
    assert adapter.exists()


def test_two_who_claim_never_get_the_same(place: TuningPlace) -> None:
    dataset = place.dataset()
    made = [place.ask(dataset).id for _ in range(12)]
    libraries = [Library(place.settings) for _ in range(2)]
    got: dict[str, list[str]] = {"one": [], "two": []}
    ready = threading.Barrier(2)

    def work(name: str, queue: Queue) -> None:
        ready.wait()
        misses = 0
        while misses < 3:
            row = queue.claim(name, f"card of {name}")
            if row is None:
                misses += 1
                continue
            got[name].append(row.id)
            assert queue.beat(row.id, name)
            assert queue.fail(row.id, name, ServerError("done", "It is over."))

    threads = [
        threading.Thread(target=work, args=(name, library.tuning_queue))
        for name, library in zip(got, libraries, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for library in libraries:
        library.close()
    assert sorted(got["one"] + got["two"]) == sorted(made), "each once"
    assert all(mine == [one for one in made if one in mine] for mine in got.values()), "in order"


def test_a_device_has_one_at_a_time(place: TuningPlace) -> None:
    dataset = place.dataset()
    first, second, third = (place.ask(dataset) for _ in range(3))
    queue: Queue = place.queue
    claimed = queue.claim("a", "card 0")
    assert claimed is not None
    assert claimed.id == first.id
    assert queue.claim("a", "card 0") is None
    assert queue.claim("b", "card 0") is None
    other = queue.claim("b", "card 1")
    assert other is not None
    assert other.id == second.id
    assert not queue.beat(first.id, "b"), "it is not his"
    assert not queue.fail(first.id, "b", ServerError("x", "x"))
    assert not queue.release(first.id, "b")
    assert queue.release(first.id, "a", after=60.0)
    later = queue.claim("a", "card 0")
    assert later is not None
    assert later.id == third.id, "the first is not due"


def test_who_falls_silent_loses_it(place: TuningPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    row = place.ask()
    assert place.queue.claim("one", "cpu") is not None
    assert place.queue.holders() == ["one"]
    later = datetime.now(UTC) + timedelta(seconds=STALE_SECONDS + 1)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return later

    monkeypatch.setattr("menura.library.fine_tune_queue.datetime", Later)
    assert place.queue.claim("two", "cpu") is not None
    assert not place.queue.note(row.id, "one", progress(0.5))
    assert place.queue.reclaim("two") == 1
    assert place.queue.claim("three", "cpu") is not None


def test_crashes_count_only_while_nothing_gets_further(place: TuningPlace) -> None:
    row = place.ask()
    begin(place)
    queue = place.queue
    assert queue.crashed(row.id, "w") == 1
    assert queue.crashed(row.id, "w") == 2
    queue.note(row.id, "w", progress(0.3))
    assert queue.crashed(row.id, "w") == 1
    queue.note(row.id, "w", progress(0.2))
    assert queue.crashed(row.id, "w") == 2, "it got no further than before"
    assert queue.begin(row.id, "w", Learning("other", 9.0))
    assert queue.crashed(row.id, "w") == 1
    assert queue.crashed(row.id, "x") == 0


def test_what_cannot_be_stored_whole_is_not_stored(
    place: TuningPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = place.ask()
    begin(place)
    result = outcome(place.store.work_folder(row.id))
    write = place.library.blobs.write
    count = 0

    def full(name: str, data: bytes) -> str:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(name, data)

    monkeypatch.setattr(place.library.blobs, "write", full)
    with pytest.raises(OSError, match="No space"):
        place.queue.finish(row.id, "w", result)
    monkeypatch.setattr("menura.library.fine_tune_queue.complete", _fails)
    with pytest.raises(RuntimeError):
        place.queue.finish(row.id, "w", result)
    assert place.files("adapters") == place.files("voices") == []
    assert (place.now(row).status, place.voices(row)) == ("training", [])
    assert result.adapter.exists(), "a retry need not train again"


def _fails(*_: object) -> None:
    raise RuntimeError


def test_the_sweep_takes_what_nobody_needs(
    place: TuningPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, done = place.ask(), place.ask()
    begin(place)
    for one in (row, done):
        (place.store.work_folder(one.id) / "print").mkdir(parents=True)
    (place.settings.data / "tuning" / "fine_tune_gone").mkdir()
    place.queue.fail(row.id, "w", ServerError("x", "x"))
    place.store.sweep()
    assert place.files("tuning") == sorted([row.id, done.id])
    monkeypatch.setattr(fine_tunes, "KEPT_DAYS", 0)
    place.store.sweep()
    assert place.files("tuning") == [done.id], "one that is not over keeps its checkpoints"
    place.store.delete(place.owner, row.id)
    monkeypatch.setattr(fine_tunes, "_TOMBSTONE_DAYS", -1)
    place.store.sweep()
    with pytest.raises(InputError):
        place.store.list(place.owner, Window(after=row.id))


def test_a_retry_after_a_bad_result_begins_afresh(place: TuningPlace) -> None:
    row = place.ask()
    begin(place)
    error = AudioError("tuning_no_better", "It is no better.", "Record more.")
    assert place.queue.fail(row.id, "w", error, afresh=True)
    again = place.store.retry(place.owner, row.id)
    assert (again.seed, again.fingerprint, again.furthest) == (1, "", 0.0)
