"""How a run of the clients tells speech of a text from other speech."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from run_clients import ALIKE, CLIENTS, DRIVERS, TEXT, alike, heard

from client_environments import environments
from menura.audio.recognise import Recogniser


@pytest.mark.parametrize(
    "text",
    ["The kettle is on the stove.", "the kettle is on the stove", "The kettle's on the stove"],
)
def test_the_words_count_and_not_their_spelling(text: str) -> None:
    assert alike(text, TEXT) >= ALIKE


@pytest.mark.parametrize("text", ["", "Thank you.", "The kettle", "A fisherman mends his nets."])
def test_other_words_are_other_words(text: str) -> None:
    assert alike(text, TEXT) < ALIKE


def test_noise_is_not_the_text(cache: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 24000).astype(np.float32)
    soundfile.write(tmp_path / "noise.wav", noise, 24000)
    listener = Recogniser(cache / "cache", 1, beam_size=1)
    found = heard(listener, tmp_path / "noise.wav", TEXT)
    assert str(found["error"]).startswith("Whisper heard")
    assert str(found["error"]).endswith("in 1.0 s")


def test_every_client_has_a_driver_and_an_environment() -> None:
    assert {client.name for client in CLIENTS} == set(environments()) - {"contract", "schemathesis"}
    for client in CLIENTS:
        assert (DRIVERS / client.driver).is_file()
