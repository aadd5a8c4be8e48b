"""Pitch and pace of recordings, as the benchmarks measure them."""

from collections.abc import Callable

import numpy as np
import pytest
from benchmarks import prosody
from numpy.typing import NDArray

TEXT = "He becomes the new Minister for Sport and Culture."


def test_octave_errors_do_not_count() -> None:
    hertz = np.array([100.0] * 50 + [110.0] * 50 + [230.0] * 2)
    mean, spread = prosody.pitch(hertz)
    assert mean == pytest.approx(105.0)
    assert spread == pytest.approx(np.log(1.1) / 2, rel=1e-6)
    with pytest.raises(ValueError, match="voiced"):
        prosody.pitch(np.zeros(0))


def test_phonemes_are_sounds_only() -> None:
    assert prosody.phonemes("see", "en-US") == 2
    assert prosody.phonemes("See, see!", "en-US") == 4


def test_differences_are_relative_and_medians_of_their_size() -> None:
    one = {"f0_mean": 110.0, "f0_spread": 0.2, "rate": 9.0}
    other = {"f0_mean": 100.0, "f0_spread": 0.25, "rate": 10.0}
    apart = prosody.apart(one, other)
    assert apart == pytest.approx({"f0_mean": 0.1, "f0_spread": -0.2, "rate": -0.1})
    assert prosody.medians([apart, apart]) == pytest.approx(
        {"f0_mean": 0.1, "f0_spread": 0.2, "rate": 0.1}
    )
    with pytest.raises(ValueError, match="no speakers"):
        prosody.medians([])


def test_faster_and_higher_is_heard(read: Callable[[str], NDArray[np.float32]]) -> None:
    audio = read("clone_eval/vctk_p261_01_target.flac")
    plain = prosody.measure([audio], [TEXT])
    assert 200 < plain.f0_mean < 320
    assert 8 < plain.rate < 22
    # Every eighth sample dropped: 8/7 of pitch and pace.
    kept = np.flatnonzero(np.arange(audio.size) % 8)
    quick = prosody.measure([audio[kept]], [TEXT])
    apart = prosody.apart(quick.figures(), plain.figures())
    assert apart["f0_mean"] == pytest.approx(1 / 7, abs=0.05)
    assert apart["rate"] == pytest.approx(1 / 7, abs=0.08)
