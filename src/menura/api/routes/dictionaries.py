"""Pronunciation dictionaries (section 14)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep
from menura.api.plain_text import Line, Text
from menura.api.schemas import RequestBody, parse, read_body
from menura.errors import InputError
from menura.library.dictionaries import (
    ALIAS_CHARACTERS,
    MOST_ITEMS,
    TEXT_CHARACTERS,
    entries,
)
from menura.library.paging import Window
from menura.library.tables import PronunciationDictionary
from menura.text.pronunciations import Pronunciation

router = APIRouter(prefix="/pronunciation-dicts", tags=["Pronunciation dictionaries"])

NAME_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 5000
_BODY_BYTES = 2 * 1024 * 1024
"""A thousand items of two hundred characters, each at most six bytes in JSON."""

_EXAMPLE_ID = "pdict_7Kq2mVbWc3XhYtRzN5pLdA"
_EXAMPLE_ITEMS: list[Any] = [
    {"text": "Menura", "alias": "<<m|ə|n|ˈʊ|ɹ|ə>>"},
    {"text": "tchoupitoulas", "alias": "chop a two lis", "case_sensitive": False},
]


def _body(name: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


class DictionaryItem(RequestBody):
    """One word or phrase, and how it is said."""

    text: str = Field(description=f"At most {TEXT_CHARACTERS} characters.")
    alias: str | None = Field(
        None,
        description="Other text, or phonemes such as `<<m|ə|n>>`; at most "
        f"{ALIAS_CHARACTERS} characters.",
    )
    pronunciation: str | None = Field(None, description="The same under another name.")
    case_sensitive: bool | None = Field(
        None,
        description="false: every capitalisation is meant. true: just this one, and for a text "
        "without capitals also one at its start.",
    )

    def entry(self) -> Pronunciation:
        """The item as the library keeps it. Raises InputError."""
        said = self.pronunciation if self.pronunciation is not None else self.alias
        if said is None:
            raise InputError(
                "field_missing",
                f"The item {self.text[:40]!r} says nothing of its pronunciation.",
                "Send `alias`: other text, or phonemes such as <<m|ə|n>>.",
            )
        return Pronunciation(self.text, said, bool(self.case_sensitive))


class DictionaryRequest(RequestBody):
    """Body of `POST /pronunciation-dicts`."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "Birds", "items": _EXAMPLE_ITEMS}}
    )

    name: Line = Field(min_length=1, max_length=NAME_CHARACTERS)
    items: list[DictionaryItem] | None = Field(None, description=f"At most {MOST_ITEMS}.")
    description: Text | None = Field(None, max_length=DESCRIPTION_CHARACTERS)


