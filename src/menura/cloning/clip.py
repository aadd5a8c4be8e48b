"""From a file to what a model clones: speech found, the best stretch chosen, its words heard.

A `Clip` holds one transcript and one audio, and they must fit: alignment maps every phoneme to a
place. So the transcript is heard in the very audio that is handed on, and one given by the caller
is only taken when all speech of the recording is used.
"""

import difflib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import speech_seconds, speech_spans
from menura.audio.background import tone_share
from menura.audio.pitch import f0_track
from menura.audio.rate import syllable_rate
from menura.audio.recognise import RATE as RECOGNISER_RATE
from menura.audio.resample import resample
from menura.audio.reverberation import reverberation_seconds
from menura.cloning.advice import TWO_VOICES_LIKENESS, Findings, advise
from menura.cloning.choose import pause_share
from menura.cloning.company import halves_likeness, window_embeddings
from menura.cloning.facts import ClipFacts, timeline
from menura.cloning.hear import Listener, hear, usable_words
from menura.cloning.stretch import Stretch, take_stretch
from menura.models.contract import Clip
from menura.text.languages import resolve
from menura.text.romanise import romanise
from menura.text.utterance import Language
from menura.work.check import Timeline
from menura.work.jobs import Advice

Audio = NDArray[np.float32]

F0_HOP_SECONDS = 0.0125


@dataclass(frozen=True)
class PreparedClip:
    """A clip ready for a model, and what its owner should know about it."""

    stretch: Stretch
    sample_rate: int
    transcript: str
    """What is said in the stretch."""

    language: Language
    """By whose rules the transcript is read."""

    foreign: bool
    """Whether another language than the given one is clearly heard."""

    advice: tuple[Advice, ...]
    facts: ClipFacts
    timeline: Timeline

    @cached_property
    def clip(self) -> Clip:
        """What a model clones; only this takes the rest of a long recording in hand.

        Raises ModelFilesError.
        """
        return Clip(
            audio=self.stretch.used,
            sample_rate=self.sample_rate,
            transcript=romanise(self.transcript, self.language),
            language=self.language,
            bandwidth=self.stretch.used_bandwidth,
            heard=heard_of_one(self.stretch.heard(self.sample_rate), self.sample_rate),
            foreign=self.foreign,
        )


def prepare_clip(
    path: Path,
    *,
    language: Language | None,
    recogniser: Listener,
    mode: str = "similarity",
    enhance: bool | None = None,
    transcript: str | None = None,
    sample_rate: int = 24000,
) -> PreparedClip:
    """Makes a recording ready for cloning.

    Takes any audio or video file with at least 1 s of speech. `language` is the voice's; where
    another one that Menura speaks is clearly heard, the clip is read in that one, with advice;
    one that it does not speak is read by the rules of `language`, in Latin letters, as well as
    that goes. Without a `language` the one that is heard is taken.
    `enhance` None takes the mode's default. Raises AudioError, TextError, InputError,
    ModelFilesError.
    """
    asked = None if language is None else resolve(language)
    taken = take_stretch(path, mode=mode, enhance=enhance, sample_rate=sample_rate)
    recording, audio, rate = taken.recording, taken.audio, taken.rate
    spans, quality, choice = taken.spans, taken.quality, taken.choice
    used, used_spans = taken.used, taken.used_spans

    heard, spoken = hear(recogniser, resample(used, sample_rate, RECOGNISER_RATE), asked)
    given = (transcript or "").strip()
    given_fits = bool(given) and choice.whole and not recording.trimmed
    text = given if given_fits else usable_words(heard)
    pitch = f0_track(used, sample_rate, F0_HOP_SECONDS)
    used_seconds = used.size / sample_rate
    rooms = reverberation_seconds(audio, rate, spans)
    halves = halves_likeness(window_embeddings(used, sample_rate, used_spans))
    tones = tone_share(audio, rate, spans)
    syllables = syllable_rate(used, sample_rate, used_spans, pitch)
    along = timeline(audio, rate, spans, choice, quality.clipped_share)
    share = pause_share(spans, recording.seconds)
    findings = Findings(
        mode=mode,
        enhance=taken.wanted,
        enhanced=taken.enhanced,
        original_seconds=recording.original_seconds,
        trimmed=recording.trimmed,
        speech_seconds=quality.speech_seconds,
        used_seconds=speech_seconds(choice.spans),
        cut=not choice.whole,
        pause_share=share,
        snr_db=quality.snr_db,
        snr_after_db=taken.snr_after,
        clipped_share=quality.clipped_share,
        bandwidth=taken.used_bandwidth,
        loudness=quality.loudness,
        f0_spread=pitch.semitone_spread,
        syllable_rate=syllables,
        reverberation_seconds=rooms,
        halves_likeness=halves,
        tone_share=tones,
        language=asked,
        heard_language=heard.language,
        heard_probability=heard.language_probability,
        transcript_given=bool(given),
        transcript_used=given_fits,
        transcript_likeness=likeness(given, heard.text) if given_fits else 1.0,
    )
    facts = ClipFacts(
        container=recording.container,
        codec=recording.codec,
        original_rate=recording.original_rate,
        original_channels=recording.original_channels,
        original_seconds=recording.original_seconds,
        speech_seconds=quality.speech_seconds,
        used_seconds=used_seconds,
        used_from=choice.start,
        used_to=choice.end,
        used_because=choice.because,
        long_pauses=len(along.pauses),
        longest_pause=max((pause.seconds for pause in along.pauses), default=0.0),
        pause_share=share,
        snr_db=quality.snr_db,
        clipped_share=quality.clipped_share,
        bandwidth=taken.used_bandwidth,
        loudness=quality.loudness,
        f0_median=float(np.median(pitch.hz[pitch.voiced])) if pitch.voiced.any() else 0.0,
        f0_spread=pitch.semitone_spread,
        syllable_rate=syllables,
        reverberation_seconds=rooms,
        halves_likeness=halves,
        tone_share=tones,
        enhanced=float(taken.enhanced),
        heard_language=heard.language,
        heard_probability=heard.language_probability,
        transcript_confidence=heard.confidence,
    )
    return PreparedClip(
        taken, sample_rate, text, spoken, findings.foreign, advise(findings), facts, along
    )


def heard_of_one(audio: Audio | None, sample_rate: int) -> Audio | None:
    """What is said in the whole recording, unless a second person seems to have a part in it."""
    if audio is None:
        return None
    spans = speech_spans(audio, sample_rate)
    halves = halves_likeness(window_embeddings(audio, sample_rate, spans))
    return None if halves is not None and halves < TWO_VOICES_LIKENESS else audio


def likeness(one: str, other: str) -> float:
    """Compares two texts by their letters and digits, in [0, 1]; case and signs do not count."""
    first, second = ("".join(c for c in text.casefold() if c.isalnum()) for text in (one, other))
    return float(difflib.SequenceMatcher(None, first, second, autojunk=False).ratio())
