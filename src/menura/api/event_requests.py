"""Bodies of requests that are answered with events: `POST /tts/sse` and messages on a socket."""

from typing import Any

from pydantic import ConfigDict, Field

from menura.api.schemas import EXAMPLE_ID, GenerationConfig, RequestBody, SpeechRequest
from menura.api.speech_events import Timestamps

MOST_BUFFER_MS = 5000
BUFFER_MS = 3000
CONTEXT_ID_CHARACTERS = 256

_EXAMPLE: dict[str, Any] = {
    "context_id": "greeting-1",
    "model_id": "sonic-latest",
    "transcript": "Good morning! How did you sleep?",
    "voice": {"mode": "id", "id": EXAMPLE_ID},
    "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
    "add_timestamps": True,
}


class SpeechEventsRequest(SpeechRequest):
    """Body of `POST /tts/sse`: as for `/tts/bytes`, with raw audio only."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    context_id: str | None = Field(
        None,
        max_length=CONTEXT_ID_CHARACTERS,
        description="Any text of yours; every event repeats it.",
    )
    add_timestamps: bool | None = Field(None, description="Send the times of words.")
    add_phoneme_timestamps: bool | None = Field(None, description="Send the times of phonemes.")

    use_normalized_timestamps: bool | None = Field(
        None, description="Name the words as they are read, not as they are written."
    )
    use_original_timestamps: bool | None = Field(None, description="Old; the opposite.")

    @property
    def normalized_words(self) -> bool:
        """Whether times name the words as they are read."""
        if self.use_normalized_timestamps is not None:
            return self.use_normalized_timestamps
        return self.use_original_timestamps is False

    @property
    def timestamps(self) -> Timestamps:
        """Which times are asked for."""
        return Timestamps(bool(self.add_timestamps), bool(self.add_phoneme_timestamps))


class SocketRequest(SpeechEventsRequest):
    """The first message of a context on `/tts/websocket`."""

    continue_: bool | None = Field(None, alias="continue")
    flush: bool | None = None
    max_buffer_delay_ms: int | None = Field(None, ge=0, le=MOST_BUFFER_MS)


class SocketInput(RequestBody):
    """A later message of a context; all else that it carries is ignored (section 10.3)."""

    transcript: str | None = None
    continue_: bool | None = Field(None, alias="continue")
    flush: bool | None = None
    generation_config: GenerationConfig | None = None
    normalization: str | None = None
    duration: float | None = Field(None, gt=0)
