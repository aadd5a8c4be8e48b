"""The output formats that can be asked for (`cartesia_api` section 5)."""

from dataclasses import dataclass

SAMPLE_RATES = (8000, 16000, 22050, 24000, 44100, 48000)
BIT_RATES = (32000, 64000, 96000, 128000, 192000)
ENCODINGS = ("pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw")
CONTAINERS = ("raw", "wav", "mp3")


@dataclass(frozen=True)
class OutputFormat:
    """Container, coding and rate of speech that leaves Menura; always mono."""

    container: str
    """`raw`, `wav` or `mp3`."""

    sample_rate: int
    """Hz, one of SAMPLE_RATES."""

    encoding: str | None = None
    """One of ENCODINGS for raw and wav; None for mp3."""

    bit_rate: int | None = None
    """Bits per second, one of BIT_RATES, for mp3; None otherwise."""
