"""Speech as events: what a stretch of audio looks like on a socket and in an event stream.

The shapes are those of sections 9 and 10.6 of the wire's description. Every event has `type`,
`done` and `status_code`, and no event but an error has a key `error`, since clients go by these.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from menura.api.errors import error_body
from menura.audio.formats import OutputFormat
from menura.errors import InputError, MenuraError
from menura.models.contract import PhonemeTiming, WordTiming
from menura.work.jobs import SpeechOutput

GOING_ON = 206
"""Status of every event but an error; the official example has it on `done` too."""

MOST_BYTES = 48_000
"""Audio in one chunk: clients refuse messages from 1 MiB on. It divides by every sample's width,
and by three, so that only the last piece is padded."""

_WIDTHS = {"pcm_f32le": 4, "pcm_s16le": 2, "pcm_mulaw": 1, "pcm_alaw": 1}
_ZEROS = {"pcm_mulaw": b"\xff", "pcm_alaw": b"\xd5"}


def check_raw(output: OutputFormat) -> None:
    """Raises InputError for anything but raw samples; events can carry nothing else."""
    if output.container != "raw":
        raise InputError(
            "output_format_invalid",
            f"Audio in events cannot be {output.container}.",
            "Send the container 'raw', or use POST /tts/bytes for wav and mp3.",
        )


def seconds_of(data: bytes, output: OutputFormat) -> float:
    """How long raw samples last."""
    return len(data) / _WIDTHS[str(output.encoding)] / output.sample_rate


def silence(seconds: float, output: OutputFormat) -> bytes:
    """Raw samples of silence."""
    encoding = str(output.encoding)
    return _ZEROS.get(encoding, b"\0") * (_WIDTHS[encoding] * round(seconds * output.sample_rate))


@dataclass(frozen=True)
class Timestamps:
    """Which times a client wants to hear of."""

    words: bool = False
    phonemes: bool = False


def speech_events(
    output: SpeechOutput,
    wanted: Timestamps,
    *,
    step_ms: float,
    offset: float = 0.0,
    common: Mapping[str, Any] | None = None,
) -> Iterator[dict[str, Any]]:
    """Events of one stretch: its times where they are wanted, then its audio in pieces.

    `offset` seconds are added to all times; `common` is put into every event.
    """
    shared = {"done": False, "status_code": GOING_ON, **(common or {})}
    if wanted.words and output.words:
        texts = [word.text for word in output.words]
        times = {"words": texts, **_times(output.words, offset)}
        yield {"type": "timestamps", "word_timestamps": times, **shared}
    if wanted.phonemes and output.phonemes:
        names = [phoneme.phoneme for phoneme in output.phonemes]
        times = {"phonemes": names, **_times(output.phonemes, offset)}
        yield {"type": "phoneme_timestamps", "phoneme_timestamps": times, **shared}
    for start in range(0, len(output.data), MOST_BYTES):
        piece = base64.b64encode(output.data[start : start + MOST_BYTES]).decode()
        # The first piece stands for the work; the others were ready with it.
        step = round(step_ms, 3) if start == 0 else 0.0
        yield {"type": "chunk", "data": piece, "step_time": step, **shared}


def done_event(context_id: str | None) -> dict[str, Any]:
    """The last event of a context."""
    event: dict[str, Any] = {"type": "done", "done": True, "status_code": GOING_ON}
    return event if context_id is None else {**event, "context_id": context_id}


def flush_done_event(context_id: str, flush_id: int) -> dict[str, Any]:
    """Says that all text before a flush has been spoken."""
    return {
        "type": "flush_done",
        "context_id": context_id,
        "flush_id": flush_id,
        "flush_done": True,
        "done": False,
        "status_code": GOING_ON,
    }


def error_event(error: MenuraError, identity: str, context_id: str | None) -> dict[str, Any]:
    """A failure in both the old and the new form (section 3.2), which serves every client."""
    body = error_body(error, identity)
    del body["remedy"]  # The message ends with it.
    return {
        "type": "error",
        "done": True,
        "status_code": error.status,
        "error": f"{body['title']}: {body['message']}",
        **body,
        "context_id": context_id or "",
    }


def _times(
    timings: Iterable[WordTiming] | Iterable[PhonemeTiming], offset: float
) -> dict[str, list[float]]:
    return {
        "start": [round(timing.start + offset, 4) for timing in timings],
        "end": [round(timing.end + offset, 4) for timing in timings],
    }
