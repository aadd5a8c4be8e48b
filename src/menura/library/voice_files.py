"""A voice as one file: its state with a card that says whose it is and how it was made.

The file is a voice state as the library keeps it (`menura.models.states`) whose header carries one
more text, the card, as JSON. See docs/voice-file.md. A card comes from anywhere, so all of it is
checked before any of it is kept; what an older or newer Menura may add is refused, not guessed at.
"""

import json
import re
import unicodedata
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from menura.errors import InputError, PermissionDeniedError, StateError
from menura.library.tables import Voice
from menura.library.voices import CONSENT_CHARACTERS, NewVoice
from menura.models import states
from menura.models.contract import VoiceState
from menura.text.languages import SPOKEN

CARD_VERSION = 1
CARD_CHARACTERS = 128 * 1024
NAME_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 5000
TAGLINE_CHARACTERS = 32
TRANSCRIPT_CHARACTERS = 20_000
DEEPEST = 6
"""Levels of lists and objects inside of a report."""

MOST_VALUES = 2000
"""Values of a report, those inside of lists and objects counted."""

FILE_ENDING = ".voice.safetensors"

_REMEDY = "Give a voice file that Menura exported, whole and unchanged."


def printable(text: str) -> str:
    """Refuses what a terminal or a page would take for more than text. Raises ValueError."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise ValueError("control characters are not accepted")
    return text


def one_line(text: str) -> str:
    """Refuses line breaks too, and blank texts. Raises ValueError."""
    if not text.strip() or "\n" in text or "\t" in text:
        raise ValueError("one line of text is accepted")
    return printable(text)


def _modest(value: dict[str, Any]) -> dict[str, Any]:
    """Refuses reports of strange depth or size."""
    waiting: list[tuple[int, Any]] = [(0, value)]
    seen = 0
    while waiting:
        depth, item = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST_VALUES:
            raise ValueError("too deep or too large")
        if isinstance(item, str):
            printable(item)
        elif isinstance(item, int | float) and not abs(item) <= 2**53:
            raise ValueError("a number is not finite or too large")
        elif isinstance(item, dict):
            waiting += ((depth + 1, part) for pair in item.items() for part in pair)
        elif isinstance(item, list):
            waiting += ((depth + 1, part) for part in item)
    return value


def spoken(language: str) -> str:
    """Refuses what is no language that can be spoken. Raises ValueError."""
    if language not in SPOKEN:
        raise ValueError(f"accepted: {', '.join(SPOKEN)}")
    return language


Text = Annotated[str, AfterValidator(printable)]
Report = Annotated[dict[str, Any], AfterValidator(_modest)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """A part of a card: strict, with all of its fields and no other."""

    # Times are texts in JSON, which a strict reader of JSON takes as such.
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


class Finding(Part):
    """One finding about the clip."""

    code: Annotated[Text, Field(max_length=100)]
    severity: Literal["info", "warning"]
    sentence: Annotated[Text, Field(max_length=2000)]
    remedy: Annotated[Text, Field(max_length=2000)]


class Consent(Part):
    """That the person agreed to being cloned, in words."""

    statement: Annotated[Text, Field(min_length=1, max_length=CONSENT_CHARACTERS)]
    given_at: AwareDatetime | None = None


class Origin(Part):
    """Where the voice was made."""

    software: Annotated[Text, Field(max_length=100)]
    voice_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
    base_voice_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")] | None
    created_at: AwareDatetime
    exported_at: AwareDatetime


class Card(Part):
    """All that a voice file says beside the numbers."""

    version: Literal[1]
    name: Annotated[str, AfterValidator(one_line), Field(max_length=NAME_CHARACTERS)]
    description: Annotated[Text, Field(max_length=DESCRIPTION_CHARACTERS)]
    tagline: Annotated[Text, Field(max_length=TAGLINE_CHARACTERS)]
    language: Annotated[str, AfterValidator(spoken)]
    gender: Literal["masculine", "feminine", "gender_neutral"] | None
    accent: Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,59}$")] | None
    mode: Literal["similarity", "stability"] | None
    clip_digest: Digest | None
    transcript: Annotated[Text, Field(max_length=TRANSCRIPT_CHARACTERS)] | None
    report: Report
    advice: Annotated[list[Finding], Field(max_length=100)]
    consent: Consent | None
    origin: Origin


def check_exportable(voice: Voice) -> None:
    """Refuses stock voices, which every Menura of their base has anyway, and those of fine-tunes.

    Raises PermissionDeniedError, InputError.
    """
    if voice.fine_tune_id is not None:
        raise InputError(
            "voice_not_exportable",
            f"The voice {voice.name!r} belongs to a fine-tune and is nothing without its weights.",
            f"Export the fine-tune {voice.fine_tune_id}, with all its voices.",
        )
    if voice.stock_key is not None:
        raise PermissionDeniedError(
            "voice_not_exportable",
            f"The voice {voice.name!r} ships with Menura and is not exported.",
            f"Every Menura with the base model {voice.snapshot} has it, as {voice.stock_key}.",
        )


def write(voice: Voice, state: VoiceState) -> bytes:
    """The file of a clone. Raises PermissionDeniedError for a stock voice."""
    check_exportable(voice)
    try:
        card = Card.model_validate_json(json.dumps(_said(voice)))
    except ValidationError as error:
        raise InputError(
            "voice_not_exportable",
            f"The voice cannot be exported: its {place_of_error(error)} is not accepted in a "
            "voice file.",
            "Change it, and export the voice again.",
        ) from error
    text = card.model_dump_json()
    if len(text) > CARD_CHARACTERS:
        raise InputError(
            "voice_not_exportable",
            "The voice cannot be exported: its report, advice and texts are too long together.",
            f"They may have {CARD_CHARACTERS} characters; shorten the description.",
        )
    return states.save(state, text)


def read_card(text: str | None) -> Card:
    """Checks the card of a file. Raises StateError."""
    if text is None:
        raise StateError(
            "voice_card_missing", "The file does not say which voice it holds.", _REMEDY
        )
    try:
        if len(text) > CARD_CHARACTERS:
            raise StateError(
                "voice_card_invalid", "The voice file says too much of its voice.", _REMEDY
            )
        read_json_once(text)
        return Card.model_validate_json(text)
    except ValidationError as error:
        raise StateError(
            "voice_card_invalid",
            f"The voice file's {place_of_error(error)} cannot be used: "
            f"{error.errors()[0]['msg'][:200]}.",
            _REMEDY,
        ) from error
    except (ValueError, RecursionError) as error:
        raise StateError(
            "voice_card_invalid", "What the voice file says of its voice is no JSON.", _REMEDY
        ) from error


def imported(card: Card, state: VoiceState, name: str | None = None) -> NewVoice:
    """What the library keeps of a checked file; `name` goes before the file's own.

    Raises InputError for a name that is too long, or no plain line.
    """
    if name is not None and not 1 <= len(name) <= NAME_CHARACTERS:
        raise InputError(
            "voice_name_invalid",
            "The name is empty or too long.",
            f"At most {NAME_CHARACTERS} characters are accepted.",
        )
    try:
        one_line(name or card.name)
    except ValueError as error:
        raise InputError(
            "voice_name_invalid", "The name cannot be used.", f"{str(error).capitalize()}."
        ) from None
    return NewVoice(
        name=name or card.name,
        locale=card.language,
        snapshot=state.snapshot,
        description=card.description,
        tagline=card.tagline,
        gender=card.gender,
        accent=card.accent,
        mode=card.mode,
        clip_digest=card.clip_digest,
        transcript=card.transcript,
        report=card.report,
        advice=[finding.model_dump() for finding in card.advice],
        consent=None
        if card.consent is None
        else card.consent.model_dump(mode="json", exclude_none=True),
        # The ids in it are those of another library, so that they are kept but mean nothing here.
        extra={"imported": card.origin.model_dump(mode="json")},
    )


def file_name(voice: Voice) -> str:
    """A name for the exported file that every system takes."""
    plain = unicodedata.normalize("NFKD", voice.name).encode("ascii", "ignore").decode().lower()
    return (re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or voice.id) + FILE_ENDING


def _said(voice: Voice) -> dict[str, Any]:
    return {
        "version": CARD_VERSION,
        "name": voice.name,
        "description": voice.description,
        "tagline": voice.tagline,
        "language": voice.locale,
        "gender": voice.gender,
        "accent": voice.accent,
        "mode": voice.mode,
        "clip_digest": voice.clip_digest,
        "transcript": voice.transcript,
        "report": voice.report,
        "advice": voice.advice,
        # Whose key it was concerns nobody elsewhere.
        "consent": voice.consent and {k: v for k, v in voice.consent.items() if k != "key_id"},
        "origin": {
            "software": f"menura {version('menura')}",
            "voice_id": voice.id,
            "base_voice_id": voice.base_voice_id,
            "created_at": voice.created_at.astimezone(UTC).isoformat(),
            "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    }


def place_of_error(error: ValidationError) -> str:
    """Where in a card the first error is."""
    names = [str(part) for part in error.errors()[0]["loc"]]
    return ".".join(names)[:120] or "card"


def read_json_once(text: str) -> None:
    """Refuses JSON in which a key stands twice; pydantic's own reader takes the last of the two.

    Raises ValueError, RecursionError.
    """
    json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found
