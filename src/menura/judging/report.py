"""Turns embeddings and scores into the figures that Menura reports.

A raw cosine says little: encoders differ in where strangers and the same person lie. So each
comes with both anchors, and the rescaled value puts them at 0 and 1:

    rescaled = (raw − stranger) / (same − stranger)

Never compare numbers of two encoders, and never report on the encoder that a loss has used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Embeddings = NDArray[np.float32]
"""One unit vector a recording, [N, D]."""


def rescaled(score: float, stranger: float, same: float) -> float:
    """Places a score between the stranger (0) and the same person (1).

    Raises ValueError when the same person does not score above the stranger: then the encoder
    cannot tell the two apart, and no place between them means anything.
    """
    if not same > stranger:
        raise ValueError(f"same person {same:.3f} is not above stranger {stranger:.3f}")
    return (score - stranger) / (same - stranger)


@dataclass(frozen=True)
class Likeness:
    """How like a speaker some speech is, by one encoder; mean cosines."""

    raw: float
    """Outputs against the speaker's own recordings."""

    stranger: float
    """The speaker's own recordings against those of all others."""

    same: float
    """The speaker's own recordings against each other and against the cloned clip."""

    @property
    def rescaled(self) -> float:
        """0 is a stranger, 1 the same person. Raises ValueError, see `rescaled`."""
        return rescaled(self.raw, self.stranger, self.same)

    def figures(self) -> dict[str, float]:
        """The four numbers by name."""
        return {
            "raw": self.raw,
            "stranger": self.stranger,
            "same": self.same,
            "rescaled": self.rescaled,
        }


def likeness(
    outputs: Embeddings, own: Embeddings, clip: Embeddings, others: Embeddings
) -> Likeness:
    """Compares outputs with a speaker's recordings.

    Args:
        outputs: the generated sentences.
        own: recordings of the speaker that are not the clip; at least one.
        clip: the clip that was cloned, [1, D].
        others: recordings of other speakers.
    """
    known = np.concatenate([own, clip])
    pairs = (own @ known.T)[~np.eye(len(own), len(known), dtype=bool)]
    return Likeness(
        raw=float((outputs @ own.T).mean()),
        stranger=float((own @ others.T).mean()),
        same=float(pairs.mean()),
    )


def mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Averages each figure over rows that all have the same names. Raises ValueError otherwise."""
    if not rows or any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError("rows must be there and have the same figures")
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
