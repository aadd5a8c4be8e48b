"""Independent computations side by side, each on a core of its own.

Two threads inside of each operation made a step of a fit hardly faster than one; two operations at
a time take half as long (measured on two cores, see docs/experiments.md).
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Results of `work` on each item, in order; as many at a time as PyTorch may use threads.

    Raises what `work` raises.
    """
    waiting = list(items)
    threads = min(len(waiting), torch.get_num_threads())
    if threads < 2:
        return [work(item) for item in waiting]
    with _one_thread_each(), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, waiting))


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Within this context operations do not spread over the cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
