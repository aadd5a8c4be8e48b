"""What clients say on a socket: JSON messages, checked in full only where they open a context."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from menura.api.contexts_text import has_letters
from menura.api.errors import describe_invalid
from menura.api.event_requests import CONTEXT_ID_CHARACTERS, SocketInput, SocketRequest
from menura.errors import InputError, TextError, TooLargeError
from menura.settings import Settings

NAMED_CONTEXTS = date(2025, 11, 4)
"""From this date on a client has to name its contexts; before, one is made up."""

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True)
class Message:
    """A message whose context is known; the rest has not been looked at."""

    context_id: str
    fields: dict[str, Any]

    @property
    def blank(self) -> bool:
        """Whether it brings no text, as messages do that only end or flush a context."""
        text = self.fields.get("transcript")
        return text is None or (isinstance(text, str) and not text.strip())

    @property
    def cancels(self) -> bool:
        """Whether it cancels its context. Raises InputError for a `cancel` that is no boolean."""
        value = self.fields.get("cancel")
        if not isinstance(value, bool | None):
            raise InputError(
                "request_invalid", "The field `cancel` cannot be used.", "Send true or false."
            )
        return bool(value)

    def opening(self) -> SocketRequest:
        """The message as the first one of its context. Raises InputError, TextError."""
        request = _check(SocketRequest, self.fields)
        if not has_letters(request.transcript):
            raise TextError(
                "transcript_empty",
                "The first transcript of a context is empty or has only punctuation.",
                "Begin a context with words; later transcripts may be empty.",
            )
        return request

    def input(self) -> SocketInput:
        """The message as a later one of its context. Raises InputError."""
        return _check(SocketInput, self.fields)


def most_message_bytes(settings: Settings) -> int:
    """How large a message may be."""
    # A character takes at most twelve bytes in JSON, as a pair of \\u escapes.
    return 12 * settings.max_transcript_characters + 65536


def read_message(data: str | bytes, limit: int, version: date) -> Message:
    """Reads a message of at most `limit` characters. Raises InputError, TooLargeError."""
    if len(data) > limit:
        raise TooLargeError(
            "message_too_large",
            "The message is too large.",
            f"At most {limit} characters are accepted; send the text in parts.",
        )
    try:
        fields = from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise InputError(
            "json_invalid", f"The message is no JSON: {str(error)[:200]}.", "Send one JSON object."
        ) from None
    if not isinstance(fields, dict):
        raise InputError(
            "request_invalid", "The message is no JSON object.", "Send one JSON object."
        )
    named = fields.get("context_id")
    if named in (None, ""):
        if version >= NAMED_CONTEXTS or fields.get("cancel"):
            raise InputError(
                "field_missing",
                "The field `context_id` is missing.",
                "Send any text of yours as `context_id`, the same for all messages of a context.",
            )
        named = str(uuid.uuid4())
    if not isinstance(named, str) or len(named) > CONTEXT_ID_CHARACTERS:
        raise InputError(
            "request_invalid",
            "The field `context_id` cannot be used.",
            f"Send a text of at most {CONTEXT_ID_CHARACTERS} characters.",
        )
    return Message(named, fields)


def _check(model: type[Body], fields: dict[str, Any]) -> Body:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise describe_invalid(error.errors(include_url=False)) from None
