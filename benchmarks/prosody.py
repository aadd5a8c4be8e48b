"""Pitch and pace of speech, and how far two kinds of recordings of a person are apart in them.

F0 by SwiftF0 over all recordings of a kind; frames more than an octave from their median are
octave errors and left out. The rate is phonemes a second of speech, pauses of 0.1 s and more not
counted, so how a reader pauses plays no part.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import speech_seconds, speech_spans
from menura.audio.pitch import f0_track
from menura.text.alphabet import CONSONANTS, VOWELS
from menura.text.prepare import phonemise

Audio = NDArray[np.float32]
RATE = 16000
_HOP_SECONDS = 0.01
_SOUNDS = VOWELS | CONSONANTS
FIGURES = ("f0_mean", "f0_spread", "rate")


@dataclass(frozen=True)
class Prosody:
    """Figures of some recordings of one voice."""

    f0_mean: float
    """Hz."""

    f0_spread: float
    """Standard deviation of the natural logarithm of F0."""

    rate: float
    """Phonemes a second of speech."""

    def figures(self) -> dict[str, float]:
        """All of them by name."""
        return asdict(self)


def measure(recordings: Sequence[Audio], texts: Sequence[str], language: str = "en-US") -> Prosody:
    """Measures recordings [T] at 16 kHz of known words together.

    Raises ValueError where nothing is voiced or nothing is said.
    """
    hertz = np.concatenate([f0_track(audio, RATE, _HOP_SECONDS).hz for audio in recordings])
    spoken = sum(speech_seconds(speech_spans(audio, RATE)) for audio in recordings)
    said = sum(phonemes(text, language) for text in texts)
    mean, spread = pitch(hertz[hertz > 0])
    if not spoken:
        raise ValueError("no speech was found")
    return Prosody(mean, spread, said / spoken)


def phonemes(text: str, language: str) -> int:
    """How many phonemes a text has; marks, tones and signs are none."""
    return sum(symbol in _SOUNDS for symbol in phonemise(text, language))


def pitch(voiced: NDArray[np.floating]) -> tuple[float, float]:
    """Mean F0 in Hz and spread of its logarithm over voiced frames, octave errors left out."""
    if voiced.size == 0:
        raise ValueError("nothing is voiced")
    kept = voiced[np.abs(np.log2(voiced / np.median(voiced))) < 1.0]
    return float(kept.mean()), float(np.log(kept).std())


def apart(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Relative differences of prosody figures to those of `other`, with sign."""
    return {name: one[name] / other[name] - 1.0 for name in FIGURES}


def medians(differences: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Median sizes of differences over speakers. Raises ValueError for none."""
    rows = list(differences)
    if not rows:
        raise ValueError("no speakers")
    return {name: float(np.median([abs(row[name]) for row in rows])) for name in FIGURES}
