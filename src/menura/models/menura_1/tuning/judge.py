"""Compares voices on words of the dataset that training has not seen."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.judging.naturalness import NaturalnessScorer
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import VoiceState
from menura.models.menura_1.decoder import SAMPLE_RATE
from menura.models.menura_1.features import log_mel
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.model import shape_pitch
from menura.models.menura_1.phoneme_classifier import phoneme_classifier
from menura.models.menura_1.side_by_side import side_by_side
from menura.models.menura_1.state import Prosody, split_state
from menura.models.menura_1.tuning.corpus import Utterance

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_NATURALNESS_SHARE = 0.1
"""What a point of DistillMOS counts beside a likeness of one."""

_ERROR_SHARE = 0.1
"""What a nat of the phoneme classifier's error costs beside it."""


class Judge:
    """Judges by CAM++, DistillMOS and the phoneme classifier: none of them is a judge of results.

    Args:
        model: speaks.
        held_out: whose words are spoken.
        reference: of the speaker, a unit vector [192].
        encoder: tells likeness.
        scorer: tells naturalness.
    """

    def __init__(
        self,
        model: "Menura1",
        held_out: Sequence[Utterance],
        reference: Tensor,
        encoder: SpeakerEncoder,
        scorer: NaturalnessScorer,
    ) -> None:
        self.model, self.held_out, self.reference = model, held_out, reference
        self._encoder, self._scorer = encoder, scorer
        self._classifier = phoneme_classifier(model.device)

    def voice(self, state: VoiceState) -> dict[str, float]:
        """Scores of a voice of the base model."""
        self.model.activate(state)
        try:
            table, prosody, _ = split_state(state)
            return self.scores(np.asarray(table, np.float32), prosody)
        finally:
            self.model.deactivate()

    def scores(
        self, table: NDArray[np.float32], prosody: Prosody, shift: Tensor | None = None
    ) -> dict[str, float]:
        """Scores of the network as it stands; `total` is what voices are compared by."""
        rows = side_by_side(lambda one: self._score(one, table, prosody, shift), self.held_out)
        found = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
        return {name: round(value, 4) for name, value in {**found, "total": total(found)}.items()}

    @torch.no_grad()
    def _score(
        self,
        utterance: Utterance,
        table: NDArray[np.float32],
        prosody: Prosody,
        shift: Tensor | None,
    ) -> dict[str, float]:
        model = self.model
        tokens = model.tokens(utterance.phonemes)
        style = model.style(table, len(utterance.phonemes))
        plan = shape_pitch(model.network.plan(tokens, style, speed=prosody.pace), prosody)
        noise = torch.Generator(model.device).manual_seed(utterance.index)
        timbre = style[:, :STYLE] if shift is None else style[:, :STYLE] + shift
        audio = model.network.decoder(plan.text, plan.f0, plan.energy, timbre, noise)
        low = resample(audio, SAMPLE_RATE, 16000)
        sounds = tokens[0].repeat_interleave(2 * plan.durations)
        return {
            "likeness": float(self._encoder.embed(low)[0] @ self.reference),
            "naturalness": float(self._scorer.score(low)[0]),
            "error": float(self._classifier.error(log_mel(audio), sounds)),
        }


def total(scores: Mapping[str, float]) -> float:
    """One number of a voice's scores, higher is better."""
    good = scores["likeness"] + _NATURALNESS_SHARE * scores["naturalness"]
    return good - _ERROR_SHARE * scores["error"]
