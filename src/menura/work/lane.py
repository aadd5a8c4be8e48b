"""One kind of job, one worker process: the queue before it and the mailboxes behind it.

Everything here runs in the server's event loop; nothing blocks and no locks are needed.
"""

import asyncio
import contextlib
import itertools
import sys
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import structlog

from menura.errors import BusyError, CancelledError, MenuraError, ServerError
from menura.models.contract import ModelInfo, StockVoice
from menura.settings import Settings
from menura.work.jobs import JobProgress, SpeechJob, SpeechOutput
from menura.work.process import end, spawn
from menura.work.protocol import (
    LENGTH,
    WINDOW,
    Begin,
    Ended,
    Item,
    Job,
    Ready,
    Result,
    Start,
    Stop,
    Taken,
    frame,
    unframe,
)

FIRST_RESTART_SECONDS = 0.5
LONGEST_RESTART_SECONDS = 30.0

_log = structlog.get_logger("menura.work")


@dataclass(frozen=True)
class LaneOptions:
    """How a lane works."""

    name: str
    waiting: int
    """Jobs that may wait; one more is refused."""

    together: int
    """Jobs that the worker has open at a time, not counting those whose listener is behind."""

    niceness: int = 0
    model: bool = True
    """Whether the worker loads the base model."""

    warm: bool = False
    """Whether the worker speaks a word before it counts as ready."""

    lazy: bool = False
    """Start the worker with the first job and not before."""

    idle_seconds: float | None = None
    """End a worker that had nothing to do for so long; None keeps it."""

    stall_seconds: float = 600.0
    """Give a job up whose listener has taken nothing for so long."""

    kill_seconds: float | None = None
    """Kill a worker that is still at a job so long after it was told to stop; None waits for it."""


@dataclass
class _Ticket:
    """A job from its submission to its end, with the mailbox of its listener."""

    number: int
    job: Job
    items: deque[Result] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    error: MenuraError | None = None
    abandoned: bool = False
    stall: asyncio.TimerHandle | None = None

    @property
    def behind(self) -> bool:
        """Whether the worker has paused this job because its mailbox is full."""
        return isinstance(self.job, SpeechJob) and len(self.items) >= WINDOW

    def put(self, item: Result) -> None:
        # Only the newest progress is of interest; a slow listener must not gather old ones.
        if self.items and isinstance(self.items[-1], JobProgress):
            self.items.pop()
        self.items.append(item)
        self.news.set()

    def end(self, error: MenuraError | None) -> None:
        self.over = True
        self.error = error
        self.news.set()
        self.unstall()

    def unstall(self) -> None:
        if self.stall is not None:
            self.stall.cancel()
            self.stall = None


