"""Which utterances are by the same person, told from the embeddings of their speakers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Embeddings = NDArray[np.float32]

LEAST_LIKENESS = 0.4
"""Mean cosine down to which groups are one person, as in `menura.cloning.advice`."""

MOST_COMPARED = 2000
"""Utterances that are compared with each other; any more of them go to the nearest group."""


def vector(embedding: bytes) -> Embeddings:
    """The numbers [192] of an embedding."""
    return np.frombuffer(embedding, dtype="<f4").astype(np.float32)


def centre(embeddings: Sequence[bytes]) -> bytes:
    """The mean of embeddings as one."""
    mean = np.stack([vector(one) for one in embeddings]).mean(axis=0)
    unit: Embeddings = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return unit.astype("<f4").tobytes()


def group(embeddings: Sequence[bytes], seconds: Sequence[float]) -> list[int]:
    """Numbers the speakers of utterances: 0 is the one who speaks longest, and so on.

    Groups are joined, those most alike first, as long as their mean cosine is LEAST_LIKENESS.
    """
    if len(embeddings) < 2:
        return [0] * len(embeddings)
    # Takes a moment to import, and a server without datasets never needs it.
    from scipy.cluster.hierarchy import fcluster, linkage

    vectors = np.stack([vector(one) for one in embeddings])  # [utterances, 192]
    compared = np.unique(
        np.linspace(0, len(vectors) - 1, min(len(vectors), MOST_COMPARED)).round().astype(int)
    )
    tree = linkage(vectors[compared], "average", metric="cosine")
    raw = fcluster(tree, 1.0 - LEAST_LIKENESS, "distance") - 1  # [compared]
    centres = np.stack([vectors[compared][raw == one].mean(axis=0) for one in range(raw.max() + 1)])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    labels = (vectors @ centres.T).argmax(axis=1)
    labels[compared] = raw
    lengths = np.bincount(labels, weights=np.asarray(seconds), minlength=len(centres))
    order = np.argsort(-lengths, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return [int(place[label]) for label in labels]
