"""The speech in a recording, for telling who speaks, on real speech."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from menura.cloning.speaker_clip import LISTENED_SECONDS, speech_of
from menura.errors import AudioError
from menura.judging.speaker import SpeakerEncoder


def test_the_speaker_is_told_from_others(shared_data: Path) -> None:
    folder, encoder = shared_data / "clone_eval", SpeakerEncoder()
    one, same, other = (
        encoder.embed_array(*speech_of(folder / f"{name}.flac"))
        for name in ("vctk_p326_00_ref", "vctk_p326_01_target", "vctk_p234_00_ref")
    )
    assert one @ same > 0.5
    assert one @ other < 0.4


def test_a_long_recording_is_cut_and_a_noisy_one_cleaned(shared_data: Path, tmp_path: Path) -> None:
    noisy = shared_data / "noisy" / "011_babble_10dB_vctk_p326_noisy.flac"
    audio, rate = sf.read(noisy, dtype="float32")
    plain, cleaned = speech_of(noisy), speech_of(noisy, enhance=True)
    assert (plain[1], cleaned[1]) == (16000, 48000)
    assert np.percentile(abs(cleaned[0]), 20) < np.percentile(abs(plain[0]), 20)
    long = tmp_path / "long.flac"
    sf.write(long, np.tile(audio, 3 + int(LISTENED_SECONDS * rate / audio.size)), rate)
    taken, rate = speech_of(long)
    assert 1 <= taken.size / rate <= LISTENED_SECONDS


def test_a_recording_without_speech_is_refused(tmp_path: Path) -> None:
    hum = np.sin(np.arange(48000) / 16000 * 2 * np.pi * 100) * 0.1
    sf.write(tmp_path / "hum.wav", hum, 16000)
    with pytest.raises(AudioError) as caught:
        speech_of(tmp_path / "hum.wav")
    assert caught.value.code == "audio_no_speech"
