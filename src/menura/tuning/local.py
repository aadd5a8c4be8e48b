"""Trains fine-tunes in the calling thread, for a program that has no server beside it."""

import time
from collections.abc import Callable, Generator
from contextlib import closing

from menura.errors import InputError, MenuraError
from menura.library.fine_tune_tables import FineTune
from menura.library.store import Library
from menura.models.contract import ModelInfo
from menura.settings import Settings
from menura.tuning.learning import Lesson, learn_from
from menura.tuning.news import NewsDesk
from menura.work.failures import as_menura
from menura.work.holders import device_name, new_holder
from menura.work.tune import TuneJob, TuneOutcome, TuneProgress

BEAT_SECONDS = 20.0
LOOK_SECONDS = 1.0
"""How often it is asked whether the fine-tune was cancelled, and whether there is something new."""

Tune = Callable[[TuneJob], Generator[TuneProgress | TuneOutcome, None, None]]


class LocalTrainer:
    """One who takes fine-tunes from the queue, as a server does, one at a time.

    Args:
        library: where the fine-tunes are.
        settings: time budget, the speech that is needed, device.
        tune: trains in the calling thread (`Engine.tune`).
        info: the base model, loaded when it is asked for.
        prepare: prepares what waits in the dataset of a fine-tune, if that is its business.
        told: called with the id of a fine-tune whenever something became known of it.
    """

    def __init__(
        self,
        library: Library,
        settings: Settings,
        tune: Tune,
        info: Callable[[], ModelInfo],
        prepare: Callable[[FineTune], None],
        told: Callable[[str], None],
    ) -> None:
        self._library = library
        self._queue = library.tuning_queue
        self._settings = settings
        self._tune = tune
        self._info = info
        self._prepare = prepare
        self._told = told
        self._worker = new_holder()
        self._device = device_name(settings.device)

    def step(self) -> bool:
        """Trains what has waited longest; False when there is nothing to do, or no place to do it.

        An interruption puts it back in line, where it goes on from its last checkpoint.
        """
        self._queue.recover()
        row = self._queue.claim(self._worker, self._device)
        if row is None:
            return False
        try:
            self._train(row)
        except Exception as error:
            self._fail(row, as_menura(error))
        except BaseException:
            self._queue.release(row.id, self._worker)
            raise
        return True

    def _train(self, row: FineTune) -> None:
        lesson = self._lesson(row)
        if lesson is None:
            self._prepare(row)
            lesson = self._lesson(row)
        if lesson is None:
            # Somebody else prepares it.
            if self._queue.stage(row.id, self._worker, "listening"):
                self._queue.release(row.id, self._worker, after=LOOK_SECONDS)
            return
        info = self._info()
        if info.snapshot != row.snapshot:
            raise InputError(
                "base_model_differs",
                f"The fine-tune is for the base model {row.snapshot!r}; {info.snapshot!r} is here.",
                "Make a new fine-tune of the same dataset for the model that is there.",
            )
        if self._queue.begin(row.id, self._worker, lesson.learning):
            lesson.make_room()
            self._told(row.id)
            try:
                self._learn(row, lesson)
            except InputError as error:
                # What is learned from the same in the same way would be judged the same again.
                self._fail(row, error, afresh=True)

    def _lesson(self, row: FineTune) -> Lesson | None:
        return learn_from(
            self._library,
            row,
            least_seconds=self._settings.least_tune_seconds,
            budget=row.budget or self._settings.tune_seconds,
        )

    def _learn(self, row: FineTune, lesson: Lesson) -> None:
        desk, queue = NewsDesk(), self._queue
        looked = beaten = time.monotonic()
        with closing(self._tune(lesson.job)) as results:
            for item in results:
                held, now = True, time.monotonic()
                if isinstance(item, TuneOutcome):
                    queue.stage(row.id, self._worker, "saving")
                    if queue.finish(row.id, self._worker, item):
                        self._library.fine_tunes.clear(row.id)
                    self._told(row.id)
                    return
                if (note := desk.take(item, now)) is not None:
                    looked = beaten = now
                    held = queue.note(row.id, self._worker, note.news, event=note.event)
                    self._told(row.id)
                elif now - beaten >= BEAT_SECONDS:
                    looked = beaten = now
                    held = queue.beat(row.id, self._worker)
                elif now - looked >= LOOK_SECONDS:
                    looked = now
                    held = queue.holds(row.id, self._worker)
                if not held:
                    return

    def _fail(self, row: FineTune, error: MenuraError, *, afresh: bool = False) -> None:
        if self._queue.fail(row.id, self._worker, error, afresh=afresh) and afresh:
            self._library.fine_tunes.clear(row.id)
        self._told(row.id)
