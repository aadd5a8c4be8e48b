"""Pitch, range and pace factors from a clip and from plans."""

import numpy as np
import pytest
import torch

from menura.models.menura_1 import voices
from menura.models.menura_1.melody import shape_pitch
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.network import Plan
from menura.models.menura_1.prosody_fit import (
    Manner,
    corrected,
    factors,
    fit_manner,
    fit_prosody,
    heard,
    phoneme_count,
    planned,
    plans_of,
)
from menura.models.menura_1.state import Prosody

OURS = Manner(pitch=90.0, spread=3.0, rate=14.0, voiced_seconds=10.0, speech_seconds=16.0)


def _manner(pitch: float, spread: float, rate: float, seconds: float = 10.0) -> Manner:
    return Manner(pitch, spread, rate, 0.6 * seconds, seconds)


def _plan(f0: list[float], durations: list[int]) -> Plan:
    return Plan(
        torch.tensor(durations), torch.zeros(1, 1, 1), torch.tensor([f0]), torch.zeros(1, len(f0))
    )


def test_pitch_is_matched_in_full_and_the_rest_by_how_much_was_heard() -> None:
    clip = _manner(96.0, 4.0, 16.0)
    long, short = factors(clip, OURS), factors(_manner(96.0, 4.0, 16.0, 3.0), OURS)
    assert long.pitch == short.pitch == pytest.approx(2**0.5)
    assert 1 < short.pitch_spread < long.pitch_spread < 4 / 3
    assert 1 < short.pace < long.pace < 16 / 14


def test_stability_keeps_more_of_the_start_voice() -> None:
    clip = _manner(86.0, 2.0, 12.0)
    alike, stable = factors(clip, OURS), factors(clip, OURS, "stability")
    assert alike.pitch == stable.pitch
    assert alike.pitch_spread < stable.pitch_spread < 1
    assert alike.pace < stable.pace < 1


def test_extremes_are_limited() -> None:
    wild = factors(_manner(130.0, 30.0, 90.0, 60.0), OURS)
    assert (wild.pitch, wild.pitch_spread, wild.pace) == (2.0, 1.6, 1.35)
    flat = factors(_manner(60.0, 0.1, 1.0, 60.0), OURS)
    assert (flat.pitch, flat.pitch_spread, flat.pace) == (0.5, 0.55, 0.75)


def test_without_a_voice_or_words_the_start_voice_stays() -> None:
    nothing = heard(np.zeros(400, np.float32), 0.0, 0)
    assert factors(nothing, OURS) == factors(OURS, planned([])) == factors(OURS, OURS)
    whisper = factors(Manner(0.0, 0.0, 14.0, 0.0, 16.0), OURS)
    assert (whisper.pitch, whisper.pitch_spread, whisper.pace) == (1.0, 1.0, 1.0)


def test_octave_errors_and_creak_do_not_count() -> None:
    rng = np.random.default_rng(0)
    f0 = 120 * 2 ** (rng.normal(0, 2.5, 800) / 12)
    true = heard(f0, 10.0, 120)
    f0[100:160] *= 2
    f0[400:440] /= 2
    seen = heard(f0, 10.0, 120)
    assert seen.pitch == pytest.approx(true.pitch, abs=0.2)
    assert seen.spread == pytest.approx(true.spread, rel=0.1)
    assert seen.rate == 12.0


def test_glides_into_silence_and_pauses_do_not_count_in_plans() -> None:
    # The first and last token are pads; 20 frames of the full stop are mostly a pause.
    plan = _plan([8.0, 9.0, 60.0, 95.0, *[200.0] * 60, 150.0, 90.0, 8.0], [9, 2, 3, 20, 9])
    found = planned([(plan, "ha.")])
    assert found.pitch == pytest.approx(12 * np.log2(200.0))
    assert found.spread == pytest.approx(0.0, abs=1e-6)
    assert found.speech_seconds == pytest.approx((2 + 3 + 5) * 0.025)
    assert found.rate == pytest.approx(2 / found.speech_seconds)


def test_stress_length_and_punctuation_are_no_phonemes() -> None:
    assert phoneme_count("ˈɑː, ˌb!") == 2


def test_new_text_is_planned_like_the_clip(model: Menura1) -> None:
    table = voices.tables()["af_heart"].astype(np.float32)
    own, free, new = "hɛlˈO ðˈɛɹ, mI fɹˈɛnd.", ["wˌʌn dˈA wi wˈɛnt hˈOm."], ["ɪt ɪz lˈAt nˈW."]
    rng = np.random.default_rng(1)
    f0 = (150 * 2 ** (np.clip(rng.normal(0, 2, 640), -5, 5) / 12)).astype(np.float32)
    seconds = phoneme_count(own) / 9.0  # a slow speaker, whose clip lasts long enough to be sure
    prosody = fit_prosody(model, table, own, free, f0, seconds)
    before = planned(plans_of(model, table, new))
    after = planned(plans_of(model, table, new, prosody))
    clip = heard(f0, seconds, phoneme_count(own))
    assert abs(after.pitch - clip.pitch) < 0.5 * abs(before.pitch - clip.pitch)
    assert prosody.pace < 1
    light = fit_prosody(model, table, own, free, f0, seconds, "stability")
    assert light.pitch == pytest.approx(prosody.pitch, rel=0.03)
    assert prosody.pace < light.pace < 1


def test_factors_are_corrected_by_what_they_led_to(model: Menura1) -> None:
    table = voices.tables()["am_michael"].astype(np.float32)
    said = ["hɛlˈO ðˈɛɹ, mI fɹˈɛnd.", "wˌʌn dˈA wi wˈɛnt hˈOm.", "ɪt ɪz lˈAt nˈW."]
    ours = planned(plans_of(model, table, said))
    # Slow and lively: both change the mean of a melody that was only multiplied.
    clip = Manner(ours.pitch - 2.0, 1.3 * ours.spread, 0.8 * ours.rate, 20.0, 60.0)
    plain, better = factors(clip, ours), fit_manner(model, table, said, clip)
    missed = [
        abs(planned(plans_of(model, table, said, prosody)).pitch - clip.pitch)
        for prosody in (plain, better)
    ]
    assert missed[1] < 0.1 < missed[0]
    assert better.pace == plain.pace


def test_corrections_need_a_melody_and_stay_within_limits() -> None:
    found, silent = Prosody(0.9, 1.3, 0.8), Manner(0.0, 0.0, 14.0, 0.0, 16.0)
    assert corrected(found, silent, OURS.pitch, OURS.spread) == found
    assert corrected(found, OURS, 0.0, OURS.spread) == found  # the clip was whispered
    far = corrected(found, OURS, OURS.pitch + 60, 10 * OURS.spread)
    assert (far.pitch, far.pitch_spread, far.pace) == (2.0, 1.6, 0.8)


def test_shaped_pitch_stays_what_a_voice_can_sing() -> None:
    f0 = torch.tensor([[0.0, 35.0, 80.0, *[200.0] * 20, 400.0, 0.0]])
    plan = Plan(torch.tensor([1]), torch.zeros(1, 1, 1), f0, torch.zeros_like(f0))
    shaped = shape_pitch(plan, Prosody(pitch=1.8, pitch_spread=1.6)).f0[0]
    assert shaped.max() <= 600
    assert shaped[2] >= 50
    assert shaped[1] >= 35  # was below the limit before: an edge of voicing, not made lower
    assert shaped[0] == shaped[-1] == 0
    assert shaped[10] == pytest.approx(360.0, rel=0.01)  # the median is the centre
