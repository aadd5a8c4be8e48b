"""Voices as 192 numbers (the old API dates): asked for, kept, and mixed."""

import math
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool

from menura.api.services import Services
from menura.errors import InputError
from menura.library.tables import Voice
from menura.library.tuned_voices import embeddable
from menura.work.voices import EmbedJob

NUMBERS = 192

Embedding = Annotated[
    list[Annotated[float, Field(allow_inf_nan=False)]],
    Field(min_length=NUMBERS, max_length=NUMBERS),
]


async def embedding_of(at: Services, voice: Voice) -> Sequence[float]:
    """The numbers of a voice as it is now; they are told once and kept.

    Raises InputError where the model knows no embeddings, and for voices of fine-tunes.
    """
    embeddable(voice)
    if voice.embedding is not None and voice.embedding_of == (voice.digest or voice.snapshot):
        return voice.embedding
    ref = await run_in_threadpool(at.library.voices.ref, voice)
    found = await at.pool.embed(EmbedJob(ref, voice.locale))
    await run_in_threadpool(at.library.voices.keep_embedding, voice, found)
    return found


def mixed_embedding(parts: Sequence[tuple[float, Sequence[float]]]) -> list[float]:
    """The weighted mean of the directions of embeddings, of length 1.

    Raises InputError for weights or embeddings that are all 0, or that cancel each other out.
    """
    total = sum(weight for weight, _ in parts)
    if not total > 0:
        raise InputError(
            "mix_weights_invalid",
            "All weights of the mix are 0.",
            "Give one weight above 0 at least; they are scaled to a sum of 1.",
        )
    mean = [0.0] * NUMBERS
    for weight, numbers in parts:
        for place, number in enumerate(_unit(numbers)):
            mean[place] += weight / total * number
    return _unit(mean)


def _unit(numbers: Sequence[float]) -> list[float]:
    largest = max(map(abs, numbers))
    if largest < 1e-9:
        raise InputError(
            "embedding_invalid",
            "The voice embedding is 0 in all its numbers, or the mix is.",
            "Give embeddings as the server answers them, and weights that do not cancel out.",
        )
    # Scaled by the largest first: squares of what a client may send could overflow.
    length = math.hypot(*(number / largest for number in numbers))
    return [number / largest / length for number in numbers]
