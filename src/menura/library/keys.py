"""API keys: made, listed, revoked and looked up."""

import hashlib
import hmac
import secrets
import string
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from menura.errors import InputError, NotFoundError
from menura.library.database import Database
from menura.library.organisations import OrganisationStore
from menura.library.organisations import not_found as organisation_not_found
from menura.library.tables import ApiKey, Organisation
from menura.library.voice_query import plain

PREFIX = "sk_car_"
ADMIN_PREFIX = "sk_car_admin_"

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 43
"""256 bits: a plain SHA-256 is then safe to store, no slow hash is needed."""


@dataclass(frozen=True)
class NewKey:
    """A key that was just made; `secret` is shown once and kept nowhere."""

    key: ApiKey
    secret: str


@dataclass(frozen=True)
class KeyPage:
    """A stretch of a list of keys, newest first, ties by id."""

    keys: Sequence[ApiKey]
    has_more: bool
    """Whether more follow in the direction that was asked for."""


def digest(secret: str) -> str:
    """SHA-256 of a key, the only form in which keys are stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class KeyStore:
    """API keys of all organisations."""

    def __init__(self, database: Database, organisations: OrganisationStore) -> None:
        self._database = database
        self._organisations = organisations

    def first_key(self) -> str | None:
        """Makes the first key of a new installation and returns its secret; None if one was made.

        A revoked key counts: an operator who revoked all keys does not get a new one by restart.
        """
        with self._database.read() as session:
            if session.scalar(select(func.count()).select_from(ApiKey)):
                return None
        return self.create("made on first start").secret

    def create(
        self, description: str = "", *, admin: bool = False, organisation_id: str | None = None
    ) -> NewKey:
        """Makes a key for an organisation; the default one when none is named.

        Raises NotFoundError for an organisation that there is not.
        """
        owner = organisation_id or self._organisations.default().id
        secret = (ADMIN_PREFIX if admin else PREFIX) + "".join(
            secrets.choice(_ALPHABET) for _ in range(_LENGTH)
        )
        with self._database.write() as session:
            if session.get(Organisation, owner) is None:
                raise organisation_not_found(owner)
            key = ApiKey(
                id=str(uuid.uuid4()),
                organisation_id=owner,
                digest=digest(secret),
                hint=secret[-4:],
                description=description,
                is_admin=admin,
                created_at=datetime.now(UTC),
                revoked_at=None,
            )
            session.add(key)
        return NewKey(key, secret)

    def list(self, organisation_id: str | None = None) -> Sequence[ApiKey]:
        """Lists keys that are in force, newest first."""
        query = select(ApiKey).where(ApiKey.revoked_at.is_(None))
        if organisation_id is not None:
            query = query.where(ApiKey.organisation_id == organisation_id)
        with self._database.read() as session:
            return session.scalars(query.order_by(ApiKey.created_at.desc(), ApiKey.id)).all()

    def page(
        self,
        organisation_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> KeyPage:
        """A stretch of the keys of an organisation that are in force, newest first.

        `q` is part of the description; case and diacritics do not matter. `after` and `before` are
        ids, also of revoked keys, and exclude each other. Raises InputError.
        """
        if after is not None and before is not None:
            raise InputError(
                "cursors_exclusive",
                "A list cannot start after one key and end before another.",
                "Give starting_after or ending_before, not both.",
            )
        cursor = after if before is None else before
        query = select(ApiKey).where(ApiKey.organisation_id == organisation_id)
        with self._database.read() as session:
            everything = session.scalars(query.order_by(ApiKey.created_at.desc(), ApiKey.id)).all()
        # An organisation has few keys, and all of them are needed to tell where a cursor stands.
        ids = [key.id for key in everything]
        if cursor is not None and cursor not in ids:
            raise InputError(
                "cursor_not_found",
                f"There is no key {cursor[:80]!r} to continue from.",
                "Give the id of the last (or first) key of the page before.",
            )
        if before is not None:
            everything = everything[: ids.index(before)]
        if after is not None:
            everything = everything[ids.index(after) + 1 :]
        wanted = plain(q or "")
        found = [key for key in everything if _in_force(key) and wanted in plain(key.description)]
        if limit is None or len(found) <= limit:
            return KeyPage(found, has_more=False)
        return KeyPage(found[-limit:] if before is not None else found[:limit], has_more=True)

    def get(self, organisation_id: str, key_id: str, *, revoked: bool = False) -> ApiKey:
        """Returns a key of an organisation, `revoked` ones too if wanted. Raises NotFoundError."""
        with self._database.read() as session:
            key = session.get(ApiKey, key_id)
        if key is None or key.organisation_id != organisation_id:
            raise _not_found(key_id)
        if not (revoked or _in_force(key)):
            raise _not_found(key_id)
        return key

    def revoke(self, key_id: str, *, organisation_id: str | None = None) -> ApiKey:
        """Ends a key at once, and with it the access tokens that it made.

        Raises NotFoundError for one that is unknown, revoked, or of another organisation than the
        one named.
        """
        with self._database.write() as session:
            key = session.get(ApiKey, key_id)
            if key is None or not _in_force(key):
                raise _not_found(key_id)
            if organisation_id not in (None, key.organisation_id):
                raise _not_found(key_id)
            key.revoked_at = datetime.now(UTC)
            return key

    def find(self, secret: str) -> ApiKey | None:
        """Looks a key up; None for an unknown or revoked one."""
        wanted = digest(secret)
        with self._database.read() as session:
            key = session.scalars(select(ApiKey).where(ApiKey.digest == wanted)).one_or_none()
        if key is None or not _in_force(key):
            return None
        return key if hmac.compare_digest(key.digest, wanted) else None

    def in_force(self, key_id: str) -> bool:
        """Whether there is such a key, and it was not revoked."""
        with self._database.read() as session:
            key = session.get(ApiKey, key_id)
        return key is not None and _in_force(key)

    def was_revoked(self, key_id: str) -> bool:
        """Whether there was such a key, and it is not in force any more."""
        with self._database.read() as session:
            key = session.get(ApiKey, key_id)
        return key is not None and not _in_force(key)


def _in_force(key: ApiKey) -> bool:
    return key.revoked_at is None


def _not_found(key_id: str) -> NotFoundError:
    return NotFoundError(
        "api_key_not_found",
        f"There is no API key with the id {key_id[:80]!r}.",
        "List the keys to see their ids; the id is not the key itself.",
    )
