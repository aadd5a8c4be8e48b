"""How an utterance is spoken, in a few numbers that can be compared with each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import speech_mask, speech_seconds, speech_spans
from menura.audio.pitch import f0_track
from menura.errors import TextError
from menura.text.alphabet import CONSONANTS, VOWELS
from menura.text.prepare import phonemise
from menura.text.utterance import Language

Audio = NDArray[np.float32]

F0_HOP_SECONDS = 0.0125
LEAST_VOICED = 20
"""Voiced frames, a quarter of a second, under which F0 says nothing."""


@dataclass(frozen=True)
class Manner:
    """How an utterance is spoken."""

    pitch: float
    """Median F0 in semitones above 1 Hz."""

    melody: float
    """Spread of F0 in semitones; see `menura.audio.pitch.Pitch.semitone_spread`."""

    pace: float
    """Phonemes in a second of speech."""

    level: float
    """Power of the speech in dB below full scale."""


def measure_manner(
    audio: Audio, sample_rate: int, transcript: str, language: Language
) -> Manner | None:
    """Measures mono float32 audio [samples]; None where too little is voiced or said."""
    spans = speech_spans(audio, sample_rate)
    pitch = f0_track(audio, sample_rate, F0_HOP_SECONDS)
    voiced = pitch.hz[pitch.voiced]
    sounds = _sounds(transcript, language)
    if not spans or voiced.size < LEAST_VOICED or not sounds:
        return None
    speech = audio[speech_mask(spans, audio.size, sample_rate)]
    power = float(np.square(speech, dtype=np.float64).mean())
    return Manner(
        pitch=float(12.0 * np.log2(np.median(voiced))),
        melody=pitch.semitone_spread,
        pace=sounds / speech_seconds(spans),
        level=10.0 * float(np.log10(max(power, 1e-10))),
    )


def _sounds(transcript: str, language: Language) -> int:
    try:
        phonemes = phonemise(transcript, language)
    except TextError:
        return 0
    return sum(symbol in VOWELS or symbol in CONSONANTS for symbol in phonemes)
