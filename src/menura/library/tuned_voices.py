"""Voices of fine-tunes: which weights are theirs, and how a job names them with these."""

from dataclasses import dataclass, replace
from pathlib import Path

from menura.library.fine_tunes import FineTuneStore
from menura.library.store import Library
from menura.library.tables import Voice
from menura.text.utterance import Language
from menura.work.jobs import VoiceRef


@dataclass(frozen=True)
class TunedWeights:
    """What a voice of a fine-tune is spoken with."""

    fine_tune_id: str
    model_id: str
    """The base model as the fine-tune shows it."""

    snapshot: str
    """The base model that was trained; the weights fit no other."""

    adapter: Path


def tuned_weights(fine_tunes: FineTuneStore, voice: Voice) -> TunedWeights | None:
    """The weights of a voice; None for one that is of no fine-tune.

    Raises NotFoundError when the fine-tune was deleted a moment ago, ServerError for a file that is
    gone or damaged.
    """
    if voice.fine_tune_id is None:
        return None
    owner = str(voice.organisation_id)
    row = fine_tunes.get(owner, voice.fine_tune_id)
    adapter = fine_tunes.adapter(owner, voice.fine_tune_id)
    return TunedWeights(row.id, row.model_id, row.snapshot, adapter)


def whole_ref(library: Library, voice: Voice, language: Language | None = None) -> VoiceRef:
    """As `VoiceStore.ref`, with the weights of its fine-tune where it has one.

    Raises NotFoundError, ServerError.
    """
    ref = library.voices.ref(voice, language)
    weights = tuned_weights(library.fine_tunes, voice)
    if weights is None:
        return ref
    return replace(ref, adapter=weights.adapter, fine_tune=weights.fine_tune_id)
