"""Attached accents: made by localizing the voice, and made anew when the voice got better."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.services import Services
from menura.errors import PermissionDeniedError
from menura.library.tables import Voice
from menura.library.tuned_voices import localisable
from menura.library.voice_accents import NewAccent, check_room
from menura.models import states
from menura.text.accents import Accent, native_accent
from menura.text.utterance import Language
from menura.work.jobs import VoiceRef
from menura.work.voices import LocaliseJob


async def attach(at: Services, caller: Caller, voice_id: str, accents: Sequence[Accent]) -> Voice:
    """Lets an own clone speak other accents; those that it has are left alone.

    Raises NotFoundError, PermissionDeniedError, InputError; nothing is attached then.
    """
    owner, voices = caller.organisation_id, at.library.voices
    voice = await run_in_threadpool(voices.get, owner, voice_id)
    localisable(voice)
    if voice.organisation_id is not None and voice.mode is None:
        raise PermissionDeniedError(
            "voice_not_a_clone",
            f"The voice {voice.name!r} was made without a clip, so it takes no accents.",
            "Accents can be attached to voices that were cloned; or localize the voice.",
        )
    there = {accent.accent for accent in voice.accents}
    there.add(voice.accent or native_accent(voice.locale) or "")
    new: dict[str, NewAccent] = {}
    for accent in accents:
        if accent.slug not in there:
            assert accent.dialect is not None
            new[accent.slug] = NewAccent(accent.slug, accent.locale, accent.dialect.spoken)
    # Refused before the work: stock voices, and too many. An empty change asks for both.
    await run_in_threadpool(voices.update, owner, voice_id, {})
    check_room(len(voice.accents) + len(new))
    if not new:
        return voice
    made: dict[Language, bytes] = {}
    for spoken in {accent.spoken for accent in new.values()}:
        made[spoken] = await _localised(at, voice, spoken)
    return await run_in_threadpool(
        at.library.accents.attach, owner, voice, list(new.values()), made
    )


async def spoken_ref(at: Services, voice: Voice, language: Language) -> VoiceRef:
    """How a job names a voice that is to speak a language, natively or by an attached accent."""
    voices = at.library.voices
    for accent in voice.accents:
        if accent.spoken == language != voice.locale and accent.made_of != voice.digest:
            data = await _localised(at, voice, language)
            renew = at.library.accents.renew
            # Not the voice's id: that may be one that the voice stands in for.
            await run_in_threadpool(renew, accent.voice_id, language, data, str(voice.digest))
            owner = str(voice.organisation_id)
            voice = await run_in_threadpool(voices.get, owner, voice.id)
            break
    return await run_in_threadpool(voices.ref, voice, language)


async def _localised(at: Services, voice: Voice, spoken: Language) -> bytes:
    ref = await run_in_threadpool(at.library.voices.ref, voice)
    # Not refitted: a voice that got better is localized anew in the middle of a speech request.
    job = LocaliseJob(ref, voice.locale, spoken, voice.gender, refit=False)
    outcome = await at.pool.make_voice(job)
    return states.save(outcome.state)
