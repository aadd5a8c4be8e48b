"""Which voice speaks: the voice specifier of a request (section 5), and the state that fits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.services import Services
from menura.api.versions import ACCENT_SLUGS
from menura.api.voice_accents import spoken_ref
from menura.api.voice_space import Embedding
from menura.errors import InputError
from menura.library.tables import Voice
from menura.text.languages import SPOKEN
from menura.text.utterance import Language
from menura.work.jobs import VoiceRef

Specifier = str | Mapping[str, Any]

EMBEDDING = "embedding"
_REMEDY = "Send an id as text, or an object {mode: 'id', id: ...}."
_numbers: TypeAdapter[list[float]] = TypeAdapter(Embedding)


@dataclass(frozen=True)
class Speaker:
    """A voice that was found, or numbers that one is made of."""

    voice: Voice | None = None
    embedding: tuple[float, ...] | None = None

    @property
    def locale(self) -> Language:
        """The own language of the voice; an embedding has none and takes the first."""
        return SPOKEN[0] if self.voice is None else self.voice.locale

    def language(self, chosen: Language, stated: str | None) -> Language:
        """The language to speak in, given what was stated and what was chosen for it.

        An attached accent serves its own locale (`en-AU`), and a bare code such as `en`.
        """
        tag = (stated or "").strip().lower().replace("_", "-")
        accents = [] if self.voice is None else self.voice.accents
        for accent in accents:
            if accent.locale.lower() == tag:
                return accent.spoken
        if tag not in ("", chosen[:2]):
            return chosen
        near = [accent.spoken for accent in accents if accent.spoken[:2] == chosen[:2]]
        return chosen if chosen in (*near, self.locale) or not near else near[0]


async def find_speaker(at: Services, caller: Caller, voice: Specifier, version: date) -> Speaker:
    """Reads the voice specifier and finds the voice. Raises InputError, NotFoundError."""
    numbers = None if isinstance(voice, str) else _embedding(voice, version)
    if numbers is not None:
        return Speaker(embedding=tuple(numbers))
    asked = voice_id(voice)
    await at.voices_known()
    found = await run_in_threadpool(at.library.voices.get, caller.organisation_id, asked)
    return Speaker(found)


async def speaker_ref(at: Services, speaker: Speaker, language: Language) -> VoiceRef:
    """How a job names the speaker of a text in this language."""
    if speaker.voice is None:
        return VoiceRef(embedding=speaker.embedding, language=language)
    return await spoken_ref(at, speaker.voice, language)


def voice_id(voice: Specifier) -> str:
    """The id in a voice specifier; `embedding` where there are numbers. Raises InputError."""
    if isinstance(voice, str):
        found: object = voice
    elif voice.get("mode") == EMBEDDING or (EMBEDDING in voice and voice.get("id") is None):
        return EMBEDDING
    elif voice.get("mode") not in (None, "id"):
        raise InputError("voice_invalid", "The field `voice` has an unknown mode.", _REMEDY)
    else:
        found = voice.get("id")
    if not isinstance(found, str) or not found:
        raise InputError("voice_invalid", "The field `voice` names no voice id.", _REMEDY)
    return found


def _embedding(voice: Mapping[str, Any], version: date) -> list[float] | None:
    """The numbers of a specifier; None where it names an id."""
    if voice_id(voice) != EMBEDDING or voice.get("mode") == "id":
        return None
    if version >= ACCENT_SLUGS:
        raise InputError(
            "embeddings_not_supported",
            f"Voice embeddings are not accepted from {ACCENT_SLUGS} on.",
            _REMEDY,
        )
    try:
        return _numbers.validate_python(voice.get(EMBEDDING))
    except ValidationError:
        raise InputError(
            "embedding_invalid",
            "The voice embedding cannot be used.",
            "Give 192 finite numbers, as /voices/clone/clip and /voices/mix answer them.",
        ) from None
