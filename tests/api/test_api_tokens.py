"""Access tokens: what they say, what they open, and when they stop."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from serving import Running, check_error, speech
from sqlalchemy import update

from menura.api import auth
from menura.library import tokens
from menura.library.tables import SigningSecret

Make = Callable[..., str]


@pytest.fixture
def make(client: httpx.Client) -> Make:
    """Makes tokens of one organisation."""

    def make_token(expires_in: int | None = None, **grants: bool) -> str:
        answer = client.post("/access-token", json={"grants": grants, "expires_in": expires_in})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    return make_token


def use(server: Running, token: str) -> httpx.Response:
    """Speaks with a token."""
    with server.client(token) as client:
        return client.post("/tts/bytes", json=speech())


def test_a_token_is_a_signed_jwt_that_says_what_it_opens(server: Running, make: Make) -> None:
    token = make(60, tts=True)
    assert set(jwt.get_unverified_header(token)) == {"alg", "kid", "typ"}
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["grants"] == {"tts": True, "stt": False, "agent": False}
    assert claims["exp"] - claims["iat"] == 60
    assert {"jti", "iss"} <= claims.keys()
    other = jwt.decode(make(60, tts=True), options={"verify_signature": False})
    assert other["jti"] != claims["jti"]
    assert use(server, token).status_code == 200


def test_the_body_may_be_absent(client: httpx.Client) -> None:
    for answer in (client.post("/access-token"), client.post("/access-token", json={})):
        claims = jwt.decode(answer.json()["token"], options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] == 3600
        assert not any(claims["grants"].values())


@pytest.mark.parametrize(
    "body",
    [
        {"expires_in": 3601},
        {"expires_in": -1},
        {"expires_in": "60"},
        {"expires_in": 1.5},
        {"grants": ["tts"]},
        {"grants": {"tts": "yes"}},
        [],
    ],
)
def test_wrong_bodies_are_refused(client: httpx.Client, body: Any) -> None:  # noqa: ANN401
    check_error(client.post("/access-token", json=body), 400, "request_invalid")


def test_a_token_opens_only_the_routes_of_its_grants(server: Running, make: Make) -> None:
    check_error(use(server, make(stt=True)), 403, "access_token_grant_missing")
    check_error(use(server, make()), 403, "access_token_grant_missing")
    with server.client(make(tts=True, stt=True, agent=True)) as client:
        code = "access_token_not_accepted"
        check_error(client.get("/voices"), 403, code)
        check_error(client.post("/access-token", json={}), 403, code)
        check_error(client.get("/api-keys"), 403, code)
        check_error(client.get("/usage/credits"), 403, code)


def test_every_grant_is_of_a_route_that_takes_callers() -> None:
    # The law of the wire, section 6; a typing error here would open or close a route.
    assert auth.GRANT_OF == {
        "/tts/bytes": "tts",
        "/tts/sse": "tts",
        "/tts/websocket": "tts",
        "/stt": "stt",
        "/stt/websocket": "stt",
        "/audio/transcriptions": "stt",
    }
    assert set(auth.GRANT_OF.values()) <= set(tokens.GRANTS)


def test_a_trailing_slash_does_not_close_a_route(server: Running, make: Make) -> None:
    with server.client(make(tts=True)) as client:
        assert client.post("/tts/bytes/", json=speech()).status_code == 200


def test_a_token_in_the_query_is_for_sockets_only(server: Running, make: Make) -> None:
    token = make(tts=True)
    url = f"{server.url}/tts/bytes"
    answer = httpx.post(url, params={"access_token": token}, json=speech(), timeout=120)
    check_error(answer, 401, "api_key_missing")


def test_expired_tokens_are_refused(server: Running, make: Make) -> None:
    check_error(use(server, make(0, tts=True)), 401, "access_token_expired")


def test_forged_tokens_are_refused(server: Running, make: Make) -> None:
    good = make(tts=True)
    head, body, sign = good.split(".")
    kid = jwt.get_unverified_header(good)["kid"]
    claims = jwt.decode(good, options={"verify_signature": False})
    forged = [
        f"{head}.{body}.{sign[:-4]}AAAA",
        f"{head}.{body}.",
        jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": kid}),
        jwt.encode(claims, "", algorithm="none", headers={"kid": kid}),
        jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": "unknown"}),
        jwt.encode(claims, "x" * 32, algorithm="HS256"),
        "a.b.c",
        "..",
        "é.é.é",
    ]
    for token in forged:
        answer = httpx.post(
            f"{server.url}/tts/bytes",
            json=speech(),
            timeout=120,
            headers=[(b"Authorization", f"Bearer {token}".encode())],
        )
        check_error(answer, 401, "access_token_invalid")


@pytest.mark.parametrize("missing", ["exp", "sub", "key", "grants", "iss"])
def test_a_token_of_ours_needs_all_claims(server: Running, make: Make, missing: str) -> None:
    good = make(tts=True)
    claims = jwt.decode(good, options={"verify_signature": False})
    del claims[missing]
    kid = jwt.get_unverified_header(good)["kid"]
    with server.services.library._database.read() as session:
        signing = session.get(SigningSecret, kid)
    assert signing is not None
    secret = bytes.fromhex(signing.secret)
    token = jwt.encode(claims, secret, algorithm="HS256", headers={"kid": kid})
    check_error(use(server, token), 401, "access_token_invalid")


def test_a_revoked_key_ends_its_tokens(server: Running) -> None:
    library = server.services.library
    made = library.keys.create(organisation_id=library.organisations.create("o").id)
    with server.client(made.secret) as client:
        token = client.post("/access-token", json={"grants": {"tts": True}}).json()["token"]
    assert use(server, token).status_code == 200
    library.keys.revoke(made.key.id)
    check_error(use(server, token), 401, "access_token_revoked")


def test_an_admin_key_makes_no_tokens(server: Running) -> None:
    secret = server.services.library.keys.create(admin=True).secret
    with server.client(secret) as client:
        check_error(client.post("/access-token", json={}), 403, "api_key_is_admin")


def test_the_secret_rotates_and_old_tokens_live_out_their_time(server: Running, make: Make) -> None:
    store = server.services.library.tokens
    old = make(tts=True)
    store.rotate()
    new = make(tts=True)
    kids = [jwt.get_unverified_header(token)["kid"] for token in (old, new)]
    assert kids[0] != kids[1]
    assert use(server, old).status_code == 200
    assert use(server, new).status_code == 200

    # After 30 days the next token is signed with another secret, and by then the one before, whose
    # tokens are long over, is gone.
    past = datetime.now(UTC) - timedelta(days=31)
    with server.services.library._database.write() as session:
        session.execute(
            update(SigningSecret).where(SigningSecret.id == kids[0]).values(retired_at=past)
        )
        session.execute(
            update(SigningSecret).where(SigningSecret.id == kids[1]).values(created_at=past)
        )
    third = make(tts=True)
    assert jwt.get_unverified_header(third)["kid"] not in kids
    check_error(use(server, old), 401, "access_token_invalid")
    assert use(server, new).status_code == 200

    store.rotate(at_once=True)
    check_error(use(server, third), 401, "access_token_invalid")
