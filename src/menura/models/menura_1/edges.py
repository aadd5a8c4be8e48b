"""The edges of an utterance: silence is cut away, and joins make no click."""

import numpy as np
from numpy.typing import NDArray

from menura.models.contract import Audio
from menura.models.menura_1.decoder import SAMPLE_RATE

_FADE = 120
_LEAD, _TAIL = 0.06, 0.14
"""Silence left before and after the sound of an utterance, in seconds."""

_QUIET = 10 ** (-52 / 20)
"""Amplitude below which an utterance's edge counts as silence; measured: breath noise of the stock
voices stays under −55 dBFS, final fricatives over −45 dBFS."""

_FAR_BELOW = 10 ** (-40 / 20)
"""Of an utterance's peak: a clone may have the noise of its clip, which is over −52 dBFS."""

BRINK = 1440
"""Samples before the end of a decode that are no speech. In stock voices these 60 ms are silent; an
update that was never fitted to the end of an utterance makes a click of up to −20 dBFS there (all
of three clones, four texts each, in the last 50 ms)."""


def _peak(samples: Audio) -> float:
    return float(np.abs(samples).max(initial=0.0))


def _loud(samples: Audio, peak: float) -> NDArray[np.intp]:
    """Which samples are sound in an utterance with such a peak."""
    return np.flatnonzero(np.abs(samples) > max(_QUIET, _FAR_BELOW * peak))


def sounding(samples: Audio, begin: int = 0) -> tuple[int, int]:
    """First and last sample of a whole decode to keep: its sound and a little silence around.

    Before `begin` there is no speech.
    """
    end = max(begin, samples.size - BRINK)
    speech = samples[begin:end]
    loud = _loud(speech, _peak(speech))
    if loud.size == 0:
        return 0, samples.size
    first = max(0, begin + int(loud[0]) - int(_LEAD * SAMPLE_RATE))
    last = min(end, begin + int(loud[-1]) + int(_TAIL * SAMPLE_RATE))
    return first, last


def faded(samples: Audio) -> Audio:
    """A copy with 5 ms fades at both ends, so that joins make no click."""
    out = samples.copy()
    fade = np.linspace(0, 1, min(_FADE, out.size // 2), dtype=np.float32)
    out[: fade.size] *= fade
    out[out.size - fade.size :] *= fade[::-1]
    return out


class Edges:
    """Does to an utterance that comes in pieces what `sounding` and `faded` do to a whole one.

    What may be the silence at the end is held back until more sound comes, and so is what a fade
    may touch. How loud an utterance is shows only as it comes: the noise of a clone's clip before
    its first word may stay.

    Args:
        size: samples of the whole decode.
    """

    def __init__(self, size: int) -> None:
        self._speech = max(0, size - BRINK)
        self._written = 0
        self._peak = 0.0
        self.first: int | None = None
        """Samples cut away at the beginning; None until there was a sound."""

        self.given = 0
        """Samples given so far."""

        self._held = np.zeros(0, np.float32)
        self._sure = 0  # samples of those held that are followed by sound

    def write(self, samples: Audio) -> Audio:
        """Takes the next piece, returns what is sure to be kept (may be empty)."""
        end = max(0, self._speech - self._written)
        self._written += samples.size
        samples = samples[:end]
        before = self._held.size
        self._held = np.concatenate([self._held, samples])
        self._peak = max(self._peak, _peak(samples))
        loud = _loud(samples, self._peak)
        if loud.size == 0:
            return self._leave(min(self._sure, self._held.size))
        if self.first is None:
            self.first = max(0, before + int(loud[0]) - int(_LEAD * SAMPLE_RATE))
            self._held = self._held[self.first :]
            before -= self.first
        self._sure = before + int(loud[-1]) + int(_TAIL * SAMPLE_RATE)
        return self._leave(min(self._sure, self._held.size))

    def finish(self) -> Audio:
        """Returns the rest; without any sound, that is everything."""
        if self.first is None:
            self.first = 0
            self._sure = self._held.size
        rest = self._held[: self._sure]
        if self.given == 0:
            self.given = rest.size
            return faded(rest)
        fade = np.linspace(1, 0, min(_FADE, rest.size), dtype=np.float32)
        rest[rest.size - fade.size :] *= fade
        self.given += rest.size
        return rest

    def _leave(self, sure: int) -> Audio:
        """Gives all that is sure but the samples that the last fade may touch."""
        count = sure - _FADE
        if self.first is None or count < (_FADE if self.given == 0 else 1):
            return np.zeros(0, np.float32)
        ready, self._held = self._held[:count].copy(), self._held[count:]
        self._sure -= count
        if self.given == 0:
            ready[:_FADE] *= np.linspace(0, 1, _FADE, dtype=np.float32)
        self.given += count
        return ready
