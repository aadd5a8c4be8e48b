"""Organisations and API keys: made, listed, revoked and looked up."""

import hashlib
import hmac
import secrets
import string
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from menura.errors import NotFoundError
from menura.library.database import Database
from menura.library.tables import ApiKey, Organisation

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


def digest(secret: str) -> str:
    """SHA-256 of a key, the only form in which keys are stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class KeyStore:
    """API keys of all organisations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def default_organisation(self) -> Organisation:
        """Returns the first organisation, made on first use."""
        oldest = select(Organisation).order_by(Organisation.created_at, Organisation.id)
        with self._database.read() as session:
            found = session.scalars(oldest).first()
        if found is not None:
            return found
        with self._database.write() as session:
            found = session.scalars(oldest).first()
            if found is None:
                found = Organisation(
                    id=str(uuid.uuid4()), name="default", created_at=datetime.now(UTC)
                )
                session.add(found)
            return found

    def create_organisation(self, name: str) -> Organisation:
        """Makes another organisation; its voices and keys are apart from all others."""
        # The default one is the oldest, so it has to be there first.
        self.default_organisation()
        with self._database.write() as session:
            made = Organisation(id=str(uuid.uuid4()), name=name, created_at=datetime.now(UTC))
            session.add(made)
            return made

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
        """Makes a key for an organisation; the default one when none is named."""
        owner = organisation_id or self.default_organisation().id
        secret = (ADMIN_PREFIX if admin else PREFIX) + "".join(
            secrets.choice(_ALPHABET) for _ in range(_LENGTH)
        )
        with self._database.write() as session:
            if session.get(Organisation, owner) is None:
                raise NotFoundError(
                    "organisation_not_found",
                    f"There is no organisation {owner!r}.",
                    "Leave the organisation out to use the default one.",
                )
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

    def revoke(self, key_id: str) -> ApiKey:
        """Ends a key at once. Raises NotFoundError for an unknown or revoked one."""
        with self._database.write() as session:
            key = session.get(ApiKey, key_id)
            if key is None or key.revoked_at is not None:
                raise NotFoundError(
                    "api_key_not_found",
                    f"There is no API key with the id {key_id!r}.",
                    "List the keys to see their ids; the id is not the key itself.",
                )
            key.revoked_at = datetime.now(UTC)
            return key

    def find(self, secret: str) -> ApiKey | None:
        """Looks a key up; None for an unknown or revoked one."""
        wanted = digest(secret)
        with self._database.read() as session:
            key = session.scalars(select(ApiKey).where(ApiKey.digest == wanted)).one_or_none()
        if key is None or key.revoked_at is not None:
            return None
        return key if hmac.compare_digest(key.digest, wanted) else None
