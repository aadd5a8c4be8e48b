"""Chooses clips that are typical of how somebody speaks, and different from each other.

Utterances are compared by pitch, melody, pace and loudness, each against the speaker's own average,
and put into groups around their most central members (k-medoids, Kaufman and Rousseeuw 1990). A
group's centre and what is nearest to it are the clips of one voice.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from menura.errors import AudioError
from menura.tuning.manner import Manner

Points = NDArray[np.float64]

SHORTEST_SECONDS, LONGEST_SECONDS = 3.0, 12.0
"""Shorter clips say little of a manner, longer ones hold several."""

MOST_COMPARED = 240
"""Utterances that are listened to, evenly over the dataset; half a minute's work."""

MOST_CLIPS = 12
"""Of one voice."""

OUTLYING = 3.0
"""Deviations from the average, from which on an utterance is not typical of anything."""

LEAST_GAINED_BY = 5
"""Utterances of a recording, from which on its own loudness is the measure of theirs."""

TELLING = 0.4
"""Deviations from the average, from which on they are told."""

_STEPS = (0.3, 0.3, 0.3, 0.5)
"""Least scales of semitones, semitones, phonemes a second and dB: less is not heard."""

_WORDS = (("low", "high"), ("calm", "lively"), ("slow", "brisk"), ("soft", "strong"))
_TYPICAL = "typical"


@dataclass(frozen=True)
class Candidate:
    """An utterance that a voice could be made of."""

    number: int
    """Its place in the dataset."""

    recording: str
    """The same for all utterances of one recording."""

    manner: Manner


@dataclass(frozen=True)
class SourceClips:
    """What one voice is made of."""

    name: str
    """What it is like against the speaker's average, such as `calm and low`."""

    description: str
    why: str
    """Why the first clip was taken."""

    numbers: tuple[int, ...]
    """Places in the dataset: the most typical one, then those nearest to it."""


def shortlist(seconds: Sequence[float], least: int) -> list[int]:
    """Which utterances are worth listening to, by their lengths; at least `least` if there are."""
    fit = [n for n, s in enumerate(seconds) if SHORTEST_SECONDS <= s <= LONGEST_SECONDS]
    if len(fit) < 2 * least:
        fit = list(range(len(seconds)))
    if len(fit) <= MOST_COMPARED:
        return fit
    return [fit[round(at)] for at in np.linspace(0, len(fit) - 1, MOST_COMPARED)]


