"""Voices of menura-1 as 192 numbers, and voices made of numbers."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from menura.errors import AudioError, InputError, StateError
from menura.models.contract import EmbeddingModel, VoiceState
from menura.models.menura_1.embedding import unit
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.start import start_of
from menura.models.menura_1.state import split_state
from menura.models.menura_1.stock_profiles import likest_mix, profiles
from menura.models.menura_1.voices import tables


def numbers(key: str) -> NDArray[np.float32]:
    """Those of a stock voice."""
    return profiles()[key].astype(np.float32)


def test_the_model_offers_it(model: Menura1) -> None:
    assert isinstance(model, EmbeddingModel)


def test_a_voice_made_of_numbers_sounds_like_them(model: Menura1) -> None:
    # A man who is no English voice's like, so that the learned start has most of the work.
    wanted = numbers("em_alex")
    state = model.from_embedding([3 * float(n) for n in wanted], "en-GB")
    model.check_state(state)
    heard = model.embed(state, "en-US")
    assert np.linalg.norm(heard) == pytest.approx(1, abs=1e-5)
    assert heard @ wanted > 0.4
    assert heard @ wanted > max(heard @ numbers(key) for key in ("am_adam", "bf_emma", "af_bella"))


def test_numbers_of_a_stock_voice_are_that_voice_again(model: Menura1) -> None:
    state = model.from_embedding([float(n) for n in numbers("am_michael")], "en-GB")
    np.testing.assert_array_equal(state.tensors["style"], tables()["am_michael"])
    assert not split_state(state)[2]
    # Measured 0.74 with the learned start; another man's is 0.4 at most.
    assert model.embed(state, "en-US") @ numbers("am_michael") > 0.6


def test_the_more_stock_voices_explain_the_less_is_left_to_the_start(model: Menura1) -> None:
    halves = numbers("af_heart") + numbers("bm_george")
    weights, likeness = likest_mix(unit(halves), "en-US")
    assert weights == {
        "af_heart": pytest.approx(0.5, abs=0.01),
        "bm_george": pytest.approx(0.5, abs=0.01),
    }
    assert likeness == pytest.approx(1, abs=1e-4)
    # A Japanese voice is no mix of English ones.
    given = unit(numbers("af_heart") + 0.5 * numbers("jm_kumo"))
    mixed = split_state(model.from_embedding([float(n) for n in given], "en-US"))[2]
    whole = split_state(model.from_embedding([float(n) for n in numbers("jm_kumo")], "en-US"))[2]
    name = next(name for name in mixed if name.startswith("up/"))
    assert 0 < float(mixed[name].float().norm()) < 0.8 * float(whole[name].float().norm())


def test_numbers_unlike_all_stock_voices_still_make_a_voice(model: Menura1) -> None:
    against = [-float(n) for n in numbers("ff_siwis")]
    weights, likeness = likest_mix(unit(against), "fr-FR")
    assert weights == {"ff_siwis": 1.0}
    assert likeness == pytest.approx(-1, abs=1e-4)
    model.check_state(model.from_embedding(against, "fr-FR"))


def test_melody_and_pace_are_those_of_the_nearest_or_of_a_base(model: Menura1) -> None:
    given = [float(n) for n in numbers("jm_kumo")]
    plain = model.from_embedding(given, "ja-JP")
    np.testing.assert_array_equal(plain.tensors["style"][:, STYLE:], tables()["jm_kumo"][:, STYLE:])
    prosody = np.array([1.2, 0.9, 1.1], np.float32)
    base = VoiceState(plain.snapshot, {"style": tables()["ef_dora"], "prosody": prosody})
    made = model.from_embedding(given, "ja-JP", base=base)
    style, kept, adapter = split_state(made)
    np.testing.assert_array_equal(style[:, STYLE:], tables()["ef_dora"][:, STYLE:])
    assert (kept.pitch, kept.pitch_spread, kept.pace) == pytest.approx(tuple(prosody))
    # A share of the learned start, the same in all its layers.
    start = start_of(torch.from_numpy(unit(given)), model.network.decoder).tensors
    ups = [name for name in adapter if name.startswith("up/")]
    shares = [float(adapter[name].float().norm() / start[name].norm()) for name in ups]
    assert shares == pytest.approx([shares[0]] * len(shares), rel=0.01)
    assert 0.5 < shares[0] <= 1
    for name in adapter:
        if name.startswith("down/"):
            np.testing.assert_array_equal(adapter[name], start[name].half())


def test_a_base_that_sounds_alike_by_its_adapter_is_not_taken_for_alike(model: Menura1) -> None:
    """Its adapter is not kept, and without it the base is somebody else."""
    given = [float(n) for n in numbers("em_alex")]
    base = model.from_embedding(given, "en-US")
    heard = model.embed(base, "en-US")
    again = model.from_embedding([float(n) for n in heard], "en-US", base=base)
    assert split_state(again)[2]


def test_stock_voices_have_theirs_in_the_package(model: Menura1) -> None:
    state = model.stock_state("af_heart")
    np.testing.assert_allclose(model.embed(state, "en-US"), unit(profiles()["af_heart"]), atol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [[1.0] * 191, [], [0.0] * 192, [float("nan")] * 192, [float("inf"), *[0.0] * 191]],
)
def test_numbers_that_are_no_voice_are_refused(model: Menura1, wrong: list[float]) -> None:
    with pytest.raises(InputError) as caught:
        model.from_embedding(wrong, "en-US")
    assert caught.value.code == "embedding_invalid"


def test_huge_and_tiny_numbers_keep_their_direction() -> None:
    for size in (1e300, 1e-300):
        assert unit([size, -size, *[0.0] * 190])[:2] == pytest.approx([0.5**0.5, -(0.5**0.5)])


def test_states_and_recordings_that_do_not_fit_are_refused(model: Menura1) -> None:
    foreign = VoiceState("other-1", {"style": tables()["af_heart"]})
    with pytest.raises(StateError):
        model.embed(foreign, "en-US")
    with pytest.raises(StateError):
        model.from_embedding([1.0] * 192, "en-US", base=foreign)
    with pytest.raises(AudioError):
        model.embed_audio(np.zeros(1000, np.float32), 24000)
