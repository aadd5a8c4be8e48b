"""Voices as 192 numbers, and back.

The numbers are the CAM++ speaker embedding of what a voice says, as a unit vector. Back lead two
ways at once: as much of the embedding as a mix of stock voices has is spoken by that mix, which
also gives the melody and the pace that an embedding says nothing of; the rest is left to the map
that clones start from (`menura.models.menura_1.start`). So the numbers of a stock voice are that
voice again, and those of a mix stay as clear as its parts.
"""

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from menura.errors import InputError
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import Audio, VoiceState
from menura.models.menura_1 import voices
from menura.models.menura_1.adapter import scaled
from menura.models.menura_1.decoder import SAMPLE_RATE
from menura.models.menura_1.free_speech import sentences
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.start import EMBEDDING, start_of
from menura.models.menura_1.state import Prosody, make_state, split_state
from menura.models.menura_1.stock_profiles import likest_mix, profiles
from menura.text.prepare import prepare
from menura.text.utterance import Language

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_NOTHING = 0.1
"""Share of the learned start below which a voice gets none: it would not be heard."""


def embed(model: "Menura1", state: VoiceState, language: Language) -> NDArray[np.float32]:
    """The embedding [192] of a checked state that speaks `language`; a unit vector.

    Stock voices have theirs in the package. Raises TextError for a language without sentences.
    """
    stock = profiles().get(state.metadata.get("stock", ""))
    if stock is not None:
        return unit(stock)
    # One sentence will do: that of another one differs by a cosine of 0.95.
    return embed_audio(model, spoken(model, state, language, 1), SAMPLE_RATE)


def spoken(model: "Menura1", state: VoiceState, language: Language, count: int) -> Audio:
    """What a checked state says in the first sentences of a language, at 24 kHz."""
    most = model.info.utterance_symbols
    said = (
        part.audio
        for text in sentences(language)[:count]
        for utterance in prepare(text, language, limit=most)
        for part in model.speak(utterance, state)
    )
    return np.concatenate(list(said))


def embed_audio(model: "Menura1", audio: Audio, rate: int) -> NDArray[np.float32]:
    """The embedding [192] of a recording. Raises AudioError under a quarter of a second."""
    return _encoder(str(model.device)).embed_array(audio, rate)


def from_embedding(
    model: "Menura1",
    numbers: Sequence[float],
    language: Language,
    base: VoiceState | None = None,
) -> VoiceState:
    """A voice of these numbers, with the melody and pace of a checked `base`.

    Without one, stock voices that speak like natives of `language` give them. Raises InputError
    unless there are 192 finite numbers that are not all 0.
    """
    embedding = unit(numbers)
    if base is None:
        weights, likeness = likest_mix(embedding, language)
        table, prosody = voices.mixed(weights), Prosody()
    else:
        table, prosody, adapter = split_state(base)
        # The new adapter takes the place of the base's, so what counts is how it sounds without.
        plain = make_state(table, prosody, {}) if adapter else base
        likeness = float(embed(model, plain, language) @ embedding)
    # What is at a right angle to the mix, of a length of 1.
    share = math.sqrt(1 - min(max(likeness, 0.0), 1.0) ** 2)
    if share < _NOTHING:
        return make_state(table, prosody, {})
    start = start_of(torch.from_numpy(embedding), model.network.decoder)
    made = {name: value.cpu().half() for name, value in scaled(start.tensors, share).items()}
    style = table.astype(np.float32)
    style[:, :STYLE] += share * start.shift.cpu().numpy()
    return make_state(style, prosody, made)


def unit(numbers: Sequence[float] | NDArray[np.floating]) -> NDArray[np.float32]:
    """Numbers scaled to a length of 1. Raises InputError where they are no embedding."""
    given = torch.as_tensor(np.asarray(numbers, dtype=np.float64))
    if given.shape != (EMBEDDING,) or not bool(torch.isfinite(given).all()) or not given.any():
        raise InputError(
            "embedding_invalid",
            "The voice embedding cannot be used.",
            f"Give {EMBEDDING} finite numbers, not all of them 0.",
        )
    # Scaled by the largest first: squares of what a client may send could overflow.
    scaled = functional.normalize(given / given.abs().max(), dim=0)
    return np.asarray(scaled.numpy(), dtype=np.float32)


@functools.cache
def _encoder(device: str) -> SpeakerEncoder:
    return SpeakerEncoder(device)
