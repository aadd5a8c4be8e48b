"""Writes down recordings of any length: finds the speech, then hears it window by window.

Whisper makes words up where nobody speaks, and takes 30 s at a time. So only stretches with speech
are given to it, cut at pauses, as many phrases together as fit. Memory does not grow with the
length of the recording, only with what was said.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from menura.audio.activity import Span, speech_spans
from menura.audio.recognise import RATE, Recogniser, Segment
from menura.audio.spool import Spool

BLOCK_SECONDS = 300.0
"""Speech is searched in so much at a time."""

WINDOW_SECONDS = 28.0
"""What is given to Whisper at a time; without any pause it is more, and Whisper finds the cuts."""

LONGEST_GAP_SECONDS = 5.0
MARGIN_SECONDS = 0.2
_NEAR_THE_END = 0.5
_LEAST_STEP = 60.0

Progress = Callable[[float], None]


def transcribe(
    spool: Spool,
    recogniser: Recogniser,
    language: str | None,
    *,
    words: bool,
    progress: Progress,
) -> tuple[list[Segment], str]:
    """The phrases of a recording at 16 kHz, timed from its start, and its language.

    `language` None hears it in the first window; `progress` takes the share that is done and may
    raise to end the work. The language of a recording without speech is `language`, or `en`.
    Raises ModelFilesError, TextError.
    """
    found: list[Segment] = []
    spoken = language
    for window in windows(speech(spool)):
        progress(window.start / spool.seconds)
        start = max(window.start - MARGIN_SECONDS, 0.0)
        audio = spool.read(start, window.end + MARGIN_SECONDS)
        heard, spoken = recogniser.segments(audio, spoken, words=words)
        length = audio.size / RATE
        found += [_later(segment, start, length) for segment in heard if segment.text.strip()]
    return found, (spoken or "en").replace("_", "-").split("-")[0].lower()


def speech(spool: Spool) -> Iterator[Span]:
    """Stretches of speech, in order."""
    at = 0.0
    while at < spool.seconds:
        end = min(at + BLOCK_SECONDS, spool.seconds)
        heard = speech_spans(spool.read(at, end), spool.sample_rate)
        spans = [Span(at + s.start, at + s.end) for s in heard]
        following = end
        if spans and end < spool.seconds and spans[-1].end > end - _NEAR_THE_END:
            # Speech goes on behind the block: the next one begins with that stretch, unless it is
            # so long that there is no getting on.
            last = spans[-1]
            if last.start - at > _LEAST_STEP:
                spans.pop()
                following = last.start
        yield from spans
        at = following


def windows(spans: Iterator[Span]) -> Iterator[Span]:
    """Joins stretches of speech to windows of at most `WINDOW_SECONDS` where pauses allow it."""
    window: Span | None = None
    for span in spans:
        if window is not None and (
            span.end - window.start <= WINDOW_SECONDS
            and span.start - window.end <= LONGEST_GAP_SECONDS
        ):
            window = Span(window.start, span.end)
            continue
        if window is not None:
            yield window
        window = span
    if window is not None:
        yield window


def _later(segment: Segment, offset: float, length: float) -> Segment:
    def moment(seconds: float) -> float:
        # Whisper's times may lie behind the end of what it was given.
        return round(offset + min(seconds, length), 3)

    return replace(
        segment,
        start=moment(segment.start),
        end=moment(segment.end),
        words=tuple(
            replace(word, start=moment(word.start), end=moment(word.end)) for word in segment.words
        ),
    )
