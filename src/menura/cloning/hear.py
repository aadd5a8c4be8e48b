"""What is said in a clip, and the language to read it in."""

import contextlib
import dataclasses
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from menura.audio.recognise import Transcript
from menura.cloning.advice import LANGUAGE_PROBABILITY
from menura.errors import AudioError, TextError
from menura.text.languages import resolve
from menura.text.utterance import Language

Audio = NDArray[np.float32]

LEAST_CONFIDENCE = -1.2
"""Mean log probability under which Whisper guesses; noisy speech at 0 dB reads -0.7 and more."""

UNTOLD_LANGUAGE = "en-US"
"""Whose rules read a clip in an unspoken language when none was given."""


class Listener(Protocol):
    """What hears words; `menura.audio.recognise.Recogniser` is one."""

    def transcribe(self, audio: Audio, language: str | None = None) -> Transcript:
        """Writes down mono float32 audio [samples] at 16 kHz."""


def hear(
    recogniser: Listener, audio: Audio, language: Language | None
) -> tuple[Transcript, Language]:
    """Hears mono float32 audio [samples] at 16 kHz; gives its words and the language to read it in.

    Speech in another language than the given one is kept in its own words: forced into the given
    language Whisper translates, and a translation cannot be aligned.
    """
    heard = recogniser.transcribe(audio)
    given = language or UNTOLD_LANGUAGE
    if heard.language == given.split("-")[0]:
        return heard, given
    if language is None or heard.language_probability >= LANGUAGE_PROBABILITY:
        with contextlib.suppress(TextError):
            return heard, resolve(heard.language)
        return heard, given
    forced = recogniser.transcribe(audio, language)
    return (
        dataclasses.replace(
            forced, language=heard.language, language_probability=heard.language_probability
        ),
        language,
    )


def usable_words(heard: Transcript) -> str:
    """The words, when they were made out. Raises AudioError."""
    if not heard.text or heard.confidence < LEAST_CONFIDENCE:
        raise AudioError(
            "audio_unintelligible",
            "No words could be made out in the recording.",
            "Record clear speech close to the microphone, or give the transcript of the clip.",
        )
    return heard.text
