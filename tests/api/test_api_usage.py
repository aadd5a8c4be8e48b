"""What speech costs over HTTP, plans that end, and what admin keys are told of usage."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from serving import Running, check_error, clone, speech
from socket_client import dial

from menura.library.ledger import Charge


@dataclass
class Side:
    """One organisation, with a client for each kind of key."""

    id: str
    key_id: str
    normal: httpx.Client
    admin: httpx.Client

    def credits(self, **query: str) -> list[tuple[float, str | None]]:
        """Credits and group of each stretch."""
        answer = self.admin.get("/usage/credits", params=query)
        assert answer.status_code == 200, answer.text
        return [(part["credits"], part.get("group")) for part in answer.json()["data"]]


@pytest.fixture
def side(server: Running) -> Iterator[Side]:
    library = server.services.library
    made = library.organisations.create("Radio")
    keys = [library.keys.create(admin=a, organisation_id=made.id) for a in (False, True)]
    with server.client(keys[0].secret) as normal, server.client(keys[1].secret) as admin:
        yield Side(made.id, keys[0].key.id, normal, admin)


def limit(server: Running, side: Side, **limits: int) -> None:
    """Gives the organisation limits."""
    server.services.library.organisations.set_plan(side.id, "enterprise", limits)


@pytest.mark.parametrize("container", ["raw", "wav"])
def test_an_answer_that_is_whole_is_booked(side: Side, container: str) -> None:
    # A short wav is answered in one piece, raw audio as it is made.
    audio = {"container": container, "encoding": "pcm_s16le", "sample_rate": 24000}
    answer = side.normal.post("/tts/bytes", json=speech("hello there", output_format=audio))
    assert answer.status_code == 200
    assert side.credits() == [(11, None)]
    assert side.credits(group_by="capability") == [(11, "tts")]
    assert side.credits(group_by="model") == [(11, answer.headers["Menura-Model"])]
    assert side.credits(group_by="voice") == [(11, speech()["voice"])]
    assert side.credits(group_by="api_key") == [(11, side.key_id)]


def test_errors_and_instant_clones_are_free(side: Side) -> None:
    clone(side.normal, "Ada")
    for text in ("", "[text-error] hello", "hello there [fail]"):
        try:
            side.normal.post("/tts/bytes", json=speech(text)).raise_for_status()
        except httpx.HTTPError:
            continue
        pytest.fail("an answer without an error")
    assert side.credits() == [(0, None)]


def test_who_leaves_in_the_middle_pays_for_a_part(side: Side) -> None:
    text = "[slow] " + "word " * 200
    with side.normal.stream("POST", "/tts/bytes", json=speech(text)) as answer:
        next(answer.iter_raw(4800))
    end = time.monotonic() + 60
    while not (paid := side.credits()[0][0]) and time.monotonic() < end:
        time.sleep(0.02)
    assert 0 < paid < len(text)


def test_a_socket_pays_for_what_its_client_got(server: Running, side: Side) -> None:
    secret = side.normal.headers["Authorization"].split()[1]
    with dial(server, secret) as socket:
        socket.say("Hello there.", "whole", max_buffer_delay_ms=0)
        socket.whole("whole")
        assert side.credits() == [(12, None)]
        # What was spoken before an error of its context is paid, the rest is not.
        socket.say("Hello there.", "half", **{"continue": True}, max_buffer_delay_ms=0)
        socket.until("flush_done", "half")
        socket.say("Hello [text-error].", "half", max_buffer_delay_ms=0)
        assert socket.until("error", "half")[-1]["status_code"] == 400
        assert side.credits() == [(24, None)]
    with dial(server, secret) as socket:
        socket.say("[slow] " + "word " * 100, "gone", max_buffer_delay_ms=0)
        socket.until("chunk", "gone")
    end = time.monotonic() + 60
    while side.credits() == [(24, None)] and time.monotonic() < end:
        time.sleep(0.02)
    assert 24 < side.credits()[0][0] < 500


def test_a_revoked_key_begins_nothing_on_its_open_socket(server: Running, side: Side) -> None:
    secret = side.normal.headers["Authorization"].split()[1]
    with dial(server, secret) as socket:
        socket.say("Hello.", "before")
        socket.whole("before")
        server.services.library.keys.revoke(side.key_id)
        socket.say("Hello.", "after")
        assert socket.until("error", "after")[-1]["status_code"] == 401


def test_places_are_refused_with_429(server: Running, side: Side) -> None:
    limit(server, side, contexts=1)
    with side.normal.stream("POST", "/tts/bytes", json=speech("[slow] " + "word " * 200)) as first:
        assert first.status_code == 200
        refused = side.normal.post("/tts/bytes", json=speech())
        check_error(refused, 429, "concurrency_limited")
        assert int(refused.headers["retry-after"]) > 0
        assert "x-should-retry" not in refused.headers, "the SDKs may try again"
    for _ in range(200):
        if side.normal.post("/tts/bytes", json=speech()).status_code == 200:
            break
        time.sleep(0.02)
    else:
        pytest.fail("the place was not freed")
    # One whole request after the other fits into one place, since it is freed before the end.
    for _ in range(5):
        assert side.normal.post("/tts/bytes", json=speech()).status_code == 200


def test_used_up_credits_are_refused_with_402(server: Running, side: Side) -> None:
    limit(server, side, credits=15)
    assert side.normal.post("/tts/bytes", json=speech("hello there")).status_code == 200
    refused = side.normal.post("/tts/bytes", json=speech("hello there"))
    body = check_error(refused, 402, "quota_exceeded")
    assert body["title"] == "Quota exceeded"
    assert "15 credits" in body["message"]
    assert refused.headers["x-should-retry"] == "false"
    assert side.normal.post("/tts/bytes", json=speech("four")).status_code == 200
    check_error(side.normal.post("/tts/bytes", json=speech("a")), 402, "quota_exceeded")
    assert side.credits() == [(15, None)]
    # What costs nothing goes on.
    assert side.normal.get("/voices").status_code == 200


def test_usage_is_in_stretches_of_utc_days(server: Running, side: Side) -> None:
    for day, amount in ((1, 1500), (3, 2000), (9, 1_000_000_000)):
        at = datetime(2026, 2, day, 23, 59, 59, tzinfo=UTC)
        server.services.library.ledger.book(
            Charge(side.id, f"{day}", "tts", "m", amount, side.key_id, at=at)
        )
    query = {"start_ts": "2026-02-01T12:00:00Z", "end_ts": "2026-02-04T00:00:00Z"}
    answer = side.admin.get("/usage/credits", params={**query, "interval": "day"})
    assert answer.json() == {
        "data": [
            {"start_ts": f"2026-02-0{n}T00:00:00Z", "end_ts": f"2026-02-0{n + 1}T00:00:00Z", **used}
            for n, used in ((1, {"credits": 1.5}), (2, {"credits": 0}), (3, {"credits": 2}))
        ]
    }
    assert side.credits(**query) == [(3.5, None)]
    month = {"start_ts": "2026-01-01T00:00:00Z", "end_ts": "2026-03-01T00:00:00Z"}
    assert side.credits(**month, interval="month") == [(0, None), (1_000_003.5, None)]
    assert side.credits(**month, api_key_id=side.key_id) == [(1_000_003.5, None)]
    empty = side.admin.get("/usage/agents", params={**month, "interval": "day"})
    assert empty.json() == {"data": []}


def test_usage_of_a_revoked_key_stays(server: Running, side: Side) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    library = server.services.library
    library.ledger.book(Charge(side.id, "r", "tts", "m", 1000, side.key_id, at=at))
    library.keys.revoke(side.key_id)
    assert side.credits(api_key_id=side.key_id) == [(1, None)]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"start_ts": "yesterday"}, 400, "timestamp_invalid"),
        ({"interval": "hour"}, 400, "request_invalid"),
        ({"group_by": "moon"}, 400, "request_invalid"),
        ({"api_key_id": "none"}, 404, "api_key_not_found"),
    ],
)
def test_wrong_queries_are_refused(
    side: Side, query: dict[str, str], status: int, code: str
) -> None:
    check_error(side.admin.get("/usage/credits", params=query), status, code)