class Lane:
    """A queue, and the worker process that serves it; the worker is replaced when it dies.

    Args:
        settings: go to the worker as they are.
        engine: `module:factory` of what computes.
        options: see LaneOptions.
    """

    def __init__(self, settings: Settings, engine: str, options: LaneOptions) -> None:
        self._settings = settings
        self._engine = engine
        self.options = options
        self.info: ModelInfo | None = None
        """The model, known once a worker has been ready."""

        self.stock: tuple[StockVoice, ...] = ()
        self.ready = False
        self.failure: MenuraError | None = None
        """Why the last worker could not load; None otherwise."""

        self.changed = asyncio.Event()
        """Set, and replaced by a new one, when `ready` or `failure` have changed."""

        self._numbers = itertools.count(1)
        self._pending: deque[_Ticket] = deque()
        self._active: dict[int, _Ticket] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._retiring = False
        self._closed = False
        self._restart_seconds = 0.0

    @property
    def process_id(self) -> int | None:
        """Id of the worker process; None when there is none."""
        return None if self._process is None else self._process.pid

    @property
    def busy(self) -> int:
        """Jobs waiting or under way."""
        return len(self._pending) + len(self._active)

    def start(self) -> None:
        """Starts the worker, unless it is to wait for the first job."""
        if not self.options.lazy:
            self._keep()

    async def stop(self) -> None:
        """Ends all jobs with an error and the worker with them."""
        self._closed = True
        stopping = ServerError("stopping", "Menura is being stopped.", "Try again when it is back.")
        for ticket in [*self._pending, *self._active.values()]:
            ticket.end(stopping)
        self._pending.clear()
        if self._idle is not None:
            self._idle.cancel()
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    async def run(self, job: Job) -> AsyncGenerator[Result, None]:
        """Runs a job and yields what it gives; closing the iterator stops the job.

        Raises BusyError when too many wait, and whatever the engine raises.
        """
        ticket = self._admit(job)
        try:
            while True:
                while not ticket.items and not ticket.over:
                    ticket.news.clear()
                    await ticket.news.wait()
                if not ticket.items:
                    break
                item = ticket.items.popleft()
                ticket.unstall()
                if isinstance(item, SpeechOutput) and not ticket.over:
                    self._send(Taken(ticket.number))
                yield item
            if ticket.error is not None:
                raise ticket.error
        finally:
            self._leave(ticket)

    def _admit(self, job: Job) -> _Ticket:
        if self._closed:
            raise ServerError("stopping", "Menura is being stopped.", "Try again when it is back.")
        if self.failure is not None and not self.options.lazy:
            raise self.failure
        # Paused jobs do not wait, but they hold memory, so they count for the whole.
        most = self.options.waiting + self.options.together
        if len(self._pending) >= self.options.waiting or self.busy >= most:
            raise BusyError(
                "concurrency_limited",
                f"{self.options.waiting} {self.options.name} requests are waiting already.",
                "Send the request again in a moment.",
            )
        ticket = _Ticket(next(self._numbers), job)
        self._pending.append(ticket)
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self._keep()
        self._hand_over()
        return ticket

    def _leave(self, ticket: _Ticket) -> None:
        """The listener is gone: a waiting job is forgotten, one under way is stopped."""
        ticket.unstall()
        ticket.abandoned = True
        if ticket in self._pending:
            self._pending.remove(ticket)
        elif ticket.number in self._active:
            # It keeps its place until the worker says that it has stopped.
            self._send(Stop(ticket.number))
            if self.options.kill_seconds is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(self.options.kill_seconds, self._kill, ticket)
        self._rest()

    def _kill(self, ticket: _Ticket) -> None:
        """Ends a worker that does not stop; one that waits for it gets a new one."""
        if self._active.get(ticket.number) is ticket and self._process is not None:
            _log.warning("worker does not stop", lane=self.options.name, job=ticket.number)
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    def _hand_over(self) -> None:
        """Gives waiting jobs to the worker, in order, as long as there are places."""
        while self.ready and self._pending:
            if sum(not t.behind for t in self._active.values()) >= self.options.together:
                return
            ticket = self._pending.popleft()
            self._active[ticket.number] = ticket
            self._send(Start(ticket.number, ticket.job))

    def _receive(self, message: Ready | Item | Ended) -> None:
        match message:
            case Ready(info=info, stock=stock):
                self.info, self.stock = info, stock
                self.ready, self.failure = True, None
                self._restart_seconds = 0.0
                self._tell()
            case Item(job_id=number, item=item):
                ticket = self._active.get(number)
                if ticket is not None and not ticket.abandoned and not ticket.over:
                    ticket.put(item)
                    if ticket.behind:
                        loop = asyncio.get_running_loop()
                        ticket.stall = loop.call_later(
                            self.options.stall_seconds, self._give_up, ticket
                        )
            case Ended(job_id=None, error=error):
                self.failure = error
            case Ended(job_id=number, error=error) if number is not None:
                ticket = self._active.pop(number, None)
                if ticket is not None and not ticket.over:
                    ticket.end(error)
                self._rest()
        self._hand_over()

    def _give_up(self, ticket: _Ticket) -> None:
        _log.warning("listener stalled", lane=self.options.name, job=ticket.number)
        ticket.end(
            CancelledError(
                "listener_stalled",
                "The audio was not read for so long that the job was ended.",
                "Read the answer without long breaks.",
            )
        )
        self._send(Stop(ticket.number))
        self._hand_over()

    def _rest(self) -> None:
        """Starts the clock that ends an idle worker."""
        seconds = self.options.idle_seconds
        if seconds is None or self.busy or self._idle is not None or self._closed:
            return
        self._idle = asyncio.get_running_loop().call_later(seconds, self._retire)

    def _retire(self) -> None:
        self._idle = None
        if self._process is not None and self._process.stdin is not None and not self.busy:
            self._retiring = True
            self.ready = False
            self._process.stdin.close()

    def _send(self, message: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(frame(message))

    def _keep(self) -> None:
        if self._closed or (self._keeper is not None and not self._keeper.done()):
            return
        self._keeper = asyncio.get_running_loop().create_task(self._serve())

    async def _serve(self) -> None:
        """Keeps a worker running for as long as there is use for one."""
        while True:
            await asyncio.sleep(self._restart_seconds)
            await self._live()
            longer = max(2 * self._restart_seconds, FIRST_RESTART_SECONDS)
            self._restart_seconds = min(longer, LONGEST_RESTART_SECONDS)
            if self._retiring:
                self._restart_seconds = 0.0
                self._retiring = False
            if self.options.lazy and not self._pending:
                return

    async def _live(self) -> None:
        """Starts a worker and listens to it until it is gone; its jobs end with it."""
        self.failure = None
        try:
            process = await spawn(self._settings, self.options.niceness)
        except OSError as error:
            _log.error("worker not started", lane=self.options.name, exc_info=error)
            self._refuse_all(
                ServerError(
                    "worker_not_started",
                    f"The process that computes could not be started: {error.strerror or error}.",
                    "There may be too little memory or too many processes; close other programs.",
                )
            )
            return
        self._process = process
        assert process.stdout is not None
        try:
            path = tuple(entry for entry in sys.path if entry)
            self._send(
                Begin(self._settings, self._engine, path, self.options.model, self.options.warm)
            )
            while True:
                try:
                    head = await process.stdout.readexactly(LENGTH.size)
                    body = await process.stdout.readexactly(*LENGTH.unpack(head))
                except asyncio.IncompleteReadError:
                    break
                self._receive(unframe(body))
        finally:
            was_ready, self.ready = self.ready, False
            await end(process)
            self._process = None
            self._bury(process.returncode, was_ready)

    def _bury(self, returncode: int | None, was_ready: bool) -> None:
        lost = ServerError(
            "worker_lost",
            "The process that computed this ended unexpectedly.",
            "Send the request again; a new process is being started.",
        )
        expected = self._closed or self._retiring
        if not expected:
            _log.error("worker ended", lane=self.options.name, returncode=returncode)
        for ticket in self._active.values():
            if not ticket.over:
                ticket.end(lost)
        self._active.clear()
        if not expected and not was_ready:
            self._refuse_all(
                self.failure
                or ServerError(
                    "worker_not_started",
                    "The process that computes ended while it loaded the model.",
                    "The server's log has the details; there may be too little memory.",
                )
            )
        else:
            self._tell()

    def _refuse_all(self, failure: MenuraError) -> None:
        """Tells those who wait why there is no worker."""
        self.failure = failure
        for ticket in self._pending:
            ticket.end(failure)
        self._pending.clear()
        self._tell()

    def _tell(self) -> None:
        event, self.changed = self.changed, asyncio.Event()
        event.set()
