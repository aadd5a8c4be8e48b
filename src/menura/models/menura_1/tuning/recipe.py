"""The numbers of a tuning (see docs/experiments.md, "Fine-tuning")."""

from dataclasses import dataclass

from menura.models.menura_1.fitting import Kind, Recipe, rate_share

RANK = 32
"""Of the decoder's update: twice that of an instant clone."""


@dataclass(frozen=True)
class Plan:
    """How the budget is spent; shares of all of it."""

    delivered: float = 0.32
    """When the predictor has to be done."""

    fitted: float = 0.95
    """When the decoder has to be done; what is left is for judging."""

    passes: int = 3
    """Of the predictor through the dataset, at most."""

    most_steps: int = 1500
    """Of the decoder: on a fast device the budget is not used up."""

    judged_every: int = 100
    """Steps between judgements of held-out words."""

    kept_every: int = 20
    """Steps between checkpoints."""


FIT = Recipe(
    kinds=(Kind.CLIP, Kind.FREE),
    clip_frames=60,
    speaker=2.0,
    free_speaker=3.0,
    rate=1e-3,
    style_rate=2e-3,
    naturalness=0.5,
    articulation=1.0,
    periodicity=0.0,
    average=0.98,
    decay=0.01,
)
"""Steps of the decoder: one window of a recording and one of free speech."""

_WARM_UP = 10
_LAST_RATE = 0.05


def rate(step: int, share: float) -> float:
    """Share of the full learning rate after so many steps and so much of the time for them."""
    return rate_share(step, share, _WARM_UP, _LAST_RATE)
