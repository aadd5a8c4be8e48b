"""What can be said about a clip that would make a better voice (`cartesia_api` section 19)."""

from collections.abc import Callable
from dataclasses import dataclass

from menura.work.jobs import Advice

SHORT_SECONDS = 3.0
"""Speech under which a voice is a guess: 2.9 s gave a similarity of 0.28 where 13 s gave 0.60."""

STABILITY_SECONDS = 10.0
LONG_SECONDS = {"similarity": 15.0, "stability": 20.0}
"""Speech beyond which nothing is gained; the best span of about that length is used."""

MOST_OF_IT = 0.8
"""Share of the speech from which on a cut is not worth a word."""

NOISY_SNR_DB = 20.0
"""On 14 noisy/clean pairs and 8 clean clips, clean reads 20.9 dB or more, noisy 19.4 or less."""

CLEAN_SNR_DB = 30.0
"""Half of 84 LibriSpeech speakers read more; enhancement takes nothing out from here on."""

PAUSE_SHARE = 0.35
"""Share of pauses longer than LONG_PAUSE_SECONDS, of the whole clip, that is worth a word."""

CLIPPED_SHARE = 1e-4
"""The 66 clean and noisy clips read 4e-5 at most; cut 3.5 dB into its peaks a clip reads 3e-4."""

NARROW_HZ = 5000.0
"""Telephone reads 4.0 kHz, 16 kHz recordings 7.9 kHz, and 5.5 kHz under pink noise at 10 dB."""

QUIET_LUFS = -45.0
"""The quietest of 84 LibriSpeech speakers reads -35 LUFS."""

MONOTONE_SEMITONES = 1.2
"""Half the middle 68 % of F0. Of 84 LibriSpeech speakers the least lively reads 1.33."""

REVERBERANT_SECONDS = 0.27
"""Of decays in speech. Dry clips read 0.21 or less, babble at 10 dB 0.26, rooms of 0.5 s 0.27 to
0.55; larger rooms leave too few decays to tell (`benchmarks.clip_report`)."""

TWO_VOICES_LIKENESS = 0.4
"""Halves by two people read 0.34 or less in 95 pairs, by one person 0.48 or more (0.40 at 0 dB)."""

SLOW_SYLLABLES = 2.3
FAST_SYLLABLES = 5.5
"""78 recordings lie between 2.7 and 5.3."""

MUSIC_TONES = 0.5
"""For CANDIDATES only."""

LANGUAGE_PROBABILITY = 0.7
"""Whisper base heard 59 of 60 short clips right; its wrong ones stay under this."""

TRANSCRIPT_LIKENESS = 0.5
"""Likeness of letters under which a given transcript belongs to other speech."""


@dataclass(frozen=True)
class Findings:
    """All that advice is drawn from."""

    mode: str
    enhance: bool
    """Whether clean-up was asked for, or is the mode's default."""

    enhanced: bool
    """Whether noise was really taken out."""

    original_seconds: float
    trimmed: bool
    speech_seconds: float
    """In what was taken of the file."""

    used_seconds: float
    """Of `speech_seconds`, what is used."""

    cut: bool
    """Whether only a part of the speech is used."""

    pause_share: float
    snr_db: float
    """Before clean-up."""

    snr_after_db: float
    """After it; the same where none was done."""

    clipped_share: float
    bandwidth: float
    loudness: float
    f0_spread: float
    syllable_rate: float
    reverberation_seconds: float | None
    """None where it cannot be told, as for the two that follow."""

    halves_likeness: float | None
    tone_share: float | None
    language: str | None
    """None where none was given."""

    heard_language: str
    heard_probability: float
    transcript_given: bool
    transcript_used: bool
    transcript_likeness: float
    """Of the given transcript to the heard one, in [0, 1]; 1 where none was given."""

    @property
    def foreign(self) -> bool:
        """Whether another language than the given one is clearly heard."""
        if self.language is None or self.heard_probability < LANGUAGE_PROBABILITY:
            return False
        return self.heard_language != self.language.split("-")[0].lower()


