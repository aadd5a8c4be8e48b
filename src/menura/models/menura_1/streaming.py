"""Decodes a plan in pieces, side by side, so that the first audio need not wait for the last.

With fixed norms (`FixedNorms`) every sample depends on its neighbourhood alone. So a piece that is
computed with a margin of that neighbourhood on both sides equals the same piece of a whole decode
with the same norms, to rounding: there is nothing to hear at a join, and pieces can be computed at
the same time, a thread each.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

import torch
from torch import Tensor

from menura.models.menura_1.decoder import BLOCKS, Decoder
from menura.models.menura_1.layers import Both, First, FixedNorms, Second, finish, in_turn
from menura.models.menura_1.network import Plan

_HIDDEN_MARGIN = 12
"""Frames of 25 ms on each side that the part before the generator sees: ten convolutions of three
taps, one of them at the doubled rate beside another upsampling, and the one of F0."""

_MARGIN = 9
"""Half-frames of 12.5 ms that the generator sees on each side."""

_FINE_MARGIN = 20
"""Steps of 800 Hz that its second stage sees. The excitation's block and the blocks after it reach
60 steps of 4800 Hz each. With 9 and 20 pieces differ from the whole by 1e-6 of full scale, with 8
and 14 by 4e-4."""

_STEPS = 10
"""Steps of 800 Hz in a half-frame."""

_SIZES = (16, 16, 24, 32, 48)
"""Half-frames of the first pieces. Small ones first, for an early sound; each takes less time than
the audio before it lasts. Larger ones cost less, since each computes its margins too."""

_LARGEST = 64

_ONSET = 10
"""Half-frames before the end of the first pad at which decoding begins. Sound was never heard more
than 80 ms before that end."""

_FIRST_BLOCK, _BLOCK = 40, 120
"""Frames for which the part before the generator is computed at a time, after the first ones."""

_POLL_SECONDS = 0.01
"""How long a caller is kept waiting before it may look after other things."""


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """Raised inside of a computation that nobody waits for any more."""


class Crew:
    """Threads that compute pieces, one thread of PyTorch each.

    PyTorch's own threads, inside of each operation, are for what cannot be cut in pieces, and only
    while no piece is under way.
    """

    def __init__(self) -> None:
        self.size = max(1, torch.get_num_threads())
        """How many pieces are computed at a time."""

        self._pool = ThreadPoolExecutor(
            self.size, "menura-decode", initializer=torch.set_num_threads, initargs=(1,)
        )
        self._aid = ThreadPoolExecutor(
            1, "menura-aid", initializer=torch.set_num_threads, initargs=(1,)
        )
        self._aid_free = threading.Lock()
        self._under_way: set[Future[Tensor]] = set()

    def submit(self, work: Callable[[], Tensor]) -> Future[Tensor]:
        """Lets a thread do this."""

        def compute() -> Tensor:
            with torch.inference_mode():
                return work()

        torch.set_num_threads(1)
        future = self._pool.submit(compute)
        self._under_way.add(future)
        return future

    def rest(self) -> None:
        """Waits until nothing is under way; to be called before weights are changed."""
        wait(self._under_way)
        self.release()

    def release(self) -> None:
        """Gives the caller its threads back, unless something is under way."""
        self._under_way = {one for one in self._under_way if not one.done()}
        if not self._under_way:
            torch.set_num_threads(self.size)

    def both(
        self, first: Callable[[], First], second: Callable[[], Second]
    ) -> tuple[First, Second]:
        """Does two things at once, the first in the caller's thread; raises what they raise.

        While the crew computes pieces they are done one after the other.
        """
        self.release()
        if self._under_way:
            return first(), second()
        torch.set_num_threads(1)
        try:
            return self.aided(first, second)
        finally:
            self.release()

    def aided(
        self, first: Callable[[], First], second: Callable[[], Second]
    ) -> tuple[First, Second]:
        """The same for a thread of the crew. Whom nobody can aid does them one after the other."""
        if self.size < 2 or not self._aid_free.acquire(blocking=False):
            return first(), second()

        def compute() -> Second:
            with torch.inference_mode():
                return second()

        # Not one of the pool's threads: if all of these waited for aid, nobody could give it.
        future = self._aid.submit(compute)
        try:
            return first(), future.result()
        finally:
            wait([future])
            self._aid_free.release()


class Pieces:
    """Decodes pieces of one plan.

    Args:
        decoder: with the voice's update.
        norms: of the decoder, for the voice.
        plan: what is to be said.
        generator: for the noise of the excitation.
    """

    def __init__(
        self, decoder: Decoder, norms: FixedNorms, plan: Plan, generator: torch.Generator
    ) -> None:
        self._decoder = decoder
        self._norms = norms
        self._plan = plan
        self._noise = generator
        self._source: Tensor | None = None
        self.frames = plan.text.shape[2]
        self._hidden = plan.text.new_empty(1, 512, 2 * self.frames)
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Lets computations under way raise `Stopped` soon."""
        self._stopped.set()

    def prepare(self, begin: int, end: int) -> Tensor:
        """Computes the part before the generator for frames from `begin` to `end`."""
        first, last = max(0, begin - _HIDDEN_MARGIN), min(self.frames, end + _HIDDEN_MARGIN)
        hidden = self._decoder.hidden(
            self._plan.text[:, :, first:last],
            self._plan.f0[:, 2 * first : 2 * last],
            self._plan.energy[:, 2 * first : 2 * last],
            self._norms,
        )
        kept = self._hidden[:, :, 2 * begin : 2 * end]
        start = 2 * (begin - first)
        return kept.copy_(hidden[:, :, start : start + kept.shape[2]])

    def audio(self, begin: int, end: int) -> Tensor:
        """Samples [300·(end − begin)] of half-frames that are prepared, and their margins too.

        Raises Stopped.
        """
        return self._audio(_Reach(begin, end, self.frames), self.excitation(begin, end), in_turn)

    def audio_by(
        self, both: Both, begin: int, end: int, prepare: Callable[[], object] = lambda: None
    ) -> Tensor:
        """The same as `audio`, by two threads; `prepare` does what it needs. Raises Stopped."""
        excitation, _ = both(lambda: self.excitation(begin, end), prepare)
        return self._audio(_Reach(begin, end, self.frames), excitation, both)

    def excitation(self, begin: int, end: int) -> tuple[Tensor, Tensor]:
        """What the excitation adds to a piece at both stages; nothing has to be prepared."""
        reach = _Reach(begin, end, self.frames)
        spectrum = self._spectrum()[:, :, 60 * reach.first : 60 * reach.last + 1]
        fine = spectrum[:, :, 6 * reach.left : 6 * reach.right + 1]
        return self._excite(0, spectrum), self._excite(1, fine)

    def _spectrum(self) -> Tensor:
        """Of the excitation, [1, 22, half-frames·60 + 1].

        Whole, since its phases run on from the first frame; it costs little. The first piece is
        computed alone, so no two threads do this.
        """
        if self._source is None:
            generator = self._decoder.generator
            self._source = generator.spectrum(generator.m_source(self._plan.f0, self._noise))
        return self._source

    def _excite(self, number: int, spectrum: Tensor) -> Tensor:
        self._look()
        steps = self._decoder.generator.excite(number, spectrum, self._norms)
        return finish(steps, self._look)

    def _audio(self, reach: "_Reach", excitation: tuple[Tensor, Tensor], both: Both) -> Tensor:
        x = self._stage(0, self._hidden[:, :, reach.first : reach.last], excitation[0], both)
        x = self._stage(1, x[:, :, reach.left : reach.right], excitation[1], both)
        wave = self._decoder.generator.wave(x)[0]
        return wave[30 * (reach.start - reach.left) :][: 30 * (reach.stop - reach.start)]

    def _stage(self, number: int, x: Tensor, excitation: Tensor, both: Both) -> Tensor:
        generator = self._decoder.generator
        raised = generator.raised(number, x, excitation)

        def block(which: int) -> Tensor:
            self._look()
            return finish(generator.shaped(number, which, raised, self._norms), self._look)

        # The last block has nearly as many taps as both others.
        small, large = both(lambda: block(0) + block(1), lambda: block(2))
        return (small + large) * (1 / BLOCKS)

    def _look(self) -> None:
        if self._stopped.is_set():
            raise Stopped


