"""Speech over HTTP: what the engine is asked for, streaming, and clients that go away."""

import os
import signal
import threading
import wave
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from serving import Running, form, running, speech, wait_for, wav

LONG = "[slow] " + "word " * 5000


def asked(server: Running, text: str) -> str:
    """What the engine was asked for with this text."""
    return next(line for line in server.noted("speak") if text in line)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "en-US speed 1.0 volume 1.0"),
        ({"language": None, "locale": None, "speed": None}, "en-US speed 1.0 volume 1.0"),
        ({"language": "es"}, "es-ES speed 1.0 volume 1.0"),
        ({"locale": "EN_gb"}, "en-GB speed 1.0 volume 1.0"),
        ({"speed": "slow"}, "en-US speed 0.8 volume 1.0"),
        ({"speed": "fast"}, "en-US speed 1.2 volume 1.0"),
        ({"generation_config": {"speed": 0.6, "volume": 2}}, "en-US speed 0.6 volume 2.0"),
        ({"generation_config": {"speed": 1.5}, "speed": "slow"}, "en-US speed 1.5 volume 1.0"),
        ({"voice": {"mode": "id", "id": "@emma"}, "language": "en"}, "en-GB speed 1.0 volume 1.0"),
        ({"voice": {"id": "@emma"}, "language": "en-US"}, "en-US speed 1.0 volume 1.0"),
        ({"voice": {"id": "@emma", "mode": None, "extra": 1}}, "en-GB speed 1.0 volume 1.0"),
    ],
)
def test_what_reaches_the_engine(
    server: Running,
    client: httpx.Client,
    fields: dict[str, object],
    expected: str,
    request: pytest.FixtureRequest,
) -> None:
    emma = client.get("/voices", params={"q": "emma"}).json()["data"][0]["id"]
    if isinstance(fields.get("voice"), dict):
        fields = {**fields, "voice": {**fields["voice"], "id": emma}}  # type: ignore[dict-item]
    # The engine notes the first forty characters.
    text = str(abs(hash(request.node.name)))
    answer = client.post("/tts/bytes", json=speech(text, **fields))
    assert answer.status_code == 200, answer.text
    assert asked(server, text) == f"speak {text} {expected}"


def test_headers_of_an_answer(client: httpx.Client) -> None:
    answer = client.post(
        "/tts/bytes",
        json=speech(
            "Hello [laughter] <b>you</b> <emotion value='odd'/>there.",
            generation_config={"emotion": "Purple"},
            normalization="off",
            duration=3.0,
        ),
    )
    assert answer.headers["menura-model"] == "menura-1-2026-11"
    assert answer.headers["menura-language"] == "en-US"
    assert answer.headers["menura-ignored"] == (
        "generation_config.emotion, transcript.emotion, transcript.laughter, transcript.tags"
    )
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "menura-ignored" not in client.post("/tts/bytes", json=speech()).headers


