"""Voices made out of voices, and voice files from outside: what travels, and the work itself.

As in `menura.work.jobs`, everything that travels can be pickled.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from menura.errors import InputError
from menura.models import states
from menura.models.contract import (
    BaseModel,
    EmbeddingModel,
    Progress,
    ReshapingModel,
    VoiceState,
)
from menura.text.utterance import Language
from menura.work.jobs import VoiceRef

if TYPE_CHECKING:
    from menura.engine import Engine


HURRIED, REFITTED = 0.0, 1.0
"""Scores of a localized voice without and with a refit. Nothing finer is known of it: that a
refit brings the person back was measured on other voices (`benchmarks.localization`)."""


@dataclass(frozen=True)
class LocaliseJob:
    """A voice that is to speak another language."""

    voice: VoiceRef
    source: Language
    """That of the voice as it is."""

    target: Language
    gender: str | None = None
    """`masculine` or `feminine`; told from the pitch when absent."""

    refit: bool = True
    """Take about 40 s to bring the voice nearer to the person."""


@dataclass(frozen=True)
class MixJob:
    """Voices to be mixed."""

    voices: tuple[VoiceRef, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class InspectJob:
    """A voice file from outside, to be checked before it is kept."""

    file: Path


@dataclass(frozen=True)
class EmbeddedJob:
    """A voice that is to be made of an embedding."""

    embedding: tuple[float, ...]
    language: Language
    base: VoiceRef | None = None
    """Gives what the embedding does not say; the model's own choice when absent."""


VoiceJob = LocaliseJob | MixJob | InspectJob | EmbeddedJob


@dataclass(frozen=True)
class EmbedJob:
    """A voice whose embedding is asked for."""

    voice: VoiceRef
    language: Language


@dataclass(frozen=True)
class EmbedClipJob:
    """A recording whose speaker's embedding is asked for."""

    clip: Path
    enhance: bool = False
    """Clean it up first."""


EmbeddingJob = EmbedJob | EmbedClipJob


@dataclass(frozen=True)
class EmbeddingOutcome:
    """A voice as numbers."""

    embedding: tuple[float, ...]


@dataclass(frozen=True)
class VoiceOutcome:
    """A voice that fits the model."""

    state: VoiceState
    card: str | None = None
    """What the file says of the voice, as JSON; see `menura.library.voice_files`."""


def make_voice(
    engine: "Engine", job: VoiceJob, progress: Progress = lambda _stage, _share: None
) -> VoiceOutcome:
    """Does such a job in the process that holds the model.

    It takes a second or two; a localization with `refit` about 40 s on two cores.

    Raises StateError for a file that is broken or does not fit, TextError for a language without
    natives, InputError for weights that cannot be, NotFoundError, CancelledError.
    """
    match job:
        case InspectJob(file=file):
            return inspect(engine.model, file)
        case LocaliseJob(source=source, target=target):
            voice = engine.voice(job.voice)
            model = _reshaping(engine.model)
            made = model.localise(voice, source, target, gender=job.gender)
            if job.refit:
                made = model.refit(made, voice, source, target, progress)
        case MixJob(voices=refs, weights=weights):
            made = _reshaping(engine.model).mix([engine.voice(ref) for ref in refs], weights)
        case EmbeddedJob(embedding=numbers, language=language, base=ref):
            base = None if ref is None else engine.voice(ref)
            made = embedding_model(engine.model).from_embedding(numbers, language, base=base)
    return VoiceOutcome(made)


def embed_voice(engine: "Engine", job: EmbeddingJob) -> EmbeddingOutcome:
    """Does such a job in the process that holds the model. It takes a second or two.

    Raises InputError where the model knows no embeddings, AudioError for a clip without speech,
    NotFoundError.
    """
    model = embedding_model(engine.model)
    match job:
        case EmbedJob(voice=ref, language=language):
            found = model.embed(engine.voice(ref), language)
        case EmbedClipJob(clip=clip, enhance=enhance):
            found = model.embed_audio(*engine.speech_of(clip, enhance=enhance))
    return EmbeddingOutcome(tuple(float(number) for number in found))


def inspect(model: BaseModel, source: bytes | Path) -> VoiceOutcome:
    """Reads a voice file in full. Raises StateError unless it is a voice of this model."""
    state, card = states.load_with_card(source)
    model.check_state(state)
    return VoiceOutcome(state, card)


def _reshaping(model: BaseModel) -> ReshapingModel:
    if not isinstance(model, ReshapingModel):
        raise InputError(
            "model_cannot_reshape",
            f"The base model {model.info.alias!r} cannot make voices out of voices.",
            "Clone a recording instead, or use a model such as menura-1.",
        )
    return model


def embedding_model(model: BaseModel) -> EmbeddingModel:
    """The model, if it knows embeddings. Raises InputError."""
    if not isinstance(model, EmbeddingModel):
        raise InputError(
            "model_without_embeddings",
            f"The base model {model.info.alias!r} knows no voice embeddings.",
            "Name voices by their ids, or use a model such as menura-1.",
        )
    return model
