"""OpenAI's speech API: its own Python client, unchanged, and what the client does not show."""

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import av
import httpx
import numpy as np
import openai
import pytest
from openai import OpenAI
from serving import Running, clone, running
from tiny_encoder import WORD_SECONDS

from menura.api.openai_speech import FORMATS, RATE, VOICES
from menura.library.stock import stock_id

WORDS = "good morning to all of you"
SECONDS = 6 * WORD_SECONDS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    names = {"house-voice": "base", "tts-1-1106": "retired"}
    data = tmp_path_factory.mktemp("data")
    with running(data, engine="tiny_encoder:EncodingEngine", model_ids=names) as server:
        yield server


@pytest.fixture
def sdk(server: Running) -> Iterator[OpenAI]:
    http = httpx.Client(verify=False)
    with OpenAI(
        api_key=server.key(), base_url=f"{server.url}/v1", http_client=http, max_retries=1
    ) as sdk:
        yield sdk


def body(text: str = WORDS, **fields: object) -> dict[str, object]:
    """A request of OpenAI's."""
    return {"model": "tts-1", "input": text, "voice": "alloy", **fields}


def seconds(data: bytes) -> float:
    """Length of audio in any container."""
    with av.open(io.BytesIO(data)) as file:
        stream = file.streams.audio[0]
        resampler = av.AudioResampler("fltp", "mono", RATE)
        frames = [out for frame in file.decode(stream) for out in resampler.resample(frame)]
    return sum(frame.samples for frame in frames) / RATE


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ("mp3", "audio/mpeg"),
        ("opus", "audio/ogg"),
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("wav", "audio/wav"),
        ("pcm", "audio/pcm"),
    ],
)
def test_every_format_by_the_client(sdk: OpenAI, wanted: str, kind: str) -> None:
    answer = sdk.audio.speech.with_raw_response.create(
        model="gpt-4o-mini-tts",
        voice="alloy",
        input=WORDS,
        response_format=wanted,  # type: ignore[arg-type]
    )
    assert answer.headers["content-type"] == kind
    assert answer.headers["menura-model"] == "menura-1-2026-11"
    if wanted == "pcm":
        assert len(answer.content) == round(SECONDS * RATE) * 2
        assert np.abs(np.frombuffer(answer.content, "<i2")).max() > 5000
    else:
        assert seconds(answer.content) == pytest.approx(SECONDS, abs=0.15)


def test_the_client_streams_to_a_file_and_mp3_is_the_default(sdk: OpenAI, tmp_path: Path) -> None:
    with sdk.audio.speech.with_streaming_response.create(
        model="tts-1-hd", voice="nova", input=WORDS
    ) as answer:
        answer.stream_to_file(tmp_path / "speech")
    assert (tmp_path / "speech").read_bytes()[:1] == b"\xff"
    assert seconds((tmp_path / "speech").read_bytes()) == pytest.approx(SECONDS, abs=0.15)


def test_events_by_the_client(sdk: OpenAI) -> None:
    with sdk.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts",
        voice="coral",
        input=WORDS,
        response_format="pcm",
        stream_format="sse",
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line[6:]) for line in answer.iter_lines() if line]
    kinds = [event["type"] for event in events]
    assert kinds == ["speech.audio.delta"] * (len(events) - 1) + ["speech.audio.done"]
    data = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert len(data) == round(SECONDS * RATE) * 2
    assert events[-1]["usage"] == {
        "input_tokens": len(WORDS),
        "output_tokens": 0,
        "total_tokens": len(WORDS),
    }


def test_a_failure_after_the_first_audio(server: Running) -> None:
    with server.client() as client:
        answer = client.post("/v1/audio/speech", json=body("one [fail]", stream_format="sse"))
        last = json.loads(answer.text.strip().rpartition("data: ")[2])
        assert last["type"] == "error"
        assert last["error"]["code"] == "internal_error"
        assert "secret" not in answer.text
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/v1/audio/speech", json=body("one [fail] " + "more " * 50))


@pytest.mark.parametrize(
    ("speed", "spoken", "told"),
    [(1, "1.0", None), (1.5, "1.5", None), (0.25, "0.6", "0.6"), (4.0, "1.5", "1.5")],
)
def test_speed(server: Running, speed: float, spoken: str, told: str | None) -> None:
    text = f"pace {speed}"
    with server.client() as client:
        answer = client.post("/v1/audio/speech", json=body(text, speed=speed))
    assert answer.headers.get("menura-speed") == told
    assert server.noted(f"speak {text}")[-1].endswith(f"speed {spoken} volume 1.0")


def test_what_has_no_effect_is_named(server: Running) -> None:
    with server.client() as client:
        answer = client.post("/v1/audio/speech", json=body(instructions="Whisper.", other=1))
        assert answer.headers["menura-ignored"] == "instructions"
        answer = client.post("/v1/audio/speech", json=body(speed=None, instructions=None))
        assert answer.status_code == 200
        assert "menura-ignored" not in answer.headers


