"""The whole way: a server process, the official SDK, a real clip, and Whisper as the listener."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cartesia
import httpx
import pytest
import soundfile
from cartesia import Cartesia

from menura.audio.recognise import Recogniser
from menura.audio.resample import resample

TEXT = "My grandmother kept her recipes in a small wooden box above the stove."
WAV = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000}


@contextmanager
def serving(data: Path) -> Iterator[dict[str, str]]:
    """Runs `menura serve`; gives what it printed: the address, and the key on a first start."""
    command = [sys.executable, "-m", "menura", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        [*command, "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "MENURA_CLONE_STEPS": "3"},
    )
    assert process.stdout is not None
    text = ""
    while (line := process.stdout.readline()) and line.rstrip() != "}":
        text += line
    try:
        yield json.loads(text + "}")
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait() == 0


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_from_a_clip_to_speech_and_through_a_restart(
    tmp_path: Path, cache: Path, shared_data: Path
) -> None:
    (cache / "cache").mkdir(parents=True, exist_ok=True)
    (tmp_path / "cache").symlink_to(cache / "cache")
    clip = shared_data / "clone_eval" / "vctk_p335_00_ref.flac"
    with serving(tmp_path) as started:
        key = started["api_key"]
        with Cartesia(api_key=key, base_url=started["url"], timeout=580, max_retries=0) as sdk:
            with clip.open("rb") as file:
                made = sdk.voices.clone(clip=file, name="Ada", language="en")
            assert httpx.get(f"{started['url']}/health").status_code == 200
            audio = sdk.tts.generate(
                model_id="sonic-latest",
                transcript=TEXT,
                voice={"mode": "id", "id": made.id},
                output_format=WAV,  # type: ignore[arg-type]
            ).read()
            updated = sdk.voices.update(made.id, name="Ada Lovelace", description="A test.")
            assert (updated.name, updated.description) == ("Ada Lovelace", "A test.")
        with (
            Cartesia(api_key="sk_car_wrong", base_url=started["url"]) as stranger,
            pytest.raises(cartesia.AuthenticationError),
        ):
            stranger.voices.get(made.id)
    samples, rate = soundfile.read(io.BytesIO(audio), dtype="float32")
    listener = Recogniser(tmp_path / "cache", 2)
    heard = words(listener.transcribe(resample(samples, rate, 16000), "en").text)
    said = words(TEXT)
    assert sum(word in heard for word in said) >= len(said) - 1, heard

    with serving(tmp_path) as again:
        assert again["api_key"] is None
        with Cartesia(api_key=key, base_url=again["url"], timeout=120) as sdk:
            assert [voice.name for voice in sdk.voices.list(is_owner=True)] == ["Ada Lovelace"]
            sdk.voices.delete(made.id)
            with pytest.raises(cartesia.NotFoundError):
                sdk.voices.get(made.id)
            assert list(sdk.voices.list(is_owner=True)) == []
