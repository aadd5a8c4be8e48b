"""Voices of fine-tunes: how a job names them where nobody chooses a model; what they cannot do."""

from dataclasses import replace

from menura.errors import InputError
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


def localisable(voice: Voice) -> Voice:
    """The voice, which may be localized and get accents (sections 7.7, 7.8 and 16).

    Raises InputError for one of a fine-tune.
    """
    if voice.fine_tune_id is not None:
        raise InputError(
            "voice_not_localizable",
            f"The voice {voice.name!r} belongs to a fine-tune and speaks with its weights only.",
            "Localize a stock voice or an instant clone instead.",
        )
    return voice


def blendable(voice: Voice) -> Voice:
    """The voice, which others may be made of. Raises InputError for one of a fine-tune."""
    if voice.fine_tune_id is not None:
        raise InputError(
            "voice_not_mixable",
            f"The voice {voice.name!r} belongs to a fine-tune, so no other voice can be made of "
            "it.",
            "Mix stock voices and instant clones, or begin from one of these.",
        )
    return voice


def embeddable(voice: Voice) -> Voice:
    """The voice, which may be told as numbers. Raises InputError for one of a fine-tune."""
    if voice.fine_tune_id is not None:
        raise InputError(
            "voice_without_embedding",
            f"The voice {voice.name!r} belongs to a fine-tune, which 192 numbers cannot tell.",
            "Name the voice by its id instead.",
        )
    return voice
