"""A fine-tune as one file: its weights and voices, with a card that says whose they are.

The file is that of `menura.models.tuned_files`; see docs/voice-file.md. Cards are checked like
those of voice files: all of one before any of it is kept.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from menura.errors import ConflictError, InputError, StateError
from menura.library.fine_tune_tables import FineTune
from menura.library.fine_tunes import NewFineTune, ReadyModel
from menura.library.store import Library
from menura.library.tables import Voice
from menura.library.voice_files import (
    CARD_CHARACTERS,
    DESCRIPTION_CHARACTERS,
    NAME_CHARACTERS,
    TAGLINE_CHARACTERS,
    TRANSCRIPT_CHARACTERS,
    Consent,
    Part,
    Report,
    Text,
    one_line,
    place_of_error,
    read_json_once,
    spoken,
)
from menura.library.voices import NewVoice
from menura.models import states
from menura.models.adapters import load_adapter
from menura.models.contract import VoiceState
from menura.models.tuned_files import MOST_VOICES, TunedParts, pack

CARD_VERSION = 1
FILE_ENDING = ".fine-tune.safetensors"

_REMEDY = "Give a file of a fine-tune that Menura exported, whole and unchanged."

Name = Annotated[str, AfterValidator(one_line), Field(max_length=NAME_CHARACTERS)]
Description = Annotated[Text, Field(max_length=DESCRIPTION_CHARACTERS)]
Accent = Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,59}$")] | None
Language = Annotated[str, AfterValidator(spoken)]


class VoiceCard(Part):
    """What a file says of one of its voices."""

    name: Name
    description: Description
    tagline: Annotated[Text, Field(max_length=TAGLINE_CHARACTERS)]
    language: Language
    gender: Literal["masculine", "feminine", "gender_neutral"] | None
    accent: Accent
    transcript: Annotated[Text, Field(max_length=TRANSCRIPT_CHARACTERS)] | None
    report: Report


class Origin(Part):
    """Where the fine-tune was made."""

    software: Annotated[Text, Field(max_length=100)]
    fine_tune_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,80}$")]
    created_at: AwareDatetime
    exported_at: AwareDatetime


class ModelCard(Part):
    """All that a file says beside the numbers."""

    version: Literal[1]
    name: Name
    description: Description
    language: Annotated[str, AfterValidator(one_line), Field(max_length=40)]
    """As it was asked for."""

    locale: Language
    accent: Accent
    model_id: Annotated[str, AfterValidator(one_line), Field(max_length=80)]
    seconds: Annotated[float, Field(ge=0, le=10**7)] | None
    report: Report
    consent: Consent | None
    voices: Annotated[list[VoiceCard], Field(min_length=1, max_length=MOST_VOICES)]
    origin: Origin


def export(library: Library, organisation_id: str, fine_tune_id: str, target: Path) -> FineTune:
    """Writes a completed fine-tune with the voices that are left to a new file.

    Raises NotFoundError, ConflictError for one that has no model or no voices, InputError for what
    a file cannot say, OSError.
    """
    row = library.fine_tunes.get(organisation_id, fine_tune_id)
    adapter = load_adapter(library.fine_tunes.adapter(organisation_id, fine_tune_id))
    voices = library.fine_tunes.voices(organisation_id, fine_tune_id)
    if not voices:
        raise ConflictError(
            "fine_tune_without_voices",
            "All voices of the fine-tune have been deleted, and it is nothing without them.",
            "Make a new fine-tune of the dataset.",
        )
    paths = [library.voices.ref(voice).state for voice in voices]
    parts = TunedParts(adapter, tuple(states.load(path) for path in paths if path is not None))
    data = pack(parts, _card(row, voices))
    with target.open("xb") as file:
        file.write(data)
    return row


def read_card(text: str | None) -> ModelCard:
    """Checks the card of a file. Raises StateError."""
    if text is None:
        raise StateError("model_card_missing", "The file does not say what it holds.", _REMEDY)
    try:
        if len(text) > CARD_CHARACTERS:
            raise StateError("model_card_invalid", "The file says too much of itself.", _REMEDY)
        read_json_once(text)
        return ModelCard.model_validate_json(text)
    except ValidationError as error:
        raise StateError(
            "model_card_invalid",
            f"The file's {place_of_error(error)} cannot be used: {error.errors()[0]['msg'][:200]}.",
            _REMEDY,
        ) from error
    except (ValueError, RecursionError) as error:
        raise StateError(
            "model_card_invalid", "What the file says of itself is no JSON.", _REMEDY
        ) from error


def keep(
    library: Library,
    organisation_id: str,
    card: ModelCard,
    voices: Sequence[VoiceState],
    adapter: Path,
    *,
    model_id: str,
    name: str | None = None,
) -> FineTune:
    """Keeps the checked parts of a file under new ids; `name` goes before the file's own.

    Raises StateError where the card tells of other voices than there are, InputError for the name,
    TooLargeError.
    """
    if len(card.voices) != len(voices):
        raise StateError(
            "model_card_invalid",
            f"The file tells of {len(card.voices)} voices and has {len(voices)}.",
            _REMEDY,
        )
    new = NewFineTune(
        name=_name(name, card.name),
        description=card.description,
        language=card.language,
        locale=card.locale,
        model_id=model_id,
        snapshot=voices[0].snapshot,
        dataset_id="",
        accent=card.accent,
        consent=_consent(card),
    )
    pairs = zip(card.voices, voices, strict=True)
    kept = [(_voice(card, voice, state), states.save(state)) for voice, state in pairs]
    ready = ReadyModel(adapter, kept, card.report, card.seconds)
    return library.fine_tunes.add_ready(organisation_id, new, ready)


def file_name(row: FineTune) -> str:
    """A name for the exported file that every system takes."""
    plain = unicodedata.normalize("NFKD", row.name).encode("ascii", "ignore").decode().lower()
    return (re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or row.id) + FILE_ENDING


def _card(row: FineTune, voices: Sequence[Voice]) -> str:
    said = {
        "version": CARD_VERSION,
        "name": row.name,
        "description": row.description,
        "language": row.language,
        "locale": row.locale,
        "accent": row.accent,
        "model_id": row.model_id,
        "seconds": row.seconds,
        "report": row.report,
        # Whose key it was concerns nobody elsewhere.
        "consent": row.consent and {k: row.consent.get(k) for k in ("statement", "given_at")},
        "voices": [
            {
                "name": voice.name,
                "description": voice.description,
                "tagline": voice.tagline,
                "language": voice.locale,
                "gender": voice.gender,
                "accent": voice.accent,
                "transcript": voice.transcript,
                "report": voice.report,
            }
            for voice in voices
        ],
        "origin": {
            "software": f"menura {version('menura')}",
            "fine_tune_id": row.id,
            "created_at": row.created_at.astimezone(UTC).isoformat(),
            "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    }
    try:
        text = ModelCard.model_validate_json(json.dumps(said)).model_dump_json()
    except ValidationError as error:
        raise InputError(
            "fine_tune_not_exportable",
            f"The fine-tune cannot be exported: its {place_of_error(error)} is not accepted in a "
            "file.",
            "Change it, and export the fine-tune again.",
        ) from error
    if len(text) > CARD_CHARACTERS:
        raise InputError(
            "fine_tune_not_exportable",
            "The fine-tune cannot be exported: its report and texts are too long together.",
            f"They may have {CARD_CHARACTERS} characters; shorten the voices' descriptions.",
        )
    return text


def _voice(card: ModelCard, voice: VoiceCard, state: VoiceState) -> NewVoice:
    return NewVoice(
        name=voice.name,
        locale=voice.language,
        snapshot=state.snapshot,
        description=voice.description,
        tagline=voice.tagline,
        gender=voice.gender,
        accent=voice.accent,
        transcript=voice.transcript,
        report=voice.report,
        consent=_consent(card),
        # The ids in it are those of another library, so that they are kept but mean nothing here.
        extra={"imported": card.origin.model_dump(mode="json")},
    )


def _consent(card: ModelCard) -> dict[str, Any] | None:
    if card.consent is None:
        return None
    return card.consent.model_dump(mode="json", exclude_none=True)


def _name(asked: str | None, own: str) -> str:
    name = own if asked is None else asked
    try:
        if not 1 <= len(name) <= NAME_CHARACTERS:
            raise ValueError(f"1 to {NAME_CHARACTERS} characters are accepted")
        return one_line(name)
    except ValueError as error:
        raise InputError(
            "fine_tune_name_invalid", "The name cannot be used.", f"{str(error).capitalize()}."
        ) from None
