"""Voices of fine-tunes as a job names them where nobody chooses a model."""

from dataclasses import replace

from menura.library.store import Library
from menura.library.tables import Voice
from menura.text.utterance import Language
from menura.work.jobs import VoiceRef


def whole_ref(library: Library, voice: Voice, language: Language | None = None) -> VoiceRef:
    """As `VoiceStore.ref`, with the weights of its fine-tune for a voice that is of one.

    Raises NotFoundError when that was deleted a moment ago, ServerError for a file that is gone or
    damaged.
    """
    ref = library.voices.ref(voice, language)
    if voice.fine_tune_id is None:
        return ref
    adapter = library.fine_tunes.adapter(str(voice.organisation_id), voice.fine_tune_id)
    return replace(ref, adapter=adapter, fine_tune=voice.fine_tune_id)
