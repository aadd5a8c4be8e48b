"""Fits a voice adapter to a target, step by step.

A step speaks two windows of about 1.5 s and follows the gradient of their losses. A window of the
clip is spoken with the clip's own timing and melody and compared with the recording; a window of a
new sentence is pulled towards the speaker (CAM++ embedding, a frozen network), towards natural
sound (DistillMOS, frozen too) and towards clear words (the phoneme classifier, frozen as well). The
windows are computed side by side.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from menura.judging.naturalness import SHORT_WINDOW, NaturalnessScorer
from menura.judging.resample import resample
from menura.judging.speaker import SpeakerEncoder
from menura.models.contract import VoiceState
from menura.models.menura_1.adapter import Adapter
from menura.models.menura_1.decoder import FRAME, SAMPLE_RATE
from menura.models.menura_1.features import log_mel
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.losses import SpectralLoss
from menura.models.menura_1.periodicity import periodicity
from menura.models.menura_1.phoneme_classifier import phoneme_classifier
from menura.models.menura_1.side_by_side import side_by_side
from menura.models.menura_1.speaker import VIEWS, Speaker, window
from menura.models.menura_1.start import RANK, Start, start_of, widened
from menura.models.menura_1.state import make_state
from menura.models.menura_1.streaming import onset

if TYPE_CHECKING:
    from menura.models.menura_1.network import Plan

_LEAD, _TRAIL = 10, 10
"""Frames of a free sentence that are left out at its ends: most of its silence, which is 250 to 400
ms before the first sound, where it is not longer still, and 300 to 600 ms after the last."""

_SCORED_FRAMES = 80
_SCORED = (2,)
"""Free sentences by which voices of a clip are compared."""

_NATURALNESS_SHARE = 0.1
"""What a point of DistillMOS counts beside a likeness of one, when voices are compared."""

_WARM_UP = 4
_LAST_RATE = 0.1


class Kind(Enum):
    """What a window is taken from."""

    CLIP = auto()
    FREE = auto()


@dataclass(frozen=True)
class Recipe:
    """The numbers of a fit."""

    quick: int = 2
    """Steps on free speech alone before the first voice."""

    steps: int = 22
    """Steps of the refinement, on a machine that is just fast enough for them."""

    most_steps: int = 60
    """On a faster one it goes on for as long, up to this: 52 were the best of 22, 34 and 52."""

    kinds: tuple[Kind, ...] = (Kind.CLIP, Kind.FREE)
    """Windows of a step of the refinement."""

    clip_frames: int = 76
    """Length of a window of the clip, in frames of 25 ms: as long as it takes no longer to compute
    than a free one beside it, which is judged by more networks (2.8 CPU seconds for 60 frames, a
    free window 3.8)."""

    free_frames: int = 64
    rate: float = 2e-3
    style_rate: float = 5e-3
    speaker: float = 3.0
    free_speaker: float = 5.0
    """Weights of likeness on windows of the clip and on free speech. With 2 and 3 two speakers had
    0.74 and 0.73 (WeSpeaker, rescaled), with 3 and 4.5 0.83 and 0.79, as clear and as natural."""

    naturalness: float = 0.5
    wished: float = 5.0
    """Score of DistillMOS up to which free speech is pulled; more counts no more."""

    periodicity: float = 2.0
    """Weight of what voiced free speech lacks of `wished_periodicity`."""

    wished_periodicity: float = 0.9
    """Up to which voiced speech is to repeat itself at its pitch; more counts no more."""

    creak: float = 0.25
    """How much less a voice may repeat itself than its clip: some people creak, and noise does not
    repeat itself. Good clones lie 0.02 to 0.13 below their clips, a bad one 0.3 to 0.5. At 0.15
    single windows of a low voice still felt it, and its likeness fell from 0.83 to 0.69 (WeSpeaker,
    rescaled); at 0.25 it has 0.75, and the bad one is mended as well."""

    articulation: float = 1.5
    """Weight of a nat of the phoneme classifier's error on free speech. At 1.0, with a rate of
    1.5e-3 and a share of 0.95, a speaker had 4.5 % of words wrong; at 2.0 1.9 % and less
    likeness; at 1.5, with the faster rate and the whole update, both. At 1.2 voices got creaky and
    noisy, and less alike to an encoder in no loss (docs/experiments.md)."""

    decay: float = 0.01
    average: float = 0.8
    """How much of the running average of the steps stays with the next one."""

    share: float = 1.0
    """How much of the update a voice gets. Where nothing of the clip itself is followed, the rest
    of the way from the start voice costs more naturalness than it brings likeness."""


@dataclass(frozen=True)
class _Window:
    """A stretch of speech to be spoken and judged."""

    part: "Plan"
    style: Tensor
    seed: int
    recording: Tensor | None = None
    """What the clip sounds like there, [1, samples]; None for free speech."""

    bandwidth: float = 0.0
    """Of the recording, in Hz."""

    sounds: Tensor | None = None
    """What free speech says there: the token of each 12.5 ms, int64 [2·frames]."""


def rate_share(step: int, share: float, warm_up: int = _WARM_UP, last: float = _LAST_RATE) -> float:
    """Share of the full learning rate: a rise over `warm_up` steps, then half a cosine to `last`.

    `share` is how much of the steps, or of the time for them, has passed; beyond 1 nothing changes.
    """
    warm = min(1.0, (step + 1) / warm_up)
    fall = (1 + math.cos(math.pi * min(share, 1.0))) / 2
    return warm * (last + (1 - last) * fall)


def steps_within(left: float, seconds: float, done: int, most: int) -> int:
    """How many steps there are, `done` among them, where one takes `seconds` and some are left."""
    return min(most, done + max(0, int(left / max(seconds, 1e-3))))


def sentence_span(
    total: int, frames: int, pick: Callable[[int], int], lead: int = _LEAD
) -> tuple[int, int]:
    """Begin and length of a window of a sentence, which has `total` frames, `lead` of them silent.

    Often it is the first or the last possible one: were all places alike, the first and the last
    sounds of a sentence would hardly ever be in a window. `pick(n)` gives a random number under n.
    """
    frames = min(frames, total)
    first = min(lead, total - frames)
    last = max(first, total - frames - _TRAIL)
    beyond = frames // 4
    place = first - beyond + pick(last - first + 1 + 2 * beyond)
    return min(max(place, first), last), frames


class Fitting:
    """An adapter and a style shift on their way from a start to the speaker.

    Args:
        speaker: whom to sound like; windows of the clip need one who has recordings.
        recipe: the numbers.
        encoder: tells likeness.
        scorer: tells naturalness.
        seed: of everything random.
        start: where to begin; where the learned start puts the speaker when absent.
        rank: of the adapter; what exceeds the start's begins where it changes nothing.
    """

    def __init__(
        self,
        speaker: Speaker,
        recipe: Recipe,
        encoder: SpeakerEncoder,
        scorer: NaturalnessScorer,
        seed: int,
        start: Start | None = None,
        rank: int = RANK,
    ) -> None:
        self.speaker, self.recipe = speaker, recipe
        self.encoder, self.scorer = encoder, scorer
        self.decoder = speaker.model.network.decoder
        self.generator = torch.Generator().manual_seed(seed)
        start = start or start_of(speaker.embedding, self.decoder)
        self.adapter = Adapter(self.decoder, rank, self.generator)
        # What the start does not name begins where it changes nothing.
        numbers = widened(self.adapter.named(), start.tensors)
        self.adapter.use({name: nn.Parameter(value.clone()) for name, value in numbers.items()})
        self.shift = start.shift[None].clone().requires_grad_()
        self.trained = [*self.adapter.parameters(), self.shift]
        self._mean = [parameter.detach().clone() for parameter in self.trained]
        self._averaged = 0
        self._free: dict[int, tuple[Plan, Tensor, Tensor]] = {}
        self.optimiser = torch.optim.AdamW(
            [
                {"params": list(self.adapter.parameters()), "lr": recipe.rate},
                {"params": [self.shift], "lr": recipe.style_rate},
            ],
            weight_decay=recipe.decay,
            betas=(0.9, 0.98),
        )
        self.classifier = phoneme_classifier(self.shift.device)
        self.likeness: list[float] = []
        """Cosines of the free steps so far: no judgement, but a warning."""

        self.losses: dict[str, float] = {}
        """Of the last step, unweighted, by name."""

    def step(self, kinds: Sequence[Kind], rate: float) -> None:
        """One step on as many windows as kinds are named; `rate` multiplies the learning rates.

        Windows of the clip need a speaker who has recordings.
        """
        windows = [
            self._clip_window() if kind is Kind.CLIP else self._free_window() for kind in kinds
        ]
        with self.adapter.attached():
            gradients = side_by_side(self._gradient, windows)
        for parameter, *parts in zip(self.trained, *gradients, strict=True):
            parameter.grad = torch.stack(parts).sum(dim=0)
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

    def _gradient(self, window: "_Window") -> tuple[Tensor, ...]:
        part = window.part
        speech = self.decoder(
            part.text,
            part.f0,
            part.energy,
            window.style[:, :STYLE] + self.shift,
            torch.Generator(self.shift.device).manual_seed(window.seed),
        )
        low = resample(speech, SAMPLE_RATE, 16000)
        views = self.speaker.views
        view = window.seed % len(views)
        cosine = self.encoder.embed(resample(low, *VIEWS[view]))[0] @ views[view]
        recipe = self.recipe
        if window.recording is not None:
            spectral = SpectralLoss(window.bandwidth)(speech, window.recording)
            loss = spectral + recipe.speaker * (1 - cosine)
            self.losses["spectrum"] = float(spectral.detach())
        else:
            self.likeness.append(float(cosine.detach()))
            score = self.scorer.score(low, window=SHORT_WINDOW)[0]
            loss = recipe.free_speaker * (1 - cosine)
            loss = loss + recipe.naturalness * (recipe.wished - score).clamp(min=0)
            self.losses["strangeness"] = float(1 - cosine.detach())
            self.losses["unnaturalness"] = float(recipe.wished - score.detach())
            if recipe.periodicity:
                missing = recipe.wished_periodicity - periodicity(speech, part.f0)
                loss = loss + recipe.periodicity * missing.clamp(min=0)
                self.losses["creak"] = float(missing.detach())
            if window.sounds is not None:
                error = self.classifier.error(log_mel(speech), window.sounds)
                loss = loss + recipe.articulation * error
                self.losses["blur"] = float(error.detach())
        return torch.autograd.grad(loss, self.trained)

    def _free_window(self) -> "_Window":
        plan, style, sounds = self._free_plan(self._pick(1 << 16))
        total, wanted = plan.text.shape[2], self.recipe.free_frames
        lead = max(_LEAD, onset(int(plan.durations[0])))
        begin, frames = sentence_span(total, wanted, self._pick, lead)
        return _Window(
            window(plan, begin, frames),
            style,
            self._pick(2**31),
            sounds=sounds[2 * begin : 2 * (begin + frames)],
        )

    def _clip_window(self) -> "_Window":
        said = self.speaker.recorded(self._pick)
        total = said.plan.text.shape[2]
        frames = min(self.recipe.clip_frames, total)
        begin = self._pick(total - frames + 1)
        recording = said.audio[:, begin * FRAME : (begin + frames) * FRAME]
        part = window(said.plan, begin, frames)
        return _Window(part, said.style, self._pick(2**31), recording, said.bandwidth)

    @torch.no_grad()
    def score(self) -> float:
        """Likeness and naturalness of fixed free sentences; see `CloneResult.score`."""
        total = 0.0
        with self._averages():
            for number in _SCORED:
                plan, style, _ = self._free_plan(number)
                part = window(plan, _LEAD, _SCORED_FRAMES)
                noise = torch.Generator(self.shift.device).manual_seed(number)
                with self.adapter.attached():
                    speech = self.decoder(
                        part.text, part.f0, part.energy, style[:, :STYLE] + self.shift, noise
                    )
                low = resample(speech, SAMPLE_RATE, 16000)
                total += float(self.encoder.embed(low)[0] @ self.speaker.embedding)
                score = float(self.scorer.score(low, window=SHORT_WINDOW)[0])
                total += _NATURALNESS_SHARE * min(score, self.recipe.wished)
        return total / len(_SCORED)

    def state(self) -> VoiceState:
        """The voice as it stands: the recipe's share of the running average of the last steps."""
        with self._averages():
            table = self.speaker.table.copy()
            table[:, :STYLE] += self.shift.detach().cpu().numpy()
            return make_state(table, self.speaker.prosody, self.adapter.tensors())

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Within this context the decoder speaks with the running average of the last steps."""
        with self._averages(), self.adapter.attached():
            yield

    def content(self) -> dict[str, Any]:
        """All that `restore` needs to go on from here."""
        return {
            "trained": [parameter.detach() for parameter in self.trained],
            "mean": self._mean,
            "averaged": self._averaged,
            "optimiser": self.optimiser.state_dict(),
            "generator": self.generator.get_state(),
        }

    def restore(self, content: Mapping[str, Any]) -> None:
        """Goes back to where `content` was made; of a fitting with the same arguments."""
        for parameter, value in zip(self.trained, content["trained"], strict=True):
            parameter.data.copy_(value)
        self._mean = [
            value.to(parameter)
            for value, parameter in zip(content["mean"], self.trained, strict=True)
        ]
        self._averaged = int(content["averaged"])
        self.optimiser.load_state_dict(dict(content["optimiser"]))
        self.generator.set_state(content["generator"])

    def _free_plan(self, number: int) -> "tuple[Plan, Tensor, Tensor]":
        number %= self.speaker.free_sentences
        if number not in self._free:
            self._free[number] = self.speaker.free_plan(number)
        return self._free[number]

    def _pick(self, below: int) -> int:
        return int(torch.randint(max(below, 1), (1,), generator=self.generator))

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
