"""What a clone would be made of, written to be heard, on real speech."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from menura.cloning.hearing import RATE, write_hearing
from menura.errors import AudioError, InputError
from menura.work.check import HearingJob


def test_raw_and_cleaned_are_the_same_stretch_at_one_level(
    shared_data: Path, tmp_path: Path
) -> None:
    noisy = shared_data / "noisy" / "011_babble_10dB_vctk_p326_noisy.flac"
    raw, clean = tmp_path / "raw.wav", tmp_path / "clean.wav"
    before = write_hearing(HearingJob(noisy, raw, enhance=False))
    after = write_hearing(HearingJob(noisy, clean, enhance=True))
    assert (before.enhanced, after.enhanced) == (False, True)
    assert after.snr_db > before.snr_db + 3
    (one, rate), (other, other_rate) = sf.read(raw), sf.read(clean)
    assert rate == other_rate == RATE
    assert abs(one.size - other.size) <= 2
    # The level of the speech, which is louder than the babble around it.
    levels = [float(np.percentile(np.abs(audio), 95)) for audio in (one, other)]
    assert 0.7 < levels[0] / levels[1] < 1.4
    assert np.percentile(np.abs(other), 10) < 0.7 * np.percentile(np.abs(one), 10)


def test_what_cannot_be_cloned_cannot_be_heard(tmp_path: Path) -> None:
    hum, target = tmp_path / "hum.wav", tmp_path / "target.wav"
    sf.write(hum, np.sin(np.arange(48000) / 16000 * 2 * np.pi * 100) * 0.1, 16000)
    with pytest.raises(AudioError) as caught:
        write_hearing(HearingJob(hum, target))
    assert caught.value.code == "audio_no_speech"
    with pytest.raises(InputError):
        write_hearing(HearingJob(hum, target, mode="magic"))
    assert not target.exists()