class DictionaryUpdate(RequestBody):
    """Body of `PATCH /pronunciation-dicts/{id}`; what is absent stays as it is."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": _EXAMPLE_ITEMS}})

    name: Line | None = Field(None, min_length=1, max_length=NAME_CHARACTERS)
    items: list[DictionaryItem] | None = Field(None, description="In place of the whole list.")
    description: Text | None = Field(None, max_length=DESCRIPTION_CHARACTERS)


class DictionaryItemBody(BaseModel):
    """One word or phrase, and how it is said."""

    text: str
    alias: str
    pronunciation: str = Field(description="The same as `alias`.")
    case_sensitive: bool


class DictionaryBody(BaseModel):
    """A pronunciation dictionary."""

    id: str = Field(examples=[_EXAMPLE_ID])
    name: str
    description: str
    owner_id: str = Field(description="Id of the owning organisation.")
    pinned: bool
    items: list[DictionaryItemBody]
    created_at: datetime


class DictionaryPageBody(BaseModel):
    """A page of dictionaries, newest first."""

    data: list[DictionaryBody]
    has_more: bool
    next_page: str | None = Field(description="Deprecated; the id to go on after.")


@router.get("", summary="List pronunciation dictionaries")
async def list_dictionaries(
    at: ServicesDep,
    caller: CallerDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    starting_after: Annotated[str | None, Query(description="Id to go on after.")] = None,
    ending_before: Annotated[str | None, Query(description="Id to end before.")] = None,
) -> DictionaryPageBody:
    """Lists own dictionaries, newest first."""
    window = Window(limit, starting_after or None, ending_before or None)
    found = at.library.dictionaries.list
    page = await run_in_threadpool(found, caller.organisation_id, window)
    next_page = page.rows[-1].id if page.rows and page.has_more else None
    return DictionaryPageBody(
        data=[_show(row) for row in page.rows], has_more=page.has_more, next_page=next_page
    )


@router.post(
    "", summary="Make a pronunciation dictionary", openapi_extra=_body("DictionaryRequest")
)
async def create_dictionary(request: Request, at: ServicesDep, caller: CallerDep) -> DictionaryBody:
    """Keeps a new dictionary; its id goes into `pronunciation_dict_id` of speech requests."""
    body = parse(DictionaryRequest, await read_body(request, _BODY_BYTES))
    row = await run_in_threadpool(
        at.library.dictionaries.add,
        caller.organisation_id,
        body.name,
        _entries(body.items or ()),
        body.description or "",
    )
    return _show(row)


@router.get("/{dictionary_id}", summary="Show a pronunciation dictionary")
async def get_dictionary(at: ServicesDep, caller: CallerDep, dictionary_id: str) -> DictionaryBody:
    """Shows an own dictionary."""
    found = at.library.dictionaries.get
    return _show(await run_in_threadpool(found, caller.organisation_id, dictionary_id))


@router.patch(
    "/{dictionary_id}",
    summary="Change a pronunciation dictionary",
    openapi_extra=_body("DictionaryUpdate"),
)
async def update_dictionary(
    request: Request, at: ServicesDep, caller: CallerDep, dictionary_id: str
) -> DictionaryBody:
    """Changes name, description or the list of items of an own dictionary."""
    body = parse(DictionaryUpdate, await read_body(request, _BODY_BYTES) or b"{}")
    row = await run_in_threadpool(
        at.library.dictionaries.update,
        caller.organisation_id,
        dictionary_id,
        name=body.name,
        description=body.description,
        items=None if body.items is None else _entries(body.items),
    )
    return _show(row)


@router.delete("/{dictionary_id}", summary="Delete a pronunciation dictionary", status_code=204)
async def delete_dictionary(at: ServicesDep, caller: CallerDep, dictionary_id: str) -> Response:
    """Deletes an own dictionary for good."""
    gone = at.library.dictionaries.delete
    await run_in_threadpool(gone, caller.organisation_id, dictionary_id)
    return Response(status_code=204)


@router.post("/{dictionary_id}/pin", summary="Pin a pronunciation dictionary")
async def pin_dictionary(at: ServicesDep, caller: CallerDep, dictionary_id: str) -> DictionaryBody:
    """Marks an own dictionary, for people's lists."""
    return await _pin(at, caller, dictionary_id, True)


@router.post("/{dictionary_id}/unpin", summary="Unpin a pronunciation dictionary")
async def unpin_dictionary(
    at: ServicesDep, caller: CallerDep, dictionary_id: str
) -> DictionaryBody:
    """Takes the mark away."""
    return await _pin(at, caller, dictionary_id, False)


async def _pin(
    at: ServicesDep, caller: CallerDep, dictionary_id: str, pinned: bool
) -> DictionaryBody:
    change = at.library.dictionaries.update
    return _show(
        await run_in_threadpool(change, caller.organisation_id, dictionary_id, pinned=pinned)
    )


def _entries(items: Sequence[DictionaryItem]) -> list[Pronunciation]:
    return [item.entry() for item in items]


def _show(row: PronunciationDictionary) -> DictionaryBody:
    return DictionaryBody(
        id=row.id,
        name=row.name,
        description=row.description,
        owner_id=row.organisation_id,
        pinned=row.pinned,
        items=[
            DictionaryItemBody(
                text=entry.text,
                alias=entry.alias,
                pronunciation=entry.alias,
                case_sensitive=entry.case_sensitive,
            )
            for entry in entries(row)
        ],
        created_at=row.created_at,
    )
