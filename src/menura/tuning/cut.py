"""Cuts running speech into utterances of 2 to 15 s, at pauses wherever there are any."""

from collections.abc import Callable, Sequence

from menura.audio.activity import Span

LEAST_SECONDS = 2.0
MOST_SECONDS = 14.8
"""With the margins at both ends it is 15."""

LONGEST_PAUSE_SECONDS = 0.8
"""Shorter pauses stay inside of an utterance: how somebody pauses is part of the voice."""

LONGEST_JOINT_SECONDS = 1.5
"""Pause over which a stretch too short for an utterance is joined to its neighbour."""

MARGIN_SECONDS = 0.1

Piece = tuple[Span, ...]
"""Stretches of speech that belong together, in order."""


def cut(spans: Sequence[Span], quietest: Callable[[float, float], float]) -> list[Piece]:
    """Groups stretches of speech into utterances; those too short for one are left out.

    `quietest` gives the quietest moment between two, for speech that goes on without a pause.
    """
    runs: list[Piece] = []
    for span in _short_enough(spans, quietest):
        if runs and span.start - runs[-1][-1].end <= LONGEST_PAUSE_SECONDS:
            runs[-1] = (*runs[-1], span)
        else:
            runs.append((span,))
    joined: list[Piece] = []
    for piece in (piece for run in runs for piece in _split(run)):
        if joined and _belongs(joined[-1], piece):
            joined[-1] += piece
        else:
            joined.append(piece)
    return [piece for piece in joined if _seconds(piece) >= LEAST_SECONDS]


def borders(pieces: Sequence[Piece], seconds: float) -> list[Span]:
    """Start and end of each utterance, with margins that do not reach into its neighbours."""
    found = []
    for number, piece in enumerate(pieces):
        before = pieces[number - 1][-1].end if number else 0.0
        after = pieces[number + 1][0].start if number + 1 < len(pieces) else seconds
        start, end = piece[0].start, piece[-1].end
        found.append(
            Span(
                max(start - MARGIN_SECONDS, (before + start) / 2 if number else 0.0),
                min(end + MARGIN_SECONDS, (after + end) / 2 if after < seconds else seconds),
            )
        )
    return found


def _short_enough(
    spans: Sequence[Span], quietest: Callable[[float, float], float]
) -> Sequence[Span]:
    short = []
    for span in spans:
        start = span.start
        while span.end - start > MOST_SECONDS:
            latest = min(start + MOST_SECONDS, span.end - LEAST_SECONDS)
            moment = quietest(max(start + LEAST_SECONDS, latest - MOST_SECONDS / 2), latest)
            short.append(Span(start, moment))
            start = moment
        short.append(Span(start, span.end))
    return short


def _split(run: Piece) -> list[Piece]:
    if _seconds(run) <= MOST_SECONDS:
        return [run]
    middle = (run[0].start + run[-1].end) / 2

    def rank(at: int) -> tuple[bool, float, float]:
        sides = min(_seconds(run[:at]), _seconds(run[at:]))
        gap = run[at].start - run[at - 1].end
        return sides >= LEAST_SECONDS, gap, -abs(run[at].start - middle)

    at = max(range(1, len(run)), key=rank)
    return [*_split(run[:at]), *_split(run[at:])]


def _belongs(first: Piece, second: Piece) -> bool:
    return (
        min(_seconds(first), _seconds(second)) < LEAST_SECONDS
        and second[0].start - first[-1].end <= LONGEST_JOINT_SECONDS
        and second[-1].end - first[0].start <= MOST_SECONDS
    )


def _seconds(piece: Piece) -> float:
    return piece[-1].end - piece[0].start
