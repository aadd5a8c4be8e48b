"""A file of a tuned model from outside: what travels, and the check of it.

As in `menura.work.jobs`, everything that travels can be pickled. The weights stay in a file.
"""

from dataclasses import dataclass
from pathlib import Path

from menura.errors import InputError
from menura.models.adapters import write_adapter
from menura.models.contract import BaseModel, TunableModel, VoiceState
from menura.models.tuned_files import unpack


@dataclass(frozen=True)
class InspectModelJob:
    """A file of a tuned model, to be checked and taken apart before it is kept."""

    file: Path
    adapter: Path
    """Where its weights go."""


@dataclass(frozen=True)
class ModelOutcome:
    """A tuned model that fits the base model, its weights written as they were asked for."""

    voices: tuple[VoiceState, ...]
    card: str | None
    """What the file says of itself, as JSON; see `menura.library.model_files`."""


def tunable(model: BaseModel) -> TunableModel:
    """The model, if it can be tuned. Raises InputError."""
    if not isinstance(model, TunableModel):
        raise InputError(
            "model_cannot_be_tuned",
            f"The base model {model.info.alias!r} cannot be fine-tuned.",
            "Clone a voice from a clip instead, or use a model such as menura-1.",
        )
    return model


def inspect_model(model: BaseModel, job: InspectModelJob) -> ModelOutcome:
    """Reads a file in full and writes its weights to the job's place.

    Raises StateError unless all of it fits this model, InputError for a model that has no tuned
    ones; nothing is written then.
    """
    parts, card = unpack(job.file)
    able = tunable(model)
    for voice in parts.voices:
        model.check_state(voice)
        able.with_adapter(voice, parts.adapter)
    write_adapter(parts.adapter, job.adapter)
    return ModelOutcome(parts.voices, card)
