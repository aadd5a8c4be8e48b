"""Voices in requests and answers: a superset of what every API date knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from menura.api.accents import show_accent
from menura.api.plain_text import Line, Text
from menura.api.schemas import EXAMPLE_ID, RequestBody
from menura.library.tables import Refinement, Voice, VoiceAccent
from menura.text.accents import native_accent
from menura.work.jobs import JobProgress

RefinementState = Literal[
    "waiting", "running", "interrupted", "done", "off", "failed", "incomplete"
]
Gender = Literal["masculine", "feminine", "gender_neutral"]

NAME_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 5000
TAGLINE_CHARACTERS = 32


def _absent(value: object) -> bool:
    return value is None


class VoiceUpdate(RequestBody):
    """Body of `PATCH /voices/{id}`; what is absent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ada, calm"}})

    name: Line | None = Field(None, min_length=1, max_length=NAME_CHARACTERS)
    description: Text | None = Field(None, max_length=DESCRIPTION_CHARACTERS)
    gender: Gender | None = Field(None, description="null resets it.")
    accent: str | None = Field(None, description="A slug, before 2026-08-14 a display name.")
    tagline: Line | None = Field(None, max_length=TAGLINE_CHARACTERS)


class VoiceLocale(BaseModel):
    """A locale that a voice speaks."""

    locale: str
    is_native: bool
    accent: str | None = Field(None, description="The attached accent.", exclude_if=_absent)
    spoken_as: str | None = Field(
        None,
        description="The locale whose natives stand in, where the model has none of this one.",
        exclude_if=_absent,
    )


class ConsentBody(BaseModel):
    """That the person agreed to being cloned."""

    statement: str
    given_at: datetime | None = None
    key_id: str | None = Field(None, description="The API key that the statement came with.")


class RefinementErrorBody(BaseModel):
    """Why a refinement ended early."""

    code: str = Field(examples=["refinement_crashed"])
    sentence: str
    remedy: str


class RefinementBody(BaseModel):
    """How far a clone is on its way from usable to full quality. The voice speaks all the while."""

    state: RefinementState = Field(
        description="`waiting`: in line for the worker; a new upload goes first. `running`. "
        "`interrupted`: the server was stopped; it goes on at the next start. `done`: at full "
        "quality. `off`: not asked for. `failed`, `incomplete`: ended early by an error, or "
        "because its clip is gone; the voice stays as good as it was."
    )
    progress: float = Field(ge=0, le=1, description="Share done: 1 when done, else 0 at rest.")
    eta_seconds: float | None = Field(description="Time left; null until it can be told.")
    score: float = Field(
        description="The model's own measure of the voice as it is, higher is better; to be "
        "compared with this voice's other scores only. It never falls."
    )
    error: RefinementErrorBody | None = None


class VoiceBody(BaseModel):
    """A voice as every API date understands it."""

    id: str = Field(examples=[EXAMPLE_ID])
    name: str
    description: str
    tagline: str
    created_at: datetime
    language: str = Field(examples=["en"])
    locales: list[VoiceLocale]
    gender: Gender | None
    accent: str | None
    country: str | None
    access: Literal["private", "public"]
    visibility: Literal["owner", "all"]
    is_public: bool
    is_owner: bool
    is_starred: bool
    user_id: str = Field(description="Id of the owning organisation; empty for stock voices.")
    preview_file_url: str | None = Field(
        description="A short sample, with `expand[]=preview_file_url`; fetched with the same key."
    )
    embedding: list[float] | None = Field(
        None,
        description="192 numbers, with `expand[]=embedding` and always on 2024-06-10.",
        exclude_if=_absent,
    )
    consent: ConsentBody | None = Field(
        None, description="As given when the voice was cloned.", exclude_if=_absent
    )
    base_voice_id: str | None
    fine_tune_id: str | None = Field(
        None,
        description="The fine-tune that the voice is of; see the header `Menura-Fine-Tune`.",
        exclude_if=_absent,
    )
    model_snapshot: str = Field(description="The base model that this voice belongs to.")
    refinement: RefinementBody | None = Field(
        None,
        description="Of voices that were cloned here; stock voices and others have none.",
        exclude_if=_absent,
    )


