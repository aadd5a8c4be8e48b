"""The socket as real clients use it: the official SDK, and message shapes of others by hand.

LiveKit's and Pipecat's own packages are driven elsewhere; here are the sequences of theirs that a
server can get wrong (sections 20, 22 and 23).
"""

import json
from collections.abc import Iterator
from typing import Any

import cartesia
import pytest
from cartesia import AsyncCartesia, Cartesia
from cartesia.types.raw_output_format_param import RawOutputFormatParam
from cartesia.types.websocket_response import Chunk, FlushDone, Timestamps
from serving import Running, wait_for
from socket_client import Client, address, audio, dial, fresh, kinds, message, words
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

# The SDK opens sockets in a way that the newest `websockets` is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:connect\\(\\) must be used:DeprecationWarning")

VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
RAW: RawOutputFormatParam = {
    "container": "raw",
    "encoding": "pcm_s16le",
    "sample_rate": 24000,
}
WORD = 2400


@pytest.fixture
def sdk(server: Running) -> Iterator[Cartesia]:
    with Cartesia(
        api_key=server.key(),
        base_url=server.url,
        websocket_base_url=server.url.replace("http", "ws"),
    ) as sdk:
        yield sdk


def test_the_sdk_streams_text_in_and_audio_out(sdk: Cartesia) -> None:
    with sdk.tts.websocket_connect() as connection:
        context = connection.context(
            model_id="sonic-latest", voice=VOICE, output_format=RAW, add_timestamps=True
        )
        for part in ("Sonic and ", "Yoda team up", " to save ", "the city."):
            context.push(part)
        context.push("", flush=True)
        context.push(" And then?")
        context.no_more_inputs()
        events = list(context.receive())
        assert sum(len(e.audio or b"") for e in events if isinstance(e, Chunk)) > 11 * WORD
        spoken = [
            word
            for event in events
            if isinstance(event, Timestamps) and event.word_timestamps is not None
            for word in event.word_timestamps.words
        ]
        assert " ".join(spoken) == "Sonic and Yoda team up to save the city. And then?"
        assert [e.flush_id for e in events if isinstance(e, FlushDone)] == [1]
        assert events[-1].type == "done"


def test_the_sdk_ends_a_context_that_has_no_settings_of_its_own(sdk: Cartesia) -> None:
    # `no_more_inputs` then sends the SDK's own defaults: another format, voice and model.
    with sdk.tts.websocket_connect() as connection:
        context = connection.context()
        context.send(model_id="sonic-3", transcript="one two three", voice=VOICE, output_format=RAW)
        context.no_more_inputs()
        chunks = [e for e in context.receive() if isinstance(e, Chunk)]
    assert sum(len(chunk.audio or b"") for chunk in chunks) == 3 * WORD


def test_the_sdk_cancels_and_goes_on_with_another_context(sdk: Cartesia, server: Running) -> None:
    with sdk.tts.websocket_connect() as connection:
        first = connection.context(model_id="sonic-latest", voice=VOICE, output_format=RAW)
        first.push("by the sdk [slow] " + "word " * 500)
        first.no_more_inputs()
        next(first.receive())
        first.cancel()
        wait_for(lambda: server.noted("closed by the sdk"))
        while connection.recv().type != "done":
            pass
        second = connection.context(model_id="sonic-latest", voice=VOICE, output_format=RAW)
        second.push("next words")
        second.no_more_inputs()
        chunks = [e for e in second.receive() if isinstance(e, Chunk)]
    assert sum(len(chunk.audio or b"") for chunk in chunks) == 2 * WORD


def test_two_contexts_of_the_sdk_on_one_connection(sdk: Cartesia) -> None:
    with sdk.tts.websocket_connect() as connection:
        asked: dict[str, Any] = {"model_id": "sonic-3", "voice": VOICE, "output_format": RAW}
        one, two = connection.context(**asked), connection.context(**asked)
        for context, text in ((one, "a b c"), (two, "d e")):
            context.push(text)
            context.no_more_inputs()
        for context, count in ((two, 2), (one, 3)):
            chunks = [e for e in context.receive() if isinstance(e, Chunk)]
            assert sum(len(chunk.audio or b"") for chunk in chunks) == count * WORD


def test_errors_reach_the_reader_of_the_context(sdk: Cartesia) -> None:
    with sdk.tts.websocket_connect() as connection:
        context = connection.context(
            model_id="sonic-latest",
            voice="00000000-0000-4000-8000-00000000000a",
            output_format=RAW,
        )
        context.push("hello")
        (event,) = list(context.receive())
        assert event.type == "error"
        assert (event.status_code, event.error_code) == (404, "voice_not_found")
        assert "voice" in event.error