def advise(findings: Findings) -> tuple[Advice, ...]:
    """Lists what the owner of the clip can act on, the weightiest first."""
    found = [item for rule in RULES if (item := rule(findings)) is not None]
    return tuple(sorted(found, key=lambda item: item.severity != "warning"))


def _length(f: Findings) -> Advice | None:
    if f.speech_seconds < SHORT_SECONDS:
        return Advice(
            "clip_too_short",
            "warning",
            f"The clip has only {f.speech_seconds:.1f} s of speech; the voice will be a guess.",
            "Record 5 to 15 seconds of natural speech.",
        )
    if f.mode == "stability" and f.speech_seconds < STABILITY_SECONDS:
        return Advice(
            "clip_short_for_stability",
            "warning",
            f"Stability mode has {f.speech_seconds:.1f} s of speech to learn from.",
            "Record 10 to 20 seconds, or clone in similarity mode.",
        )
    return None


def _long(f: Findings) -> Advice | None:
    if f.trimmed:
        return Advice(
            "clip_trimmed",
            "info",
            f"Only the first part of {f.original_seconds / 60:.1f} minutes was listened to.",
            "Send the best minute for a clone, or all of it as a data set for a professional one.",
        )
    if f.cut and f.used_seconds < MOST_OF_IT * f.speech_seconds:
        return Advice(
            "clip_longer_than_needed",
            "info",
            f"The best {f.used_seconds:.1f} s of {f.speech_seconds:.1f} s of speech are used.",
            f"Clips longer than {LONG_SECONDS[f.mode]:.0f} s do not help; choose the part "
            "yourself by sending only that.",
        )
    return None


def _noise(f: Findings) -> Advice | None:
    if f.snr_db >= NOISY_SNR_DB:
        return None
    if f.enhanced and f.snr_after_db >= NOISY_SNR_DB:
        return Advice(
            "clip_cleaned",
            "info",
            f"Loud background ({f.snr_db:.0f} dB under the speech) was taken down.",
            "A recording from a quiet room sounds more like you.",
        )
    if f.enhanced:
        return Advice(
            "clip_noisy",
            "warning",
            f"The background is loud ({f.snr_db:.0f} dB under the speech), and "
            f"{f.snr_after_db:.0f} dB is all that clean-up could reach.",
            "Record in a quiet room, close to the microphone.",
        )
    return Advice(
        "clip_noisy",
        "warning",
        f"The background is loud ({f.snr_db:.0f} dB under the speech) and will be cloned too.",
        "Record in a quiet room, or clone with enhance on or in stability mode.",
    )


def _pauses(f: Findings) -> Advice | None:
    if f.pause_share < PAUSE_SHARE:
        return None
    return Advice(
        "clip_long_pauses",
        "warning",
        f"{f.pause_share:.0%} of the clip is long pauses, which were shortened.",
        "Record running speech without long stops.",
    )


def _clipping(f: Findings) -> Advice | None:
    if f.clipped_share < CLIPPED_SHARE:
        return None
    return Advice(
        "clip_overdriven",
        "warning",
        "The loudest parts are cut off (clipping), and the voice will sound harsh.",
        "Record again with less gain or farther from the microphone.",
    )


def _bandwidth(f: Findings) -> Advice | None:
    if f.bandwidth >= NARROW_HZ:
        return None
    return Advice(
        "clip_narrow_band",
        "warning",
        f"Nothing is heard above {f.bandwidth / 1000:.1f} kHz, as on a telephone.",
        "Record with a microphone at 24 kHz or more, and send the original file.",
    )


def _quiet(f: Findings) -> Advice | None:
    if f.loudness >= QUIET_LUFS:
        return None
    return Advice(
        "clip_quiet",
        "warning",
        f"The recording is very quiet ({f.loudness:.0f} LUFS).",
        "Record closer to the microphone or with more gain; -30 to -15 LUFS is good.",
    )


def _language(f: Findings) -> Advice | None:
    if not f.foreign:
        return None
    return Advice(
        "clip_language",
        "warning",
        f"The clip sounds like {f.heard_language!r}, but the language {f.language!r} was given, "
        "so that is what the voice will speak.",
        "Where that is not meant, give the language that is spoken in the clip; the voice can be "
        "localized to others afterwards.",
    )


