"""Speech as an event stream, with the official SDK and by hand."""

import base64
import json
from collections.abc import Iterator

import httpx
import pytest
from cartesia import Cartesia
from cartesia.types.tts_sse_event import TTSSSEChunkEvent, TTSSSETimestampsEvent
from serving import Running, check_error, speech, wait_for

RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}


def frames(answer: httpx.Response) -> list[dict[str, object]]:
    """The events of an answer; each is named by its line `event:` and has one line of data."""
    found = []
    for block in answer.text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        found.append(event)
    return found


@pytest.fixture
def sdk(server: Running) -> Iterator[Cartesia]:
    with Cartesia(api_key=server.key(), base_url=server.url) as sdk:
        yield sdk


def test_all_kinds_of_events(client: httpx.Client) -> None:
    body = speech(
        "two words", context_id="my \u2028 id", add_timestamps=True, add_phoneme_timestamps=True
    )
    answer = client.post("/tts/sse", json=body)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["menura-model"] == "menura-1-2026-11"
    assert answer.headers["menura-language"] == "en-US"
    events = frames(answer)
    assert [event["type"] for event in events] == [
        *("timestamps", "phoneme_timestamps", "chunk"),
        *("timestamps", "phoneme_timestamps", "chunk"),
        "done",
    ]
    for event in events:
        assert event["context_id"] == "my \u2028 id"
        assert event["status_code"] == 206
        assert event["done"] is (event["type"] == "done")
        assert "error" not in event
        assert "flush_id" not in event
    assert events[0]["word_timestamps"] == {"words": ["two"], "start": [0.0], "end": [0.05]}
    assert events[3]["word_timestamps"] == {"words": ["words"], "start": [0.05], "end": [0.1]}
    assert events[4]["phoneme_timestamps"] == {"phonemes": ["a"], "start": [0.05], "end": [0.1]}
    assert len(base64.b64decode(str(events[2]["data"]))) == 2400
    assert isinstance(events[2]["step_time"], float)


def test_the_audio_is_that_of_bytes_and_nothing_unasked_is_said(client: httpx.Client) -> None:
    events = frames(client.post("/tts/sse", json=speech("one two three")))
    assert {str(event["type"]) for event in events} == {"chunk", "done"}
    assert "context_id" not in events[0]
    audio = b"".join(base64.b64decode(str(event.get("data", ""))) for event in events)
    assert audio == client.post("/tts/bytes", json=speech("one two three")).content


def test_the_sdk_reads_the_stream(sdk: Cartesia) -> None:
    stream = sdk.tts.generate_sse(
        model_id="sonic-latest",
        transcript="words by the sdk",
        voice="a0e99841-438c-4a64-b679-ae501e7d6091",
        output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
        add_timestamps=True,
        context_id="abc",
    )
    events = list(stream)
    chunks = [event for event in events if isinstance(event, TTSSSEChunkEvent)]
    assert sum(len(chunk.audio or b"") for chunk in chunks) == 4 * 2400
    times = [event for event in events if isinstance(event, TTSSSETimestampsEvent)]
    assert [word for time in times for word in time.word_timestamps.words] == [
        *("words", "by", "the", "sdk"),
    ]
    assert events[-1].type == "done"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"output_format": {**RAW, "container": "wav"}}, 400, "output_format_invalid"),
        (
            {"output_format": {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}},
            *(400, "output_format_invalid"),
        ),
        ({"transcript": " "}, 400, "transcript_empty"),
        ({"transcript": "[text-error]"}, 400, "symbol_not_supported"),
        ({"transcript": "[crash]"}, 500, "worker_lost"),
        ({"context_id": 5}, 400, "request_invalid"),
        ({"context_id": "x" * 300}, 400, "request_invalid"),
        ({"voice": "3c0d2a1e-0000-4000-8000-000000000000"}, 404, "voice_not_found"),
    ],
)
def test_what_fails_before_the_audio_is_a_plain_error(
    client: httpx.Client, fields: dict[str, object], status: int, code: str
) -> None:
    check_error(client.post("/tts/sse", json={**speech(), **fields}), status, code)


def test_what_fails_later_is_an_event(client: httpx.Client) -> None:
    answer = client.post("/tts/sse", json=speech("some [fail] words", context_id="c"))
    assert answer.status_code == 200
    *_, chunk, error = frames(answer)
    assert chunk["type"] == "chunk"
    message = error.pop("message")
    assert "secret" not in str(error) + str(message)
    assert error == {
        "type": "error",
        "done": True,
        "status_code": 500,
        "error": f"Server error: {message}",
        "error_code": "internal_error",
        "title": "Server error",
        "request_id": answer.headers["x-request-id"],
        "context_id": "c",
    }


def test_a_client_that_goes_away_stops_the_work(server: Running, client: httpx.Client) -> None:
    body = speech("departing [slow] " + "word " * 5000)
    with client.stream("POST", "/tts/sse", json=body) as answer:
        next(answer.iter_raw())
    wait_for(lambda: server.noted("closed departing"))
    wait_for(lambda: server.services.pool.speech.busy == 0)
