"""Accents and locales: what there is, and which ones a clone speaks beside its own."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from menura.api.accents import find_localisable
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.schemas import parse, read_body
from menura.api.services import Services
from menura.api.voice_accents import attach
from menura.api.voice_requests import REQUEST_BYTES, AccentsRequest
from menura.api.voice_schemas import VoiceBody
from menura.api.voice_view import ViewDep
from menura.errors import InputError
from menura.library.tables import Voice
from menura.text.accents import CATALOGUE, Accent, locale_name, native_accent

router = APIRouter(tags=["Voices"])

_BODY: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/AccentsRequest"}}


class AccentBody(BaseModel):
    """An accent of the catalogue."""

    id: str = Field(examples=["british"])
    name: str = Field(examples=["British English"])
    language: str = Field(examples=["en"])
    locale: str = Field(examples=["en-GB"])
    is_locale_default: bool
    is_localizable: bool = Field(description="Whether voices can be localized to it.")
    spoken_as: str | None = Field(
        description="The locale whose natives speak when a voice is localized to it."
    )


class AccentsBody(BaseModel):
    """Answer of `GET /accents`."""

    accents: list[AccentBody]


class LocaleBody(BaseModel):
    """A locale of the catalogue."""

    locale: str = Field(examples=["en-GB"])
    language: str = Field(examples=["en"])
    display_name: str = Field(examples=["English (United Kingdom)"])
    accents: list[str] = Field(description="Ids of its accents, the default one first.")


class LocalesBody(BaseModel):
    """Answer of `GET /locales`."""

    locales: list[LocaleBody]


@router.get("/accents", summary="List accents")
async def list_accents(at: ServicesDep, caller: CallerDep) -> AccentsBody:
    """Lists the accents of the languages that the base model speaks, by id."""
    return AccentsBody(
        accents=[
            AccentBody(
                id=accent.slug,
                name=accent.name,
                language=accent.language,
                locale=accent.locale,
                is_locale_default=accent.is_locale_default,
                is_localizable=spoken is not None,
                spoken_as=spoken,
            )
            for accent, spoken in await _spoken(at)
        ]
    )


@router.get("/locales", summary="List locales")
async def list_locales(at: ServicesDep, caller: CallerDep) -> LocalesBody:
    """Lists the locales of the languages that the base model speaks, with their accents."""
    found: dict[str, list[Accent]] = {}
    for accent, _ in await _spoken(at):
        found.setdefault(accent.locale, []).append(accent)
    return LocalesBody(
        locales=[
            LocaleBody(
                locale=locale,
                language=accents[0].language,
                display_name=locale_name(locale),
                accents=[a.slug for a in sorted(accents, key=lambda a: not a.is_locale_default)],
            )
            for locale, accents in sorted(found.items())
        ]
    )


@router.patch(
    "/voices/{voice_id}/accents",
    summary="Attach accents",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": _BODY}}},
)
async def attach_accents(
    request: Request,
    at: ServicesDep,
    caller: CallerDep,
    version: VersionDep,
    view: ViewDep,
    voice_id: str,
) -> VoiceBody:
    """Lets an own clone speak other accents, each by a localized state; at most ten in all.

    Speech in the language of an attached accent uses it by itself.
    """
    body = parse(AccentsRequest, await read_body(request, REQUEST_BYTES))
    await at.voices_known()
    accents = [find_localisable(accent, version) for accent in body.accents]
    return await view.one(await attach(at, caller, voice_id, accents))


@router.delete("/voices/{voice_id}/accents/{accent_id}", summary="Detach an accent")
async def detach_accent(
    at: ServicesDep,
    caller: CallerDep,
    version: VersionDep,
    view: ViewDep,
    voice_id: str,
    accent_id: str,
) -> VoiceBody:
    """Takes an attached accent away and answers with the voice."""
    await at.voices_known()
    owner = caller.organisation_id

    def detach() -> Voice:
        voice = at.library.voices.get(owner, voice_id)
        if accent_id == (voice.accent or native_accent(voice.locale)):
            raise InputError(
                "accent_is_native",
                f"The accent {accent_id!r} is the voice's own.",
                "Only attached accents can be taken away.",
            )
        return at.library.accents.detach(owner, voice_id, accent_id)

    return await view.one(await run_in_threadpool(detach))


async def _spoken(at: Services) -> list[tuple[Accent, str | None]]:
    """Accents of the model's languages, each with the locale that stands for it, if any."""
    spoken = (await at.model()).info.languages
    families = {language[:2] for language in spoken}
    return [
        (accent, None if dialect is None or dialect.spoken not in spoken else dialect.spoken)
        for accent in CATALOGUE.values()
        if accent.language in families
        for dialect in [accent.dialect]
    ]
