"""Who may begin work now, and what it cost.

    async with at.meter.speech(caller, surface="bytes", model=card.info.snapshot) as use:
        ...
        use.book(billable_characters(text))

Entering admits one active context or raises; leaving books what was counted. An error costs
nothing. A client that went away pays for what was counted until then, since that was spoken.

Leave the block before the last bytes of an answer go out: then no answer is whole without being
booked, and the caller's next request finds its place free.
"""

import asyncio
import re
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from menura.api.admission import Admission, Kind
from menura.errors import CancelledError, PermissionDeniedError
from menura.library.ledger import Capability, Charge
from menura.library.plans import (
    Plan,
    fine_tune_amount,
    infill_amount,
    speech_amount,
    transcription_amount,
)
from menura.library.store import Library

if TYPE_CHECKING:
    from menura.api.auth import Caller

Surface = Literal["bytes", "sse", "socket", "openai"]

CLIENT_GONE = (asyncio.CancelledError, GeneratorExit, CancelledError, ClientDisconnect)

_TAG = re.compile(r"<(/?)(break|spell|speed|volume|emotion)\b[^<>]*>", re.IGNORECASE)


class Use:
    """One admitted piece of work; as a context it is booked, or not, when the block ends."""

    kind: Kind
    capability: Capability | None = None

    def __init__(
        self,
        admission: Admission,
        caller: "Caller",
        *,
        model: str = "",
        voice_id: str | None = None,
        reference: str | None = None,
        lasting: bool = False,
    ) -> None:
        self.caller = caller
        self.model = model
        self.voice_id = voice_id
        self.reference = reference or str(uuid.uuid4())
        self.lasting = lasting
        """Whether the caller was let in longer ago than a moment."""

        self.kept = 0
        """What of its amount is in the ledger already, in thousandths of a credit."""

        self._admission = admission
        self._charged = 0
        self._parts = 0

    @property
    def amount(self) -> int:
        """What has been counted so far, in thousandths of a credit."""
        return 0

    @property
    def expected(self) -> int:
        """What it will cost as far as is known, in thousandths of a credit."""
        return self.amount

    async def __aenter__(self) -> Self:
        await self._admission.admit(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._admission.leave(self)
        due = self.amount - self._charged
        if error is None:
            await self._admission.settle(self, due, self.reference)
        else:
            paid = due if isinstance(error, CLIENT_GONE) else 0
            self._admission.settle_later(self, paid, self.reference)

    async def keep(self) -> None:
        """Books what was counted so far for good; an error later is free only from here on.

        For contexts that go on for long, after each part that the client has got.
        """
        due = self.amount - self._charged
        if due:
            self._charged += due
            self._parts += 1
            await self._admission.settle(self, due, f"{self.reference}:{self._parts}", last=False)


class SpeechUse(Use):
    """An active speech context."""

    kind = "contexts"
    capability: Capability | None = "tts"

    def __init__(
        self,
        admission: Admission,
        caller: "Caller",
        *,
        model: str,
        voice_id: str | None,
        reference: str | None,
        price: Callable[[int], int],
        characters: int,
        lasting: bool = False,
    ) -> None:
        super().__init__(
            admission, caller, model=model, voice_id=voice_id, reference=reference, lasting=lasting
        )
        self._price = price
        self._characters = 0
        self._expected = characters

    @property
    def amount(self) -> int:
        """As in `Use`."""
        return self._price(self._characters) if self._characters else 0

    @property
    def expected(self) -> int:
        """As in `Use`."""
        return self._price(max(self._expected, self._characters))

    async def expect(self, characters: int) -> None:
        """Asks whether so many more characters are within the plan; they count as expected then.

        For contexts whose text comes bit by bit. Raises QuotaError.
        """
        self._expected += characters
        try:
            await self._admission.check(self)
        except BaseException:
            self._expected -= characters
            self._admission.hold(self)
            raise

    def book(self, characters: int) -> None:
        """Counts characters that were spoken; call it as often as there is something to count."""
        self._characters += characters
        self._admission.hold(self)


class InfillUse(SpeechUse):
    """An active speech context that fills a gap."""

    capability = "infill"


class TranscriptionUse(Use):
    """An active stream of speech to text."""

    kind = "streams"
    capability = "stt"

    def __init__(
        self,
        admission: Admission,
        caller: "Caller",
        *,
        model: str,
        reference: str | None,
        seconds: float,
    ) -> None:
        super().__init__(admission, caller, model=model, reference=reference)
        self._seconds = 0.0
        self._expected = seconds

    @property
    def amount(self) -> int:
        """As in `Use`."""
        return transcription_amount(self._seconds)

    @property
    def expected(self) -> int:
        """As in `Use`."""
        return transcription_amount(max(self._expected, self._seconds))

    def book(self, seconds: float) -> None:
        """Counts seconds of audio that were written down."""
        self._seconds += seconds
        self._admission.hold(self)


class SocketUse(Use):
    """An open socket; it costs nothing by itself, and is refused when no credits are left."""

    kind = "sockets"
    capability = "tts"


class _FineTuneUse(Use):
    """A fine-tune that may be begun; it is booked when it succeeds, which is long after."""

    capability = "fine_tune"
    begun = 0
    """Others that are not over, which may be booked, too."""

    @property
    def expected(self) -> int:
        return fine_tune_amount() * (1 + self.begun)


class Meter:
    """Admits and books the work of all organisations of one server."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._admission = Admission(library)

    def speech(
        self,
        caller: "Caller",
        *,
        surface: Surface,
        model: str,
        voice_id: str | None = None,
        pro: bool = False,
        characters: int = 0,
        reference: str | None = None,
    ) -> SpeechUse:
        """One active speech context.

        Args:
            caller: who asks.
            surface: the route that speaks.
            model: snapshot of the base model.
            voice_id: the voice that speaks.
            pro: whether that is a voice of a fine-tune, which costs more.
            characters: how many will be spoken, where that is known.
            reference: what makes the booking unique; made up when absent.

        Entering raises BusyError (`concurrency_limited`) and QuotaError (`quota_exceeded`), and on
        a socket AuthenticationError when the key was revoked since.
        """
        return SpeechUse(
            self._admission,
            caller,
            model=model,
            voice_id=voice_id,
            reference=reference,
            price=lambda count: speech_amount(count, pro=pro),
            characters=characters,
            lasting=surface == "socket",
        )

    def infill(
        self,
        caller: "Caller",
        *,
        model: str,
        voice_id: str | None = None,
        pro: bool = False,
        characters: int = 0,
        reference: str | None = None,
    ) -> InfillUse:
        """One infill: a speech context with a charge of its own. As `speech`."""
        return InfillUse(
            self._admission,
            caller,
            model=model,
            voice_id=voice_id,
            reference=reference,
            price=lambda count: infill_amount(count, pro=pro),
            characters=characters,
        )

    def transcription(
        self,
        caller: "Caller",
        *,
        model: str,
        seconds: float = 0.0,
        reference: str | None = None,
    ) -> TranscriptionUse:
        """One stream of speech to text, counted apart from speech.

        `seconds` is the length of the audio, where that is known. Entering raises as for `speech`.
        """
        return TranscriptionUse(
            self._admission, caller, model=model, reference=reference, seconds=seconds
        )

    def socket(self, caller: "Caller") -> SocketUse:
        """One open socket. Entering raises BusyError (`concurrency_limited`)."""
        return SocketUse(self._admission, caller)

    async def allow_fine_tune(self, caller: "Caller", *, model: str) -> None:
        """Whether the caller may begin a fine-tune.

        Raises PermissionDeniedError for a plan without pro cloning, QuotaError when the credits
        that it and those that are not over would cost are not there.
        """
        plan = await self.allow_pro_cloning(caller)
        use = _FineTuneUse(self._admission, caller, model=model)
        if plan.credits is not None:
            use.begun = await run_in_threadpool(
                self._library.fine_tunes.open_count, caller.organisation_id
            )
        await self._admission.check(use)

    async def allow_pro_cloning(self, caller: "Caller") -> Plan:
        """The caller's plan. Raises PermissionDeniedError for one without pro cloning."""
        plans = self._library.organisations
        plan = await run_in_threadpool(plans.plan, caller.organisation_id)
        if not plan.pro_cloning:
            raise PermissionDeniedError(
                "plan_lacks_pro_cloning",
                f"The plan {plan.name!r} has no pro voice cloning.",
                "Clone a voice from a clip instead, or ask for a larger plan.",
            )
        return plan

    async def book_fine_tune(
        self, organisation_id: str, fine_tune_id: str, *, model: str, api_key_id: str | None = None
    ) -> None:
        """Books a fine-tune that succeeded, once, however often this is called for it."""
        charge = Charge(
            organisation_id,
            f"fine_tune:{fine_tune_id}",
            "fine_tune",
            model,
            fine_tune_amount(),
            api_key_id=api_key_id,
        )
        await run_in_threadpool(self._library.ledger.book, charge)

    async def close(self) -> None:
        """Waits for what is being booked."""
        await self._admission.close()


def billable_characters(transcript: str) -> int:
    """How many characters of a transcript are paid for.

    All that is not a tag; a break or spell tag counts as one, the closing tag and others as none.
    """
    tags = _TAG.findall(transcript)
    paid = sum(1 for closing, name in tags if not closing and name.lower() in ("break", "spell"))
    return len(_TAG.sub("", transcript)) + paid