class _Reach:
    """What a piece needs, in half-frames, and in steps of 800 Hz from the first of them."""

    def __init__(self, begin: int, end: int, frames: int) -> None:
        self.first, self.last = max(0, begin - _MARGIN), min(2 * frames, end + _MARGIN)
        self.start, self.stop = _STEPS * (begin - self.first), _STEPS * (end - self.first)
        steps = _STEPS * (self.last - self.first)
        self.left = max(0, self.start - _FINE_MARGIN)
        self.right = min(steps, self.stop + _FINE_MARGIN)


def decode(crew: Crew, pieces: Pieces, pad: int) -> Generator[Tensor | None, None, None]:
    """Yields a plan's audio from `onset(pad)` on, [samples] each, in order.

    None comes again and again while a piece is waited for. When the iterator is closed, the pieces
    under way are given up. `pad` is the length of the first pad in frames.
    """
    spans = list(_spans(onset(pad), 2 * pieces.frames))
    line = _Line(crew, pieces, spans)
    try:
        # All threads work together on the first two pieces: nothing else can be done before the
        # first sound, and what follows it must not be late. Later ones are computed side by side,
        # which costs less. Only the first is the caller's own work, which nobody can interrupt.
        first = pieces.audio_by(crew.both, *spans[0], partial(line.prepare, 0))
        line.second()
        yield first
        while line.waiting:
            future = line.waiting.popleft()
            while not wait([future], _POLL_SECONDS).done:
                yield None
            line.fill()
            yield future.result()
    finally:
        pieces.stop()
        for future in line.waiting:
            future.cancel()
        crew.release()


