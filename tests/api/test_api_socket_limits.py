"""Bounds of a socket, and messages that are wrong: the socket outlives them all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Running, running
from socket_client import audio, dial, fresh, message
from websockets.exceptions import ConnectionClosed

MOST = 2000
VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        tmp_path_factory.mktemp("data"),
        max_transcript_characters=MOST,
        contexts_per_socket=3,
        socket_idle_seconds=1.0,
    ) as server:
        yield server


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "json_invalid"),
        ("{", "json_invalid"),
        ('{"context_id": NaN}', "json_invalid"),
        ('{"context_id": "\\ud800"}', "json_invalid"),
        ("[" * 5000 + "]" * 5000, "json_invalid"),
        (b"\xff\xfe", "json_invalid"),
        ("null", "request_invalid"),
        ("[]", "request_invalid"),
        ('"text"', "request_invalid"),
        ("{}", "field_missing"),
        ('{"context_id": ""}', "field_missing"),
        ('{"context_id": 7}', "request_invalid"),
        (json.dumps({"context_id": "x" * 257}), "request_invalid"),
        ('{"cancel": true}', "field_missing"),
        (" " * (12 * MOST + 65537), "message_too_large"),
    ],
)
def test_messages_without_a_context(small: Running, data: str | bytes, code: str) -> None:
    with dial(small) as client:
        client.socket.send(data)
        error = client.next()
        assert (error["error_code"], error["context_id"]) == (code, "")
        assert error["status_code"] in (400, 413)
        client.say("still here", "c")
        assert len(audio(client.whole("c"))) == 2 * 2400


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"transcript": None}, 400, "request_invalid"),
        ({"transcript": 5}, 400, "request_invalid"),
        ({"transcript": ["words"]}, 400, "request_invalid"),
        ({"model_id": None}, 400, "request_invalid"),
        ({"model_id": "no-such-model"}, 400, "model_not_found"),
        ({"model_id": "sonic-2024-10-19"}, 400, "model_sunsetted"),
        ({"voice": 7}, 400, "request_invalid"),
        ({"voice": {}}, 400, "voice_invalid"),
        ({"voice": "00000000-0000-4000-8000-00000000000a"}, 404, "voice_not_found"),
        ({"output_format": "raw"}, 400, "request_invalid"),
        ({"output_format": {"container": "raw"}}, 400, "output_format_invalid"),
        (
            {"output_format": {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}},
            *(400, "output_format_invalid"),
        ),
        ({"continue": "yes"}, 400, "request_invalid"),
        ({"flush": 1}, 400, "request_invalid"),
        ({"cancel": "yes"}, 400, "request_invalid"),
        ({"max_buffer_delay_ms": -1}, 400, "request_invalid"),
        ({"max_buffer_delay_ms": 5001}, 400, "request_invalid"),
        ({"max_buffer_delay_ms": "10"}, 400, "request_invalid"),
        ({"generation_config": {"speed": 9}}, 400, "request_invalid"),
        ({"language": "xx"}, 400, "language_not_supported"),
        ({"transcript": "words " * MOST}, 413, "transcript_too_long"),
    ],
)
def test_wrong_first_messages_are_told_with_their_context(
    small: Running, fields: dict[str, object], status: int, code: str
) -> None:
    context = fresh()
    with dial(small) as client:
        client.socket.send(json.dumps({**message("words", context), **fields}))
        error = client.next()
        assert (error["context_id"], error["status_code"], error["error_code"]) == (
            *(context, status, code),
        ), error
        client.say("still here", "c")
        assert len(audio(client.whole("c"))) == 2 * 2400
        assert not client.rest(0.1)


def test_a_wrong_request_is_told_before_its_text_is_due(small: Running) -> None:
    with dial(small) as client:
        client.say("no end", "c", model_id="no-such-model", **{"continue": True})
        assert client.until("error", "c", timeout=2.5)[-1]["error_code"] == "model_not_found"


def test_a_wrong_later_message_ends_its_context(small: Running) -> None:
    context = fresh()
    with dial(small) as client:
        client.say("[slow] " + "word " * 100, context, **{"continue": True})
        client.until("chunk", context)
        client.send(context_id=context, transcript=7, **{"continue": True})
        error = client.until("error", context)[-1]
        assert error["error_code"] == "request_invalid"
        assert not client.rest(), "an error is the last event of its context"


def test_text_that_waits_is_bounded(small: Running) -> None:
    context = fresh()
    with dial(small) as client:
        client.say("[slow] " + "word " * 300, context, **{"continue": True})
        client.say("word. " * 250, context, **{"continue": True})
        client.say("word. " * 250, context, **{"continue": True})
        error = client.until("error", context)[-1]
        assert (error["status_code"], error["error_code"]) == (413, "transcript_too_long")


def test_contexts_of_a_socket_are_bounded(small: Running) -> None:
    with dial(small) as client:
        for name in "abc":
            client.say("[slow] " + "word " * 100, name)
        client.say("one more", "d")
        error = client.until("error", "d")[-1]
        assert (error["status_code"], error["error_code"]) == (429, "concurrency_limited")
        client.send(context_id="a", cancel=True)
        client.whole("a")
        client.say("now it fits", "e")
        assert len(audio(client.until("chunk", "e")))


def test_an_idle_socket_is_closed(small: Running) -> None:
    with dial(small) as client:
        client.say("[slow] " + "word " * 40, "busy")
        assert len(audio(client.whole("busy"))) == 41 * 2400, "it speaks for longer than that"
        with pytest.raises(ConnectionClosed) as caught:
            client.next(30)
        closed = caught.value.rcvd
        assert closed is not None
        assert (closed.code, closed.reason) == (1000, "connection idle timeout")


def test_a_message_beyond_all_bounds_closes_the_socket(tmp_path: Path) -> None:
    with running(tmp_path, max_transcript_characters=10) as server, dial(server) as client:
        client.socket.send("x" * 17_000_000)
        with pytest.raises(ConnectionClosed) as caught:
            client.next()
        closed = caught.value.rcvd
        assert closed is not None
        assert closed.code == 1009
