"""Compares voices on words of the dataset that training has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
from menura.models.menura_1.melody import shape_pitch
from menura.models.menura_1.phoneme_classifier import phoneme_classifier
from menura.models.menura_1.side_by_side import side_by_side
from menura.models.menura_1.state import Prosody, split_state
from menura.models.menura_1.tuning.corpus import Utterance
from menura.models.menura_1.tuning.person import spread

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

_NATURALNESS_SHARE = 0.1
"""What a point of DistillMOS counts beside a likeness of one."""

_ERROR_SHARE = 0.1
"""What a nat of the phoneme classifier's error costs beside it."""


SAMPLES = 3
"""Sentences whose sound is kept with their scores."""


@dataclass(frozen=True)
class Verdict:
    """What was found of a voice."""

    scores: dict[str, float]
    """Means over all sentences; `total` is what voices are compared by."""

    samples: list[dict[str, Any]]
    """SAMPLES of the sentences: `index` in the dataset, `audio` [samples], `scores`."""


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
        self._kept = {one.index for one in spread(held_out, SAMPLES)}
        self._encoder, self._scorer = encoder, scorer
        self._classifier = phoneme_classifier(model.device)

    def voice(self, state: VoiceState) -> Verdict:
        """Judges a voice of the base model."""
        self.model.activate(state)
        try:
            table, prosody, _ = split_state(state)
            return self.verdict(np.asarray(table, np.float32), prosody)
        finally:
            self.model.deactivate()

    def verdict(
        self, table: NDArray[np.float32], prosody: Prosody, shift: Tensor | None = None
    ) -> Verdict:
        """Judges the network as it stands."""
        rows = side_by_side(lambda one: self._score(one, table, prosody, shift), self.held_out)
        given = [scores for _, scores in rows]
        means = {name: float(np.mean([one[name] for one in given])) for name in given[0]}
        samples = [
            {"index": one.index, "audio": audio, "scores": _rounded(scores)}
            for one, (audio, scores) in zip(self.held_out, rows, strict=True)
            if audio is not None
        ]
        return Verdict(_rounded({**means, "total": total(means)}), samples)

    @torch.no_grad()
    def _score(
        self,
        utterance: Utterance,
        table: NDArray[np.float32],
        prosody: Prosody,
        shift: Tensor | None,
    ) -> tuple[Tensor | None, dict[str, float]]:
        model = self.model
        tokens = model.tokens(utterance.phonemes)
        style = model.style(table, len(utterance.phonemes))
        plan = shape_pitch(model.network.plan(tokens, style, speed=prosody.pace), prosody)
        noise = torch.Generator(model.device).manual_seed(utterance.index)
        timbre = style[:, :STYLE] if shift is None else style[:, :STYLE] + shift
        audio = model.network.decoder(plan.text, plan.f0, plan.energy, timbre, noise)
        low = resample(audio, SAMPLE_RATE, 16000)
        sounds = tokens[0].repeat_interleave(2 * plan.durations)
        scores = {
            "likeness": float(self._encoder.embed(low)[0] @ self.reference),
            "naturalness": float(self._scorer.score(low)[0]),
            "error": float(self._classifier.error(log_mel(audio), sounds)),
        }
        return (audio[0].cpu() if utterance.index in self._kept else None), scores


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in scores.items()}


def total(scores: Mapping[str, float]) -> float:
    """One number of a voice's scores, higher is better."""
    good = scores["likeness"] + _NATURALNESS_SHARE * scores["naturalness"]
    return good - _ERROR_SHARE * scores["error"]
