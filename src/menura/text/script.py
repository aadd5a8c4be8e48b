"""Prepares a text with marks: lines to speak, each with its delivery, and silences between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from menura.errors import TextError
from menura.text import spoken_languages
from menura.text.clean import clean
from menura.text.inline import FixedReadings
from menura.text.languages import SPOKEN
from menura.text.markup import Delivery, Script
from menura.text.normalise import normalization_language
from menura.text.pronunciations import Pronunciation
from menura.text.sentences import Break, segments
from menura.text.split import Sentence, pack
from menura.text.unspoken import Unspoken
from menura.text.utterance import Language, Utterance
from menura.text.warning import OnWarning

SMALLEST_LIMIT = 40
"""The smallest number of symbols that an utterance may be limited to."""

_STOPPED = re.compile(r"[.!?…‽؟。！？｡।॥][\"'”’»)\]」』】）》〉*_]*$")


@dataclass(frozen=True)
class Line:
    """An utterance and how its first word is delivered; the loudness may change in the middle."""

    utterance: Utterance
    delivery: Delivery


@dataclass(frozen=True)
class _Run:
    """Neighbouring stretches of one pace and emotion, and the silence after them."""

    start: int
    end: int
    delivery: Delivery
    silence: float
    ending: Break | None
    """What stands between it and the next run; None at the end."""


def perform(
    script: Script,
    language: Language,
    *,
    limit: int = 510,
    normalization: str = "auto",
    pronunciations: tuple[Pronunciation, ...] = (),
    on_warning: OnWarning | None = None,
) -> Iterator[Line | float]:
    """Yields lines, and seconds of silence, in order, each as soon as it is ready.

    Args:
        script: the text; see `menura.text.markup.parse`.
        language: that is spoken.
        limit: largest number of phoneme symbols of an utterance.
        normalization: `auto`, `off` or a locale; see `normalization_language`.
        pronunciations: how single words are to be said.
        on_warning: hears of what is not spoken, or not as written.

    Raises TextError: `language_not_supported`, `normalization_not_supported`,
    `text_phonemes_unknown`; and in the course of the iteration `text_nothing_to_speak`.
    """
    if language not in SPOKEN:
        raise TextError(
            "language_not_supported",
            f"The language {language!r} cannot be spoken.",
            f"Spoken languages are {', '.join(SPOKEN)}.",
        )
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"limit must be at least {SMALLEST_LIMIT}")
    rules = normalization_language(normalization, language)
    fixed = FixedReadings(script, language, rules, pronunciations)
    return _perform(script, language, limit, rules, fixed, on_warning)


def nothing_to_speak() -> TextError:
    """The error for a text without anything that can be said."""
    return TextError(
        "text_nothing_to_speak",
        "The text has nothing that can be spoken.",
        "Send words or numbers in the language that is asked for.",
    )


def _perform(
    script: Script,
    language: Language,
    limit: int,
    rules: Language | None,
    fixed: FixedReadings,
    on_warning: OnWarning | None,
) -> Iterator[Line | float]:
    if on_warning is not None:
        for warning in script.warnings:
            on_warning(warning)
    analyst = spoken_languages.analyst(language, rules)
    unspoken = Unspoken(on_warning)

    def sentences(run: _Run) -> Iterator[Sentence]:
        text = script.plain[: run.end]
        end = len(text.rstrip())
        for segment in segments(text, language, run.start):
            plain = clean(text, segment.start, segment.end)
            for position in plain.controls:
                unspoken.control(position)
            words = analyst.words(script.text, plain, unspoken, fixed.of(plain))
            ending = segment.ending
            if run.ending is not None and segment.end >= end:
                ending = run.ending
            yield Sentence(words, ending)

    first, something = True, False
    for run in _runs(script):
        for utterance in pack(sentences(run), language, limit, first=first, ending=run.ending):
            first, something = False, True
            yield Line(utterance, run.delivery)
        if run.silence:
            something = True
            yield run.silence
    if not something:
        raise nothing_to_speak()


def _runs(script: Script) -> Iterator[_Run]:
    stretches = script.stretches
    i = 0
    while i < len(stretches):
        one = last = stretches[i]
        i += 1
        while (
            i < len(stretches)
            and last.silence == 0.0
            and _alike(one.delivery, stretches[i].delivery)
        ):
            last = stretches[i]
            i += 1
        # A break is all the pause there is; else the text tells, as within a run.
        ending = None if i == len(stretches) else Break.CUT
        if ending is not None and last.silence == 0.0:
            ending = _ending(script.plain, one.start, last.end)
        yield _Run(one.start, last.end, one.delivery, last.silence, ending)


def _alike(one: Delivery, other: Delivery) -> bool:
    return (one.speed, one.emotion) == (other.speed, other.emotion)


def _ending(plain: str, start: int, end: int) -> Break | None:
    """What ends a run that another one follows."""
    spoken = plain[start:end].rstrip()
    blanks = re.compile(r"\s*").match(plain, start + len(spoken))
    gap = blanks.group() if blanks else ""
    if start + len(spoken) + len(gap) >= len(plain):
        return None
    if gap.count("\n"):
        return Break.PARAGRAPH if gap.count("\n") > 1 else Break.LINE
    return Break.SENTENCE if _STOPPED.search(spoken[-8:]) else Break.CUT
