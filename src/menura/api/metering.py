"""Who may begin work now, and what it cost.

    async with at.meter.speech(caller, surface="bytes", model=card.info.snapshot) as use:
        ...
        use.book(billable_characters(text))

Entering admits one active context or raises; leaving books what was counted. An error costs
nothing. A client that went away pays for what was counted until then, since that was spoken.
"""

from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from menura.library.store import Library

if TYPE_CHECKING:
    from menura.api.auth import Caller

Surface = Literal["bytes", "sse", "socket", "openai"]


class Use:
    """One admitted piece of work; as a context it is booked, or not, when the block ends."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


class SpeechUse(Use):
    """An active speech context."""

    async def expect(self, characters: int) -> None:
        """Asks whether so many more characters are within the plan. Raises QuotaError."""

    def book(self, characters: int) -> None:
        """Counts characters that were spoken; call it as often as there is something to count."""


class TranscriptionUse(Use):
    """An active stream of speech to text."""

    def book(self, seconds: float) -> None:
        """Counts seconds of audio that were written down."""


class SocketUse(Use):
    """An open socket; it costs nothing by itself."""


class Meter:
    """Admits and books the work of all organisations of one server."""

    def __init__(self, library: Library) -> None:
        self._library = library

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

        Entering raises BusyError (`concurrency_limited`) and QuotaError (`quota_exceeded`).
        """
        return SpeechUse()

    def infill(
        self,
        caller: "Caller",
        *,
        model: str,
        voice_id: str | None = None,
        pro: bool = False,
        characters: int = 0,
        reference: str | None = None,
    ) -> SpeechUse:
        """One infill: a speech context with a charge of its own. As `speech`."""
        return SpeechUse()

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
        return TranscriptionUse()

    def socket(self, caller: "Caller") -> SocketUse:
        """One open socket. Entering raises BusyError (`concurrency_limited`)."""
        return SocketUse()

    async def book_fine_tune(
        self, organisation_id: str, fine_tune_id: str, *, model: str, api_key_id: str | None = None
    ) -> None:
        """Books a fine-tune that succeeded, once, however often this is called for it."""


def billable_characters(transcript: str) -> int:
    """How many characters of a transcript are paid for."""
    return len(transcript)
