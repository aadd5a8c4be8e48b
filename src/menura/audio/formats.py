"""The output formats: those of `cartesia_api` section 5, and what OpenAI's clients ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from menura.errors import InputError

SAMPLE_RATES = (8000, 16000, 22050, 24000, 44100, 48000)
BIT_RATES = (32000, 64000, 96000, 128000, 192000)
ENCODINGS = ("pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw")
CONTAINERS = ("raw", "wav", "mp3")
_MEDIA_TYPES = {
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "opus": "audio/ogg",
    "aac": "audio/aac",
}


@dataclass(frozen=True)
class OutputFormat:
    """Container, coding and rate of speech that leaves Menura; always mono."""

    container: str
    """`raw`, `wav` or `mp3`; on OpenAI's wire also `flac`, `opus` or `aac`."""

    sample_rate: int
    """Hz, one of SAMPLE_RATES."""

    encoding: str | None = None
    """One of ENCODINGS for raw and wav; None for all others."""

    bit_rate: int | None = None
    """Bits per second, one of BIT_RATES, for mp3; None otherwise."""

    @property
    def media_type(self) -> str:
        """The HTTP content type."""
        return _MEDIA_TYPES.get(self.container, "application/octet-stream")


def parse_output_format(values: Mapping[str, object]) -> OutputFormat:
    """Reads an output format as clients send it.

    Numbers may be texts (multipart bodies carry nothing else), null and "" mean absent, mp3 bit
    rates may be in kbit/s, a `bit_rate` beside raw or wav is ignored as it is by Cartesia.
    Raises InputError with code `output_format_invalid`.
    """
    container = _choice(values, "container", CONTAINERS)
    sample_rate = _number(values, "sample_rate", SAMPLE_RATES)
    if container == "mp3":
        if values.get("encoding") not in (None, "", "mp3"):
            raise _invalid("mp3 has no `encoding`.", "Leave `encoding` out, or send raw or wav.")
        return OutputFormat(container, sample_rate, bit_rate=_bit_rate(values))
    return OutputFormat(container, sample_rate, encoding=_choice(values, "encoding", ENCODINGS))


def _bit_rate(values: Mapping[str, object]) -> int:
    kilo = {rate // 1000: rate for rate in BIT_RATES}
    accepted = (*BIT_RATES, *kilo)
    number = _number(values, "bit_rate", accepted)
    return kilo.get(number, number)


def _choice(values: Mapping[str, object], name: str, accepted: tuple[str, ...]) -> str:
    value = values.get(name)
    if isinstance(value, str) and value in accepted:
        return value
    raise _unaccepted(name, value, accepted)


def _number(values: Mapping[str, object], name: str, accepted: tuple[int, ...]) -> int:
    value = values.get(name)
    number: float | None = None
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            number = None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    if number is None or number not in accepted:
        raise _unaccepted(name, value, accepted)
    return int(number)


def _unaccepted(name: str, value: object, accepted: tuple[object, ...]) -> InputError:
    remedy = f"Accepted: {', '.join(str(item) for item in accepted)}."
    if value is None or value == "":
        return _invalid(f"The output format lacks `{name}`.", remedy)
    # A short extract: a client may send a megabyte here, and it is echoed to it.
    return _invalid(f"The output format's `{name}` cannot be {str(value)[:40]!r}.", remedy)


def _invalid(sentence: str, remedy: str) -> InputError:
    return InputError("output_format_invalid", sentence, remedy)
