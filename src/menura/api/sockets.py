"""The open sockets of a server, so that they end in good order with it."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from menura.api.socket_session import SocketSession

STOPPING = (1012, "the server is being stopped")
"""Clients know 1012 as a restart and connect again by themselves."""


class Sockets:
    """Knows the sessions that are open."""

    def __init__(self) -> None:
        self._sessions: set[SocketSession] = set()
        self._fewer = asyncio.Event()

    def __len__(self) -> int:
        return len(self._sessions)

    def add(self, session: "SocketSession") -> None:
        """Notes a session that begins."""
        self._sessions.add(session)

    def discard(self, session: "SocketSession") -> None:
        """Forgets a session that is over."""
        self._sessions.discard(session)
        self._fewer.set()

    async def drain(self, seconds: float) -> None:
        """Lets open contexts finish for so long, then closes every socket."""
        for session in list(self._sessions):
            session.drain()
        try:
            async with asyncio.timeout(seconds):
                await self._gone()
        except TimeoutError:
            for session in list(self._sessions):
                session.close(*STOPPING)
            await self._gone()

    async def _gone(self) -> None:
        while self._sessions:
            self._fewer.clear()
            await self._fewer.wait()
