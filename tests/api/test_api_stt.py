"""Speech to text over HTTP, with a small engine that decodes and hears always the same."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import cartesia
import httpx
import numpy as np
import pytest
from cartesia import Cartesia
from openai import OpenAI
from serving import Running, check_error, running, wait_for, wav

TEXT = "Good morning. R&D --> now, señor."
MODEL = {"model": "ink-whisper"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        tmp_path_factory.mktemp("data"),
        engine="tiny_transcriber:TinyTranscriber",
        max_upload_bytes=2_000_000,
        max_transcribe_seconds=20,
        transcribe_queue=1,
        model_ids={"house-ears": "whisper-base", "ink-whisper-2025-06-04": "retired"},
    ) as server:
        yield server


def test_a_transcript_by_the_official_client(server: Running) -> None:
    with Cartesia(api_key=server.key(), base_url=server.url) as sdk:
        found = sdk.stt.transcribe(file=wav(24000), model="ink-whisper", language="es")
        assert found.text == TEXT
        assert found.language == "es"
        assert found.duration == pytest.approx(1.0, abs=0.01)
        assert found.words is None
        timed = sdk.stt.transcribe(
            file=wav(24000), model="ink-whisper", timestamp_granularities=["word"]
        )
        assert timed.words is not None
        assert [word.word for word in timed.words] == TEXT.split()
        assert timed.words[0].start == 0.0
        assert timed.words[-1].end == pytest.approx(1.0, abs=0.01)
        with pytest.raises(cartesia.BadRequestError):
            sdk.stt.transcribe(file=b"Example data", model="ink-whisper")
    assert server.noted("transcribe en"), "the language is English unless it is told"
    assert not server.leftovers()


def test_a_transcript_by_openais_client(server: Running) -> None:
    http = httpx.Client(verify=False)
    with OpenAI(api_key=server.key(), base_url=f"{server.url}/v1", http_client=http) as sdk:
        made = sdk.audio.transcriptions.create
        plain = made(model="whisper-1", file=("a.wav", wav(24000)))
        assert plain.text == TEXT
        assert plain.usage is not None
        assert plain.usage.type == "duration"
        assert plain.usage.seconds == 1
        verbose = made(
            model="whisper-1",
            file=("a.wav", wav(24000)),
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )
        assert verbose.language == "spanish"
        assert verbose.duration == pytest.approx(1.0, abs=0.01)
        assert verbose.segments is not None
        assert verbose.words is not None
        assert [part.text.strip() for part in verbose.segments] == TEXT.replace(". R", ".|R").split(
            "|"
        )
        assert [word.word for word in verbose.words] == TEXT.split()
        brief = made(
            model="whisper-1", file=("a.wav", wav()), response_format="verbose_json", language="en"
        )
        assert brief.language == "english"
        assert brief.words is None
        assert brief.segments
        text = made(model="whisper-1", file=("a.wav", wav()), response_format="text")
        assert str(text) == TEXT + "\n"


def test_subtitles(server: Running) -> None:
    with server.client() as client:

        def written(form: str) -> httpx.Response:
            return client.post(
                "/audio/transcriptions",
                data={"model": "whisper-1", "response_format": form},
                files={"file": wav(60000)},
            )

        srt, vtt = written("srt"), written("vtt")
        assert srt.headers["content-type"].startswith("text/plain")
        assert srt.text == (
            "1\n00:00:00,000 --> 00:00:01,250\nGood morning.\n\n"
            "2\n00:00:01,250 --> 00:00:02,500\nR&D --> now, señor.\n\n"
        )
        assert vtt.headers["content-type"].startswith("text/vtt")
        assert vtt.text == (
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.250\nGood morning.\n\n"
            "00:00:01.250 --> 00:00:02.500\nR&amp;D --&gt; now, señor.\n\n"
        )
        check_error(written("docx"), 400, "request_invalid")


@pytest.mark.parametrize(
    ("encoding", "width"),
    [("pcm_s16le", 2), ("pcm_s32le", 4), ("pcm_f32le", 4), ("pcm_mulaw", 1), ("pcm_alaw", 1)],
)
def test_samples_without_a_header(server: Running, encoding: str, width: int) -> None:
    samples = np.zeros(8000 * width, np.uint8).tobytes()
    with server.client() as client:
        for where in ("params", "data"):
            fields = {"encoding": encoding, "sample_rate": "8000"}
            sent = {"data": MODEL, where: {**fields, **(MODEL if where == "data" else {})}}
            answer = client.post("/stt", files={"file": samples}, **sent)  # type: ignore[arg-type]
            assert answer.status_code == 200, answer.text
            assert answer.json()["duration"] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"encoding": "pcm_s16le"}, "field_missing"),
        ({"sample_rate": "8000"}, "field_missing"),
        ({"encoding": "pcm_s8", "sample_rate": "8000"}, "encoding_invalid"),
        ({"encoding": "pcm_s16le", "sample_rate": "0"}, "sample_rate_invalid"),
        ({"encoding": "pcm_s16le", "sample_rate": "8k"}, "sample_rate_invalid"),
        ({"encoding": "pcm_s16le", "sample_rate": "9" * 5000}, "sample_rate_invalid"),
    ],
)
def test_bad_words_about_samples(server: Running, query: dict[str, str], code: str) -> None:
    with server.client() as client:
        answer = client.post("/stt", params=query, data=MODEL, files={"file": b"\0\0"})
    check_error(answer, 400, code)
    assert not server.leftovers()


@pytest.mark.parametrize(
    ("data", "files", "status", "code"),
    [
        (MODEL, {"clip": b"x"}, 400, "field_missing"),
        ({}, {"file": b"x"}, 400, "field_missing"),
        (MODEL, {"file": b""}, 400, "audio_empty"),
        (MODEL, {"file": b"no audio at all"}, 400, "audio_unreadable"),
        ({"model": "sonic-3"}, {"file": b"x"}, 400, "model_not_found"),
        ({"model": "ink-whisper-2025-06-04"}, {"file": b"x"}, 400, "model_sunsetted"),
        ({**MODEL, "timestamp_granularities[]": "day"}, {"file": b"x"}, 400, "request_invalid"),
        (MODEL, {"file": b"x" * 3_000_000}, 413, "upload_too_large"),
    ],
)
def test_bad_requests(
    server: Running, data: dict[str, str], files: dict[str, bytes], status: int, code: str
) -> None:
    with server.client() as client:
        body = check_error(client.post("/stt", data=data, files=files), status, code)
        answer = client.post("/v1/audio/transcriptions", data=data, files=files)
    assert body["remedy"]
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not server.leftovers()


def test_the_limit_of_length_is_said(server: Running) -> None:
    with server.client() as client:
        for raw, data in (({}, wav(24000 * 21)), (_raw(8000), bytes(2 * 8000 * 21))):
            answer = client.post("/stt", params=raw, data=MODEL, files={"file": data})
            body = check_error(answer, 400, "audio_too_long")
            assert "20 s" in body["message"]
        for raw, data in (({}, wav(24000 * 20)), (_raw(8000), bytes(2 * 8000 * 20))):
            answer = client.post("/stt", params=raw, data=MODEL, files={"file": data})
            assert answer.json()["duration"] == pytest.approx(20.0, abs=0.01)


def _raw(rate: int) -> dict[str, str]:
    return {"encoding": "pcm_s16le", "sample_rate": str(rate)}


def test_more_names_and_what_has_no_effect(server: Running) -> None:
    with server.client() as client:
        answer = client.post(
            "/v1/audio/transcriptions",
            data={"model": "house-ears", "prompt": "Names: Ada", "temperature": "0.5"},
            files={"file": wav()},
        )
        assert answer.json()["text"] == TEXT
        assert answer.headers["menura-ignored"] == "prompt, temperature"


def test_who_waits_too_long_or_goes_away(server: Running) -> None:
    sent = {"data": {**MODEL, "language": "xx-hold"}, "files": {"file": wav()}}
    with server.client() as first, server.client() as second, server.client() as third:
        lane = server.services.pool.transcribing

        def leave(client: httpx.Client, form: str) -> None:
            data = {**sent["data"], "response_format": form}
            with pytest.raises(httpx.ReadTimeout):
                client.post("/audio/transcriptions", data=data, files={"file": wav()}, timeout=4)

        threads = [
            threading.Thread(target=leave, args=pair) for pair in ((first, "json"), (second, "srt"))
        ]
        for thread in threads:
            thread.start()
        wait_for(lambda: lane.busy == 2)
        refused = third.post("/stt", data=MODEL, files={"file": wav()})
        check_error(refused, 429, "concurrency_limited")
        for thread in threads:
            thread.join()
        wait_for(lambda: lane.busy == 0)
        assert third.post("/stt", data=MODEL, files={"file": wav()}).json()["text"] == TEXT
    wait_for(lambda: not server.leftovers())


@pytest.mark.parametrize("path", ["/stt/websocket", "/stt/turns/websocket"])
def test_sockets_are_refused_with_the_error_object(server: Running, path: str) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(
            f"GET {path}?model=ink-whisper HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        answer = b""
        while b"remedy" not in answer and (block := connection.recv(4096)):
            answer += block
    assert answer.startswith(b"HTTP/1.1 501")
    assert b'"error_code":"not_supported_yet"' in answer
    assert b"POST /stt" in answer


def test_the_voice_changer_is_refused_with_the_error_object(server: Running) -> None:
    with server.client() as client:
        for way in ("bytes", "sse"):
            answer = client.post(f"/voice-changer/{way}", files={"clip": wav()})
            body = check_error(answer, 501, "not_supported_yet")
            assert body["remedy"]
            assert answer.headers["x-should-retry"] == "false"


def test_keys_are_asked_for(server: Running, tmp_path: Path) -> None:
    for path in ("/stt", "/audio/transcriptions", "/v1/audio/transcriptions"):
        with httpx.Client(verify=False) as stranger:
            assert stranger.post(f"{server.url}{path}").status_code == 401
