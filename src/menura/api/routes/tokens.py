"""Short-lived access tokens, for programs that must not have a key."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from menura.api.account_schemas import TokenBody, TokenRequest
from menura.api.deps import CallerDep, ServicesDep
from menura.api.schemas import parse, read_body
from menura.library.tokens import GRANTS, LONGEST_SECONDS

router = APIRouter(tags=["Keys and usage"])

_BODY_BYTES = 64 * 1024


@router.post(
    "/access-token",
    summary="Make an access token",
    openapi_extra={
        "requestBody": {
            "required": False,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/TokenRequest"}}
            },
        }
    },
)
async def make_token(request: Request, at: ServicesDep, caller: CallerDep) -> TokenBody:
    """Makes a token that a browser or app can have. It ends with its time, or with the key."""
    body = parse(TokenRequest, await read_body(request, _BODY_BYTES) or b"{}")
    given = {} if body.grants is None else body.grants.model_dump()
    token = await run_in_threadpool(
        at.library.tokens.issue,
        caller.organisation_id,
        str(caller.key_id),
        [name for name in GRANTS if given.get(name)],
        LONGEST_SECONDS if body.expires_in is None else body.expires_in,
    )
    return TokenBody(token=token)
