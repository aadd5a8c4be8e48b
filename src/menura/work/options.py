"""What programs may ask of speech: names of formats, emotions, and ranges, checked."""

from collections.abc import Mapping

from menura.audio.formats import OutputFormat
from menura.errors import InputError
from menura.text.emotions import NAMES, find_emotion
from menura.text.markup import SPEEDS, VOLUMES

__all__ = ["FORMATS", "SPEEDS", "VOLUMES", "known_emotion", "output_format", "within"]

FORMATS: Mapping[str, OutputFormat] = {
    "wav": OutputFormat("wav", 24000, encoding="pcm_s16le"),
    "mp3": OutputFormat("mp3", 44100, bit_rate=128000),
    "raw": OutputFormat("raw", 24000, encoding="pcm_s16le"),
}
"""What a container's bare name stands for."""


def output_format(output: str | OutputFormat) -> OutputFormat:
    """The format of a container's bare name. Raises InputError."""
    if isinstance(output, OutputFormat):
        return output
    if output not in FORMATS:
        raise InputError(
            "output_format_invalid",
            f"There is no output format {output!r}.",
            f"Accepted: {', '.join(FORMATS)}, or an OutputFormat.",
        )
    return FORMATS[output]


def known_emotion(emotion: str) -> str:
    """Returns names of emotions that are all known. Raises InputError."""
    unknown = find_emotion(emotion)[1]
    if unknown:
        raise InputError(
            "emotion_unknown",
            f"There is no emotion {unknown[0]!r}.",
            f"Accepted: {', '.join(NAMES)}.",
        )
    return emotion


def within(name: str, value: float, bounds: tuple[float, float]) -> float:
    """Returns a value inside of its bounds. Raises InputError."""
    low, high = bounds
    if not low <= value <= high:
        raise InputError(
            f"{name}_out_of_range", f"The {name} cannot be {value}.", f"Accepted: {low} to {high}."
        )
    return value
