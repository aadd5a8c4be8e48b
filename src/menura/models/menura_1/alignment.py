"""Finds when each symbol of a known text is said in a recording, without synthesising anything.

A hidden semi-Markov model: the phoneme classifier tells how well each frame fits each symbol, the
level tells pauses, and the durations that the network plans tell how long a symbol may last.
Warping onto synthetic speech, which came before, lost its way with voices unlike the synthetic one
(docs/experiments.md, "Fine-tuning").
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.phoneme_classifier import PhonemeClassifier, audible
from menura.models.menura_1.symbols import table
from menura.text.alphabet import BLANK, PUNCTUATION

LONGEST = 80
"""Frames of 25 ms that one symbol may last: pauses of 2 s."""

_SPREAD = 0.35
"""Standard deviation of the logarithm of a sound's duration around the planned one."""

_PAUSE_SPREAD = 1.2
"""The same of blanks, punctuation and the pads at both ends."""

_FLOOR = -6.0
"""Least logarithm of a sound's probability: the classifier may be sure and wrong."""

_QUIET_DB = 30.0
"""Under the loud frames, where a frame is as likely a pause as a sound."""

_WIDTH_DB = 6.0


@dataclass(frozen=True)
class Alignment:
    """When the symbols of an utterance are said."""

    durations: NDArray[np.int64]
    """Frames of 25 ms of each token, pads included; they sum to the recording's."""

    likelihood: float
    """Mean logarithm of the classifier's probability over frames with a sound; the lower, the
    worse transcript and recording fit."""


def align(
    classifier: PhonemeClassifier, mel: Tensor, tokens: Tensor, planned: Tensor, frames: int
) -> Alignment:
    """Aligns tokens with a recording.

    Args:
        classifier: hears phonemes.
        mel: normalised log-mel of the recording [1, 80, at least 2·frames].
        tokens: ids with a pad at both ends, int64 [T].
        planned: durations that the network plans for them, frames of 25 ms [T].
        frames: length of the recording; at least T.

    Raises ValueError for fewer frames than tokens.
    """
    count = tokens.numel()
    if frames < count:
        raise ValueError(f"{frames} frames cannot hold {count} tokens")
    with torch.no_grad():
        logits = classifier(mel[:, :, : 2 * frames])[0]
    scores, sounding = _scores(logits, mel[0, :, : 2 * frames], tokens)
    pause = _pauses()[tokens.cpu().numpy()]
    wish = np.maximum(planned.cpu().numpy().astype(np.float64), 0.5)
    # Pauses take what they like; sounds are scaled to the speaker's pace, which is not known yet.
    wish *= np.clip(frames / wish.sum(), 0.6, 1.6)
    durations = _best_path(scores, wish, np.where(pause, _PAUSE_SPREAD, _SPREAD))
    ends = np.cumsum(durations)
    owner = np.repeat(np.arange(count), durations)
    picked = scores[owner, np.arange(frames)][sounding[owner]]
    assert ends[-1] == frames
    return Alignment(durations, float(picked.mean() / 2) if picked.size else _FLOOR)


def _scores(
    logits: Tensor, mel: Tensor, tokens: Tensor
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How well tokens fit frames of 25 ms, [T, frames], and which tokens have a sound."""
    probable = F.log_softmax(logits, dim=0).cpu().numpy().astype(np.float64)
    level = (8.686 / 2 * torch.logsumexp(4 * mel, dim=0)).cpu().numpy().astype(np.float64)
    loudness = 1 / (1 + np.exp(-(level - np.percentile(level, 90) + _QUIET_DB) / _WIDTH_DB))
    quiet = np.log(np.maximum(1 - loudness, np.exp(_FLOOR)))
    loud = np.log(np.maximum(loudness, np.exp(_FLOOR)))
    ids = tokens.cpu().numpy()
    sounding = audible().numpy()[ids]
    pause = _pauses()[ids]
    # A stress mark belongs to the sound that follows, a length mark to the one before.
    heard = ids.copy()
    for at in range(ids.size - 2, -1, -1):
        if not sounding[at] and not pause[at]:
            heard[at] = heard[at + 1]
    for at in range(1, ids.size):
        if not audible().numpy()[heard[at]] and not pause[at]:
            heard[at] = heard[at - 1]
    fine = np.maximum(probable[heard], _FLOOR) + loud
    fine[pause] = quiet - 1.0
    return fine.reshape(ids.size, -1, 2).sum(axis=2), sounding


def _pauses() -> NDArray[np.bool_]:
    """Which token ids are pauses, bool by id."""
    ids = table()
    found = np.zeros(max(ids.values()) + 1, dtype=np.bool_)
    found[0] = True
    for symbol in PUNCTUATION | {BLANK}:
        if symbol in ids:
            found[ids[symbol]] = True
    return found


def _best_path(
    scores: NDArray[np.float64], wish: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Durations with the highest sum of scores and priors; each token gets a frame at least."""
    count, frames = scores.shape
    total = np.concatenate([np.zeros((count, 1)), np.cumsum(scores, axis=1)], axis=1)
    lengths = np.arange(1, min(LONGEST, frames - count + 1) + 1)
    best = np.full(frames + 1, -np.inf)
    best[0] = 0.0
    chosen = np.zeros((count, frames + 1), dtype=np.int64)
    moments = np.arange(frames + 1)
    for token in range(count):
        prior = -0.5 * ((np.log(lengths) - np.log(wish[token])) / spread[token]) ** 2
        begins = moments[None] - lengths[:, None]  # [D, frames + 1]
        possible = begins >= 0
        begins = np.maximum(begins, 0)
        values = best[begins] + total[token][None] - total[token][begins] + prior[:, None]
        values[~possible] = -np.inf
        pick = values.argmax(axis=0)
        best = values[pick, moments]
        chosen[token] = lengths[pick]
    if not np.isfinite(best[frames]):
        raise ValueError("the recording is too long for the text")
    durations = np.zeros(count, dtype=np.int64)
    end = frames
    for token in range(count - 1, -1, -1):
        durations[token] = chosen[token, end]
        end -= durations[token]
    return durations
