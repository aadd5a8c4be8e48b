"""Who calls: API keys from the library and from `MENURA_API_KEYS`."""

import hmac
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from menura.api.services import services
from menura.errors import AuthenticationError, PermissionDeniedError
from menura.library.keys import ADMIN_PREFIX, digest
from menura.settings import Settings


@dataclass(frozen=True)
class Caller:
    """The organisation that a good key belongs to."""

    organisation_id: str
    key_id: str | None = None
    """The key that the call is booked on."""


def presented_key(connection: HTTPConnection) -> str | None:
    """The key of a request: `Authorization: Bearer`, `X-API-Key`, or `?api_key=`."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return connection.headers.get("x-api-key") or connection.query_params.get("api_key") or None


def configured_keys(settings: Settings) -> list[str]:
    """The keys of `MENURA_API_KEYS`."""
    return [key.strip() for key in settings.api_keys.split(",") if key.strip()]


def authenticate(connection: HTTPConnection) -> Caller:
    """Finds the caller. Raises AuthenticationError, PermissionDeniedError for an admin key."""
    key = presented_key(connection)
    if key is None:
        raise AuthenticationError(
            "api_key_missing",
            "The request carries no API key.",
            "Send it as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'.",
        )
    at = services(connection)
    owner: str | None = None
    is_admin = False
    wanted = digest(key)
    for configured in configured_keys(at.settings):
        # Digests have one length, so the comparison tells nothing about either key.
        if hmac.compare_digest(digest(configured), wanted):
            owner = at.library.organisations.default().id
            is_admin = configured.startswith(ADMIN_PREFIX)
    if owner is None and (found := at.library.keys.find(key)) is not None:
        owner, is_admin = found.organisation_id, found.is_admin
    if owner is None:
        raise AuthenticationError(
            "api_key_wrong",
            "The API key is not known here, or was revoked.",
            "Use a key that 'menura keys create' printed.",
        )
    if is_admin:
        raise PermissionDeniedError(
            "api_key_is_admin",
            "An admin key opens only usage and key management.",
            "Use a normal API key for voices and speech.",
        )
    return Caller(owner)
