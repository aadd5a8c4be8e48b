"""The contract between those who have long work to give and those who do it.

A task is long (minutes to an hour) and is kept where it outlives every process. Its life:

    waiting ──claim──▶ held ──finish──▶ over
       ▲                │ └────fail───▶ over
       └────release─────┘   (also once the holder has fallen silent)

- Who claims a task holds it, under a name that nobody else has, until it is finished, failed or
  released. He shows with `beat` or `note` that he is still at it.
- Who falls silent for STALE_SECONDS has lost it: the next who claims may get it. So any process
  may die at any moment.
- Whoever gave the task may take it back (cancel, delete) at any time. The holder learns of it from
  the next call, which answers False: he stops, and leaves nothing behind.
- A device works at one task at a time: `claim` gives none for a device on which somebody who is
  not silent holds one. Devices are named by those who work, so that several machines, or several
  cards of one, work side by side.
- Tasks are given out in the order in which they came; one that was released for later is passed
  over until then.
- Each call is one transaction: it happened, or it did not. Two who claim at the same moment never
  get the same task. `finish` stores all of an outcome, or nothing.

`menura.library.fine_tune_queue` is the one on SQLite, whose writers take turns. On PostgreSQL the
same is `SELECT … FOR UPDATE SKIP LOCKED` behind an advisory lock of the device; before an engine
elsewhere, a small HTTP service with these calls. Nothing in the contract needs shared memory, and
all arguments are plain values but for the task, its news and its outcome, which can be pickled.
"""

from typing import Protocol, TypeVar

from menura.errors import MenuraError

Task = TypeVar("Task", covariant=True)  # noqa: PLC0105 - named as what it is
News = TypeVar("News", contravariant=True)  # noqa: PLC0105
Outcome = TypeVar("Outcome", contravariant=True)  # noqa: PLC0105

STALE_SECONDS = 120.0
"""Silence after which a task goes to another."""


class WorkQueue(Protocol[Task, News, Outcome]):
    """Long tasks, each held by one worker at a time. Safe to call from several processes."""

    def claim(self, worker: str, device: str) -> Task | None:
        """Gives the task that has waited longest and is due; None when there is none to do, or
        when the device has one already."""

    def beat(self, task_id: str, worker: str) -> bool:
        """Shows that the worker is still at it; False when the task is no longer his."""

    def note(self, task_id: str, worker: str, news: News) -> bool:
        """Keeps how far a task is; as `beat` besides."""

    def crashed(self, task_id: str, worker: str) -> int:
        """Counts a process that died of a task, which stays his.

        Returns how many did in a row without getting further than the one before; 0 when the task
        is no longer his.
        """

    def release(self, task_id: str, worker: str, *, after: float = 0.0) -> bool:
        """Puts a task back in line, at its old place, not to be claimed for `after` seconds.

        False when it is no longer his.
        """

    def finish(self, task_id: str, worker: str, outcome: Outcome) -> bool:
        """Ends a task well; False, and nothing is kept, when it is no longer his."""

    def fail(self, task_id: str, worker: str, error: MenuraError) -> bool:
        """Ends a task with the reason; False when it is no longer his."""

    def reclaim(self, worker: str) -> int:
        """Releases all that somebody held who is known to be gone; returns how many that were."""
