"""The decoder as a line of flows: pieces of one plan, each computed by several threads."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.crew import Crew
from menura.models.menura_1.decoder import BLOCKS, PITCH_HOP, Decoder, Generator
from menura.models.menura_1.flows import Convolution, Residual, Snake, Stream, Upsampling
from menura.models.menura_1.layers import FixedNorms, StyledResidualBlock, StyledSnakeBlock
from menura.models.menura_1.measured_hidden import Submit
from menura.models.menura_1.network import Plan

Part = TypeVar("Part")

_STEPS = 60
"""Steps of 4800 Hz in a half-frame of 12.5 ms."""

_ALL = 10**9
"""More steps than there are: the rest."""

_AHEAD = (0, 16, 48)
"""Frames by which the part before the generator runs ahead in the first pieces and in all others:
every pass reads its 124 MB of weights, so few frames cost nearly as much as many."""


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """Raised inside of a computation that nobody waits for any more."""


class Pieces:
    """Decodes one plan piece by piece; all together are the same as a whole decode.

    Args:
        decoder: with the voice's update.
        norms: of the decoder, for the voice.
        plan: what is to be said.
        generator: for the noise of the excitation.
        hidden: lets threads compute the part before the generator, [1, 512, half-frames], with
            norms that measure the utterance; without it that part comes in pieces too, with the
            norms given.
    """

    def __init__(
        self,
        decoder: Decoder,
        norms: FixedNorms,
        plan: Plan,
        generator: torch.Generator,
        hidden: Callable[[Submit], Future[Tensor]] | None = None,
    ) -> None:
        self.half_frames = plan.f0.shape[1]
        self._stopped = stopped = threading.Event()

        # Not a method: who holds it must not hold all of this, or only a search for circles of
        # references would set the tensors free.
        def look() -> None:
            if stopped.is_set():
                raise Stopped

        self._look = look
        self._hidden = _Hidden(decoder, norms, plan, look)
        self._whole = hidden
        self._source = _Source(decoder.generator, plan.f0, generator)
        self._stages = [_Stage(decoder.generator, i, norms, look) for i in range(2)]
        self._wave = _Wave(decoder.generator)
        self._number = 0
        self._previous: dict[str, Future[Any]] = {}
        self._urgent: tuple[Future[Any], ...] = ()
        """What later pieces wait for, or they would take a thread that the first one soon needs."""

    def stop(self) -> None:
        """Lets computations under way raise `Stopped` soon."""
        self._stopped.set()

    def submit(self, crew: Crew, end: int) -> Future[Tensor]:
        """Lets a crew compute the samples [n] up to a half-frame, from where the last piece ended.

        The future raises Stopped.
        """
        first = self._number == 0
        ahead = _AHEAD[min(self._number, len(_AHEAD) - 1)]
        self._number += 1
        low, high = self._stages
        outputs = self._wave.needs(_ALL if end >= self.half_frames else _STEPS * end)
        raised = high.reach(outputs)
        coarse = high.needs(raised)
        lifted = low.reach(coarse)
        half_frames = low.needs(lifted)

        look = self._look

        def part(name: str, work: Callable[[], Part], *after: Future[Any]) -> Future[Part]:
            # Each part goes on where it ended in the piece before.
            before = [self._previous[name]] if name in self._previous else []
            future = crew.submit(_looking(look, work), *before, *after, *self._urgent, urgent=first)
            self._previous[name] = future
            return future

        def shape(stage: _Stage, ready: Future[None], outputs: int) -> list[Future[None]]:
            # The last block has nearly as many taps as both others, so it is begun first.
            return [
                part(f"block {stage.number} {i}", partial(stage.shape, i, outputs), ready)
                for i in reversed(range(BLOCKS))
            ]

        def excite() -> None:
            self._source.until(max(low.source(lifted), high.source(raised)), low, high)
            low.excite(lifted)

        def lift() -> None:
            low.join(coarse, high)
            high.raise_(coarse, raised)

        excited = part("excite 0", excite)
        if self._whole is None:
            hidden = part("hidden", partial(self._hidden.until, half_frames, ahead, low))
        else:
            hidden = self._previous.get("hidden") or self._whole_hidden(crew, low)
            self._previous["hidden"] = hidden
        finely = part("excite 1", partial(high.excite, raised), excited)
        ready = part("raise 0", partial(low.raise_, half_frames, lifted), excited, hidden)
        ready = part("raise 1", lift, *shape(low, ready, coarse), finely)

        def wave() -> Tensor:
            high.join(outputs, self._wave)
            return self._wave.until(outputs)

        whole = part("wave", wave, *shape(high, ready, outputs))
        if first:
            self._urgent = (ready,)
        return whole

    def _whole_hidden(self, crew: Crew, out: "_Stage") -> Future[None]:
        look = self._look

        def submit(work: Callable[[], Part], *after: Future[Any]) -> Future[Part]:
            return crew.submit(_looking(look, work), *after, urgent=True)

        assert self._whole is not None
        hidden = self._whole(submit)
        return submit(lambda: out.hidden.put(hidden.result(), True), hidden)


def _looking(look: Callable[[], None], work: Callable[[], Part]) -> Callable[[], Part]:
    """Work that is not begun when it was given up meanwhile."""

    def compute() -> Part:
        look()
        return work()

    return compute


class _Hidden:
    """The part before the generator; its clock is 40 frames a second, its output has 80."""

    def __init__(
        self,
        decoder: Decoder,
        norms: FixedNorms,
        plan: Plan,
        look: Callable[[], None],
    ) -> None:
        self._decoder = decoder
        self._plan = plan
        self._look = look
        blocks = [decoder.encode, *decoder.decode]
        self._blocks = [Residual(b, norms) for b in blocks if isinstance(b, StyledResidualBlock)]
        self._inputs: tuple[Tensor, Tensor] | None = None
        self._beside = [0] * len(self._blocks)
        self._done = 0

    def until(self, half_frames: int, ahead: int, out: "_Stage") -> None:
        """Computes so much, and perhaps a little more."""
        count = half_frames
        for block in reversed(self._blocks):
            count = block.needs(count)
        frames = self._plan.text.shape[2]
        if self._done == frames or (self._done and count <= self._done):
            return
        if self._inputs is None:
            plan = self._plan
            self._inputs = self._decoder.inputs(plan.text, plan.f0, plan.energy)
        first, side = self._inputs
        end = min(frames, count + ahead)
        x, last = first[:, :, self._done : end], end == frames
        self._done = end
        for i, block in enumerate(self._blocks):
            self._look()
            if i:
                begin = self._beside[i]
                self._beside[i] += x.shape[2]
                x = torch.cat([x, side[:, :, begin : self._beside[i]]], 1)
            x = block(x, last)
        out.hidden.put(x, last)


class _Source:
    """The excitation's spectrum, 60 steps a half-frame and one more at the end."""

    _EDGE = 10
    """Samples on both sides of a step that its transform sees."""

    def __init__(self, generator: Generator, f0: Tensor, noise: torch.Generator) -> None:
        self._generator = generator
        self._f0 = f0
        self._random = noise
        self._phase: Tensor | None = None
        self._noise: Tensor | None = None
        self._done = 0
        self._held = torch.empty(1, 0)

    def until(self, steps: int, *outs: "_Stage") -> None:
        """Gives so many steps, and perhaps a few more, to the stages."""
        count = self._f0.shape[1]
        begin, end = self._done, min(count, -(-(steps + 1) // _STEPS))
        if begin == count or (begin and end <= begin):
            return
        samples = self._samples(begin, end)
        if begin == 0:
            samples = torch.cat([samples[:, 1 : self._EDGE + 1].flip(1), samples], 1)
        else:
            samples = torch.cat([self._held, samples], 1)
        if end == count:
            samples = torch.cat([samples, samples[:, -self._EDGE - 1 : -1].flip(1)], 1)
        hop = PITCH_HOP // _STEPS
        whole = (samples.shape[1] - 2 * self._EDGE) // hop + 1
        self._held = samples[:, hop * whole :]
        self._done = end
        spectrum = self._generator.spectrum(samples, center=False)
        for out in outs:
            out.spectrum.put(spectrum, end == count)

    def _samples(self, begin: int, end: int) -> Tensor:
        source = self._generator.m_source
        if self._phase is None:
            self._phase = source.phase(self._f0)
            self._noise = source.noise(self._f0, self._random)
        first, last = max(0, begin - 1), min(self._f0.shape[1], end + 1)
        assert self._noise is not None
        noise = self._noise[:, :, first * PITCH_HOP : last * PITCH_HOP]
        mixed = source.mixed(self._phase[:, :, first:last], self._f0[:, first:last], noise)
        start = (begin - first) * PITCH_HOP
        return mixed[:, start : start + (end - begin) * PITCH_HOP]


class _Stage:
    """A stage of the generator, with the excitation that it gets."""

    def __init__(
        self, generator: Generator, number: int, norms: FixedNorms, look: Callable[[], None]
    ) -> None:
        def snake(block: nn.Module) -> Snake:
            assert isinstance(block, StyledSnakeBlock)
            return Snake(block, norms, look)

        up, conv = generator.ups[number], generator.noise_convs[number]
        assert isinstance(up, nn.ConvTranspose1d)
        assert isinstance(conv, nn.Conv1d)
        self.number = number
        self._mirrored = number == 1
        self._up = Upsampling(up)
        self._conv, self._excitation = Convolution(conv), snake(generator.noise_res[number])
        first = BLOCKS * number
        self._blocks = [snake(block) for block in generator.resblocks[first : first + BLOCKS]]
        self.hidden, self.spectrum = Stream(), Stream()
        self._raised, self._excited = Stream(), Stream()
        self._inputs = [Stream() for _ in self._blocks]
        self._outputs = [Stream() for _ in self._blocks]
        self._ended = [False] * BLOCKS
        self._begun = self._filled = self._excited_all = False

    def reach(self, outputs: int) -> int:
        """Raised steps for so many outputs."""
        return max(block.needs(outputs) for block in self._blocks)

    def needs(self, raised: int) -> int:
        """Inputs for so many raised steps."""
        return self._up.needs(raised - self._mirrored)

    def source(self, raised: int) -> int:
        """Steps of the excitation's spectrum for so many raised steps."""
        return self._conv.needs(self._excitation.needs(raised))

    def excite(self, raised: int) -> None:
        """Computes what the excitation adds to so many steps."""
        if self._excited_all:
            return
        x, last = self.spectrum.until(self.source(raised))
        self._excited_all = last
        self._excited.put(self._excitation(self._conv(x, last), last), last)

    def raise_(self, given: int, raised: int) -> None:
        """Upsamples so many inputs and adds the excitation."""
        if not self._filled:
            x, last = self.hidden.until(given)
            self._filled = last
            y = self._up(F.leaky_relu(x, 0.1), last)
            if self._mirrored and not self._begun:
                y = torch.cat([y[:, :, 1:2], y], 2)
            self._begun = True
            self._raised.put(y, last)
        y, last = self._raised.until(raised)
        y = y + self._excited.take(y.shape[2])
        for stream in self._inputs:
            stream.put(y, last)

    def shape(self, number: int, outputs: int) -> None:
        """Lets one of the blocks compute so many outputs."""
        if self._ended[number]:
            return
        block = self._blocks[number]
        x, last = self._inputs[number].until(block.needs(outputs))
        self._ended[number] = last
        self._outputs[number].put(block(x, last), last)

    def join(self, outputs: int, out: "_Stage | _Wave") -> None:
        """Hands the mean of the blocks' outputs on."""
        given = [stream.until(outputs) for stream in self._outputs]
        mean = (given[0][0] + given[1][0] + given[2][0]) * (1 / BLOCKS)
        out.hidden.put(mean, given[0][1])


class _Wave:
    """The end of the generator: from steps of 4800 Hz to samples."""

    _UNSETTLED = 10
    """Samples, of five for each step, which later steps still change."""

    _KEPT = 3
    """Steps that have a share in the samples after the settled ones."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._conv = Convolution(generator.conv_post)
        self._held: Tensor | None = None
        self.hidden = Stream()

    def needs(self, steps: int) -> int:
        """Inputs for the samples of so many steps."""
        return self._conv.needs(steps + self._UNSETTLED * _STEPS // PITCH_HOP)

    def until(self, inputs: int) -> Tensor:
        """Gives the next samples [n]."""
        x, last = self.hidden.until(inputs)
        y = self._conv(F.leaky_relu(x, 0.01), last)
        hop = PITCH_HOP // _STEPS
        begin = 0
        if self._held is not None:
            y = torch.cat([self._held, y], 2)
            begin = hop * self._KEPT - self._UNSETTLED
        self._held = y[:, :, y.shape[2] - self._KEPT :]
        end = hop * (y.shape[2] - 1) if last else hop * y.shape[2] - self._UNSETTLED
        return self._generator.transformed(y)[0, begin:end]
