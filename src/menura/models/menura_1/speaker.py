"""Somebody who is to be spoken like: what a fit on free speech has to know of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.errors import AudioError
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.menura_1.free_speech import sentences
from menura.models.menura_1.melody import hushed, shape_pitch
from menura.models.menura_1.network import Plan
from menura.models.menura_1.state import Prosody
from menura.text.prepare import prepare
from menura.text.utterance import Language

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1


def symbols_of(text: str, language: Language, most: int) -> str:
    """Phonemes of a whole transcript in one row. Raises AudioError when there are too many."""
    joined = " ".join(u.phonemes for u in prepare(text, language, limit=most))
    if not joined.strip():
        raise AudioError(
            "transcript_empty",
            "No words were heard in the clip.",
            "Give a clip of clear speech, or its transcript.",
        )
    if len(joined) > most:
        raise AudioError(
            "clip_too_many_words",
            f"The clip has {len(joined)} phonemes.",
            f"At most {most} can be fitted at once; give a shorter clip (5 to 20 seconds).",
        )
    return joined


def free_symbols(language: Language, number: int, most: int) -> str:
    """Phonemes of one of the free sentences of a language."""
    return symbols_of(sentences(language)[number], language, most)


VIEWS = ((10, 10), (10, 9), (9, 10))
"""Resamplings under which likeness is heard, of the speaker and of the speech alike. To the encoder
of the loss a voice at another speed is another voice, so these are nearly three encoders, and what
brings all of them nearer is heard by an encoder that is in no loss: of two speakers one gained 0.01
in WeSpeaker and 0.14 in GE2E, while CAM++ itself rose less (docs/experiments.md)."""


@torch.no_grad()
def embed_views(encoder: SpeakerEncoder, audio: Tensor) -> tuple[Tensor, ...]:
    """Embeds a recording [1, samples] at 16 kHz in each of the VIEWS, unit vectors [192]."""
    return tuple(encoder.embed(resample(audio, *view))[0] for view in VIEWS)


@dataclass(frozen=True)
class Recorded:
    """Something that the speaker said."""

    plan: Plan
    """As the network would plan it, with the speaker's own durations, F0 and energy."""

    audio: Tensor
    """At the network's loudness, [1, samples]."""

    style: Tensor
    """[1, 256]."""

    bandwidth: float
    """In Hz."""


class Speaker:
    """A speaker by embedding, style table and prosody, who says free sentences of a language.

    Args:
        model: plans the sentences.
        embedding: CAM++, a unit vector [192].
        language: of the sentences.
        table: style table [510, 1, 256] or alike that the speaker begins with.
        prosody: factors on what the table plans.
    """

    def __init__(
        self,
        model: "Menura1",
        embedding: Tensor,
        language: Language,
        table: NDArray[np.float32],
        prosody: Prosody,
    ) -> None:
        self.model, self.embedding, self.language = model, embedding, language
        self.table, self.prosody = table, prosody
        self.views: tuple[Tensor, ...] = (embedding,)
        """Embeddings in the first of the VIEWS; of all of them where there is a recording."""

    @property
    def free_sentences(self) -> int:
        """How many new sentences there are in the language."""
        return len(sentences(self.language))

    def recorded(self, pick: Callable[[int], int]) -> Recorded:
        """Something that the speaker said; `pick(n)` gives a random number under n.

        Raises NotImplementedError for a speaker of whom there is no recording.
        """
        raise NotImplementedError("there is no recording of this speaker")

    def free_phonemes(self, number: int) -> str:
        """The phonemes of one of them."""
        most = self.model.info.utterance_symbols
        return free_symbols(self.language, number % self.free_sentences, most)

    def free_plan(self, number: int) -> tuple[Plan, Tensor, Tensor]:
        """One of the free sentences, with the speaker's pitch and pace.

        Gives plan, style and the token of each 12.5 ms, int64 [2·frames].
        """
        phonemes = self.free_phonemes(number)
        style = self.model.style(self.table, len(phonemes))
        with torch.no_grad():
            tokens = self.model.tokens(phonemes)
            plan = self.model.network.plan(tokens, style, speed=self.prosody.pace)
            sounds = tokens[0].repeat_interleave(2 * plan.durations)
            return hushed(shape_pitch(plan, self.prosody)), style, sounds


def window(plan: Plan, begin: int, frames: int) -> Plan:
    """A stretch of a plan, in frames of 25 ms."""
    return Plan(
        plan.durations,
        plan.text[:, :, begin : begin + frames],
        plan.f0[:, 2 * begin : 2 * (begin + frames)],
        plan.energy[:, 2 * begin : 2 * (begin + frames)],
    )
