"""The threads that decode."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import PriorityQueue
from typing import Any, TypeVar

import torch

from menura.models.menura_1.layers import First, Second

Result = TypeVar("Result")


class _Part:
    """Work that is begun when some other parts are done."""

    def __init__(
        self, future: Future[Any], work: Callable[[], object], after: tuple[Future[Any], ...]
    ) -> None:
        self._future = future
        self._work: Callable[[], object] | None = work
        self._after = after
        self._missing = len(after) + 1
        self._lock = threading.Lock()

    def begin(self, ready: Callable[[], None]) -> None:
        """Calls `ready` as soon as the others are done."""

        def look(_: Future[Any] | None) -> None:
            with self._lock:
                self._missing -= 1
                last = self._missing == 0
            if last:
                ready()

        for part in self._after:
            part.add_done_callback(look)
        look(None)

    def compute(self) -> None:
        """Does the work, unless one of the others failed."""
        work, after = self._work, self._after
        # The others know of this part too: such circles would keep tensors until Python looks for
        # them, some 800 MB after 300 words.
        self._work, self._after = None, ()
        assert work is not None
        try:
            for part in after:
                part.result()
            with torch.inference_mode():
                result = work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            self._future.set_exception(error)
        else:
            self._future.set_result(result)


class Crew:
    """Threads that decode in parts, one thread of PyTorch each.

    PyTorch's own threads, inside of each operation, are for what cannot be cut in parts, and only
    while no part is under way.
    """

    def __init__(self) -> None:
        self.size = max(1, torch.get_num_threads())
        """How many parts are computed at a time."""

        self._queue: PriorityQueue[tuple[bool, int, _Part]] = PriorityQueue()
        self._numbers = itertools.count()
        self._under_way: set[Future[Any]] = set()
        for number in range(self.size):
            name = f"menura-decode-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        torch.set_num_threads(1)
        while True:
            self._queue.get()[2].compute()

    def submit(
        self, work: Callable[[], Result], *after: Future[Any], urgent: bool = False
    ) -> Future[Result]:
        """Lets a thread do this when some other parts are done, and before what is not urgent.

        A part of which one of these failed is not begun: its future raises the same. Of what may
        be begun, that which was submitted first comes first.
        """
        torch.set_num_threads(1)
        future: Future[Result] = Future()
        self._under_way.add(future)
        place = (not urgent, next(self._numbers))
        part = _Part(future, work, after)
        part.begin(lambda: self._queue.put((*place, part)))
        return future

    def rest(self) -> None:
        """Waits until nothing is under way; to be called before weights are changed."""
        wait(self._under_way)
        self.release()

    def release(self) -> None:
        """Gives the caller its threads back, unless something is under way."""
        self._under_way = {one for one in self._under_way if not one.done()}
        if not self._under_way:
            torch.set_num_threads(self.size)

    def both(
        self, first: Callable[[], First], second: Callable[[], Second]
    ) -> tuple[First, Second]:
        """Does two things at once, the first in the caller's thread; raises what they raise.

        While parts are under way, or there is one thread alone, they are done one after the other.
        """
        self.release()
        if self._under_way or self.size < 2:
            return first(), second()
        future = self.submit(second)
        try:
            return first(), future.result()
        finally:
            wait([future])
            self.release()
