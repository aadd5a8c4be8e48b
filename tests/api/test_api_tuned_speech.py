"""Which model ids activate the weights of a fine-tune, on every route that speaks (section 16)."""

import io
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
import soundfile
from serving import Running, check_error, running, speech
from socket_client import dial
from tuned import Tuned, fine_tune, header, spoken_pitch

NEW, OLD = "2026-08-14", "2025-11-04"
ENGINE = "tiny_tuned:TunedEngine"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    names = {"house": "base"}
    with running(tmp_path_factory.mktemp("data"), engine=ENGINE, model_ids=names) as server:
        yield server


@pytest.fixture(scope="module")
def tuned(server: Running) -> Tuned:
    return fine_tune(server)


@pytest.fixture
def client(server: Running, tuned: Tuned) -> Iterator[httpx.Client]:
    with server.client(tuned.secret) as client:
        yield client


@pytest.mark.parametrize(
    ("version", "model_id", "active"),
    [
        (NEW, "sonic-3-2026-01-12", True),
        (NEW, "menura-1-2026-11", True),
        (NEW, "tts-1", True),
        (NEW, "sonic-3", False),
        (NEW, "sonic-latest", False),
        (NEW, "menura-1", False),
        (NEW, "house", False),
        (NEW, "sonic-3-2025-10-27", False),
        (NEW, "sonic-3.5-2026-05-04", False),
        ("2026-03-01", "sonic-3", False),
        (OLD, "sonic-3", True),
        (OLD, "menura-1", True),
        (OLD, "sonic-latest", True),
        (OLD, "sonic-3-2026-01-12", True),
        (OLD, "sonic-3.5", False),
        (OLD, "sonic-3-2025-10-27", False),
        (OLD, "sonic-2", False),
    ],
)
def test_the_model_id_activates_the_weights(
    server: Running, tuned: Tuned, version: str, model_id: str, active: bool
) -> None:
    body = speech(voice=tuned.voices[0], model_id=model_id)
    with server.client(tuned.secret, **{"Cartesia-Version": version}) as client:
        answer = client.post("/tts/bytes", json=body)
    assert header(answer) == f"{tuned.id}; {'active' if active else 'inactive'}"
    assert spoken_pitch(server) == ("150" if active else "100")


def test_other_voices_say_nothing_of_fine_tunes(server: Running, client: httpx.Client) -> None:
    assert header(client.post("/tts/bytes", json=speech())) is None
    assert spoken_pitch(server) == "200"


@pytest.mark.parametrize(
    ("model_id", "word"), [("sonic-3-2026-01-12", "active"), ("sonic-3", "in")]
)
def test_events_and_sockets_say_it_too(
    server: Running, tuned: Tuned, client: httpx.Client, model_id: str, word: str
) -> None:
    said = f"{tuned.id}; {'active' if word == 'active' else 'inactive'}"
    fields = {"voice": tuned.voices[1], "model_id": model_id}
    assert header(client.post("/tts/sse", json=speech(**fields))) == said
    with dial(server, key=tuned.secret) as socket:
        socket.say("hello there", "one", **fields)
        events = socket.whole("one")
    chunks = [event for event in events if event["type"] == "chunk"]
    assert chunks[0]["menura_fine_tune"] == said
    assert all("menura_fine_tune" not in event for event in chunks[1:])
    assert spoken_pitch(server) == ("160" if word == "active" else "110")


@pytest.mark.parametrize(
    ("model", "active"), [("tts-1", True), ("menura-1", True), ("sonic-3.5-2026-05-04", False)]
)
def test_clients_of_openai_know_no_dated_ids(
    server: Running, tuned: Tuned, client: httpx.Client, model: str, active: bool
) -> None:
    body = {"model": model, "input": "hello", "voice": "Ada, lively", "response_format": "pcm"}
    said = f"{tuned.id}; {'active' if active else 'inactive'}"
    assert header(client.post("/v1/audio/speech", json=body)) == said
    assert spoken_pitch(server) == ("170" if active else "120")


