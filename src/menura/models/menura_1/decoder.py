"""From aligned text features, F0 and energy to a waveform (the part that carries the timbre).

Clocks: text features at 40 frames/s (600 samples), F0 and energy at 80 frames/s (300 samples),
audio at 24 kHz.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.layers import (
    Steps,
    Style,
    StyledResidualBlock,
    StyledSnakeBlock,
    finish,
)

SAMPLE_RATE = 24000
PITCH_HOP = 300
FRAME = 2 * PITCH_HOP
"""Samples of one duration frame."""

_FFT, _HOP = 20, 5
"""Of the transforms at both ends of the generator."""

_BINS = _FFT // 2 + 1
_HARMONICS = 9
BLOCKS = 3
"""Blocks of a stage of the generator, beside each other; the later ones have more taps."""


class HarmonicSource(nn.Module):
    """Sine waves at F0 and its harmonics, mixed into one excitation signal.

    The neural source-filter source of Wang et al. 2019 (arXiv 1904.12088): voiced stretches get
    sines and a little noise, unvoiced ones noise alone.
    """

    amplitude = 0.1
    voiced_noise = 0.003

    def __init__(self) -> None:
        super().__init__()
        self.l_linear = nn.Linear(_HARMONICS, 1)

    def forward(self, f0: Tensor, generator: torch.Generator | None) -> Tensor:
        """Maps F0 in Hz [B, T] to the source [B, T·300]; without a generator there is no noise."""
        return self.mixed(self.phase(f0), f0, self.noise(f0, generator))

    def phase(self, f0: Tensor) -> Tensor:
        """Phases of F0 [B, T] and its harmonics in cycles, [B, 9, T], float64.

        They grow to 10⁵: as float32 they would be a hundredth of a cycle off.
        """
        multiples = torch.arange(1, _HARMONICS + 1, device=f0.device, dtype=torch.float64)
        cycles = (f0.double()[:, None, :] * multiples[:, None] / SAMPLE_RATE) % 1.0
        return torch.cumsum(cycles, dim=2) * PITCH_HOP

    def noise(self, f0: Tensor, generator: torch.Generator | None) -> Tensor | None:
        """White noise [B, 9, T·300] for F0 [B, T]."""
        if generator is None:
            return None
        shape = (f0.shape[0], _HARMONICS, f0.shape[1] * PITCH_HOP)
        return torch.randn(shape, generator=generator, device=generator.device).to(f0.device)

    def mixed(self, phase: Tensor, f0: Tensor, noise: Tensor | None) -> Tensor:
        """Maps a stretch's phases, F0 and noise to its source, [B, T·300].

        A stretch cut out of a longer one differs from it by its first and last half hop.
        """
        cycles = F.interpolate(phase, scale_factor=float(PITCH_HOP), mode="linear")
        phase = (cycles - cycles.floor()).float() * (2 * math.pi)
        voiced = (f0 > 10).float().repeat_interleave(PITCH_HOP, dim=1)[:, None, :]
        waves = torch.sin(phase) * self.amplitude * voiced
        if noise is not None:
            level = voiced * self.voiced_noise + (1 - voiced) * (self.amplitude / 3)
            waves = waves + level * noise
        mixed = F.linear(waves.transpose(1, 2), self.l_linear.weight, self.l_linear.bias)
        return torch.tanh(mixed)[..., 0]


class Generator(nn.Module):
    """Upsamples hidden frames by 60 and ends in an inverse short-time Fourier transform."""

    def __init__(self) -> None:
        super().__init__()
        self.m_source = HarmonicSource()
        self.ups = nn.ModuleList(
            [
                nn.ConvTranspose1d(512, 256, 20, stride=10, padding=5),
                nn.ConvTranspose1d(256, 128, 12, stride=6, padding=3),
            ]
        )
        self.noise_convs = nn.ModuleList(
            [nn.Conv1d(2 * _BINS, 256, 12, stride=6, padding=3), nn.Conv1d(2 * _BINS, 128, 1)]
        )
        self.noise_res = nn.ModuleList([StyledSnakeBlock(256, 7), StyledSnakeBlock(128, 11)])
        self.resblocks = nn.ModuleList(
            StyledSnakeBlock(channels, kernel) for channels in (256, 128) for kernel in (3, 7, 11)
        )
        self.conv_post = nn.Conv1d(128, 2 * _BINS, 7, padding=3)
        self.register_buffer("window", torch.hann_window(_FFT), persistent=False)

    def spectrum(self, source: Tensor, *, center: bool = True) -> Tensor:
        """Magnitudes and phases of an excitation [B, N·5], [B, 22, N + 1].

        Without `center` it stands within its surroundings of 10 samples on both sides.
        """
        window: Tensor = self.window  # type: ignore[assignment]
        spectrum = torch.stft(
            source, _FFT, _HOP, window=window.float(), center=center, return_complex=True
        )
        return torch.cat([spectrum.abs(), spectrum.angle()], dim=1)

    def excite(self, stage: int, spectrum: Tensor, style: Style) -> Steps:
        """What the excitation adds at a stage: [B, 256, T·10] or [B, 128, T·60 + 1]."""
        block = self.noise_res[stage]
        assert isinstance(block, StyledSnakeBlock)
        return (yield from block.steps(self.noise_convs[stage](spectrum), style))

    def raised(self, number: int, x: Tensor, excitation: Tensor) -> Tensor:
        """Upsamples by 10 (to 800 Hz) or by 6 (to 4800 Hz, one step more) for a stage."""
        x = self.ups[number](F.leaky_relu(x, 0.1))
        if number == 1:
            x = F.pad(x, (1, 0), mode="reflect")
        return x + excitation

    def shaped(self, number: int, block: int, x: Tensor, style: Style) -> Steps:
        """What one of the three blocks of a stage makes of its input."""
        one = self.resblocks[BLOCKS * number + block]
        assert isinstance(one, StyledSnakeBlock)
        return one.steps(x, style)

    def stage(self, number: int, x: Tensor, excitation: Tensor, style: Style) -> Steps:
        """Upsamples and shapes the sound: the mean of what three blocks make of it."""
        x = self.raised(number, x, excitation)
        blocks = []
        for block in range(BLOCKS):
            blocks.append((yield from self.shaped(number, block, x, style)))
        return (blocks[0] + blocks[1] + blocks[2]) * (1 / BLOCKS)

    def wave(self, x: Tensor) -> Tensor:
        """Turns the last stage's output [B, 128, N + 1] into a waveform [B, N·5]."""
        return self.transformed(self.conv_post(F.leaky_relu(x, 0.01)))

    def transformed(self, x: Tensor) -> Tensor:
        """Inverse transform of the last convolution's output, [B, 22, N + 1] to [B, N·5]."""
        x = x.float()
        magnitude, phase = x[:, :_BINS].exp(), x[:, _BINS:].sin()
        window: Tensor = self.window  # type: ignore[assignment]
        return torch.istft(
            torch.polar(magnitude, phase), _FFT, _HOP, window=window.float(), center=True
        )

    def steps(
        self, x: Tensor, style: Style, f0: Tensor, generator: torch.Generator | None
    ) -> Steps:
        """Maps [B, 512, T] and F0 [B, T] to a waveform [B, T·300]."""
        # The excitation knows only F0 and style. It is never adapted, and gradients stay out of it:
        # that saves a fifth of a training step (3.6 to 2.9 CPU seconds for 1.6 s of audio).
        with torch.no_grad():
            spectrum = self.spectrum(self.m_source(f0, generator)).to(x.dtype)
        for i in range(2):
            excitation = yield from _without_gradients(self.excite(i, spectrum, style))
            x = yield from self.stage(i, x, excitation, style)
        return self.wave(x)


