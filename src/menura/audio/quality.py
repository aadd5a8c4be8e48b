"""What a recording is like: noise, cut peaks, bandwidth, level."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_mask, speech_seconds
from menura.audio.clipping import clipped_share
from menura.audio.loudness import loudness

Audio = NDArray[np.float32]

FRAME_SECONDS = 0.02
GAP_MARGIN_SECONDS = 0.06
"""Speech rings on after its span ends; that much of a gap is not counted as noise."""

RUMBLE_HZ = 80.0
"""Noise below it is not counted: voices begin there, and clean rooms hum with up to 17 dB."""

LEAST_NOISE_SECONDS = 0.2
QUIETEST_SHARE = 0.1
"""Without usable gaps, this share of the frames of speech stands for the noise."""

DIGITAL_SILENCE = 1e-10
"""Power under which a frame was made by an editor, not by a microphone (-100 dBFS)."""

MOST_SNR = 80.0
SPEECH_OVER_NOISE = 8
"""Power ratio from which a band carries speech and not only noise (4 dB)."""

SPEECH_FLOOR = 10.0 ** (-7.5)
"""Power against the strongest band under which nothing is heard: 75 dB down."""


@dataclass(frozen=True)
class Quality:
    """Figures of a recording."""

    seconds: float
    speech_seconds: float
    snr_db: float
    """Speech against noise, from 0 to 80 dB."""

    clipped_share: float
    """Share of samples at the peak; above 1e-4 it was cut off."""

    bandwidth: float
    """Highest frequency that carries speech, in Hz."""

    dc_offset: float
    """Mean of the samples, in full scales."""

    loudness: float
    """LUFS; minus infinity for silence."""


def measure(
    audio: Audio, sample_rate: int, spans: Sequence[Span], *, clipped: float | None = None
) -> Quality:
    """Measures mono float32 audio [samples] whose speech is in `spans`.

    `clipped` is the share found by the decoder at the recording's own rate, where it is known.
    """
    return Quality(
        seconds=audio.size / sample_rate,
        speech_seconds=speech_seconds(spans),
        snr_db=signal_to_noise(audio, sample_rate, spans),
        clipped_share=clipped_share(audio) if clipped is None else clipped,
        bandwidth=bandwidth(audio, sample_rate, spans),
        dc_offset=float(audio.mean(dtype=np.float64)) if audio.size else 0.0,
        loudness=loudness(audio, sample_rate),
    )


def signal_to_noise(audio: Audio, sample_rate: int, spans: Sequence[Span]) -> float:
    """Estimates the signal-to-noise ratio in dB, within [0, 80].

    Noise is the power in the gaps between spans; where these are too short or were silenced by an
    editor, it is that of the quietest tenth of the speech, which overrates the noise a little.
    """
    frames = _frames(_without_rumble(audio, sample_rate), sample_rate)
    powers = np.square(frames, dtype=np.float64).mean(axis=1)
    speech, gap = _kinds(len(frames), frames.shape[1], sample_rate, spans)
    if not speech.any():
        return 0.0
    noise = powers[gap & (powers > DIGITAL_SILENCE)]
    if noise.size * FRAME_SECONDS < LEAST_NOISE_SECONDS:
        noise = _quietest(powers[speech & (powers > DIGITAL_SILENCE)])
    if noise.size == 0:
        return MOST_SNR
    noise_power = float(noise.mean())
    speech_power = float(powers[speech].mean()) - noise_power
    ratio = max(speech_power, noise_power) / noise_power
    return float(min(MOST_SNR, 10.0 * np.log10(ratio)))


def bandwidth(audio: Audio, sample_rate: int, spans: Sequence[Span]) -> float:
    """Estimates the highest frequency that carries speech, in Hz.

    The loudest frames of speech are compared band by band with the noise of the gaps, so hiss or
    rounding noise above a telephone's or a 16 kHz recording's edge does not count.
    """
    frames = _frames(audio, sample_rate)
    speech, gap = _kinds(len(frames), frames.shape[1], sample_rate, spans)
    if not speech.any():
        return 0.0
    window = np.hanning(frames.shape[1]).astype(np.float32)
    spectra = np.square(np.abs(np.fft.rfft(frames * window, axis=1)))
    powers = spectra.sum(axis=1)
    heard = spectra[speech]
    usable = gap & (powers > DIGITAL_SILENCE * frames.shape[1])
    if usable.sum() * FRAME_SECONDS >= LEAST_NOISE_SECONDS:
        noise = spectra[usable]
    else:
        order = np.argsort(powers[speech])
        noise = heard[order[: max(1, round(QUIETEST_SHARE * len(order)))]]
    loud = _smooth(np.percentile(heard, 95.0, axis=0))
    floor = _smooth(np.percentile(noise, 50.0, axis=0))
    carrying = (loud > SPEECH_OVER_NOISE * floor) & (loud > SPEECH_FLOOR * loud.max())
    if not carrying.any():
        return 0.0
    edge = int(np.flatnonzero(carrying)[-1])
    return float(edge * sample_rate / frames.shape[1])


def _frames(audio: Audio, sample_rate: int) -> Audio:
    size = round(FRAME_SECONDS * sample_rate)
    count = audio.size // size
    return audio[: count * size].reshape(count, size)


def _kinds(
    count: int, size: int, sample_rate: int, spans: Sequence[Span]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    # Frames that are all speech, and frames that are well away from it; [count] each.
    margin = GAP_MARGIN_SECONDS
    wide = [Span(max(0.0, s.start - margin), s.end + margin) for s in spans]
    inside = speech_mask(spans, count * size, sample_rate).reshape(count, size)
    near = speech_mask(wide, count * size, sample_rate).reshape(count, size)
    return np.asarray(inside.all(axis=1)), np.asarray(~near.any(axis=1))


def _without_rumble(audio: Audio, sample_rate: int) -> Audio:
    # It takes half a second, and a server imports this module for its figures alone.
    from scipy import signal

    filter_ = signal.butter(4, RUMBLE_HZ, "highpass", fs=sample_rate, output="sos")
    return np.asarray(signal.sosfiltfilt(filter_, audio), dtype=np.float32)


def _quietest(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sort(powers)[: max(1, round(QUIETEST_SHARE * powers.size))] if powers.size else powers


def _smooth(spectrum: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.convolve(spectrum, np.full(5, 0.2), mode="same")
