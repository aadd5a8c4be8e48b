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
from torch import Tensor

from menura.errors import AudioError, StateError
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Adapter, Clip, VoiceState
from menura.models.menura_1.adapter import PREDICTOR
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.prosody_fit import factors, planned
from menura.models.menura_1.start import start_of
from menura.models.menura_1.state import (
    OWN_MANNER,
    OWN_PROSODY,
    SNAPSHOT,
    Prosody,
    check,
    make_state,
)
from menura.models.menura_1.tuning.corpus import Corpus, Utterance, measure
from menura.models.menura_1.tuning.delivery import errors, language_features
from menura.models.menura_1.tuning.person import Person, mean_embedding, together

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_STEPS = 24
_RATE = 0.02
    """What to add to the prosody half of the style, [128], to plan like these utterances."""
    shift = torch.zeros(1, STYLE, requires_grad=True)
    optimiser = torch.optim.Adam([shift], lr=_RATE)
    features = [language_features(model, one.phonemes) for one in utterances]
    for step in range(_STEPS):
        k = step % len(utterances)
        style = model.style(table, len(utterances[k].phonemes))
        style = torch.cat([style[:, :STYLE], style[:, STYLE:] + shift.to(style.device)], dim=1)
        found = errors(model, corpus, utterances[k], style, features[k])
        (shift.grad,) = torch.autograd.grad(found.total + 0.05 * shift.square().mean(), [shift])
        optimiser.step()
    return np.asarray(shift.detach()[0].numpy())
