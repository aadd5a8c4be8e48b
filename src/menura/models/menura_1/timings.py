"""When words and phonemes of an utterance are heard."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from menura.models.contract import PhonemeTiming, WordTiming
from menura.text.utterance import Utterance

Timings = tuple[tuple[WordTiming, ...], tuple[PhonemeTiming, ...]]


class Teller:
    """Tells the timings of an utterance that is spoken in pieces, each with the piece it begins in.

    The last word is told with the last piece: its end is that of the sound, which is not known
    before.

    Args:
        utterance: what is spoken.
        ends: of its tokens, in seconds from the start of decoding, the first pad included.
    """

    def __init__(self, utterance: Utterance, ends: NDArray[np.float64]) -> None:
        self._utterance = utterance
        self._ends = ends
        self._words: list[WordTiming] | None = None
        self._phonemes: list[PhonemeTiming] = []

    def until(self, spoken: float, first: float) -> Timings:
        """What begins in the first `spoken` seconds and was not told yet; nothing before any sound.

        `first` is the time cut away at the beginning.
        """
        if spoken == 0:
            return (), ()
        words, phonemes = self._begin(first)
        number = sum(word.start < spoken for word in words[:-1])
        last = words[-1].start if words else 0.0
        count = sum(phoneme.start < min(spoken, last) for phoneme in phonemes)
        told = tuple(words[:number]), tuple(phonemes[:count])
        del words[:number], phonemes[:count]
        return told

    def rest(self, seconds: float, first: float) -> Timings:
        """Everything else; `seconds` is the length of all audio."""
        words, phonemes = self._begin(first)
        return (
            tuple(replace(w, start=min(w.start, seconds), end=min(w.end, seconds)) for w in words),
            tuple(
                replace(p, start=min(p.start, seconds), end=min(p.end, seconds)) for p in phonemes
            ),
        )

    def _begin(self, first: float) -> tuple[list[WordTiming], list[PhonemeTiming]]:
        if self._words is None:
            words, phonemes = timings(
                self._utterance, self._ends - first, float(self._ends[-1]) - first
            )
            self._words, self._phonemes = list(words), list(phonemes)
        return self._words, self._phonemes


def timings(
    utterance: Utterance, ends: np.ndarray[tuple[int], np.dtype[np.float64]], seconds: float
) -> tuple[tuple[WordTiming, ...], tuple[PhonemeTiming, ...]]:
    """Times of words and phonemes from the ends of the tokens, the first pad included."""
    ends = np.clip(ends, 0, seconds)
    joined = "".join(w.before + w.phonemes + w.after for w in utterance.words)
    position = 1 - (len(joined) - len(joined.lstrip()))  # token 0 is the pad
    last = len(ends) - 1
    words, sounds = [], []
    for word in utterance.words:
        begin = position + len(word.before)
        end = begin + len(word.phonemes)
        words.append(
            WordTiming(
                word.text, float(ends[min(begin, last) - 1]), float(ends[min(end, last) - 1])
            )
        )
        sounds += [
            PhonemeTiming(word.phonemes[i - begin], float(ends[i - 1]), float(ends[i]))
            for i in range(begin, min(end, last))
        ]
        position = end + len(word.after)
    return tuple(words), tuple(sounds)
