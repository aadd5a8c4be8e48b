"""The whole way: a server process, the official SDK, the true model, Whisper as the listener."""

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cartesia
import httpx
import numpy as np
import pytest
import soundfile
from cartesia import Cartesia

sys.path.insert(0, str(Path(__file__).parent / "work"))
sys.path.insert(0, str(Path(__file__).parent / "api"))

from serving import wav

from menura import Menura
from menura.audio.recognise import Recogniser
from menura.audio.resample import resample

TEXT = "My grandmother kept her recipes in a small wooden box above the stove."
WAV = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000}
VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"


class Server:
    """`menura serve` on a data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.start()

    def start(self) -> None:
        """Starts it and reads what it prints: the address, and the key on a first start."""
        command = [sys.executable, "-m", "menura", "serve", "--port", "0", "--json"]
        self.process = subprocess.Popen(
            [*command, "--data", str(self.data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "MENURA_CLONE_STEPS": "1", "MENURA_REFINE": "off"},
        )
        assert self.process.stdout is not None
        text = ""
        while (line := self.process.stdout.readline()) and line.rstrip() != "}":
            text += line
        self.printed: dict[str, Any] = json.loads(text + "}")
        while httpx.get(f"{self.printed['url']}/ready", verify=False).status_code != 200:
            time.sleep(0.2)

    def stop(self) -> None:
        """Ends it, which it does in good order."""
        assert self.process.stdout is not None
        self.process.terminate()
        self.process.stdout.close()
        assert self.process.wait() == 0

    def sdk(self, key: str) -> Cartesia:
        """The SDK with a key. It tries again where an answer had to be begun before it failed."""
        return Cartesia(api_key=key, base_url=self.printed["url"], timeout=580)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Server]:
    """One for all tests here, since the true model takes its time to load."""
    data = tmp_path_factory.mktemp("data")
    (data / "cache").symlink_to(cache / "cache")
    server = Server(data)
    yield server
    server.stop()


@pytest.fixture
def sdk(server: Server) -> Iterator[Cartesia]:
    """The SDK with the key of an organisation that has nothing."""
    with Menura(server.data) as menura:
        owner = menura.organisations.create("test").organisation.id
        key = menura.keys.create(organisation=owner).secret
    with server.sdk(key) as sdk:
        yield sdk


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_stock_voices_speak_in_every_container(sdk: Cartesia) -> None:
    seconds = []
    for output in (WAV, {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}):
        audio = sdk.tts.generate(
            model_id="sonic-latest",
            transcript="The first words of the real model.",
            voice=VOICE,
            output_format=output,  # type: ignore[arg-type]
        ).read()
        samples, rate = soundfile.read(io.BytesIO(audio))
        seconds.append(len(samples) / rate)
        assert np.sqrt(np.mean(samples**2)) > 0.01
    assert 1.0 < seconds[0] < 4.0
    assert abs(seconds[0] - seconds[1]) < 0.2, "the codec's own delay only"
    assert len(list(sdk.voices.list(limit=100))) == 54


def test_unspeakable_text_is_an_error_before_any_audio(sdk: Cartesia) -> None:
    with pytest.raises(cartesia.BadRequestError):
        sdk.tts.generate(
            model_id="menura-1",
            transcript="Привет, как дела?",
            voice=VOICE,
            output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000},
            language="en",
        )


def test_silence_and_garbage_make_no_voice(sdk: Cartesia, server: Server) -> None:
    for clip in (wav(72_000), b"Example data", b"RIFF" + b"\xff" * 4000):
        with pytest.raises(cartesia.BadRequestError) as caught:
            sdk.voices.clone(clip=clip, name="Nobody", language="en")
        body = caught.value.body
        assert isinstance(body, dict)
        assert body["remedy"]
    assert list(sdk.voices.list(is_owner=True)) == []
    assert list((server.data / "uploads").iterdir()) == []


def test_from_a_clip_to_speech_and_through_a_restart(
    server: Server, sdk: Cartesia, shared_data: Path
) -> None:
    with (shared_data / "clone_eval" / "vctk_p335_00_ref.flac").open("rb") as file:
        made = sdk.voices.clone(clip=file, name="Ada", language="en")
    assert httpx.get(f"{server.printed['url']}/health").status_code == 200
    audio = sdk.tts.generate(
        model_id="sonic-latest",
        transcript=TEXT,
        voice={"mode": "id", "id": made.id},
        output_format=WAV,  # type: ignore[arg-type]
    ).read()
    updated = sdk.voices.update(made.id, name="Ada Lovelace", description="A test.")
    assert (updated.name, updated.description) == ("Ada Lovelace", "A test.")
    for key in ("sk_car_wrong", server.printed["api_key"]):
        with (
            server.sdk(key) as stranger,
            pytest.raises((cartesia.AuthenticationError, cartesia.NotFoundError)),
        ):
            stranger.voices.get(made.id)
    samples, rate = soundfile.read(io.BytesIO(audio), dtype="float32")
    listener = Recogniser(server.data / "cache", 2)
    heard = words(listener.transcribe(resample(samples, rate, 16000), "en").text)
    said = words(TEXT)
    assert sum(word in heard for word in said) >= len(said) - 1, heard

    server.stop()
    server.start()
    assert server.printed["api_key"] is None
    with server.sdk(sdk.api_key or "") as again:
        assert [voice.name for voice in again.voices.list(is_owner=True)] == ["Ada Lovelace"]
        again.voices.delete(made.id)
        with pytest.raises(cartesia.NotFoundError):
            again.voices.get(made.id)
        assert list(again.voices.list(is_owner=True)) == []
