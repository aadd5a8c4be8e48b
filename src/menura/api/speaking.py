"""A speech job under way: admitted, spoken, and booked as far as it was heard."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from menura.api.auth import Caller
from menura.api.metering import SpeechUse, Surface, billable_characters
from menura.api.schemas import SpeechRequest
from menura.api.services import Services
from menura.api.tuned_speech import note
from menura.api.voice_choice import voice_id
from menura.work.jobs import SpeechJob, SpeechOutput


async def admit(
    at: Services,
    caller: Caller,
    body: SpeechRequest,
    job: SpeechJob,
    surface: Surface,
    characters: int,
) -> SpeechUse:
    """A place for one speech context, to be entered; `characters` are those known to be spoken.

    The `job` is the first one of the context; the voice stays the same.
    """
    note(job.voice, body.model_id)
    return at.meter.speech(
        caller,
        surface=surface,
        model=(await at.model()).info.snapshot,
        voice_id=voice_id(body.voice),
        pro=job.voice.adapter is not None,
        characters=characters,
    )


async def speak(at: Services, use: SpeechUse, job: SpeechJob) -> AsyncGenerator[SpeechOutput, None]:
    """Speaks a job inside an admitted context and counts what was spoken.

    Closing the iterator stops the work. Raises what `WorkerPool.speak` raises.
    """
    booked = position = 0
    async with aclosing(at.pool.speak(job)) as outputs:
        async for output in outputs:
            for word in output.words:
                found = job.text.find(word.text, position)
                position = found + len(word.text) if found >= 0 else position
            if output.words:
                count = billable_characters(job.text[:position])
                use.book(max(0, count - booked))
                booked = max(booked, count)
            yield output
        use.book(max(0, billable_characters(job.text) - booked))


async def speak_request(
    at: Services, caller: Caller, body: SpeechRequest, job: SpeechJob, surface: Surface
) -> AsyncGenerator[SpeechOutput, None]:
    """Speaks the job of one HTTP request in a context of its own.

    Raises BusyError and QuotaError before any audio, and what `speak` raises.
    """
    place = await admit(at, caller, body, job, surface, billable_characters(body.transcript))
    async with place as use, aclosing(speak(at, use, job)) as outputs:
        async for output in outputs:
            yield output
