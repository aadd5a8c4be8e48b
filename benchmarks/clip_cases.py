"""Recordings with a known fault, made from clean ones, for `benchmarks.clip_report`."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from menura.audio.resample import resample

Audio = NDArray[np.float32]

CLIPPED_DB = (1.0, 3.0, 6.0)
ROOM_SECONDS = (0.3, 0.5, 0.8, 1.2)
MUSIC = ("chords", "melody", "drums")
MUSIC_DB = (10.0, 20.0, 30.0)
"""Of the speech over the music."""

NOISE_DB = (10.0, 20.0)


def clipped(audio: Audio, decibels: float) -> Audio:
    """Cuts the peaks off, so far below the highest; then as loud as any recording."""
    peak = float(np.abs(audio).max())
    limit = peak * 10.0 ** (-decibels / 20.0)
    return np.asarray(np.clip(audio, -limit, limit) * np.float32(0.9 / limit), dtype=np.float32)


def telephone(audio: Audio, rate: int) -> Audio:
    """Nothing above 4 kHz."""
    back = resample(resample(audio, rate, 8000), 8000, rate)
    return np.pad(back[: audio.size], (0, max(0, audio.size - back.size)))


def in_a_room(audio: Audio, rate: int, seconds: float, seed: int) -> Audio:
    """Adds the tail of a room that falls by 60 dB in `seconds`, as loud as the direct sound.

    The tail is noise under an exponential that begins after 3 ms: a diffuse room at its critical
    distance.
    """
    random = np.random.default_rng(seed)
    times = np.arange(round(seconds * rate)) / rate
    tail = random.normal(size=times.size) * 10.0 ** (-3.0 * times / seconds)
    tail[: round(0.003 * rate)] = 0.0
    tail /= np.sqrt(np.square(tail).sum())
    tail[0] = 1.0
    return np.asarray(signal.fftconvolve(audio, tail)[: audio.size], dtype=np.float32)


def with_music(audio: Audio, rate: int, kind: str, decibels: float, seed: int) -> Audio:
    """Lays music under speech, so many decibels below it."""
    bed = _music(audio.size, rate, kind, np.random.default_rng(seed))
    return _under(audio, bed, decibels)


def with_noise(audio: Audio, decibels: float, seed: int) -> Audio:
    """Lays pink noise under speech, so many decibels below it."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft(random.normal(size=audio.size))
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.size), 20.0))
    return _under(audio, np.fft.irfft(spectrum, audio.size), decibels)


def _under(audio: Audio, bed: NDArray[np.float64], decibels: float) -> Audio:
    level = np.sqrt(np.square(audio, dtype=np.float64).mean() / np.square(bed).mean())
    return np.asarray(audio + level * 10.0 ** (-decibels / 20.0) * bed, dtype=np.float32)


def _music(size: int, rate: int, kind: str, random: np.random.Generator) -> NDArray[np.float64]:
    out = np.zeros(size)
    for at, length, pitches in _score(size / rate, kind, random):
        times = np.arange(round(1.5 * length * rate)) / rate
        shape = np.minimum(times / 0.01, 1.0) * np.exp(-times / (1.5 * length))
        tone = np.zeros(times.size)
        for pitch in pitches:
            hertz = 440.0 * 2.0 ** ((pitch - 69) / 12)
            for harmonic in range(1, 7):
                tone += np.sin(2 * np.pi * hertz * harmonic * times) / harmonic**1.3
        _add(out, round(at * rate), shape * tone)
    if kind == "drums":
        for at in np.arange(0.0, size / rate, 0.4):
            times = np.arange(round(0.1 * rate)) / rate
            _add(out, round(at * rate), 3 * random.normal(size=times.size) * np.exp(-times / 0.03))
    return out


def _score(
    seconds: float, kind: str, random: np.random.Generator
) -> Iterator[tuple[float, float, tuple[int, ...]]]:
    # Notes as (start, length, pitches in MIDI numbers).
    at = 0.0
    while at < seconds:
        root = int(random.integers(45, 70))
        length = float(random.uniform(0.5, 1.5)) if kind == "chords" else 0.25
        yield at, length, (root, root + 4, root + 7) if kind == "chords" else (root,)
        at += length


def _add(out: NDArray[np.float64], start: int, sound: NDArray[np.float64]) -> None:
    end = min(out.size, start + sound.size)
    out[start:end] += sound[: end - start]
