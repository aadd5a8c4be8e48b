"""Decodes a plan in pieces, so that the first audio need not wait for the last.

With fixed norms (`FixedNorms`) every sample depends on its neighbourhood alone, so a piece is
settled as soon as what follows it is known for a fifth of a second. Layers keep what they need
again (`flows`): pieces cost nothing more than the whole, and there is nothing to hear at a join.
"""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, wait

from torch import Tensor

from menura.models.menura_1.crew import Crew
from menura.models.menura_1.network import Plan
from menura.models.menura_1.pieces import Pieces

_SIZES = (9, 14, 20, 28)
"""Half-frames of 12.5 ms of the first pieces. Small ones first, for an early sound; larger ones
cost less, since the Fourier convolutions come in tiles."""

_LARGEST = 40

_ONSET = 5
"""Frames before the end of the first pad at which decoding begins: 125 ms. The first sound, breath
or a consonant, came 17 to 109 ms before that end (eight voices, seven texts)."""

_AHEAD = 2
"""Pieces of an utterance that are under way at a time: while one waits for its last part, threads
do the next one's first."""

_POLL_SECONDS = 0.01
"""How long a caller is kept waiting before it may look after other things."""


def onset(pad: int) -> int:
    """The frame at which decoding begins, for a first pad of so many frames."""
    return max(0, pad - _ONSET)


def after(plan: Plan, frame: int) -> Plan:
    """A plan without its first frames; its first pad lasts longer than these."""
    if frame == 0:
        return plan
    durations = plan.durations.clone()
    durations[0] -= frame
    half = 2 * frame
    return Plan(durations, plan.text[:, :, frame:], plan.f0[:, half:], plan.energy[:, half:])


def decode(crew: Crew, pieces: Pieces) -> Generator[Tensor | None, None, None]:
    """Yields a plan's audio, [samples] each, in order.

    None comes again and again while a piece is waited for. When the iterator is closed, the pieces
    under way are given up.
    """
    ends = _ends(pieces.half_frames)
    waiting: deque[Future[Tensor]] = deque()

    def fill() -> None:
        while len(waiting) < _AHEAD and (end := next(ends, None)) is not None:
            waiting.append(pieces.submit(crew, end))

    try:
        fill()
        while waiting:
            future = waiting.popleft()
            while not wait([future], _POLL_SECONDS).done:
                yield None
            fill()
            yield future.result()
    finally:
        pieces.stop()
        crew.release()


def _ends(stop: int) -> Iterator[int]:
    """Where pieces end, in half-frames; the last one is not very small."""
    sizes = iter(_SIZES)
    end = 0
    while end < stop:
        end += next(sizes, _LARGEST)
        if stop - end < _SIZES[0]:
            end = stop
        yield end