@pytest.mark.parametrize(
    ("output", "media_type"),
    [
        ({"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000}, "application/octet-"),
        ({"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}, "audio/mpeg"),
        ({"container": "wav", "encoding": "pcm_s16le", "sample_rate": 8000}, "audio/wav"),
    ],
)
def test_content_types(client: httpx.Client, output: dict[str, object], media_type: str) -> None:
    answer = client.post("/tts/bytes", json=speech(output_format=output))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)


def test_a_long_wav_is_streamed_and_a_short_one_is_whole(client: httpx.Client) -> None:
    output = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000}
    short = client.post("/tts/bytes", json=speech("a b c", output_format=output))
    assert int(short.headers["content-length"]) == len(short.content)
    with wave.open(BytesIO(short.content)) as file:
        assert file.getnframes() == 3 * 1200
    long = client.post("/tts/bytes", json=speech("word " * 50, output_format=output))
    assert long.headers["transfer-encoding"] == "chunked"
    assert long.content[4:8] == b"\xff\xff\xff\xff"
    assert len(long.content) == 44 + 50 * 2400


def test_the_first_audio_leaves_before_the_rest_is_made(
    server: Running, client: httpx.Client
) -> None:
    with client.stream("POST", "/tts/bytes", json=speech("streaming " + LONG)) as answer:
        next(answer.iter_raw())
        assert not server.noted("closed streaming")


def test_a_client_that_goes_away_stops_the_work(server: Running, client: httpx.Client) -> None:
    with client.stream("POST", "/tts/bytes", json=speech("leaving " + LONG)) as answer:
        next(answer.iter_raw())
    wait_for(lambda: server.noted("closed leaving"))
    wait_for(lambda: server.services.pool.speech.busy == 0)
    assert client.post("/tts/bytes", json=speech("the next one")).status_code == 200


def test_a_client_that_goes_away_before_the_answer_stops_the_work(
    server: Running, client: httpx.Client
) -> None:
    # A short wav is answered whole, so nothing has been sent when this client gives up.
    output = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000}
    text = "[slow] " + "w " * 50
    with pytest.raises(httpx.ReadTimeout):
        client.post("/tts/bytes", json=speech(text, output_format=output), timeout=0.3)
    wait_for(lambda: server.noted("closed [slow] w w"))
    wait_for(lambda: server.services.pool.speech.busy == 0)


def test_a_killed_worker_costs_only_its_own_requests(server: Running) -> None:
    with server.client() as victim, server.client() as other:
        with victim.stream("POST", "/tts/bytes", json=speech("victim " + LONG)) as answer:
            audio = answer.iter_raw()
            next(audio)
            process = server.services.pool.speech.process_id
            assert process is not None
            os.kill(process, signal.SIGKILL)
            with pytest.raises(httpx.RemoteProtocolError):
                _ = list(audio)
        assert other.post("/tts/bytes", json=speech("after the crash")).status_code == 200
        wait_for(lambda: httpx.get(f"{server.url}/ready").status_code == 200)


def test_a_crash_before_the_first_audio_is_a_plain_error(client: httpx.Client) -> None:
    answer = client.post("/tts/bytes", json=speech("[crash]"))
    assert answer.status_code == 500
    assert answer.json()["error_code"] == "worker_lost"
    assert client.post("/tts/bytes", json=speech("back again")).status_code == 200


def test_too_many_requests_are_told_when_to_return(tmp_path: Path) -> None:
    with running(tmp_path, speech_queue=1) as server, server.client() as client:
        pool = server.services.pool
        done = threading.Event()

        def listen(text: str) -> None:
            with (
                server.client() as listener,
                listener.stream("POST", "/tts/bytes", json=speech(text)) as answer,
            ):
                for _ in answer.iter_raw():
                    if done.is_set():
                        break

        threads = [threading.Thread(target=listen, args=(f"{n} {LONG}",)) for n in range(5)]
        for thread in threads:
            thread.start()
        wait_for(lambda: pool.speech.busy == 5)
        refused = client.post("/tts/bytes", json=speech("one more"))
        done.set()
        assert refused.status_code == 429
        assert refused.json()["error_code"] == "concurrency_limited"
        assert int(refused.headers["retry-after"]) > 0
        assert "x-should-retry" not in refused.headers
        for thread in threads:
            thread.join()


def test_the_server_answers_while_it_speaks_and_clones(server: Running) -> None:
    done = threading.Event()
    cloned: list[httpx.Response] = []

    def speak() -> None:
        with (
            server.client() as client,
            client.stream("POST", "/tts/bytes", json=speech("busy " + LONG)) as answer,
        ):
            for _ in answer.iter_raw():
                if done.is_set():
                    return

    def clone() -> None:
        with server.client() as client:
            data = form(transcript="[hold]")
            cloned.append(client.post("/voices/clone", data=data, files={"clip": wav()}))

    threads = [threading.Thread(target=speak), threading.Thread(target=clone)]
    for thread in threads:
        thread.start()
    wait_for(lambda: server.services.pool.cloning.busy and server.noted("speak busy"))
    wait_for(lambda: server.noted("clone en"))
    try:
        with server.client() as client:
            for _ in range(20):
                assert client.get("/health").json() == {"ok": True}
                assert client.get("/voices").status_code == 200
        assert not cloned, "it answered while the clone went on"
    finally:
        (server.settings.data / "release").touch()
        done.set()
    for thread in threads:
        thread.join()
    assert cloned[0].status_code == 200


def test_model_names_can_be_added_and_retired(tmp_path: Path) -> None:
    names = {"house-voice": "base", "sonic-2": "retired", "pinned": "menura-1-2026-11"}
    with running(tmp_path, model_ids=names) as server, server.client() as client:
        for name, status in (("house-voice", 200), ("pinned", 200), ("sonic-2", 400)):
            answer = client.post("/tts/bytes", json=speech(model_id=name))
            assert answer.status_code == status, answer.text


def test_a_server_without_its_model_says_so(tmp_path: Path) -> None:
    with running(tmp_path, engine="tiny_engine:BrokenEngine") as server, server.client() as client:
        wait_for(lambda: "missing" in httpx.get(f"{server.url}/ready").json()["reason"])
        assert httpx.get(f"{server.url}/ready").status_code == 503
        assert httpx.get(f"{server.url}/health").status_code == 200
        answer = client.post("/tts/bytes", json=speech())
        assert answer.status_code == 500
        assert answer.json()["error_code"] == "model_files_missing"
        assert answer.headers["x-should-retry"] == "false"
