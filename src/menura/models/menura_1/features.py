"""Acoustic features on the clocks of the network.

The log-mel is the one the network was trained with: FFT 2048, window 1200, hop 300, 80 HTK bands
laid out as for a 16 kHz file, so that band 66 lies at about 8 kHz of the real 24 kHz signal.
"""

import functools

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from menura.audio.pitch import f0_track
from menura.models.contract import Audio
from menura.models.menura_1.decoder import FRAME, PITCH_HOP, SAMPLE_RATE

BANDS = 80
_FFT, _WINDOW = 2048, 1200
_LAID_OUT_AS = 16000

LEVEL = 0.06
"""RMS of recordings that are learned from: what the network speaks at (stock voices 0.04 to 0.08).
"""

ENERGY_OFFSET = 0.3
"""Added to measured energy, which lies that much under what the network predicts for its own speech
(medians 0.20 to 0.32 over four stock voices; correlation 0.99)."""


@functools.cache
def mel_matrix() -> Tensor:
    """HTK mel filters, [80, 1025]."""
    top = _LAID_OUT_AS / 2
    frequencies = np.linspace(0, top, _FFT // 2 + 1)
    points = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + top / 700), BANDS + 2) / 2595) - 1)
    rising = (frequencies - points[:-2, None]) / np.diff(points)[:-1, None]
    falling = (points[2:, None] - frequencies) / np.diff(points)[1:, None]
    return torch.from_numpy(np.maximum(0, np.minimum(rising, falling)).astype(np.float32))


def bands_up_to(hertz: float) -> int:
    """How many mel bands lie below a real frequency of a 24 kHz signal."""
    bin_hertz = SAMPLE_RATE / _FFT
    top = int(min(hertz / bin_hertz, _FFT // 2))
    centres = mel_matrix().argmax(dim=1)
    return int((centres <= top).sum())


def log_mel(audio: Tensor) -> Tensor:
    """Normalised log-mel of [B, samples]: (ln(1e-5 + mel) + 4) / 4, [B, 80, samples // 300 + 1]."""
    window = torch.hann_window(_WINDOW, device=audio.device)
    spectrum = torch.stft(audio, _FFT, PITCH_HOP, _WINDOW, window, return_complex=True)
    power = spectrum.real.square() + spectrum.imag.square()
    return ((1e-5 + mel_matrix().to(audio.device) @ power).log() + 4) / 4


def energy(mel: Tensor) -> Tensor:
    """Energy as the network knows it, from a normalised log-mel: [B, 80, T] to [B, T]."""
    return (4 * mel - 4).exp().norm(dim=1).log() + ENERGY_OFFSET


def levelled(audio: Audio, frames: int) -> Audio:
    """So many frames of 25 ms of a recording, scaled to LEVEL."""
    samples = audio[: frames * FRAME]
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    return np.asarray(samples * np.float32(LEVEL / max(rms, 1e-5)), dtype=np.float32)


def f0(audio: Audio, frames: int) -> Tensor:
    """F0 in Hz on the 12.5 ms clock, 0 where unvoiced, [1, frames]."""
    track = torch.from_numpy(f0_track(audio, SAMPLE_RATE, PITCH_HOP / SAMPLE_RATE).hz)
    return F.pad(track, (0, max(0, frames - track.numel())))[None, :frames]
