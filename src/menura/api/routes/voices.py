"""Listing, showing, changing and deleting voices."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from menura.api.accents import read_accent
from menura.api.deps import CallerDep, ServicesDep, VersionDep
from menura.api.schemas import parse, read_body
from menura.api.versions import FIRST_PAGED
from menura.api.voice_schemas import VoiceBody, VoicePageBody, VoiceUpdate
from menura.api.voice_view import ViewDep
from menura.api.waiting import Waiting
from menura.library.tables import Voice
from menura.library.voice_query import VoiceFilter

router = APIRouter(prefix="/voices", tags=["Voices"])

_UPDATE_BYTES = 256 * 1024
_ARRAY = TypeAdapter(list[VoiceBody])


@router.get("", summary="List voices", response_model=VoicePageBody)
async def list_voices(
    at: ServicesDep,
    caller: CallerDep,
    version: VersionDep,
    view: ViewDep,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    starting_after: Annotated[str | None, Query(description="Id to go on after.")] = None,
    ending_before: Annotated[str | None, Query(description="Id to end before.")] = None,
    q: Annotated[str | None, Query(description="Part of name, description or id.")] = None,
    gender: Literal["masculine", "feminine", "gender_neutral", ""] | None = None,
    language: Annotated[str | None, Query(description="`en`, or a locale `en-GB`.")] = None,
    is_owner: Literal["true", "false", ""] | None = None,
    is_starred: Literal["true", "false", ""] | None = None,
) -> Response:
    """Lists own and stock voices, newest first. Before 2024-11-13: all of them, as an array."""
    await at.voices_known()
    where = VoiceFilter(
        q=q or None,
        gender=gender or None,
        language=language or None,
        is_owner={"true": True, "false": False}.get(is_owner or ""),
        is_starred={"true": True, "false": False}.get(is_starred or ""),
    )
    whole = version < FIRST_PAGED
    page = await run_in_threadpool(
        at.library.voices.list,
        caller.organisation_id,
        where,
        limit=None if whole else limit,
        after=starting_after or None,
        before=ending_before or None,
    )
    next_page = page.voices[-1].id if page.voices and page.has_more else None

    async def answer() -> bytes:
        shown = await view.many(page.voices)
        if whole:
            return _ARRAY.dump_json(shown)
        body = VoicePageBody(data=shown, has_more=page.has_more, next_page=next_page)
        return body.model_dump_json().encode()

    # Embeddings that were never asked for before take a second or two each.
    return await Waiting().answer(request, answer(), at.desk.patience)


@router.get("/{voice_id}", summary="Show a voice")
async def get_voice(at: ServicesDep, caller: CallerDep, view: ViewDep, voice_id: str) -> VoiceBody:
    """Shows an own or a stock voice."""
    await at.voices_known()
    voice = await run_in_threadpool(at.library.voices.get, caller.organisation_id, voice_id)
    return await view.one(voice)


@router.patch(
    "/{voice_id}",
    summary="Change a voice",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/VoiceUpdate"}}
            },
        }
    },
)
async def update_voice(
    request: Request,
    at: ServicesDep,
    caller: CallerDep,
    version: VersionDep,
    view: ViewDep,
    voice_id: str,
) -> VoiceBody:
    """Changes name, description, tagline, gender or accent of an own voice."""
    body = parse(VoiceUpdate, await read_body(request, _UPDATE_BYTES) or b"{}")
    voices = at.library.voices

    def change() -> Voice:
        voice = voices.get(caller.organisation_id, voice_id)
        changes = _given(body)
        if "accent" in changes:
            changes["accent"] = read_accent(changes["accent"], voice.locale, version)
        return voices.update(caller.organisation_id, voice_id, changes)

    await at.voices_known()
    return await view.one(await run_in_threadpool(change))


@router.delete("/{voice_id}", summary="Delete a voice", status_code=204)
async def delete_voice(at: ServicesDep, caller: CallerDep, voice_id: str) -> Response:
    """Deletes an own voice and its files for good; a refinement that goes on is stopped."""
    await at.voices_known()
    voice = await run_in_threadpool(at.library.voices.delete, caller.organisation_id, voice_id)
    at.desk.cancel(voice.id)
    return Response(status_code=204)


def _given(body: VoiceUpdate) -> dict[str, Any]:
    """The fields that were sent; null means absent, except for the gender, which it resets."""
    sent = body.model_dump(exclude_unset=True)
    return {name: value for name, value in sent.items() if value is not None or name == "gender"}
