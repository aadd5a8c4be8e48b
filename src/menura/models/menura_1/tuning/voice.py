"""Voices of a tuned model: what each has of its own, and how it is put together with the model.

The adapter has all that the dataset taught: the decoder's update, the predictor's update, and the
style table. A voice has the manner of its source clips: a shift of the prosody half of the style,
and factors of pitch, range and pace. Beside them it has a voice of the base model, for requests
that do not activate the tuned weights: the learned start of its source clips.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.errors import AudioError, StateError
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Adapter, Clip, VoiceState
from menura.models.menura_1.adapter import PREDICTOR
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.start import start_of
from menura.models.menura_1.state import (
    OWN_MANNER,
    OWN_PROSODY,
    SNAPSHOT,
    check,
    make_state,
)
from menura.models.menura_1.tuning.corpus import Corpus, Utterance, measure
from menura.models.menura_1.tuning.delivery import errors, language_features
from menura.models.menura_1.tuning.person import Person, mean_embedding

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_STEPS = 24
_RATE = 0.01
_PULL = 0.05
"""Of the squares of the shift: a manner is a shade of the speaker's delivery, not another one."""

_START = "start_style"
"""Style table of the stock voice that the tuning began with, in the adapter."""


def make_adapter(person: Person, best: Mapping[str, Any], update: Mapping[str, Tensor]) -> Adapter:
    """Puts together what was learned; floating numbers in fp16.

    Args:
        person: has the style table and the prosody factors.
        best: `numbers` of the decoder's adapter and `shift` of the style.
        update: of the predictor, by name of its parameters.
    """
    tensors = {name: value.numpy() for name, value in best["numbers"].items()}
    for name, value in update.items():
        tensors[PREDICTOR + name] = value.cpu().to(torch.float16).numpy()
    table = person.table.copy()
    table[:, :STYLE] += best["shift"].numpy()
    tensors["style"] = table.astype(np.float16)
    tensors[_START] = person.table.astype(np.float16)
    prosody = person.prosody
    tensors["prosody"] = np.array(
        [prosody.pitch, prosody.pitch_spread, prosody.pace], dtype=np.float32
    )
    return Adapter(SNAPSHOT, tensors, {"language": person.language})


def with_adapter(model: "Menura1", voice: VoiceState, adapter: Adapter) -> VoiceState:
    """A tuned voice as the network speaks it. Raises StateError."""
    if voice.snapshot != adapter.snapshot:
        raise StateError(
            "adapter_of_another_base",
            f"The tuned model belongs to {adapter.snapshot!r}, the voice to {voice.snapshot!r}.",
            "Use a voice with the tuned model that it was made of.",
        )
    missing = [name for name in (OWN_PROSODY, OWN_MANNER) if name not in voice.tensors]
    if missing or "style" not in adapter.tensors:
        raise StateError(
            "voice_not_tuned",
            "The voice is not one of a tuned model.",
            "Use a voice with the tuned model that it was made of.",
        )
    state = _spoken(adapter)
    table = np.asarray(state.tensors["style"], np.float32).copy()
    if table.ndim != 2 or voice.tensors[OWN_MANNER].shape != (STYLE,):
        raise StateError(
            "voice_not_tuned",
            "The voice does not fit its tuned model.",
            "Import the model's file again.",
        )
    table[:, STYLE:] += np.asarray(voice.tensors[OWN_MANNER], np.float32)
    own = {"style": table, "prosody": np.asarray(voice.tensors[OWN_PROSODY], np.float32)}
    whole = VoiceState(adapter.snapshot, {**state.tensors, **own}, voice.metadata)
    check(whole, model.network.decoder, model.network.predictor)
    return whole


def tuned_voice(model: "Menura1", adapter: Adapter, clips: Sequence[Clip]) -> VoiceState:
    """A voice in the manner of some clips; see `TunableModel.tuned_voice`.

    Raises AudioError when no clip fits its transcript, StateError.
    """
    start = np.asarray(adapter.tensors[_START], np.float32)
    model.deactivate()
    found = [measure(model, start, clip, index) for index, clip in enumerate(clips)]
    utterances = [one for one in found if one is not None]
    if not utterances:
        raise AudioError(
            "clips_not_usable",
            "None of the clips fits its transcript.",
            "Correct the transcripts of the dataset and train again.",
        )
    corpus = Corpus(clips, utterances, len(clips) - len(utterances))
    embedding = mean_embedding(corpus, utterances, SpeakerEncoder(model.device))
    model.activate(_spoken(adapter))
    try:
        table = np.asarray(adapter.tensors["style"], np.float32).copy()
        manner = _manner(model, corpus, utterances, table)
        table[:, STYLE:] += manner
        language = adapter.metadata["language"]
        person = Person(model, corpus, utterances, embedding, language, table)
        prosody = person.settle()
    finally:
        model.deactivate()
    base = start_of(embedding, model.network.decoder)
    numbers = {name: value.cpu().to(torch.float16) for name, value in base.tensors.items()}
    plain = start.copy()
    plain[:, :STYLE] += base.shift.cpu().numpy()
    untuned = Person(model, corpus, utterances, embedding, language, start).settle()
    state = make_state(plain, untuned, numbers)
    tensors = {
        **state.tensors,
        OWN_MANNER: manner.astype(np.float16),
        OWN_PROSODY: np.array([prosody.pitch, prosody.pitch_spread, prosody.pace], np.float32),
    }
    return VoiceState(SNAPSHOT, tensors)


def _spoken(adapter: Adapter) -> VoiceState:
    tensors = {name: value for name, value in adapter.tensors.items() if name != _START}
    return VoiceState(adapter.snapshot, tensors)


def _manner(
    model: "Menura1",
    corpus: Corpus,
    utterances: Sequence[Utterance],
    table: NDArray[np.float32],
) -> NDArray[np.float32]:
    """What to add to the prosody half of the style, [128], to plan like these utterances."""
    shift = torch.zeros(1, STYLE, requires_grad=True)
    optimiser = torch.optim.Adam([shift], lr=_RATE)
    features = [language_features(model, one.phonemes) for one in utterances]
    for step in range(_STEPS):
        k = step % len(utterances)
        style = model.style(table, len(utterances[k].phonemes))
        style = torch.cat([style[:, :STYLE], style[:, STYLE:] + shift.to(style.device)], dim=1)
        found = errors(model, corpus, utterances[k], style, features[k])
        (shift.grad,) = torch.autograd.grad(found.total + _PULL * shift.square().sum(), [shift])
        optimiser.step()
    return np.asarray(shift.detach()[0].numpy(), dtype=np.float32)