def onset(pad: int) -> int:
    """The half-frame at which decoding begins, for a first pad of so many frames."""
    return max(0, 2 * pad - _ONSET)


def _spans(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Where pieces begin and end, in half-frames; the last one is not very small."""
    sizes = iter(_SIZES)
    while begin < end:
        size = next(sizes, _LARGEST)
        stop = end if end - begin < size + _SIZES[1] else begin + size
        yield begin, stop
        begin = stop


class _Line:
    """Hands the pieces of one plan to a crew, as many as it computes at a time."""

    def __init__(self, crew: Crew, pieces: Pieces, spans: list[tuple[int, int]]) -> None:
        self.waiting: deque[Future[Tensor]] = deque()
        self._crew = crew
        self._pieces = pieces
        self._spans = spans
        self._next = 1
        self._known = max(0, (spans[0][0] - _MARGIN) // 2)
        self._blocks: list[Future[Tensor]] = []

    def prepare(self, number: int) -> None:
        """Computes what a piece needs; nothing else may be submitted meanwhile."""
        end = self._needed(number)
        self._pieces.prepare(self._known, end)
        self._known = end

    def second(self) -> None:
        """Submits the second piece, with what it needs, for two threads."""
        if len(self._spans) > 1:
            work = partial(
                self._pieces.audio_by, self._crew.aided, *self._spans[1], partial(self.prepare, 1)
            )
            self.waiting.append(self._crew.submit(work))
            self._next = 2

    def fill(self) -> None:
        """Submits pieces until enough are under way, and what those after them need."""
        while self._next < len(self._spans) and len(self.waiting) < self._crew.size:
            self._foresee(self._next)
            span, blocks = self._spans[self._next], tuple(self._blocks)
            self.waiting.append(self._crew.submit(partial(self._audio, span, blocks)))
            self._next += 1
            self._foresee(self._next)

    def _foresee(self, number: int) -> None:
        """Submits what a piece needs, unless it is submitted already."""
        if number < len(self._spans) and (needed := self._needed(number)) > self._known:
            # Its margins cost as much as 24 frames, so it is long, but not at first.
            size = _FIRST_BLOCK if not self._blocks else _BLOCK
            end = min(self._pieces.frames, max(needed, self._known + size))
            self._blocks.append(self._crew.submit(partial(self._pieces.prepare, self._known, end)))
            self._known = end

    def _audio(self, span: tuple[int, int], blocks: tuple[Future[Tensor], ...]) -> Tensor:
        wait(blocks)  # submitted before, so under way or done
        for block in blocks:
            block.result()
        return self._pieces.audio(*span)

    def _needed(self, number: int) -> int:
        """Frames that a piece needs; those after the last need what it needs."""
        _, end = self._spans[min(number, len(self._spans) - 1)]
        return min(self._pieces.frames, -(-(end + _MARGIN) // 2))
