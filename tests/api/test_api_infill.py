"""Infill over HTTP: the small engine speaks, the true code decodes, joins and encodes."""

import io
import wave
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
import soundfile
from cartesia import Cartesia
from serving import Running, check_error, running, wait_for
from tiny_encoder import WORD_SECONDS

VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
WORDS = "what is missing here"
SPOKEN = 4 * WORD_SECONDS
FIELDS = {
    "model_id": "sonic-3",
    "language": "en",
    "transcript": WORDS,
    "voice_id": VOICE,
    "output_format[container]": "wav",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": "44100",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("data")
    with running(data, engine="tiny_encoder:EncodingEngine", max_upload_bytes=30_000_000) as server:
        yield server


def recording(seconds: float = 1.0, rate: int = 44100, form: str = "WAV") -> bytes:
    """Noise in any format."""
    noise = 0.05 * np.random.default_rng(7).standard_normal(round(seconds * rate))
    file = io.BytesIO()
    soundfile.write(file, noise, rate, format=form)
    return file.getvalue()


def length(data: bytes) -> float:
    """Seconds of a wav, by its header."""
    with wave.open(io.BytesIO(data)) as file:
        return file.getnframes() / file.getframerate()


def test_infill_by_the_official_client(server: Running) -> None:
    with Cartesia(api_key=server.key(), base_url=server.url) as sdk:
        answer = sdk.tts.infill(
            model_id="sonic-3",
            language="en",
            transcript=WORDS,
            voice_id=VOICE,
            left_audio=recording(1.0),
            right_audio=recording(0.5, 16000, "FLAC"),
            output_format={"container": "wav", "encoding": "pcm_s16le", "sample_rate": 44100},
        )
    assert length(answer.read()) == pytest.approx(1.5 + SPOKEN, abs=0.2)


@pytest.mark.parametrize("side", ["left_audio", "right_audio"])
def test_one_side_is_enough(server: Running, side: str) -> None:
    other = "right_audio" if side == "left_audio" else "left_audio"
    with server.client() as client:
        files = {side: ("a.wav", recording()), other: ("", b"")}
        answer = client.post("/infill/bytes", data=FIELDS, files=files)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["menura-model"] == "menura-1-2026-11"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert length(answer.content) == pytest.approx(1.0 + SPOKEN, abs=0.2)
    given, _ = soundfile.read(io.BytesIO(recording()), dtype="float32")
    heard, _ = soundfile.read(io.BytesIO(answer.content), dtype="float32")
    kept = 40000
    if side == "left_audio":
        assert np.allclose(heard[:kept], given[:kept], atol=1e-3), "the recording stays as it is"
    else:
        assert np.allclose(heard[-kept:], given[-kept:], atol=1e-3)
    wait_for(lambda: not server.leftovers())


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        ({"container": "mp3", "sample_rate": "44100", "bit_rate": "128000"}, "audio/mpeg"),
        (
            {"container": "raw", "sample_rate": "8000", "encoding": "pcm_mulaw"},
            "application/octet-stream",
        ),
    ],
)
def test_output_formats(server: Running, output: dict[str, str], kind: str) -> None:
    data = {name: value for name, value in FIELDS.items() if "[" not in name}
    data |= {f"output_format[{name}]": value for name, value in output.items()}
    with server.client() as client:
        answer = client.post("/infill/bytes", data=data, files={"left_audio": recording()})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == kind
    if kind == "application/octet-stream":
        assert len(answer.content) / 8000 == pytest.approx(1.0 + SPOKEN, abs=0.2)
    else:
        assert soundfile.info(io.BytesIO(answer.content)).duration > 1.5


@pytest.mark.parametrize(
    ("change", "files", "code"),
    [
        ({}, {"other": b"x"}, "field_missing"),
        ({}, {"left_audio": b""}, "field_missing"),
        ({"transcript": ""}, {"left_audio": b"x"}, "field_missing"),
        ({"voice_id": " "}, {"left_audio": b"x"}, "field_missing"),
        ({"model_id": "sonic-9"}, {"left_audio": b"x"}, "model_not_found"),
        ({"output_format[container]": "ogg"}, {"left_audio": b"x"}, "output_format_invalid"),
        ({}, {"left_audio": b"no audio at all"}, "audio_unreadable"),
    ],
)
def test_bad_requests(
    server: Running, change: dict[str, str], files: dict[str, bytes], code: str
) -> None:
    with server.client() as client:
        answer = client.post("/infill/bytes", data={**FIELDS, **change}, files=files)
    body = check_error(answer, 400, code)
    assert body["remedy"]
    if code == "audio_unreadable":
        assert "`left_audio`" in body["message"]
    assert not server.leftovers()


def test_limits_are_said(server: Running) -> None:
    with server.client() as client:
        sent = {**FIELDS, "transcript": "w " * 2501}
        answer = client.post("/infill/bytes", data=sent, files={"left_audio": b"x"})
        assert "5000" in check_error(answer, 413, "transcript_too_long")["remedy"]
        long = {"right_audio": recording(301.0, 8000)}
        answer = client.post("/infill/bytes", data=FIELDS, files=long)
        message = check_error(answer, 400, "audio_too_long")["message"]
        assert "`right_audio`" in message
        assert "5 minutes" in message


def test_voices_of_others_do_not_exist(server: Running) -> None:
    with server.client() as client, server.client() as other:
        answer = client.post(
            "/voices/clone", data={"name": "Ada", "language": "en"}, files={"clip": recording()}
        )
        mine = {**FIELDS, "voice_id": answer.json()["id"]}
        files = {"left_audio": recording()}
        assert client.post("/infill/bytes", data=mine, files=files).status_code == 200
        refused = other.post("/infill/bytes", data=mine, files=files)
        check_error(refused, 404, "voice_not_found")
    assert httpx.post(f"{server.url}/infill/bytes", verify=False).status_code == 401


def test_a_client_that_goes_away_leaves_nothing(server: Running) -> None:
    sent = {**FIELDS, "transcript": "[slow] " + "w " * 100}
    with server.client() as client, pytest.raises(httpx.ReadTimeout):
        client.post("/infill/bytes", data=sent, files={"left_audio": recording()}, timeout=1)
    wait_for(lambda: server.services.pool.speech.busy == 0)
    wait_for(lambda: not server.leftovers())