async def test_the_async_sdk(server: Running) -> None:
    async with (
        AsyncCartesia(
            api_key=server.key(),
            base_url=server.url,
            websocket_base_url=server.url.replace("http", "ws"),
        ) as sdk,
        sdk.tts.websocket_connect() as connection,
    ):
        context = connection.context(model_id="sonic-3", voice=VOICE, output_format=RAW)
        await context.push("three words here")
        await context.no_more_inputs()
        chunks = [e async for e in context.receive() if isinstance(e, Chunk)]
        bad = connection.context(model_id="no-such-model", voice=VOICE, output_format=RAW)
        await bad.push("hello")
        errors = [event async for event in bad.receive()]
    assert sum(len(chunk.audio or b"") for chunk in chunks) == 3 * WORD
    assert [event.type for event in errors] == ["error"]


def test_the_old_style_of_the_sdk(sdk: Cartesia) -> None:
    socket = sdk.tts.websocket()
    try:
        outputs = socket.send(
            model_id="sonic-3", transcript="old style", voice=VOICE, output_format=RAW, stream=True
        )
        chunks = [output for output in outputs if not isinstance(output, tuple)]
        assert sum(len(chunk.audio or b"") for chunk in chunks) == 2 * WORD
    finally:
        socket.close()


def test_a_wrong_key_fails_the_handshake(server: Running) -> None:
    with (
        cartesia.Cartesia(
            api_key="sk_car_wrong",
            base_url=server.url,
            websocket_base_url=server.url.replace("http", "ws"),
        ) as sdk,
        pytest.raises(InvalidStatus) as refused,
        sdk.tts.websocket_connect(),
    ):
        pytest.fail("the socket was opened")
    answer = refused.value.response
    assert answer.status_code == 401
    assert json.loads(answer.body or b"")["error_code"] == "api_key_wrong"


def test_messages_of_the_sdk_of_2024(server: Running) -> None:
    # 2.x sends explicit nulls and needs `status_code` and `done` on every event.
    url = address(server.url, api_key=server.key(), cartesia_version="2024-11-13")
    nulls = dict.fromkeys(("generation_config", "duration", "language", "max_buffer_delay_ms"))
    with connect(url) as socket:
        client = Client(socket)
        client.say(
            "Hello there friend.",
            "2x",
            voice={"mode": "id", "id": VOICE},
            stream=True,
            use_original_timestamps=True,
            add_timestamps=True,
            add_phoneme_timestamps=None,
            flush=None,
            **{"continue": None},
            **nulls,
        )
        events = client.whole("2x")
    assert words(events) == ["Hello", "there", "friend."]


def test_messages_of_livekit(server: Running) -> None:
    asked = {
        "model_id": "sonic-3",
        "voice": {"mode": "id", "id": "f786b574-daa5-4673-aa0c-cbe3e8534c02"},
        "output_format": RAW,
        "language": "en",
        "max_buffer_delay_ms": 0,
        "add_timestamps": True,
        "generation_config": {"speed": 1.1, "emotion": "Joking/Comedic"},
    }
    context = fresh()
    with dial(server, **{"Cartesia-Version": "2025-04-16"}) as client:
        for sentence in ("The first sentence. ", "And the second one. "):
            client.send(context_id=context, transcript=sentence, **{"continue": True}, **asked)
        client.send(context_id=context, transcript=" ", **{"continue": False}, **asked)
        events = client.whole(context)
    assert words(events) == ["The", "first", "sentence.", "And", "the", "second", "one."]
    # Looked at in this order: data, done, word_timestamps, flush_done; one `done`, last.
    assert [event["type"] for event in events].count("done") == 1
    assert kinds(events)[-2:] == ["flush_done", "done"]


def test_messages_of_pipecat(server: Running) -> None:
    asked: dict[str, Any] = {
        "model_id": "sonic-3.6",
        "voice": {"mode": "id", "id": VOICE},
        "output_format": RAW,
        "language": "en-US",
        "add_timestamps": True,
        "use_normalized_timestamps": False,
    }
    turn, interrupted = fresh(), fresh()
    with dial(server, **{"Cartesia-Version": "2026-03-01"}) as client:
        # Word by word, with the server's own buffer.
        for token in ("Well", ",", " let", " me", " see", ".", " Yes", "!"):
            client.send(context_id=turn, transcript=token, **{"continue": True}, **asked)
        client.send(context_id=turn, transcript="", **{"continue": False}, **asked)
        events = client.whole(turn)
        assert words(events) == ["Well,", "let", "me", "see.", "Yes!"]
        client.send(
            context_id=interrupted,
            transcript="interrupted [slow] " + "word " * 500,
            **{"continue": True},
            **asked,
        )
        client.until("chunk", interrupted)
        client.send(context_id=interrupted, cancel=True)
        client.send(context_id="next turn", transcript="Sorry.", **{"continue": True}, **asked)
        client.send(context_id="next turn", transcript="", **{"continue": False}, **asked)
        assert len(audio(client.whole("next turn"))) == WORD
        client.whole(interrupted)
    wait_for(lambda: server.noted("closed interrupted"))


def test_pretty_printed_and_binary_messages_are_read(server: Running) -> None:
    with dial(server) as client:
        client.socket.send(json.dumps(message("pretty", "p"), indent=4))
        assert len(audio(client.whole("p"))) == WORD
        client.socket.send(json.dumps(message("binary", "b")).encode())
        assert len(audio(client.whole("b"))) == WORD
