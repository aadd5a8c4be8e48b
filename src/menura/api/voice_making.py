"""What the calls that make voices out of voices have in common."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.services import Services
from menura.library.tables import Voice
from menura.library.voices import NewVoice
from menura.models import states
from menura.models.contract import VoiceState
from menura.work.jobs import VoiceRef


async def find_voices(
    at: Services, caller: Caller, ids: Sequence[str]
) -> tuple[list[Voice], tuple[VoiceRef, ...]]:
    """Voices that the caller may use, and how a job names them. Raises NotFoundError."""
    await at.voices_known()
    voices = at.library.voices

    def find() -> tuple[list[Voice], tuple[VoiceRef, ...]]:
        found = [voices.get(caller.organisation_id, voice_id) for voice_id in ids]
        return found, tuple(voices.ref(voice) for voice in found)

    return await run_in_threadpool(find)


async def keep_voice(at: Services, caller: Caller, new: NewVoice, state: VoiceState) -> Voice:
    """Keeps a voice that was made."""
    data = states.save(state)
    return await run_in_threadpool(at.library.voices.add, caller.organisation_id, new, data)