def hiss() -> bytes:
    """A recording that is not silent."""
    file = io.BytesIO()
    noise = 0.05 * np.random.default_rng(7).standard_normal(24000)
    soundfile.write(file, noise, 24000, format="WAV")
    return file.getvalue()


@pytest.mark.parametrize(("model_id", "hertz"), [("menura-1-2026-11", "180"), ("sonic-3", "130")])
def test_infills_are_spoken_with_the_weights(
    server: Running, tuned: Tuned, client: httpx.Client, model_id: str, hertz: str
) -> None:
    fields = {
        "model_id": model_id,
        "transcript": "hello",
        "voice_id": tuned.voices[3],
        "output_format[container]": "raw",
        "output_format[encoding]": "pcm_s16le",
        "output_format[sample_rate]": "24000",
    }
    answer = client.post("/infill/bytes", data=fields, files={"left_audio": hiss()})
    assert (header(answer) or "").startswith(f"{tuned.id}; ")
    assert spoken_pitch(server) == hertz


def test_previews_are_spoken_with_the_weights(
    server: Running, tuned: Tuned, client: httpx.Client
) -> None:
    assert client.get(f"/voices/{tuned.voices[2]}/preview").status_code == 200
    assert spoken_pitch(server) == "170"


def test_weights_of_another_base_are_never_activated(server: Running) -> None:
    other = fine_tune(server, snapshot="menura-1-2026-05")
    with server.client(other.secret) as client:
        for model_id in ("sonic-3-2026-01-12", "menura-1-2026-11", "tts-1"):
            body = speech(voice=other.voices[0], model_id=model_id)
            assert header(client.post("/tts/bytes", json=body)) == f"{other.id}; inactive"
            assert spoken_pitch(server) == "100"


def test_only_the_weights_cost_more(server: Running, tuned: Tuned) -> None:
    admin = server.services.library.keys.create(admin=True, organisation_id=tuned.organisation)

    def spent() -> float:
        with server.client(admin.secret) as client:
            return float(client.get("/usage/credits").json()["data"][0]["credits"])

    with server.client(tuned.secret) as client:
        before = spent()
        body = speech("ten letters", voice=tuned.voices[0], model_id="sonic-3-2026-01-12")
        client.post("/tts/bytes", json=body).raise_for_status()
        assert spent() - before == 16.5
        client.post("/tts/bytes", json={**body, "model_id": "sonic-3"}).raise_for_status()
        assert spent() - before == 27.5
        with dial(server, key=tuned.secret) as socket:
            socket.say("ten letters", "one", voice=tuned.voices[0], model_id="sonic-3-2026-01-12")
            socket.whole("one")
        assert spent() - before == 44


def test_a_strict_server_refuses_what_is_not_active(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("strict")
    with running(data, engine=ENGINE, fine_tune_strict=True) as server:
        tuned = fine_tune(server)
        other = fine_tune(server, snapshot="menura-1-2026-05")
        with server.client(tuned.secret) as client:
            body = speech(voice=tuned.voices[0], model_id="sonic-3")
            told = check_error(client.post("/tts/bytes", json=body), 400, "fine_tune_not_active")
            assert "'sonic-3-2026-01-12'" in told["message"]
            assert "'menura-1-2026-11'" in told["message"]
            check_error(client.post("/tts/sse", json=body), 400, "fine_tune_not_active")
            body["model_id"] = "sonic-3-2026-01-12"
            assert header(client.post("/tts/bytes", json=body)) == f"{tuned.id}; active"
            with dial(server, key=tuned.secret) as socket:
                socket.say("hello", "one", voice=tuned.voices[0], model_id="sonic-latest")
                assert socket.until("error", "one")[-1]["error_code"] == "fine_tune_not_active"
        with server.client(other.secret) as client:
            body = speech(voice=other.voices[0], model_id="sonic-3-2026-01-12")
            told = check_error(client.post("/tts/bytes", json=body), 400, "fine_tune_not_active")
            assert "menura-1-2026-05" in told["message"]
