"""Chooses the stretch of a recording that makes the best voice, and takes its long pauses out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_seconds

Audio = NDArray[np.float32]

MOST_SECONDS = {"similarity": 15.0, "stability": 20.0}
"""The clip, shortened pauses included. The base model's recipe was best with 10 to 15 s; stability
gains up to 20 s."""

ENOUGH_SECONDS = {"similarity": 11.0, "stability": 15.0}
"""Speech beyond this adds no score, so that cleanness decides between long enough stretches."""

HEARD_SECONDS = 30.0
"""What is heard of a longer recording to tell who speaks, and how high."""

LONG_PAUSE_SECONDS = 0.5
KEPT_PAUSE_SECONDS = 0.3
"""Length that a longer pause is cut down to."""

EDGE_SECONDS = 0.12
"""Kept before the first and after the last word, where the recording has it."""

UTTERANCE_PAUSE_SECONDS = 0.25
"""A pause from this length on is likely the end of a phrase."""

BOUNDARY_WORTH = 0.75
SNR_WORTH = 0.08
"""In seconds of speech: an end at a phrase, and one dB of signal-to-noise ratio up to 40."""

WHOLE_WORTH = 2.0
"""Taking all of the speech keeps a given transcript and what its speaker meant to send."""

CLIPPED_WORTH = 300.0
"""A clipped share of 1 % costs three seconds of speech."""

FADE_SECONDS = 0.01


@dataclass(frozen=True)
class Choice:
    """A stretch of a recording."""

    spans: tuple[Span, ...]
    """The speech in it, in seconds of the recording."""

    start: float
    """Where it begins: EDGE_SECONDS before the speech, or as far as nothing else is said."""

    end: float

    whole: bool
    """Whether it holds all speech of the recording."""

    because: str = ""
    """Why it was chosen, in words."""


def choose(audio: Audio, sample_rate: int, spans: Sequence[Span], mode: str) -> Choice:
    """Finds the stretch with the most continuous, clean speech that fits the mode's length.

    Stretches begin and end in pauses; speech without any pause is cut at its quietest place.
    """
    return _choose(audio, sample_rate, spans, MOST_SECONDS[mode], ENOUGH_SECONDS[mode])


def all_heard(audio: Audio, sample_rate: int, spans: Sequence[Span]) -> Choice:
    """All speech of a recording, of a longer one the best HEARD_SECONDS."""
    return _choose(audio, sample_rate, spans, HEARD_SECONDS, HEARD_SECONDS)


def _choose(
    audio: Audio, sample_rate: int, spans: Sequence[Span], most: float, enough: float
) -> Choice:
    pieces = [piece for span in spans for piece in _divide(audio, sample_rate, span, most)]
    figures = _Figures(audio, sample_rate, pieces)
    best: tuple[float, int, int] | None = None
    for first in range(len(pieces)):
        length = 2 * EDGE_SECONDS
        for last in range(first, len(pieces)):
            if last > first:
                length += min(figures.gaps[last], KEPT_PAUSE_SECONDS)
            length += pieces[last].seconds
            if length > most and last > first:
                break
            score = figures.score(first, last, enough)
            if best is None or score > best[0]:
                best = (score, first, last)
    assert best is not None, "choose needs at least one span"
    _, first, last = best
    chosen = tuple(pieces[first : last + 1])
    return Choice(
        spans=chosen,
        start=chosen[0].start - min(EDGE_SECONDS, figures.gaps[first] / 2),
        end=chosen[-1].end + min(EDGE_SECONDS, figures.gaps[last + 1] / 2),
        whole=len(chosen) == len(pieces),
        because=figures.reason(first, last),
    )


def assemble(audio: Audio, sample_rate: int, choice: Choice) -> Audio:
    """Cuts a stretch out of a recording, its long pauses shortened to 0.3 s.

    The recording's own sound stays in the pauses and joins are cross-faded, so there is no click.
    """
    start = choice.start
    parts: list[Audio] = []
    for this, following in zip(choice.spans, [*choice.spans[1:], None], strict=True):
        if following is None:
            end = choice.end
        elif following.start - this.end <= LONG_PAUSE_SECONDS:
            continue
        else:
            end = this.end + KEPT_PAUSE_SECONDS / 2
        parts.append(audio[round(start * sample_rate) : round(end * sample_rate)])
        if following is not None:
            start = following.start - KEPT_PAUSE_SECONDS / 2
    joined = parts[0]
    fade = round(FADE_SECONDS * sample_rate)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    for part in parts[1:]:
        cross = joined[-fade:] * (1.0 - ramp) + part[:fade] * ramp
        joined = np.concatenate([joined[:-fade], cross, part[fade:]])
    return np.asarray(joined, dtype=np.float32)


def pause_share(spans: Sequence[Span], seconds: float) -> float:
    """Share of a recording that is long pauses, the silence at its ends included."""
    borders = [0.0, *(edge for span in spans for edge in (span.start, span.end)), seconds]
    gaps = [end - start for start, end in zip(borders[::2], borders[1::2], strict=True)]
    long = sum(gap - KEPT_PAUSE_SECONDS for gap in gaps if gap > LONG_PAUSE_SECONDS)
    return long / seconds if seconds else 0.0


class _Figures:
    """Per-piece figures, so that a stretch is scored from sums."""

    def __init__(self, audio: Audio, sample_rate: int, pieces: Sequence[Span]) -> None:
        self._pieces = pieces
        total = audio.size / sample_rate
        borders = [0.0, *(edge for piece in pieces for edge in (piece.start, piece.end)), total]
        silences = [Span(a, b) for a, b in zip(borders[::2], borders[1::2], strict=True)]
        # gaps[k] precedes piece k; one more follows the last piece.
        self.gaps = [gap.seconds for gap in silences]
        self._speech = [_energy(audio, sample_rate, piece) for piece in pieces]
        self._noise = [_energy(audio, sample_rate, gap) for gap in silences]
        peak = float(np.abs(audio).max(initial=0.0))
        near = np.abs(audio) >= 0.985 * peak
        self._cut = [
            int(near[round(p.start * sample_rate) : round(p.end * sample_rate)].sum())
            for p in pieces
        ]
        self._rate = sample_rate

    def reason(self, first: int, last: int) -> str:
        speech = speech_seconds(self._pieces[first : last + 1])
        if first == 0 and last == len(self._pieces) - 1:
            return "all of the speech"
        snr = min(40.0, self._snr(first, last, speech))
        ends = sum(self.gaps[at] >= UTTERANCE_PAUSE_SECONDS for at in (first, last + 1))
        borders = ("within phrases", "with a pause at one end", "from pause to pause")[ends]
        return f"the best run: {speech:.1f} s of speech, {snr:.0f} dB over its pauses, {borders}"

    def _snr(self, first: int, last: int, speech: float) -> float:
        silence = sum(self.gaps[first : last + 2])
        noise = sum(self._noise[first : last + 2]) / silence if silence > 0.1 else 0.0
        power = sum(self._speech[first : last + 1]) / speech
        return float(10.0 * np.log10(power / noise)) if noise > 0.0 and power > 0.0 else 40.0

    def score(self, first: int, last: int, enough: float) -> float:
        speech = speech_seconds(self._pieces[first : last + 1])
        snr = self._snr(first, last, speech)
        cut = sum(self._cut[first : last + 1]) / (speech * self._rate)
        ends = sum(self.gaps[at] >= UTTERANCE_PAUSE_SECONDS for at in (first, last + 1))
        return float(
            min(speech, enough)
            + 0.01 * speech
            + SNR_WORTH * min(40.0, max(0.0, snr))
            + BOUNDARY_WORTH * ends
            + WHOLE_WORTH * (first == 0 and last == len(self._pieces) - 1)
            - CLIPPED_WORTH * cut
        )


def _energy(audio: Audio, sample_rate: int, span: Span) -> float:
    # Sum of squares over time, in seconds times power.
    part = audio[round(span.start * sample_rate) : round(span.end * sample_rate)]
    return float(np.square(part, dtype=np.float64).sum()) / sample_rate


def _divide(audio: Audio, sample_rate: int, span: Span, most: float) -> list[Span]:
    # Speech longer than `most` without a pause: cut at the quietest 40 ms of its later half.
    pieces: list[Span] = []
    while span.seconds > most - 2 * EDGE_SECONDS:
        begin = span.start + most / 2
        part = audio[round(begin * sample_rate) : round((span.start + most - 0.3) * sample_rate)]
        size = round(0.04 * sample_rate)
        frames = part[: part.size // size * size].reshape(-1, size)
        quietest = int(np.square(frames, dtype=np.float64).sum(axis=1).argmin())
        at = begin + (quietest + 0.5) * 0.04
        pieces.append(Span(span.start, at))
        span = Span(at, span.end)
    return [*pieces, span]
