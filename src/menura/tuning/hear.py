"""The words of utterances, and the language that most of a recording is in."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from menura.audio.recognise import Transcript
from menura.cloning.advice import LANGUAGE_PROBABILITY
from menura.cloning.hear import Listener

Audio = NDArray[np.float32]

LEAST_CONFIDENCE = -1.0
"""Stricter than for a clip: a wrong transcript teaches a wrong pronunciation."""

MOST_LETTERS_A_SECOND = 30.0
"""Fast speech has 20; more is text that repeats itself."""

TASTED = 3
"""So many of the longest utterances tell the language; it is forced where one is in doubt."""

Read = Callable[[int], Audio]
"""Mono audio at 16 kHz of an utterance by its number."""


def main_language(recogniser: Listener, read: Read, seconds: Sequence[float]) -> str:
    """The language (ISO 639-1) of the longest utterances; `seconds` are their lengths."""
    longest = sorted(range(len(seconds)), key=lambda number: -seconds[number])[:TASTED]
    weights: dict[str, float] = defaultdict(float)
    for number in longest:
        heard = recogniser.transcribe(read(number))
        weights[heard.language] += heard.language_probability * seconds[number]
    return max(weights, key=lambda language: weights[language])


def hear(recogniser: Listener, audio: Audio, language: str) -> tuple[Transcript, str | None]:
    """Writes audio at 16 kHz down, and says what is wrong with it, if anything is."""
    heard = recogniser.transcribe(audio)
    if heard.language != language:
        if heard.language_probability >= LANGUAGE_PROBABILITY:
            return heard, "language"
        heard = recogniser.transcribe(audio, language)
    seconds = audio.size / 16000
    guessed = heard.confidence < LEAST_CONFIDENCE or not any(c.isalnum() for c in heard.text)
    if guessed or len(heard.text) > MOST_LETTERS_A_SECOND * seconds:
        return heard, "unintelligible"
    return heard, None
