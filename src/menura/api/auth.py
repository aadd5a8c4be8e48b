"""Who calls, and what they may open: API keys, admin keys and access tokens.

A normal key opens all but key management and usage, an admin key only these, and a token only the
routes of its grants. Keys come from the library and from `MENURA_API_KEYS`.
"""

import hmac
import uuid
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from menura.api.services import Services, services
from menura.errors import AuthenticationError, MenuraError, PermissionDeniedError
from menura.library.keys import ADMIN_PREFIX, PREFIX, digest
from menura.settings import Settings

GRANT_OF = {
    "/tts/bytes": "tts",
    "/tts/sse": "tts",
    "/tts/websocket": "tts",
    "/stt": "stt",
    "/stt/websocket": "stt",
    "/audio/transcriptions": "stt",
}
"""The grant that opens a route to an access token; all other routes are closed to tokens."""

_CONFIGURED = uuid.UUID("5b0a3f0e-9c39-4a52-8e62-3a0a4f6c2d11")


@dataclass(frozen=True)
class Caller:
    """The organisation that calls."""

    organisation_id: str
    key_id: str | None = None
    """The key that the call is booked on."""


@dataclass(frozen=True)
class _Credential:
    caller: Caller
    is_admin: bool = False
    grants: frozenset[str] | None = None
    """None for a key."""


def presented_key(connection: HTTPConnection) -> str | None:
    """The key of a request: `Authorization: Bearer`, `X-API-Key`, or `?api_key=`.

    `Bearer` may carry an access token, too.
    """
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return connection.headers.get("x-api-key") or connection.query_params.get("api_key") or None


def configured_keys(settings: Settings) -> list[str]:
    """The keys of `MENURA_API_KEYS`."""
    return [key.strip() for key in settings.api_keys.split(",") if key.strip()]


def configured_id(key: str) -> str:
    """The id of a key of `MENURA_API_KEYS`, which has no row of its own."""
    return str(uuid.uuid5(_CONFIGURED, digest(key)))


def authenticate(connection: HTTPConnection) -> Caller:
    """Finds the caller of a route for normal keys, or for tokens with its grant.

    Raises AuthenticationError and PermissionDeniedError.
    """
    found = _credential(connection)
    if found.is_admin:
        raise PermissionDeniedError(
            "api_key_is_admin",
            "An admin key opens only usage and key management.",
            "Use a normal API key for voices and speech.",
        )
    if found.grants is not None:
        grant = GRANT_OF.get(connection.scope["path"].rstrip("/"))
        if grant is None:
            raise _closed_to_tokens()
        if grant not in found.grants:
            raise PermissionDeniedError(
                "access_token_grant_missing",
                f"The access token lacks the grant {grant!r}.",
                f'Make one with POST /access-token and {{"grants": {{"{grant}": true}}}}.',
            )
    return found.caller


def authenticate_admin(connection: HTTPConnection) -> Caller:
    """Finds the caller of a route for admin keys.

    Raises AuthenticationError and PermissionDeniedError.
    """
    found = _credential(connection)
    if found.grants is not None:
        raise _closed_to_tokens()
    if not found.is_admin:
        raise PermissionDeniedError(
            "api_key_not_admin",
            "Usage and key management open to admin keys only.",
            "Use a key that 'menura keys create --admin' printed.",
        )
    return found.caller


def _credential(connection: HTTPConnection) -> _Credential:
    at = services(connection)
    presented = presented_key(connection)
    if presented is not None:
        found = _key(at, presented)
        if found is not None:
            return found
        # A token is three parts with points between, which no key has.
        if presented.count(".") == 2 and not presented.startswith(PREFIX):
            return _token(at, presented)
        raise AuthenticationError(
            "api_key_wrong",
            "The API key is not known here, or was revoked.",
            "Use a key that 'menura keys create' printed.",
        )
    if connection.scope["type"] == "websocket":
        token = connection.query_params.get("access_token")
        if token:
            return _token(at, token)
    raise AuthenticationError(
        "api_key_missing",
        "The request carries no API key.",
        "Send it as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'.",
    )


def _key(at: Services, presented: str) -> _Credential | None:
    known: _Credential | None = None
    wanted = digest(presented)
    for configured in configured_keys(at.settings):
        # Digests have one length, so the comparison tells nothing about either key.
        if hmac.compare_digest(digest(configured), wanted):
            owner = at.library.organisations.default().id
            caller = Caller(owner, configured_id(configured))
            known = _Credential(caller, configured.startswith(ADMIN_PREFIX))
    if known is None and (found := at.library.keys.find(presented)) is not None:
        known = _Credential(Caller(found.organisation_id, found.id), found.is_admin)
    return known


def _token(at: Services, token: str) -> _Credential:
    read = at.library.tokens.read(token)
    configured = {configured_id(key) for key in configured_keys(at.settings)}
    if read.key_id not in configured and not at.library.keys.in_force(read.key_id):
        raise AuthenticationError(
            "access_token_revoked",
            "The API key that made this access token was revoked.",
            "Make a new token with a key that is in force.",
        )
    return _Credential(Caller(read.organisation_id, read.key_id), grants=read.grants)


def _closed_to_tokens() -> MenuraError:
    return PermissionDeniedError(
        "access_token_not_accepted",
        "This route does not open to access tokens.",
        f"Use an API key; tokens open {', '.join(GRANT_OF)}.",
    )
