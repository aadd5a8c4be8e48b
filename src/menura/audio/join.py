"""Puts spoken audio into the gap between two recordings, without a click.

The recordings stay as they are: what is spoken is brought to their loudness, and where they meet,
twelve milliseconds of the one fade into the other. The silence that the recordings have at the gap
is the pause that is heard; where there is next to none, a short one is put in.
"""

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_spans
from menura.audio.loudness import loudness

Audio = NDArray[np.float32]

FADE_SECONDS = 0.012
LEAST_PAUSE_SECONDS = 0.1
"""Between the last speech of a recording and the first that is spoken; words of one phrase, said
with care, are so far apart."""

EDGE_SECONDS = 0.03
"""Silence that is left at both ends of what is spoken; the fade lies in it."""

NEAR_SECONDS = 6.0
"""How much speech beside the gap says how loud it is there."""

MOST_GAIN_DB = 20.0
_FRAME_SECONDS = 0.01
_QUIET_DB = -45.0
"""Against the loudest frame; speech that a model made has no noise floor above."""


def join(left: Audio | None, spoken: Audio, right: Audio | None, sample_rate: int) -> Audio:
    """Joins mono float32 audio [samples] of one rate; `left` or `right` may be missing.

    The result may pass full scale where the recordings are loud; it is for a limiter to hold.
    """
    before = [] if left is None else speech_spans(left, sample_rate)
    after = [] if right is None else speech_spans(right, sample_rate)
    middle = trimmed(spoken, sample_rate)
    middle = middle * _gain(
        middle.size,
        _level(left, before[-1:], sample_rate, at_end=True),
        _level(right, after[:1], sample_rate, at_end=False),
        loudness(middle, sample_rate),
    )
    whole = middle
    if left is not None:
        pause = left.size / sample_rate - before[-1].end if before else LEAST_PAUSE_SECONDS
        whole = _meet(left, _gap(pause, sample_rate), whole, sample_rate)
    if right is not None:
        pause = after[0].start if after else LEAST_PAUSE_SECONDS
        whole = _meet(whole, _gap(pause, sample_rate), right, sample_rate)
    return np.asarray(whole, dtype=np.float32)


def trimmed(audio: Audio, sample_rate: int) -> Audio:
    """Spoken audio without the silence before and after it, but for `EDGE_SECONDS`."""
    frame = max(round(_FRAME_SECONDS * sample_rate), 1)
    count = audio.size // frame
    levels = np.sqrt(np.square(audio[: count * frame].reshape(count, frame)).mean(axis=1))
    loudest = float(levels.max(initial=0.0))
    if loudest == 0.0:
        return audio
    heard = np.flatnonzero(levels > loudest * 10.0 ** (_QUIET_DB / 20.0))
    edge = round(EDGE_SECONDS * sample_rate)
    first, last = int(heard[0]) * frame - edge, (int(heard[-1]) + 1) * frame + edge
    cut = audio[max(first, 0) : last].astype(np.float32)
    # The model may have begun, or ended, in a sound; what then meets silence must not jump.
    fade = min(round(FADE_SECONDS * sample_rate), cut.size)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    cut[:fade] *= ramp
    cut[cut.size - fade :] *= ramp[::-1]
    return np.pad(cut, (max(-first, 0), max(last - audio.size, 0)))


def _level(
    audio: Audio | None, nearest: list[Span], sample_rate: int, *, at_end: bool
) -> float | None:
    """Loudness in LUFS of the speech beside the gap; None where there is none."""
    if audio is None or not nearest:
        return None
    near = round(NEAR_SECONDS * sample_rate)
    edge = round((nearest[0].end if at_end else nearest[0].start) * sample_rate)
    piece = audio[max(edge - near, 0) : edge] if at_end else audio[edge : edge + near]
    level = loudness(piece, sample_rate)
    return None if level == float("-inf") else level


def _gain(size: int, left: float | None, right: float | None, own: float) -> Audio:
    """Factors [size] that glide, in dB, from the loudness of the left to that of the right."""
    ends = [left if left is not None else right, right if right is not None else left]
    if own == float("-inf") or ends[0] is None or ends[1] is None:
        return np.ones(size, np.float32)
    decibels = np.clip(np.linspace(ends[0], ends[1], size) - own, -MOST_GAIN_DB, MOST_GAIN_DB)
    return np.asarray(10.0 ** (decibels / 20.0), dtype=np.float32)


def _gap(pause: float, sample_rate: int) -> int:
    """Samples of silence to put in beside a pause that is there, in seconds."""
    return max(round((LEAST_PAUSE_SECONDS - EDGE_SECONDS - pause) * sample_rate), 0)


def _meet(first: Audio, gap: int, second: Audio, sample_rate: int) -> Audio:
    """Puts two pieces one after the other with a cross-fade; `gap` is silence between them."""
    if gap:
        fade = min(round(FADE_SECONDS * sample_rate), first.size, second.size, gap)
        silence = np.zeros(gap + fade, np.float32)
        return _crossed(_crossed(first, silence, fade), second, fade)
    return _crossed(first, second, min(round(FADE_SECONDS * sample_rate), first.size, second.size))


def _crossed(first: Audio, second: Audio, fade: int) -> Audio:
    if fade == 0:
        return np.concatenate([first, second])
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    overlap = first[-fade:] * (1.0 - ramp) + second[:fade] * ramp
    return np.concatenate([first[:-fade], overlap, second[fade:]])