def _monotone(f: Findings) -> Advice | None:
    if f.f0_spread >= MONOTONE_SEMITONES:
        return None
    return Advice(
        "clip_monotone",
        "info",
        f"The speech is monotone (F0 spreads by {f.f0_spread:.1f} semitones).",
        "The voice will be as monotone; read the way it shall sound.",
    )


def _room(f: Findings) -> Advice | None:
    if f.reverberation_seconds is None or f.reverberation_seconds < REVERBERANT_SECONDS:
        return None
    return Advice(
        "clip_reverberant",
        "warning",
        f"The room rings on ({f.reverberation_seconds:.1f} s for 60 dB), and the voice will too.",
        "Record close to the microphone in a room with carpets, curtains or books.",
    )


def _company(f: Findings) -> Advice | None:
    if f.halves_likeness is None or f.halves_likeness >= TWO_VOICES_LIKENESS:
        return None
    return Advice(
        "clip_two_voices",
        "warning",
        "More than one person seems to speak; the voice would be a mixture.",
        "Send a part in which only the wanted person speaks.",
    )


def _music(f: Findings) -> Advice | None:
    if f.tone_share is None or f.tone_share < MUSIC_TONES:
        return None
    return Advice(
        "clip_music",
        "warning",
        "Something like music sounds in the pauses, and it will disturb the voice.",
        "Record without music; noise reduction does not take it out well.",
    )


def _pace(f: Findings) -> Advice | None:
    if SLOW_SYLLABLES <= f.syllable_rate <= FAST_SYLLABLES:
        return None
    word = "slow" if f.syllable_rate < SLOW_SYLLABLES else "fast"
    return Advice(
        f"clip_{word}",
        "info",
        f"The speech is unusually {word} ({f.syllable_rate:.1f} syllables a second).",
        "The voice keeps the pace; speak as it shall, or set the speed when it speaks.",
    )


def _enhance(f: Findings) -> Advice | None:
    if f.mode == "stability" and not f.enhance:
        return Advice(
            "enhance_off_in_stability",
            "info",
            "Enhancement is off in stability mode.",
            "Leave it on there: it takes out noise and evens the loudness.",
        )
    if f.mode == "similarity" and f.enhance and f.snr_db >= NOISY_SNR_DB:
        return Advice(
            "enhance_on_clean_clip",
            "info",
            f"Enhancement was asked for on a clean clip ({f.snr_db:.0f} dB)"
            + ("; it lowers the likeness." if f.enhanced else ", so no noise was taken out."),
            "Leave it off in similarity mode unless the clip is noisy.",
        )
    if f.enhance and not f.enhanced:
        return Advice(
            "enhance_not_needed",
            "info",
            f"The clip is clean ({f.snr_db:.0f} dB), so no noise was taken out.",
            "Nothing needs to be done.",
        )
    return None


def _transcript(f: Findings) -> Advice | None:
    if not f.transcript_given:
        return None
    if not f.transcript_used:
        return Advice(
            "transcript_replaced",
            "info",
            "Only a part of the clip is used, so its words were heard anew.",
            f"To keep your transcript, send a clip of at most {LONG_SECONDS[f.mode]:.0f} s.",
        )
    if f.transcript_likeness < TRANSCRIPT_LIKENESS:
        return Advice(
            "transcript_differs",
            "warning",
            "The given transcript is far from what is heard in the clip.",
            "Check that it has every spoken word in order, or leave it out.",
        )
    return None


RULES: tuple[Callable[[Findings], Advice | None], ...] = (
    _length,
    _company,
    _noise,
    _room,
    _clipping,
    _language,
    _bandwidth,
    _transcript,
    _pauses,
    _quiet,
    _long,
    _monotone,
    _pace,
    _enhance,
)

CANDIDATES: tuple[Callable[[Findings], Advice | None], ...] = (_music,)
"""Rules that give no advice: tones in the pauses find 32 of 45 clips with synthetic music, but also
3 of 28 clean or noisy ones, as rooms and voices ring too. The figure is in the report."""
