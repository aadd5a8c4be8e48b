"""The requests that a server answers at the moment, so that it can end in good order."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from menura.api.errors import NotReadyError

ALWAYS_ANSWERED = frozenset({"/", "/health"})
"""Paths that are answered by a server that is being stopped, too: it is still there."""


class Traffic:
    """Counts requests, and takes no more of them once the server is being stopped."""

    def __init__(self) -> None:
        self.stopping = False
        self._count = 0
        self._fewer = asyncio.Event()

    def __len__(self) -> int:
        return self._count

    @contextmanager
    def one(self) -> Iterator[None]:
        """Counts a request for as long as it takes."""
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1
            self._fewer.set()

    def check(self, path: str) -> None:
        """Raises NotReadyError for a request that comes too late."""
        if self.stopping and path not in ALWAYS_ANSWERED:
            raise NotReadyError(
                "stopping", "Menura is being stopped.", "Send the request again in a moment."
            )

    async def drain(self, seconds: float) -> None:
        """Takes no more requests, and waits so long for those under way."""
        self.stopping = True
        try:
            async with asyncio.timeout(seconds):
                while self._count:
                    self._fewer.clear()
                    await self._fewer.wait()
        except TimeoutError:
            pass
