"""API keys of the caller's organisation, for admin keys."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.account_schemas import KeyBody, KeyPageBody, KeyRequest, NewKeyBody
from menura.api.deps import AdminDep, ServicesDep
from menura.api.schemas import parse, read_body
from menura.library.tables import ApiKey

router = APIRouter(prefix="/api-keys", tags=["Keys and usage"])

MOST_KEYS = 100

_BODY_BYTES = 64 * 1024


@router.get("", summary="List API keys")
async def list_keys(
    at: ServicesDep,
    caller: AdminDep,
    limit: Annotated[int, Query(ge=1, description=f"Over {MOST_KEYS} is {MOST_KEYS}.")] = 20,
    starting_after: Annotated[str | None, Query(description="Id to go on after.")] = None,
    ending_before: Annotated[str | None, Query(description="Id to end before.")] = None,
    q: Annotated[str | None, Query(description="Part of the description.")] = None,
) -> KeyPageBody:
    """Lists the keys that are in force, newest first."""
    page = await run_in_threadpool(
        at.library.keys.page,
        caller.organisation_id,
        q=q,
        limit=min(limit, MOST_KEYS),
        after=starting_after or None,
        before=ending_before or None,
    )
    shown = [_show(key) for key in page.keys]
    next_page = shown[-1].id if shown and page.has_more else None
    return KeyPageBody(data=shown, has_more=page.has_more, next_page=next_page)


@router.get("/{key_id}", summary="Show an API key")
async def get_key(at: ServicesDep, caller: AdminDep, key_id: str) -> KeyBody:
    """Shows a key of this organisation, by its id."""
    return _show(await run_in_threadpool(at.library.keys.get, caller.organisation_id, key_id))


@router.post(
    "",
    summary="Make an API key",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": False,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/KeyRequest"}}
            },
        }
    },
)
async def make_key(request: Request, at: ServicesDep, caller: AdminDep) -> NewKeyBody:
    """Makes a key for this organisation. The answer shows it, this once. Menura's own route."""
    body = parse(KeyRequest, await read_body(request, _BODY_BYTES) or b"{}")
    made = await run_in_threadpool(
        at.library.keys.create,
        body.description or "",
        admin=bool(body.is_admin),
        organisation_id=caller.organisation_id,
    )
    return NewKeyBody(**_show(made.key).model_dump(), key=made.secret)


@router.delete("/{key_id}", summary="Revoke an API key", status_code=204)
async def revoke_key(at: ServicesDep, caller: AdminDep, key_id: str) -> Response:
    """Ends a key, and the access tokens that it made, at once. Menura's own route."""
    await run_in_threadpool(at.library.keys.revoke, key_id, organisation_id=caller.organisation_id)
    return Response(status_code=204)


def _show(key: ApiKey) -> KeyBody:
    return KeyBody(
        id=key.id,
        description=key.description,
        created_at=key.created_at,
        is_admin=key.is_admin,
        hint=key.hint,
    )
