"""One context of a socket: text comes in over many messages, one stream of speech goes out."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import date
from typing import Any

import structlog
from starlette.requests import ClientDisconnect

from menura.api.auth import Caller
from menura.api.contexts_text import FlushMark, Manner, PendingText, Piece
from menura.api.errors import internal_error
from menura.api.event_requests import BUFFER_MS, SocketRequest
from menura.api.metering import SpeechUse, billable_characters
from menura.api.services import Services
from menura.api.speaking import admit, speak
from menura.api.speech_events import (
    check_raw,
    done_event,
    error_event,
    flush_done_event,
    seconds_of,
    silence,
    speech_events,
)
from menura.api.speech_requests import speech_job
from menura.api.tuned_speech import opening_fields
from menura.api.versions import NEWEST
from menura.audio.formats import parse_output_format
from menura.errors import MenuraError, ServerError, TooLargeError
from menura.text.choice import SURE_LETTERS
from menura.text.markup import Delivery, parse
from menura.text.sentences import Break
from menura.text.split import PAUSES
from menura.work.jobs import SpeechJob, SpeechOutput

EXPIRY_SECONDS = 1.0
"""A context that has nothing to say ends so long after its last audio (section 10.3)."""

Event = dict[str, Any]
Send = Callable[[Event], Awaitable[None]]

_SENTENCE_ENDS = ".!?…‽؟。！？｡।॥"
_CLOSERS = "\"'”’»)]」』】）》〉"
_log = structlog.get_logger("menura.api")


class SocketGoneError(ClientDisconnect):
    """The socket takes no more events."""


class Context:
    """A context from its first message to its last event, worked on by a task of its own.

    Args:
        at: services of the app.
        caller: who speaks.
        request: the first message; voice, model, format and timestamps stay as they are in it.
        context_id: as the client named it, repeated in every event.
        identity: id of the socket's request, for errors.
        send: sends an event; waits while the client is behind. Raises SocketGoneError.
        after: the context of the same name that is still speaking; it ends first.
        version: the socket's API date.
    """

    def __init__(
        self,
        at: Services,
        caller: Caller,
        request: SocketRequest,
        context_id: str,
        identity: str,
        send: Send,
        after: "Context | None" = None,
        version: date = NEWEST,
    ) -> None:
        self._at = at
        self._version = version
        self._caller = caller
        self._request = request
        self.context_id = context_id
        self._identity = identity
        self._send = send
        self._after = after
        delay = request.max_buffer_delay_ms
        self._text = PendingText(
            (BUFFER_MS if delay is None else delay) / 1000,
            request.language or request.locale or "en",
        )
        self._manner = Manner(request.generation_config, request.normalization, request.duration)
        self._news = asyncio.Event()
        self._stack = AsyncExitStack()
        self._use: SpeechUse | None = None
        self._language: str | None = None
        self._letters = 0
        self._heard = False
        self._seconds = 0.0  # of audio sent
        self._quiet_since = _now()
        self._before = ""  # the end of the text that was spoken last
        self._delivery: Delivery | None = None  # at that end
        self._config = request.generation_config
        self._work: asyncio.Task[Event | None] | None = None
        self._final: Event | None = None
        self._closing = False
        self.ended = False
        """Whether no more text can come: it was ended, cancelled, has failed or expired."""

        self.task = asyncio.create_task(self._run())

    def feed(self, text: str, manner: Manner, *, flush: bool, last: bool) -> None:
        """Takes a message. Raises TooLargeError when too much text waits already."""
        most = self._at.settings.max_transcript_characters
        if self._text.characters + len(text) > most:
            raise TooLargeError(
                "transcript_too_long",
                f"More than {most} characters of this context wait to be spoken.",
                "Send text as it is spoken, or in several contexts.",
            )
        # What a later message leaves out stays as it was.
        self._manner = Manner(
            manner.generation_config or self._manner.generation_config,
            manner.normalization or self._manner.normalization,
            manner.duration,
        )
        self.ended = last
        self._text.add(text, self._manner, _now(), flush=flush, last=last)
        self._news.set()

    def stop(self, error: MenuraError | None = None) -> None:
        """Stops speaking at once; the last event is `done`, or an error. Once is enough."""
        if self._closing or self._final is not None:
            return
        if self._after is not None:
            self._after.stop(error)
        self.ended = True
        self._final = self._error(error) if error is not None else done_event(self.context_id)
        if self._work is not None:
            self._work.cancel()

    def abandon(self) -> None:
        """Stops speaking at once and says nothing, since nobody listens."""
        self.ended = True
        self.task.cancel()

    async def _run(self) -> None:
        final = self._final
        if final is None:
            self._work = asyncio.create_task(self._outcome())
            try:
                await asyncio.wait({self._work})
            finally:
                self._work.cancel()
                await asyncio.gather(self._work, return_exceptions=True)
            final = self._final or self._work.result()
        self._closing = True
        if final is not None:
            with contextlib.suppress(SocketGoneError):
                await self._send(final)

    async def _outcome(self) -> Event | None:
        """Speaks until the context is over; returns its last event."""
        try:
            async with self._stack:
                await self._speak_all()
            return done_event(self.context_id)
        except SocketGoneError:
            return None
        except MenuraError as error:
            if isinstance(error, ServerError):
                _log.error("speech broke off", code=error.code, request_id=self._identity)
            return self._error(error)
        except Exception as error:
            _log.error("unexpected error", request_id=self._identity, exc_info=error)
            return self._error(internal_error())
        finally:
            self.ended = True

    def _error(self, error: MenuraError) -> Event:
        return error_event(error, self._identity, self.context_id)

    async def _speak_all(self) -> None:
        if self._after is not None:
            await asyncio.wait({self._after.task})
            self._after = None
        check_raw(parse_output_format(self._request.output_format))
        step = self._text.take(_now())
        if not isinstance(step, Piece):
            # The text may wait for seconds; what is wrong with the request is told now.
            await self._job(Piece(self._request.transcript, self._manner))
            step = step or await self._next()
        while step is not None:
            if isinstance(step, FlushMark):
                await self._send(flush_done_event(self.context_id, step.flush_id))
            else:
                await self._speak(step)
            self._quiet_since = _now()
            step = await self._next()

    async def _next(self) -> Piece | FlushMark | None:
        """What to do next, as soon as it is ready; None when the context ends or expires."""
        while True:
            now = _now()
            step = self._text.take(now)
            if step is not None or self.ended:
                return step
            due = self._text.due
            if due is None:
                due = self._quiet_since + EXPIRY_SECONDS
                if now >= due:
                    self.ended = True
                    return None
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._news.wait()

    async def _job(self, piece: Piece) -> SpeechJob:
        fixed = {} if self._language is None else {"language": self._language, "locale": None}
        body = self._request.model_copy(
            update={
                "transcript": piece.text,
                "generation_config": piece.manner.generation_config,
                "normalization": piece.manner.normalization,
                "duration": piece.manner.duration,
                **fixed,
            }
        )
        job = await speech_job(self._at, self._caller, body, self._version)
        before = self._delivery
        if before is not None and piece.manner.generation_config == self._config:
            # Marks hold until the end of the context, although its text is spoken in pieces.
            job = replace(job, speed=before.speed, volume=before.volume, emotion=before.emotion)
        return job

    async def _speak(self, piece: Piece) -> None:
        began = time.perf_counter()
        job = await self._job(piece)
        self._letters += sum(character.isalpha() for character in piece.text)
        if self._letters >= SURE_LETTERS:
            # A context is one text in one language; a short beginning does not tell which.
            self._language = job.language
        use = await self._admitted(job)
        await use.expect(billable_characters(piece.text))
        await self._pause(piece, job)
        offset = self._seconds
        async with aclosing(speak(self._at, use, job)) as outputs:
            try:
                async for output in outputs:
                    now = time.perf_counter()
                    await self._send_output(output, job, 1000 * (now - began), offset)
                    began = time.perf_counter()
            except MenuraError as error:
                # Signs without a sound, after words: there is nothing to say, and nothing wrong.
                if error.code != "text_nothing_to_speak" or not self._seconds:
                    raise
        await use.keep()
        self._before = piece.text[-8:]
        start = Delivery(job.speed, job.volume, job.emotion)
        self._delivery = parse(piece.text, start).after
        self._config = piece.manner.generation_config

    async def _admitted(self, job: SpeechJob) -> SpeechUse:
        if self._use is None:
            place = await admit(self._at, self._caller, self._request, job, "socket", 0)
            self._use = await self._stack.enter_async_context(place)
        return self._use

    async def _pause(self, piece: Piece, job: SpeechJob) -> None:
        """The silence between two texts that would be there if they had come as one."""
        seconds = PAUSES[_break(self._before, piece.text)] / job.speed
        if self._seconds and seconds:
            quiet = SpeechOutput(silence(seconds, job.output))
            await self._send_output(quiet, job, 0.0, self._seconds)

    async def _send_output(
        self, output: SpeechOutput, job: SpeechJob, step_ms: float, offset: float
    ) -> None:
        common = {"context_id": self.context_id, "flush_id": self._text.flush_id}
        for event in speech_events(
            output, self._request.timestamps, step_ms=step_ms, offset=offset, common=common
        ):
            if event["type"] == "chunk" and not self._heard:
                self._heard = True
                event |= opening_fields(job.voice)
            await self._send(event)
        self._seconds += seconds_of(output.data, job.output)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _break(before: str, after: str) -> Break:
    """What parts the end of one text from the beginning of the next."""
    blanks = before[len(before.rstrip()) :] + after[: len(after) - len(after.lstrip())]
    if blanks.count("\n") > 1:
        return Break.PARAGRAPH
    if "\n" in blanks:
        return Break.LINE
    body = before.rstrip().rstrip(_CLOSERS)
    return Break.SENTENCE if body[-1:] and body[-1] in _SENTENCE_ENDS else Break.CUT
