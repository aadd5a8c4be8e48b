"""What a recording of any length is like, measured block by block so that memory stays small."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from menura.audio.activity import Span, speech_seconds
from menura.audio.decode import Source
from menura.audio.quality import bandwidth, signal_to_noise
from menura.audio.spool import Spool

BLOCK_SECONDS = 300.0
LEAST_SPEECH_SECONDS = 1.0
"""Of a block, under which it says nothing of the recording."""


@dataclass(frozen=True)
class Figures:
    """A recording in numbers; those of its blocks are weighted by their speech."""

    container: str
    codec: str
    original_rate: int
    original_channels: int
    seconds: float
    speech_seconds: float
    snr_db: float
    clipped_share: float
    bandwidth: float
    """Highest frequency that carries speech, in Hz; at most 12000."""

    loudness: float
    """LUFS."""

    def report(self) -> dict[str, float | str]:
        """All of it by name, rounded for people."""
        digits = {"clipped_share": 6, "bandwidth": 0, "snr_db": 1, "loudness": 1}
        return {
            name: round(value, digits.get(name, 2)) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def measure(spool: Spool, spans: Sequence[Span], source: Source) -> Figures:
    """Measures a decoded recording whose speech is in `spans`, which are not none."""
    from menura.audio.loudness import loudness

    weights, ratios, edges, powers = [], [], [], []
    at = 0.0
    while at < spool.seconds:
        end = min(at + BLOCK_SECONDS, spool.seconds)
        inside = [
            Span(max(s.start, at) - at, min(s.end, end) - at)
            for s in spans
            if s.end > at and s.start < end
        ]
        if (weight := speech_seconds(inside)) >= LEAST_SPEECH_SECONDS or end - at == spool.seconds:
            audio = spool.read(at, end)
            weights.append(weight)
            ratios.append(signal_to_noise(audio, spool.sample_rate, inside))
            edges.append(bandwidth(audio, spool.sample_rate, inside))
            powers.append(10.0 ** (max(loudness(audio, spool.sample_rate), -100.0) / 10.0))
        at = end
    if not weights:
        weights, ratios, edges, powers = [1.0], [0.0], [0.0], [1e-10]
    return Figures(
        container=source.container,
        codec=source.codec,
        original_rate=source.original_rate,
        original_channels=source.original_channels,
        seconds=spool.seconds,
        speech_seconds=speech_seconds(spans),
        snr_db=float(np.average(ratios, weights=weights)),
        clipped_share=source.clipped_share,
        bandwidth=float(np.average(edges, weights=weights)),
        loudness=float(10.0 * np.log10(np.average(powers, weights=weights))),
    )
