"""One open socket: takes messages, keeps its contexts, sends their events (section 10).

Nothing here grows without bound. Events leave one at a time and wait while the client is behind;
so do the contexts, and with them the worker. Messages are read one at a time too, and reading waits
for the answer to a message that was wrong.
"""

import asyncio
import contextlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date

from starlette.types import Message as SocketMessage
from starlette.websockets import WebSocket, WebSocketDisconnect

from menura.api.auth import Caller
from menura.api.contexts import Context, Event, SocketGoneError
from menura.api.contexts_text import Manner
from menura.api.errors import NotReadyError
from menura.api.services import Services
from menura.api.socket_messages import Message, most_message_bytes, read_message
from menura.api.sockets import STOPPING
from menura.api.speech_events import error_event
from menura.errors import BusyError, MenuraError

IDLE_REASON = "connection idle timeout"
STALL_SECONDS = 120.0
"""A client that takes nothing for so long is given up."""

REMEMBERED_CONTEXTS = 256
"""Contexts that are over and still known, so that a late message that only ends one is no error."""

Closing = tuple[int, str]


class SocketSession:
    """Serves one accepted socket until either side closes it.

    Args:
        websocket: the socket; `run` accepts it.
        at: services of the app.
        caller: who called.
        version: API date of the handshake.
        identity: id of the handshake's request.
    """

    def __init__(
        self, websocket: WebSocket, at: Services, caller: Caller, version: date, identity: str
    ) -> None:
        self._websocket = websocket
        self._at = at
        self._caller = caller
        self._version = version
        self._identity = identity
        self._most = most_message_bytes(at.settings)
        self._contexts: dict[str, Context] = {}
        self._open: set[Context] = set()
        self._over: OrderedDict[str, None] = OrderedDict()
        self._sending = asyncio.Lock()
        self._active = _now()
        self._end: asyncio.Future[Closing | None] = asyncio.get_running_loop().create_future()
        self._draining = False

    async def run(self, headers: Mapping[str, str]) -> None:
        """Accepts the socket and serves it; `headers` go into the answer to the handshake."""
        pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await self._websocket.accept(headers=pairs)
        reader = asyncio.create_task(self._read())
        try:
            closing = await self._end
        finally:
            reader.cancel()
            for context in self._open:
                context.abandon()
            tasks = [reader, *(context.task for context in self._open)]
            await asyncio.gather(*tasks, return_exceptions=True)
        if closing is not None:
            # A client that reads nothing would keep the closing handshake waiting.
            with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._websocket.close(*closing)
        if not reader.cancelled():
            reader.result()

    def drain(self) -> None:
        """Takes no new contexts, and closes once the open ones are over."""
        self._draining = True
        self._drained()

    def close(self, code: int, reason: str) -> None:
        """Closes the socket now; contexts that are open are stopped."""
        self._finish((code, reason))

    async def _read(self) -> None:
        try:
            while True:
                message = await self._receive()
                if message is None or message["type"] == "websocket.disconnect":
                    break
                self._active = _now()
                await self._take(message)
        except SocketGoneError:
            pass
        finally:
            self._finish(None)

    async def _receive(self) -> SocketMessage | None:
        """The next message; None when there was no traffic for too long."""
        idle = self._at.settings.socket_idle_seconds
        while True:
            left = self._active + idle - _now()
            if left <= 0 and not self._open:
                self._finish((1000, IDLE_REASON))
                return None
            # An open context that waits for the worker is no idle socket.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left if left > 0 else min(idle, 1.0)):
                    return await self._websocket.receive()

    async def _take(self, message: SocketMessage) -> None:
        data = message.get("text")
        named = ""
        try:
            read = read_message(data or message.get("bytes") or b"", self._most, self._version)
            named = read.context_id
            self._handle(read)
        except MenuraError as error:
            context = self._contexts.get(named)
            if context is not None and not context.ended:
                # An error is the last event of its context, as clients understand it.
                context.stop(error)
            else:
                await self._send(error_event(error, self._identity, named))

    def _handle(self, message: Message) -> None:
        context = self._contexts.get(message.context_id)
        if message.cancels:
            if context is not None:
                context.stop()
        elif context is not None and not context.ended:
            given = message.input()
            context.feed(
                given.transcript or "",
                Manner(given.generation_config, given.normalization, given.duration),
                flush=bool(given.flush),
                last=not given.continue_,
            )
        elif message.blank and (context is not None or message.context_id in self._over):
            pass  # It ends what has ended already.
        else:
            self._begin(message, context)

    def _begin(self, message: Message, before: Context | None) -> None:
        request = message.opening()
        if self._draining:
            raise NotReadyError(
                "stopping", "Menura is being stopped.", "Connect again in a moment."
            )
        most = self._at.settings.contexts_per_socket
        if len(self._open) >= most:
            raise BusyError(
                "concurrency_limited",
                f"{most} contexts are open on this socket already.",
                "Wait until one is done, or open another socket.",
            )
        context = Context(
            self._at,
            self._caller,
            request,
            message.context_id,
            self._identity,
            self._send,
            before,
            self._version,
        )
        self._open.add(context)
        self._contexts[context.context_id] = context
        context.task.add_done_callback(lambda _: self._forget(context))
        manner = Manner(request.generation_config, request.normalization, request.duration)
        flush, last = bool(request.flush), not request.continue_
        context.feed(request.transcript, manner, flush=flush, last=last)

    def _forget(self, context: Context) -> None:
        self._open.discard(context)
        if self._contexts.get(context.context_id) is context:
            del self._contexts[context.context_id]
        self._over[context.context_id] = None
        self._over.move_to_end(context.context_id)
        if len(self._over) > REMEMBERED_CONTEXTS:
            self._over.popitem(last=False)
        self._drained()

    def _drained(self) -> None:
        if self._draining and not self._open:
            self._finish(STOPPING)

    def _finish(self, closing: Closing | None) -> None:
        if not self._end.done():
            self._end.set_result(closing)

    async def _send(self, event: Event) -> None:
        """Sends an event, waiting while the client is behind. Raises SocketGoneError."""
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        try:
            async with asyncio.timeout(STALL_SECONDS), self._sending:
                await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            # RuntimeError is what a socket raises that has been closed from this side.
            self._finish(None)
            raise SocketGoneError from None
        self._active = _now()


def _now() -> float:
    return asyncio.get_running_loop().time()
