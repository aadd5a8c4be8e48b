"""Teaches the prosody predictor how a speaker times, intones and stresses.

The predictor learns from the recordings' own durations, F0 and energy; the language model before it
stays as it is.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.models.menura_1.features import energy, log_mel
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.phoneme_classifier import audible
from menura.models.menura_1.side_by_side import side_by_side
from menura.models.menura_1.tuning.corpus import Corpus, Utterance

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

BATCH = 8
RATE = 1e-4
DECAY = 0.1
"""Share of the update that the optimiser takes back in 1 / RATE steps: a pull to the base."""

_HERTZ = 50.0
"""Error of F0 that counts as much as a duration that is wrong by a factor of e."""

_UNVOICED_WEIGHT = 0.3
"""Of F0 where the recording has none: the network glides there, and nobody hears it."""

_SILENCE = -1.0
"""Energy under which it is not told apart: the base falls to -9 in pauses, rooms do not."""

_PAUSE_WEIGHT = 0.2
"""Of durations of blanks and punctuation; pads at the ends do not count at all."""


@dataclass(frozen=True)
class Errors:
    """What is wrong with planned delivery, each a tensor of one number."""

    duration: Tensor
    """Mean distance of logarithms of durations."""

    f0: Tensor
    """Mean distance in units of _HERTZ."""

    energy: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.duration + self.f0 + 0.5 * self.energy

    def figures(self) -> dict[str, float]:
        """All by name."""
        return {
            "duration": float(self.duration.detach()),
            "f0": float(self.f0.detach()),
            "energy": float(self.energy.detach()),
        }


def errors(
    model: "Menura1", corpus: Corpus, utterance: Utterance, style: Tensor, features: Tensor
) -> Errors:
    """Compares what the predictor plans with what the recording has.

    Args:
        model: its predictor plans.
        corpus: has the recording.
        utterance: whose words are planned.
        style: [1, 256].
        features: of the language model, [1, 512, T].
    """
    predictor, prosody = model.network.predictor, style[:, STYLE:]
    tokens = model.tokens(utterance.phonemes)[0]
    durations = torch.from_numpy(utterance.durations).to(model.device)
    encoded = predictor.encode(features, prosody)
    planned = predictor.durations(encoded)[0]
    weight = torch.where(audible().to(model.device)[tokens], 1.0, _PAUSE_WEIGHT)
    weight[0] = weight[-1] = 0.0
    apart = (planned.clamp(min=0.2).log() - durations.log()).abs()
    f0, level = predictor.curves(encoded.repeat_interleave(durations, dim=1), prosody)
    theirs = torch.from_numpy(utterance.f0).to(model.device)[None, : f0.shape[1]]
    wanted = energy(log_mel(corpus.audio(utterance).to(model.device)))[:, : f0.shape[1]]
    # Pads are as long as somebody's silence: what is planned there is not heard.
    inside = torch.zeros_like(f0)
    inside[:, 2 * int(durations[0]) : f0.shape[1] - 2 * int(durations[-1])] = 1.0
    heard = inside * torch.where(theirs > 0, 1.0, _UNVOICED_WEIGHT)
    levels = (level.clamp(min=_SILENCE) - wanted.clamp(min=_SILENCE)).abs()
    return Errors(
        (apart * weight).sum() / weight.sum(),
        ((f0 - theirs).abs() * heard).sum() / heard.sum() / _HERTZ,
        (levels * inside).sum() / inside.sum(),
    )


def language_features(model: "Menura1", phonemes: str) -> Tensor:
    """What the frozen language model makes of phonemes, [1, 512, T]."""
    with torch.no_grad():
        features: Tensor = model.network.bert(model.tokens(phonemes))
        return features


class DeliveryTraining:
    """The predictor on its way; within `attached` it is trained in place.

    Args:
        model: whose predictor learns.
        corpus: what it learns from.
        table: style table of the voice.
        training: utterances to learn from.
        seed: of the order.
    """

    def __init__(
        self,
        model: "Menura1",
        corpus: Corpus,
        table: NDArray[np.floating],
        training: Sequence[Utterance],
        seed: int,
    ) -> None:
        self.model, self.corpus, self.training = model, corpus, training
        self.table = np.asarray(table, np.float32)
        self.generator = torch.Generator().manual_seed(seed)
        self.named = dict(model.network.predictor.named_parameters())
        self.base = {name: value.data for name, value in self.named.items()}
        self._order: list[int] = []
        self._features: dict[int, Tensor] = {}
        self.passes = 0

    @contextmanager
    def attached(self) -> Iterator[None]:
        """Within this context the network speaks with what was learned; then as before."""
        try:
            yield
        finally:
            for name, parameter in self.named.items():
                parameter.requires_grad_(False)
                parameter.data = self.base[name]

    def update(self) -> dict[str, Tensor]:
        """What was learned: by name of the predictor's parameters, the difference to the base."""
        return {
            name: parameter.detach() - self.base[name] for name, parameter in self.named.items()
        }

    def use(self, update: Mapping[str, Tensor]) -> None:
        """Puts an update that was made before into the network."""
        for name, parameter in self.named.items():
            parameter.data = self.base[name] + update[name].to(self.base[name])

    def batches(self, passes: int) -> int:
        """How many batches so many passes through the dataset have."""
        return passes * -(-len(self.training) // BATCH)

    def run(self, passes: int) -> Generator[dict[str, float], None, None]:
        """Goes through the dataset so many times; yields mean errors after each batch."""
        parameters = list(self.named.values())
        for name, parameter in self.named.items():
            parameter.data = self.base[name].clone()
            parameter.requires_grad_(True)
        optimiser = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.0, betas=(0.9, 0.98))
        batches = self.batches(passes)
        try:
            for batch in range(batches):
                several = [self._next() for _ in range(min(BATCH, len(self.training)))]
                threads = min(torch.get_num_threads(), len(several))
                results = side_by_side(
                    self._gradient, [several[k::threads] for k in range(threads)]
                )
                for parameter, first, *others in zip(
                    parameters, *(gradients for gradients, _ in results), strict=True
                ):
                    parameter.grad = sum(others, first).div_(len(several))
                torch.nn.utils.clip_grad_norm_(parameters, 1.0)
                share = batch / batches
                rate = RATE * min(1.0, (batch + 1) / 10) * (1.0 - 0.9 * share)
                optimiser.param_groups[0]["lr"] = rate
                optimiser.step()
                with torch.no_grad():
                    for name, parameter in self.named.items():
                        parameter.lerp_(self.base[name], rate * DECAY)
                figures = [one for _, several_figures in results for one in several_figures]
                yield {name: float(np.mean([one[name] for one in figures])) for name in figures[0]}
        finally:
            for parameter in parameters:
                parameter.requires_grad_(False)

    def style(self, utterance: Utterance) -> Tensor:
        """The voice's style for an utterance, [1, 256]."""
        return self.model.style(self.table, len(utterance.phonemes))

    def _gradient(
        self, utterances: Sequence[Utterance]
    ) -> tuple[tuple[Tensor, ...], list[dict[str, float]]]:
        found = [self._errors(one) for one in utterances]
        whole = torch.stack([one.total for one in found]).sum()
        gradients = torch.autograd.grad(whole, list(self.named.values()))
        return gradients, [one.figures() for one in found]

    def _errors(self, utterance: Utterance) -> Errors:
        if utterance.index not in self._features:
            self._features[utterance.index] = language_features(
                self.model, utterance.phonemes
            ).half()
        features = self._features[utterance.index].float()
        return errors(self.model, self.corpus, utterance, self.style(utterance), features)

    def judge(self, utterances: Sequence[Utterance]) -> dict[str, float]:
        """Mean errors of utterances as the network stands."""

        def figures(utterance: Utterance) -> dict[str, float]:
            with torch.no_grad():
                return self._errors(utterance).figures()

        rows = side_by_side(figures, utterances)
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}

    def _next(self) -> Utterance:
        if not self._order:
            self._order = torch.randperm(len(self.training), generator=self.generator).tolist()
            self.passes += 1
        return self.training[self._order.pop()]
