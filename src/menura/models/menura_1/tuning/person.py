"""The speaker of a dataset: says any of its texts freely, and has recordings of all of them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.menura_1.decoder import SAMPLE_RATE
from menura.models.menura_1.features import energy, log_mel
from menura.models.menura_1.network import Plan
from menura.models.menura_1.prosody_fit import Manner, factors, heard, phoneme_count, planned
from menura.models.menura_1.side_by_side import side_by_side
from menura.models.menura_1.speaker import Recorded, Speaker
from menura.models.menura_1.state import Prosody
from menura.models.menura_1.tuning.corpus import Corpus, Utterance
from menura.text.utterance import Language

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

FREE_TEXTS = 96
"""Texts that are spoken freely, besides the recordings: their plans are kept in memory."""

_EMBEDDED = 32
_MEASURED = 48
"""Texts whose plans tell how the network would say them."""

_LEAST_FRAMES = 80


class Person(Speaker):
    """A speaker with a corpus.

    Args:
        model: plans and decodes.
        corpus: has the recordings.
        training: those utterances that are trained on.
        embedding: of the speaker, a unit vector [192].
        language: that is spoken.
        table: style table of the voice.
    """

    def __init__(
        self,
        model: "Menura1",
        corpus: Corpus,
        training: Sequence[Utterance],
        embedding: Tensor,
        language: Language,
        table: NDArray[np.float32],
    ) -> None:
        super().__init__(model, embedding, language, table, Prosody())
        self.corpus, self.training = corpus, training
        long = [one for one in training if one.frames >= _LEAST_FRAMES] or list(training)
        self._texts = spread(long, FREE_TEXTS)

    def settle(self) -> Prosody:
        """Brings pitch, range and pace of what is planned now to those of the recordings."""
        self.prosody = Prosody()
        chosen = spread(self.training, _MEASURED)
        plans = side_by_side(lambda one: self.plan(one.phonemes), chosen)
        ours = planned(zip(plans, (one.phonemes for one in chosen), strict=True))
        self.prosody = factors(together(chosen), ours)
        return self.prosody

    @torch.no_grad()
    def plan(self, phonemes: str) -> Plan:
        """What the network plans for phonemes, with the style of the voice alone."""
        style = self.model.style(self.table, len(phonemes))
        return self.model.network.plan(self.model.tokens(phonemes), style, speed=self.prosody.pace)

    @property
    def free_sentences(self) -> int:
        """How many texts there are to be spoken freely."""
        return len(self._texts)

    def free_phonemes(self, number: int) -> str:
        """One of the texts."""
        return self._texts[number % len(self._texts)].phonemes

    def recorded(self, pick: Callable[[int], int]) -> Recorded:
        """One of the recordings that are trained on."""
        return self.recording(self.training[pick(len(self.training))])

    @torch.no_grad()
    def recording(self, utterance: Utterance) -> Recorded:
        """A recording as the network would plan it, with the speaker's own delivery."""
        model = self.model
        style = model.style(self.table, len(utterance.phonemes))
        durations = torch.from_numpy(utterance.durations).to(model.device)
        text = model.network.text_encoder(model.tokens(utterance.phonemes))
        audio = self.corpus.audio(utterance).to(model.device)
        level = energy(log_mel(audio))[:, : 2 * utterance.frames]
        f0 = torch.from_numpy(utterance.f0).to(model.device)[None]
        plan = Plan(durations, text.repeat_interleave(durations, dim=2), f0, level)
        return Recorded(plan, audio, style, self.corpus.bandwidth(utterance))


def spread(utterances: Sequence[Utterance], most: int) -> list[Utterance]:
    """At most so many of them, evenly spread."""
    if len(utterances) <= most:
        return list(utterances)
    return [utterances[int(at)] for at in np.linspace(0, len(utterances) - 1, most)]


def together(utterances: Sequence[Utterance]) -> Manner:
    """The manner of several utterances as of one."""
    return heard(
        np.concatenate([one.f0 for one in utterances]),
        sum(one.speech_seconds for one in utterances),
        sum(phoneme_count(one.phonemes) for one in utterances),
    )


def mean_embedding(
    corpus: Corpus, utterances: Sequence[Utterance], encoder: SpeakerEncoder
) -> Tensor:
    """Mean speaker embedding of recordings, a unit vector [192]."""

    @torch.no_grad()
    def embed(one: Utterance) -> Tensor:
        audio = corpus.audio(one).to(encoder.device)
        return encoder.embed(resample(audio, SAMPLE_RATE, 16000))[0]

    several = torch.stack(side_by_side(embed, spread(utterances, _EMBEDDED)))
    return torch.nn.functional.normalize(several.mean(dim=0), dim=0)