def choose_source_clips(candidates: Sequence[Candidate], count: int) -> list[SourceClips]:
    """Chooses the clips of `count` voices, the most typical voice first; always the same ones.

    Raises AudioError for fewer candidates than voices.
    """
    if len(candidates) < count:
        raise AudioError(
            "too_few_clips",
            f"Only {len(candidates)} utterances are clear enough to make voices of.",
            f"At least {count} are needed: add recordings with whole sentences.",
        )
    facts = _comparable(candidates)
    scores = _deviations(facts)
    usual = np.flatnonzero(np.abs(scores).max(axis=1) <= OUTLYING)
    if len(usual) < max(2 * count, len(candidates) // 2):
        usual = np.arange(len(candidates))
    points = np.clip(scores[usual], -OUTLYING, OUTLYING)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    groups = []
    centres = _medoids(distances, count)
    nearest = distances[:, centres].argmin(axis=1)
    nearest[centres] = range(count)  # two centres may be one point
    for place, centre in enumerate(centres):
        others = [int(at) for at in np.flatnonzero(nearest == place) if at != centre]
        others.sort(key=lambda at: (distances[centre, at], at))
        groups.append(usual[[centre, *others][:MOST_CLIPS]])
    centred = facts - np.median(facts, axis=0)
    means = np.stack([points_of.mean(axis=0) for points_of in (scores[g] for g in groups)])
    order = np.argsort(np.linalg.norm(means, axis=1), kind="stable")
    names = _names(means[order])
    sizes = np.bincount(nearest, minlength=count)
    return [
        SourceClips(
            name=name,
            description=_describe(centred[groups[at]].mean(axis=0), means[at], facts),
            why=f"the most central of {sizes[at]} utterances that are {name}",
            numbers=tuple(candidates[one].number for one in groups[at]),
        )
        for name, at in zip(names, order, strict=True)
    ]


def _comparable(candidates: Sequence[Candidate]) -> Points:
    """Pitch, melody, pace and level of each, [candidates, 4]; levels without recordings' gains."""
    facts = np.array([astuple(one.manner) for one in candidates], np.float64)
    recordings = np.array([one.recording for one in candidates])
    names, sizes = np.unique(recordings, return_counts=True)
    rest = np.isin(recordings, names[sizes < LEAST_GAINED_BY])
    parts = [recordings == name for name in names[sizes >= LEAST_GAINED_BY]]
    for part in (*parts, rest):
        if part.any():
            facts[part, 3] -= np.median(facts[part, 3])
    return facts


def _deviations(facts: Points) -> Points:
    """The same in deviations from the middle; a robust scale, so that slips of F0 do not set it."""
    low, middle, high = np.percentile(facts, [16.0, 50.0, 84.0], axis=0)
    scale: Points = np.maximum((high - low) / 2.0, _STEPS)
    scores: Points = (facts - middle) / scale
    return scores


def _medoids(distances: Points, count: int) -> list[int]:
    """The members whose distances to all others, each to its nearest medoid, add up to least."""
    chosen: list[int] = []
    nearest = np.full(len(distances), np.inf)
    for _ in range(count):
        costs = np.minimum(nearest[:, None], distances).sum(axis=0)  # [members]
        costs[chosen] = np.inf
        chosen.append(int(costs.argmin()))
        nearest = np.minimum(nearest, distances[:, chosen[-1]])
    best = float(nearest.sum())
    while True:
        swaps = []
        for place in range(count):
            others = chosen[:place] + chosen[place + 1 :]
            left = distances[:, others].min(axis=1) if others else np.full(len(distances), np.inf)
            costs = np.minimum(left[:, None], distances).sum(axis=0)
            costs[chosen] = np.inf
            swaps.append((float(costs.min()), place, int(costs.argmin())))
        cost, place, member = min(swaps)
        if cost >= best - 1e-9:
            return chosen
        chosen[place], best = member, cost


def _names(means: Points) -> list[str]:
    """A name for each group, by its deviations [groups, 4]; the first is the most typical one."""
    names: list[str] = []
    for mean in means:
        strongest = np.argsort(-np.abs(mean), kind="stable")
        words = [_WORDS[trait][int(mean[trait] > 0)] for trait in strongest]
        told = sum(abs(mean) >= TELLING)
        plain = [_TYPICAL] if not names or not told else []
        most = min(max(told, 1), 2)
        choices = [*plain, _joined(words[:most]), *(_joined(words[:n]) for n in (1, 2, 3, 4))]
        choices += [f"{words[0]} {number}" for number in range(2, len(means) + 2)]
        names.append(next(name for name in choices if name not in names))
    return names


def _joined(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _describe(difference: Points, mean: Points, facts: Points) -> str:
    """A sentence of how a group differs from the speaker's average."""
    pitch, melody, pace, level = difference
    usual = float(np.median(facts[:, 2]))
    share = round(100 * abs(pace) / usual) if usual else 0
    said = (
        f"{abs(pitch):.1f} semitones {'higher' if pitch > 0 else 'lower'}",
        f"with {'more' if melody > 0 else 'less'} melody",
        f"{share} % {'faster' if pace > 0 else 'slower'}",
        f"{abs(level):.1f} dB {'louder' if level > 0 else 'softer'}",
    )
    told = [said[trait] for trait in range(4) if abs(mean[trait]) >= TELLING]
    if not told:
        return "As the speaker usually sounds."
    return f"Against how the speaker usually sounds: {', '.join(told)}."