class Decoder(nn.Module):
    """Mixes text features with F0 and energy, then generates the waveform."""

    def __init__(self) -> None:
        super().__init__()
        self.F0_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.N_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.asr_res = nn.ModuleList([nn.Conv1d(512, 64, 1)])
        self.encode = StyledResidualBlock(514, 1024)
        self.decode = nn.ModuleList(
            [StyledResidualBlock(1024 + 66, 1024) for _ in range(3)]
            + [StyledResidualBlock(1024 + 66, 512, upsample=True)]
        )
        self.generator = Generator()

    def hidden(self, text: Tensor, f0: Tensor, energy: Tensor, style: Style) -> Tensor:
        """The part before the generator: inputs as in `forward`, gives [B, 512, 2·T]."""
        x, side = self.inputs(text, f0, energy)
        x = self.encode(x, style)
        for block in self.decode:
            x = block(torch.cat([x, side], dim=1), style)
        return x

    def inputs(self, text: Tensor, f0: Tensor, energy: Tensor) -> tuple[Tensor, Tensor]:
        """What the first block gets, [B, 514, T], and what every later one gets too, [B, 66, T]."""
        f0_low = self.F0_conv(f0[:, None].to(text.dtype))  # [B, 1, T]
        energy_low = self.N_conv(energy[:, None].to(text.dtype))
        x = torch.cat([text, f0_low, energy_low], dim=1)
        return x, torch.cat([self.asr_res[0](text), f0_low, energy_low], dim=1)

    def forward(
        self,
        text: Tensor,
        f0: Tensor,
        energy: Tensor,
        style: Style,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Maps text [B, 512, T], F0 and energy [B, 2·T], style [B, S] to audio [B, 600·T]."""
        return finish(self.steps(text, f0, energy, style, generator))

    def steps(
        self,
        text: Tensor,
        f0: Tensor,
        energy: Tensor,
        style: Style,
        generator: torch.Generator | None = None,
    ) -> Steps:
        """The same as `forward`, with many rests."""
        x = self.hidden(text, f0, energy, style)
        yield
        return (yield from self.generator.steps(x, style, f0, generator))


def _without_gradients(steps: Steps) -> Steps:
    """Computes each step outside of the graph, whatever is done at the rests."""
    while True:
        with torch.no_grad():
            try:
                next(steps)
            except StopIteration as end:
                result: Tensor = end.value
                return result
        yield
