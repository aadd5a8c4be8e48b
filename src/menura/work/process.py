"""Worker processes: how they are started, and how they end."""

import asyncio
import contextlib
import os
import sys

from menura.settings import Settings

STOP_SECONDS = 5.0


async def spawn(settings: Settings, niceness: int) -> asyncio.subprocess.Process:
    """Starts a worker process; one that is cancelled half-way is ended, not forgotten."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            sys.executable,
            # Without -P a file of the user's folder, say `profile.py`, would stand for a module.
            *("-P", "-m", "menura.work.worker", str(niceness)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=worker_environment(settings),
            limit=2**20,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await end(await starting)
        raise


async def end(process: asyncio.subprocess.Process) -> None:
    """Lets a worker end by closing its input, and kills one that does not."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


_SPINNING = {"GOMP_SPINCOUNT": "20000", "KMP_BLOCKTIME": "1"}
"""How long idle threads spin, for the two common OpenMP runtimes."""


def worker_environment(settings: Settings) -> dict[str, str]:
    """The environment of a worker, set before it imports anything that makes threads.

    Idle OpenMP threads spin by default, for milliseconds; with two workers on few cores they would
    slow each other. Those that sleep at once have to be woken for every small operation: the first
    audio of a sentence then came after 630 ms instead of 460 (two cores). So they spin for about a
    third of a millisecond. What the environment says itself holds.
    """
    threads = str(settings.threads or min(os.cpu_count() or 1, 4))
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    return {**_SPINNING, **os.environ, **dict.fromkeys(names, threads)}
