"""An utterance may differ from its voice's own prosody."""

import numpy as np
import pytest

from menura.audio.pitch import f0_track
from menura.models.contract import ProsodyFactors
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.state import MOST_FACTOR, Prosody
from menura.text.prepare import prepare


def test_factors_multiply_and_stay_within_limits() -> None:
    own = Prosody(pitch=1.2, pitch_spread=4.0, pace=0.9)
    assert own.times(None) is own
    both = own.times(ProsodyFactors(pitch=1.1, pitch_spread=2.0, pace=0.5))
    assert both.pitch == pytest.approx(1.32)
    assert both.pitch_spread == MOST_FACTOR
    assert both.pace == pytest.approx(0.45)


def test_factors_are_heard(model: Menura1) -> None:
    (utterance,) = prepare("Hello there, my friend.", "en-US")
    voice = model.stock_state("af_heart")
    plain, moved = (
        np.concatenate([part.audio for part in model.speak(utterance, voice, prosody=factors)])
        for factors in (None, ProsodyFactors(pitch=1.2, pace=0.8))
    )
    rate = model.info.sample_rate
    heights = [f0_track(audio, rate, 0.01) for audio in (plain, moved)]
    low, high = (float(np.median(track.hz[track.voiced])) for track in heights)
    assert high / low == pytest.approx(1.2, rel=0.05)
    assert moved.size / plain.size == pytest.approx(1.25, rel=0.12)
