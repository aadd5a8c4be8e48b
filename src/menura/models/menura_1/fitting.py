"""Fits a voice adapter to a target, step by step.

A step speaks a window of about 1.5 s and follows the gradient of its losses: either a window of the
clip with the clip's own timing and melody, compared with the recording, or a window of a new
sentence, pulled towards the speaker (CAM++ embedding, a frozen network) and towards natural sound
(DistillMOS, frozen too).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from menura.judging.naturalness import SHORT_WINDOW, NaturalnessScorer
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import VoiceState
from menura.models.menura_1.adapter import Adapter
from menura.models.menura_1.decoder import FRAME, SAMPLE_RATE
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.losses import SpectralLoss
from menura.models.menura_1.start import RANK, start_of
from menura.models.menura_1.state import make_state
from menura.models.menura_1.target import Target, window

if TYPE_CHECKING:
    from menura.models.menura_1.network import Plan

_LEAD = 10
"""Frames of a free sentence that are left out: its silence."""

_SCORED_FRAMES = 80
_SCORED = (2,)
"""Free sentences by which voices of a clip are compared."""

_NATURALNESS_SHARE = 0.1
"""What a point of DistillMOS counts beside a likeness of one, when voices are compared."""


@dataclass(frozen=True)
class Recipe:
    """The numbers of a fit."""

    quick: int = 3
    """Steps on free speech before the first voice."""

    quick_rate: float = 1.0
    """Multiplies the learning rates of these steps."""

    steps: int = 30
    """Steps of the refinement."""

    clip_share: float = 0.5
    """Share of the refinement's steps that are on the clip, the others are on free speech."""

    clip_frames: int = 60
    """Length of a window of the clip, in frames of 25 ms."""

    free_frames: int = 64
    rate: float = 1e-3
    style_rate: float = 5e-3
    speaker: float = 2.0
    free_speaker: float = 3.0
    naturalness: float = 0.6
    wished: float = 4.8
    """Score of DistillMOS that free speech is pulled towards."""

    decay: float = 0.01
    average: float = 0.9
    share: float = 0.85
    """How much of the update a voice gets: the rest of the way from the start voice costs more
    naturalness than it brings likeness (measured, see docs/experiments.md)."""