def test_voices_by_name_id_and_stand_in(server: Running) -> None:
    with server.client() as client:
        own = clone(client, "Ada")

        def pitch(voice: object) -> float:
            sent = body(voice=voice, response_format="pcm")
            answer = client.post("/v1/audio/speech", json=sent)
            assert answer.status_code == 200, answer.text
            heard = np.frombuffer(answer.content, "<i2").astype(np.float64)
            return float(np.argmax(np.abs(np.fft.rfft(heard)))) / SECONDS

        assert pitch("alloy") == pytest.approx(200, abs=2)
        assert pitch("EMMA") == pytest.approx(200, abs=2)
        assert pitch(stock_id("menura-1", "ef_dora")) == pytest.approx(200, abs=2)
        # The tiny engine's clones have a pitch of their own, this one 100 Hz.
        for voice in (own, "ada", {"id": own}):
            assert pitch(voice) == pytest.approx(100, abs=2)
        named = clone(client, "Nova")
        assert pitch("nova") == pytest.approx(100, abs=2), "an own voice goes first"
        assert named in [v["id"] for v in client.get("/v1/audio/voices").json()["voices"]]
        clone(client, "Nova")
        answer = client.post("/v1/audio/speech", json=body(voice="nova"))
        assert answer.status_code == 409
        assert named in answer.json()["error"]["message"]
    with server.client() as other:
        for voice in (own, "Ada"):
            answer = other.post("/v1/audio/speech", json=body(voice=voice))
            assert answer.status_code == 404


def test_the_list_of_voices_is_what_web_interfaces_read(server: Running) -> None:
    with server.client() as client:
        voices = client.get("/v1/audio/voices").json()["voices"]
    assert {voice["id"]: voice["name"] for voice in voices}["alloy"] == "Alloy"
    assert set(VOICES) < {voice["id"] for voice in voices}
    assert stock_id("menura-1", "bf_emma") in {voice["id"] for voice in voices}


def test_models_by_the_client(sdk: OpenAI) -> None:
    names = [model.id for model in sdk.models.list()]
    assert names[:2] == ["menura-1", "menura-1-2026-11"]
    assert {"tts-1", "sonic-3.6", "whisper-1", "house-voice"} < set(names)
    assert not {"tts-1-1106", "sonic-2024-10-19"} & set(names)
    assert sdk.models.retrieve("house-voice").owned_by == "menura"
    with pytest.raises(openai.NotFoundError) as caught:
        sdk.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"


def test_errors_reach_the_client_in_its_own_shape(sdk: OpenAI, server: Running) -> None:
    with pytest.raises(openai.BadRequestError, match="no model 'gpt-9'") as caught:
        sdk.audio.speech.create(model="gpt-9", voice="alloy", input="hi")
    assert caught.value.code == "model_not_found"
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id
    with pytest.raises(openai.NotFoundError):
        sdk.audio.speech.create(model="tts-1", voice="nobody", input="hi")
    with (
        OpenAI(api_key="wrong", base_url=f"{server.url}/v1", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError) as refused,
    ):
        stranger.models.list()
    assert refused.value.type == "authentication_error"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"input": " "}, 400, "transcript_empty"),
        ({"input": None}, 400, "request_invalid"),
        ({"model": "tts-1-1106"}, 400, "model_sunsetted"),
        ({"model": "whisper-1"}, 400, "model_not_found"),
        ({"voice": {}}, 400, "voice_invalid"),
        ({"voice": ""}, 400, "voice_invalid"),
        ({"voice": 3}, 400, "request_invalid"),
        ({"response_format": "midi"}, 400, "request_invalid"),
        ({"speed": 0.2}, 400, "request_invalid"),
        ({"speed": 4.1}, 400, "request_invalid"),
        ({"speed": "fast"}, 400, "request_invalid"),
        ({"stream_format": "xml"}, 400, "request_invalid"),
        ({"language": "xx"}, 400, "language_not_supported"),
    ],
)
def test_bad_requests(server: Running, change: dict[str, object], status: int, code: str) -> None:
    with server.client() as client:
        answer = client.post("/v1/audio/speech", json={**body(), **change})
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == (code, "invalid_request_error")
    assert re.search(r"\w", error["message"])


def test_unknown_paths_and_broken_bodies_have_the_same_shape(server: Running) -> None:
    with server.client() as client:
        for answer in (
            client.get("/v1/chat"),
            client.put("/v1/models"),
            client.post("/v1/audio/speech", content=b"{"),
            client.post("/v1/audio/speech", json=[]),
        ):
            assert 400 <= answer.status_code < 500
            assert answer.json()["error"]["code"]


def test_every_format_has_its_rate() -> None:
    assert {output.sample_rate for output in FORMATS.values()} == {RATE}