class AdviceBody(BaseModel):
    """One finding about a clip."""

    code: str
    severity: Literal["info", "warning"]
    sentence: str
    remedy: str


class ClonedVoiceBody(VoiceBody):
    """Answer of `POST /voices/clone`: the voice, and how the cloning went."""

    mode: str
    transcript: str | None = Field(description="The words of the clip, given or heard.")
    advice: list[AdviceBody]
    report: dict[str, Any]


class VoicePageBody(BaseModel):
    """A page of voices, newest first."""

    data: list[VoiceBody]
    has_more: bool
    next_page: str | None = Field(description="Deprecated; the id to go on after.")


@dataclass(frozen=True)
class Expanded:
    """What is only shown when it is asked for."""

    preview_file_url: str | None = None
    embedding: Sequence[float] | None = None


def show_voice(
    voice: Voice,
    organisation_id: str,
    version: date,
    progress: JobProgress | None = None,
    expanded: Expanded | None = None,
) -> VoiceBody:
    """A voice as the caller of this API date sees it; `progress` is that of its refinement."""
    fields = _voice_fields(voice, organisation_id, version, progress)
    if expanded is not None:
        fields["preview_file_url"] = expanded.preview_file_url
        fields["embedding"] = None if expanded.embedding is None else list(expanded.embedding)
    return VoiceBody(**fields)


def show_clone(
    voice: Voice, organisation_id: str, version: date, progress: JobProgress | None = None
) -> ClonedVoiceBody:
    """A voice with what is known of its making."""
    return ClonedVoiceBody(
        **_voice_fields(voice, organisation_id, version, progress),
        mode=voice.mode or "",
        transcript=voice.transcript,
        advice=[AdviceBody(**advice) for advice in voice.advice],
        report=voice.report,
    )


def _refinement(row: Refinement | None, progress: JobProgress | None) -> RefinementBody | None:
    if row is None:
        return None
    running = progress if row.state == "running" else None
    at_rest = 1.0 if row.state == "done" else 0.0
    return RefinementBody.model_validate(
        {
            "state": row.state,
            "progress": at_rest if running is None else round(running.share, 3),
            "eta_seconds": None if running is None else running.eta_seconds,
            "score": row.score,
            "error": row.error,
        }
    )


def _attached(accent: VoiceAccent, version: date) -> VoiceLocale:
    return VoiceLocale(
        locale=accent.locale,
        is_native=False,
        accent=show_accent(accent.accent, version),
        spoken_as=accent.spoken if accent.spoken != accent.locale else None,
    )


def _voice_fields(
    voice: Voice, organisation_id: str, version: date, progress: JobProgress | None
) -> dict[str, Any]:
    language, _, region = voice.locale.partition("-")
    return {
        "id": voice.id,
        "name": voice.name,
        "description": voice.description,
        "tagline": voice.tagline,
        "created_at": voice.created_at.astimezone(UTC),
        "language": language,
        "locales": [
            VoiceLocale(locale=voice.locale, is_native=True, accent=None, spoken_as=None),
            *(_attached(accent, version) for accent in voice.accents),
        ],
        "gender": voice.gender,
        "accent": show_accent(voice.accent or native_accent(voice.locale), version),
        "country": region or None,
        "access": voice.access,
        "visibility": voice.visibility,
        "is_public": voice.access == "public",
        "is_owner": voice.organisation_id == organisation_id,
        "is_starred": False,
        "user_id": voice.organisation_id or "",
        "preview_file_url": None,
        "consent": voice.consent and ConsentBody(**voice.consent),
        "base_voice_id": voice.base_voice_id,
        "fine_tune_id": voice.fine_tune_id,
        "model_snapshot": voice.snapshot,
        "refinement": _refinement(voice.refinement, progress),
    }
