"""Access tokens: short-lived, signed, and good for as long as the key that made them."""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from menura.errors import AuthenticationError
from menura.library.database import Database
from menura.library.tables import SigningSecret

ISSUER = "menura"
GRANTS = ("tts", "stt", "agent")
LONGEST_SECONDS = 3600
ROTATION = timedelta(days=30)

_ALGORITHM = "HS256"
_SECRET_BYTES = 32
_CLAIMS = ("exp", "iat", "iss", "jti", "sub", "key", "grants")


@dataclass(frozen=True)
class AccessToken:
    """What a good token says."""

    organisation_id: str
    key_id: str
    """The key that made it."""

    grants: frozenset[str]


class TokenStore:
    """Makes and reads the access tokens of all organisations.

    The newest secret signs. One that is older than ROTATION gives way to a new one, and goes when
    the last token that it signed has run out.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue(self, organisation_id: str, key_id: str, grants: Iterable[str], seconds: int) -> str:
        """Makes a token that opens what `grants` name, for at most LONGEST_SECONDS."""
        if not 0 <= seconds <= LONGEST_SECONDS:
            raise ValueError(f"a token cannot live for {seconds} seconds")
        now = datetime.now(UTC)
        signing = self._signing(now)
        given = set(grants)
        claims = {
            "iss": ISSUER,
            "sub": organisation_id,
            "key": key_id,
            "jti": str(uuid.uuid4()),
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + seconds,
            "grants": {name: name in given for name in GRANTS},
        }
        secret = bytes.fromhex(signing.secret)
        return jwt.encode(claims, secret, algorithm=_ALGORITHM, headers={"kid": signing.id})

    def read(self, token: str) -> AccessToken:
        """Reads a token. Raises AuthenticationError for one that is not ours or has run out.

        Whether the key that made it is still in force is for the caller to find out.
        """
        try:
            identity = str(jwt.get_unverified_header(token).get("kid", ""))
            with self._database.read() as session:
                signing = session.get(SigningSecret, identity)
            if signing is None:
                raise _forged()
            claims = jwt.decode(
                token,
                bytes.fromhex(signing.secret),
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                options={"require": list(_CLAIMS)},
            )
        except jwt.ExpiredSignatureError:
            raise AuthenticationError(
                "access_token_expired",
                "The access token has run out.",
                "Make a new one with POST /access-token.",
            ) from None
        except (jwt.PyJWTError, UnicodeError):
            raise _forged() from None
        grants = frozenset(name for name in GRANTS if claims["grants"].get(name) is True)
        return AccessToken(claims["sub"], claims["key"], grants)

    def rotate(self, *, at_once: bool = False) -> str:
        """Signs with a new secret from now on and returns its id.

        Tokens of older secrets stay good until they run out; `at_once` ends all of them now.
        """
        with self._database.write() as session:
            if at_once:
                session.execute(delete(SigningSecret))
            return _renew(session, datetime.now(UTC)).id

    def _signing(self, now: datetime) -> SigningSecret:
        with self._database.read() as session:
            newest = _newest(session)
        if newest is not None and newest.created_at > now - ROTATION:
            return newest
        with self._database.write() as session:
            newest = _newest(session)
            if newest is not None and newest.created_at > now - ROTATION:
                return newest
            return _renew(session, now)


def _newest(session: Session) -> SigningSecret | None:
    return session.scalars(
        select(SigningSecret).where(SigningSecret.retired_at.is_(None))
    ).one_or_none()


def _renew(session: Session, now: datetime) -> SigningSecret:
    """Retires the secret that signs, puts a new one in its place, and removes those of no use."""
    old = _newest(session)
    if old is not None:
        old.retired_at = now
        # One statement must not find two secrets in force.
        session.flush()
    out = now - timedelta(seconds=LONGEST_SECONDS)
    session.execute(delete(SigningSecret).where(SigningSecret.retired_at < out))
    made = SigningSecret(
        id=secrets.token_hex(8),
        secret=secrets.token_hex(_SECRET_BYTES),
        created_at=now,
        retired_at=None,
    )
    session.add(made)
    return made


def _forged() -> AuthenticationError:
    return AuthenticationError(
        "access_token_invalid",
        "The access token was not made here, or was changed.",
        "Send it as POST /access-token answered it.",
    )