class Fitting:
    """An adapter and a style shift on their way from the learned start to the speaker."""

    def __init__(
        self,
        target: Target,
        recipe: Recipe,
        encoder: SpeakerEncoder,
        scorer: NaturalnessScorer,
        seed: int,
    ) -> None:
        self.target, self.recipe = target, recipe
        self.encoder, self.scorer = encoder, scorer
        self.decoder = target.model.network.decoder
        self.generator = torch.Generator().manual_seed(seed)
        start = start_of(target.embedding, self.decoder)
        self.adapter = Adapter(self.decoder, RANK, self.generator)
        self.adapter.load(start.tensors)
        self.shift = start.shift[None].clone().requires_grad_()
        self.trained = [*self.adapter.parameters(), self.shift]
        self._mean = [parameter.detach().clone() for parameter in self.trained]
        self._averaged = 0
        self._free: dict[int, tuple[Plan, Tensor]] = {}
        self.optimiser = torch.optim.AdamW(
            [
                {"params": list(self.adapter.parameters()), "lr": recipe.rate},
                {"params": [self.shift], "lr": recipe.style_rate},
            ],
            weight_decay=recipe.decay,
            betas=(0.9, 0.98),
        )
        self.spectral = SpectralLoss(target.clip.bandwidth)
        self.likeness: list[float] = []
        """Cosines of the free steps so far: no judgement, but a warning."""

    def free_step(self, rate: float) -> None:
        """A step on a window of a new sentence; `rate` multiplies the learning rates."""
        recipe = self.recipe
        plan, style = self._free_plan(self._pick(1 << 16))
        speech = self._speak(plan, style, recipe.free_frames, _LEAD)[0]
        low = resample(speech, SAMPLE_RATE, 16000)
        cosine = self.encoder.embed(low)[0] @ self.target.embedding
        score = self.scorer.score(low, window=SHORT_WINDOW)[0]
        self.likeness.append(float(cosine.detach()))
        self._follow(
            recipe.free_speaker * (1 - cosine) + recipe.naturalness * (recipe.wished - score), rate
        )

    def clip_step(self, rate: float) -> None:
        """A step on a window of the clip, after `Target.listen`."""
        target, frames = self.target, self.recipe.clip_frames
        ours, begin = self._speak(target.plan, target.style, frames, 0)
        theirs = target.level[:, begin * FRAME : begin * FRAME + ours.shape[1]]
        cosine = self.encoder.embed(resample(ours, SAMPLE_RATE, 16000))[0] @ target.embedding
        self._follow(self.spectral(ours, theirs) + self.recipe.speaker * (1 - cosine), rate)

    @torch.no_grad()
    def score(self) -> float:
        """Likeness and naturalness of fixed free sentences; see `CloneResult.score`."""
        total = 0.0
        with self._averages():
            for number in _SCORED:
                plan, style = self._free_plan(number)
                part = window(plan, _LEAD, _SCORED_FRAMES)
                noise = torch.Generator(self.shift.device).manual_seed(number)
                with self.adapter.attached():
                    speech = self.decoder(
                        part.text, part.f0, part.energy, style[:, :STYLE] + self.shift, noise
                    )
                low = resample(speech, SAMPLE_RATE, 16000)
                total += float(self.encoder.embed(low)[0] @ self.target.embedding)
                total += _NATURALNESS_SHARE * float(self.scorer.score(low, window=SHORT_WINDOW)[0])
        return total / len(_SCORED)

    def state(self) -> VoiceState:
        """The voice as it stands: the recipe's share of the running average of the last steps."""
        with self._averages():
            table = self.target.table.copy()
            table[:, :STYLE] += self.shift.detach().cpu().numpy()
            return make_state(table, self.target.prosody, self.adapter.tensors())

    def _free_plan(self, number: int) -> "tuple[Plan, Tensor]":
        number %= self.target.free_sentences
        if number not in self._free:
            self._free[number] = self.target.free_plan(number)
        return self._free[number]

    def _pick(self, below: int) -> int:
        return int(torch.randint(max(below, 1), (1,), generator=self.generator))

    def _speak(self, plan: "Plan", style: Tensor, frames: int, lead: int) -> tuple[Tensor, int]:
        """Speaks a random window; the audio [1, samples] and its first frame."""
        total = plan.text.shape[2]
        frames = min(frames, total)
        begin = min(lead + self._pick(total - frames - lead + 1), total - frames)
        part = window(plan, begin, frames)
        noise = torch.Generator(self.shift.device).manual_seed(self._pick(2**31))
        with self.adapter.attached():
            speech = self.decoder(
                part.text, part.f0, part.energy, style[:, :STYLE] + self.shift, noise
            )
        return speech, begin

    def _follow(self, loss: Tensor, rate: float) -> None:
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.trained, 5.0)
        recipe = self.recipe
        for group, full in zip(
            self.optimiser.param_groups, (recipe.rate, recipe.style_rate), strict=True
        ):
            group["lr"] = rate * full
        self.optimiser.step()
        keep = min(recipe.average, self._averaged / (self._averaged + 4))
        self._averaged += 1
        for mean, parameter in zip(self._mean, self.trained, strict=True):
            mean.lerp_(parameter.detach(), 1 - keep)

    def _averages(self) -> "_Swapped":
        share = self.recipe.share
        whole = {id(parameter) for parameter in self.adapter.down.values()}
        values = [
            mean if id(parameter) in whole else mean * share
            for parameter, mean in zip(self.trained, self._mean, strict=True)
        ]
        return _Swapped(self.trained, values)


class _Swapped:
    """Within this context the parameters hold other values."""

    def __init__(self, parameters: list[Tensor], values: list[Tensor]) -> None:
        self._parameters, self._values = parameters, values

    def __enter__(self) -> None:
        self._kept = [parameter.data for parameter in self._parameters]
        for parameter, value in zip(self._parameters, self._values, strict=True):
            parameter.data = value

    def __exit__(self, *_: object) -> None:
        for parameter, value in zip(self._parameters, self._kept, strict=True):
            parameter.data = value
