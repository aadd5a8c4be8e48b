"""From a file to what a model clones: speech found, the best stretch chosen, its words heard.

A `Clip` holds one transcript and one audio, and they must fit: alignment maps every phoneme to a
place. So the transcript is heard in the very audio that is handed on, and one given by the caller
is only taken when all speech of the recording is used.
"""

import difflib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_seconds, speech_spans
from menura.audio.background import tone_share
from menura.audio.decode import REFUSE_SECONDS, decode
from menura.audio.enhance import enhance as clean_up
from menura.audio.loudness import normalise_rms
from menura.audio.pitch import f0_track
from menura.audio.quality import bandwidth, measure
from menura.audio.rate import syllable_rate
from menura.audio.recognise import RATE as RECOGNISER_RATE
from menura.audio.resample import resample
from menura.audio.reverberation import reverberation_seconds
from menura.cloning.advice import Findings, advise
from menura.cloning.choose import assemble, choose, pause_share
from menura.cloning.company import halves_likeness, window_embeddings
from menura.cloning.facts import ClipFacts, timeline
from menura.cloning.hear import Listener, hear, usable_words
from menura.errors import AudioError, InputError
from menura.models.contract import Clip
from menura.text.languages import resolve
from menura.text.utterance import Language
from menura.work.check import Timeline
from menura.work.jobs import Advice

Audio = NDArray[np.float32]

MODES = {"similarity": False, "stability": True}
"""The modes, and whether they clean up when the caller does not say."""

LEAST_SPEECH_SECONDS = 1.0
MOST_TAKEN_SECONDS = 300.0
"""Of a longer file only this much is listened to; from an hour on it is refused as a whole."""

ENHANCE_RATE = 48000
F0_HOP_SECONDS = 0.0125


@dataclass(frozen=True)
class PreparedClip:
    """A clip ready for a model, and what its owner should know about it."""

    clip: Clip
    advice: tuple[Advice, ...]
    facts: ClipFacts
    timeline: Timeline


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

    Takes any audio or video file with at least 1 s of speech. `language` is that of the clip; where
    another one that Menura speaks is clearly heard, the clip is read in that one, with advice;
    one that it does not speak is read by the rules of `language`, as well as that goes. Without a
    `language` the one that is heard is taken.
    `enhance` None takes the mode's default. Raises AudioError, TextError, InputError,
    ModelFilesError.
    """
    if mode not in MODES:
        raise InputError(
            "clone_mode_invalid",
            f"There is no clone mode {mode[:40]!r}.",
            f"Accepted: {', '.join(MODES)}.",
        )
    asked = None if language is None else resolve(language)
    wanted = MODES[mode] if enhance is None else enhance
    recording = decode(
        path,
        max_seconds=MOST_TAKEN_SECONDS,
        sample_rate=ENHANCE_RATE if wanted else sample_rate,
        refuse_seconds=REFUSE_SECONDS,
    )
    audio, rate = recording.audio, recording.sample_rate
    audio = audio - np.float32(audio.mean(dtype=np.float64))
    spans = find_speech(audio, rate)
    quality = measure(audio, rate, spans, clipped=recording.clipped_share)
    choice = choose(audio, rate, spans, mode)
    used = assemble(audio, rate, choice)
    used_spans = speech_spans(used, rate) or [Span(0.0, used.size / rate)]
    used_bandwidth = min(bandwidth(used, rate, used_spans), sample_rate / 2)
    enhanced, snr_after = False, quality.snr_db
    if wanted:
        cleaned = clean_up(used, rate, used_spans, snr_db=quality.snr_db)
        used, enhanced, snr_after = cleaned.audio, cleaned.applied, cleaned.snr_after
    used = normalise_rms(resample(used, rate, sample_rate), sample_rate, used_spans)

    heard, spoken = hear(recogniser, resample(used, sample_rate, RECOGNISER_RATE), asked)
    given = (transcript or "").strip()
    given_fits = bool(given) and choice.whole and not recording.trimmed
    text = given if given_fits else usable_words(heard, spoken)
    pitch = f0_track(used, sample_rate, F0_HOP_SECONDS)
    used_seconds = used.size / sample_rate
    rooms = reverberation_seconds(audio, rate, spans)
    halves = halves_likeness(window_embeddings(used, sample_rate, used_spans))
    tones = tone_share(audio, rate, spans)
    syllables = syllable_rate(used, sample_rate, used_spans, pitch)
    along = timeline(audio, rate, spans, choice, quality.clipped_share)
    share = pause_share(spans, recording.seconds)
    advice = advise(
        Findings(
            mode=mode,
            enhance=wanted,
            enhanced=enhanced,
            original_seconds=recording.original_seconds,
            trimmed=recording.trimmed,
            speech_seconds=quality.speech_seconds,
            used_seconds=speech_seconds(choice.spans),
            cut=not choice.whole,
            pause_share=share,
            snr_db=quality.snr_db,
            snr_after_db=snr_after,
            clipped_share=quality.clipped_share,
            bandwidth=used_bandwidth,
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
        bandwidth=used_bandwidth,
        loudness=quality.loudness,
        f0_median=float(np.median(pitch.hz[pitch.voiced])) if pitch.voiced.any() else 0.0,
        f0_spread=pitch.semitone_spread,
        syllable_rate=syllables,
        reverberation_seconds=rooms,
        halves_likeness=halves,
        tone_share=tones,
        enhanced=float(enhanced),
        heard_language=heard.language,
        heard_probability=heard.language_probability,
        transcript_confidence=heard.confidence,
    )
    clip = Clip(
        audio=used,
        sample_rate=sample_rate,
        transcript=text,
        language=spoken,
        bandwidth=used_bandwidth,
    )
    return PreparedClip(clip, advice, facts, along)


def likeness(one: str, other: str) -> float:
    """Compares two texts by their letters and digits, in [0, 1]; case and signs do not count."""
    first, second = ("".join(c for c in text.casefold() if c.isalnum()) for text in (one, other))
    return float(difflib.SequenceMatcher(None, first, second, autojunk=False).ratio())


def find_speech(audio: Audio, sample_rate: int) -> list[Span]:
    """Where speech is. Raises AudioError unless there is enough of it to tell a voice."""
    spans = speech_spans(audio, sample_rate)
    total = audio.size / sample_rate
    if total < LEAST_SPEECH_SECONDS:
        raise AudioError(
            "audio_too_short",
            f"The recording is only {total:.2f} s long.",
            f"At least {LEAST_SPEECH_SECONDS:.0f} s of speech are needed; 5 to 15 s are best.",
        )
    if not spans:
        raise AudioError(
            "audio_no_speech",
            "No speech was found in the recording; music, noise and singing do not count.",
            "Record 5 to 15 seconds of one person who speaks clearly.",
        )
    seconds = speech_seconds(spans)
    if seconds < LEAST_SPEECH_SECONDS:
        raise AudioError(
            "audio_too_short",
            f"The recording has only {seconds:.1f} s of speech.",
            f"At least {LEAST_SPEECH_SECONDS:.0f} s are needed; 5 to 15 s are best.",
        )
    return spans
