"""The server with its real model: few tests, since each loads it."""

import io
from collections.abc import Iterator
from pathlib import Path

import cartesia
import numpy as np
import pytest
import soundfile
from cartesia import Cartesia
from serving import Running, running, wav

from menura.work.pool import ENGINE

TEXT = "The first words of the real model."


@pytest.fixture(scope="module")
def true_server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("data")
    (cache / "cache").mkdir(parents=True, exist_ok=True)
    (data / "cache").symlink_to(cache / "cache")
    with running(data, engine=ENGINE) as server:
        yield server


@pytest.fixture
def sdk(true_server: Running) -> Iterator[Cartesia]:
    with Cartesia(api_key=true_server.key(), base_url=true_server.url, timeout=120) as sdk:
        yield sdk


def test_stock_voices_speak_in_every_container(sdk: Cartesia) -> None:
    assert len(list(sdk.voices.list(limit=100))) == 54
    seconds = []
    for output in (
        {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000},
        {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000},
    ):
        audio = sdk.tts.generate(
            model_id="sonic-latest",
            transcript=TEXT,
            voice="6ccbfb76-1fc6-48f7-b71d-91ac6298247b",
            output_format=output,  # type: ignore[arg-type]
        ).read()
        samples, rate = soundfile.read(io.BytesIO(audio))
        seconds.append(len(samples) / rate)
        assert np.sqrt(np.mean(samples**2)) > 0.01
    assert 1.0 < seconds[0] < 4.0
    assert abs(seconds[0] - seconds[1]) < 0.2, "the codec's own delay only"


def test_unspeakable_text_is_an_error_before_any_audio(sdk: Cartesia) -> None:
    with pytest.raises(cartesia.BadRequestError):
        sdk.tts.generate(
            model_id="menura-1",
            transcript="Привет, как дела?",
            voice="6ccbfb76-1fc6-48f7-b71d-91ac6298247b",
            output_format={"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000},
            language="en",
        )


def test_silence_and_garbage_make_no_voice(sdk: Cartesia, true_server: Running) -> None:
    for clip in (wav(72_000), b"Example data", b"RIFF" + b"\xff" * 4000):
        with pytest.raises(cartesia.BadRequestError) as caught:
            sdk.voices.clone(clip=clip, name="Nobody", language="en")
        body = caught.value.body
        assert isinstance(body, dict)
        assert body["remedy"]
    assert list(sdk.voices.list(is_owner=True)) == []
    assert true_server.leftovers() == []
