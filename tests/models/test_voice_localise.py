"""Localization of menura-1 voices, most of all by what the network plans."""

import math
from pathlib import Path

import numpy as np
import pytest

from menura.errors import CancelledError, TextError
from menura.models.contract import ReshapingModel, VoiceState
from menura.models.menura_1.embedding import embed
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.localise import choose_natives, course_for, localise, refit
from menura.models.menura_1.model import MOST_SYMBOLS, Menura1
from menura.models.menura_1.norm_statistics import Shelf
from menura.models.menura_1.state import SNAPSHOT, Prosody, split_state
from menura.models.menura_1.stock_prosody import Manner, measure, natives, phonemes, stock_manners
from menura.models.menura_1.voices import stock_voices, tables
from menura.text.prepare import prepare

OWN = Prosody(pitch=1.12, pitch_spread=0.9, pace=0.92)
LOUD = 0.25


def clone() -> VoiceState:
    """A man's clone: a stock voice with a melody of his own, and a trace of an adapter."""
    rng = np.random.default_rng(0)
    style = tables()["am_michael"].astype(np.float32)
    style[:, :STYLE] += 0.1
    return VoiceState(
        SNAPSHOT,
        {
            "style": style.astype(np.float16),
            "prosody": np.array([OWN.pitch, OWN.pitch_spread, OWN.pace], np.float32),
            "offset/decode.0.norm1.fc": (rng.normal(size=2180) * LOUD).astype(np.float16),
        },
    )


def manner(model: Menura1, state: VoiceState, language: str) -> Manner:
    """How a voice speaks a language."""
    style, prosody, _ = split_state(state)
    return measure(model, np.asarray(style), prosody, phonemes(language, MOST_SYMBOLS))


def test_the_person_stays_and_the_language_is_native(model: Menura1) -> None:
    source = clone()
    own = manner(model, source, "en-US")
    # It has one native, a woman an octave above him, so all of the fitting is put to use.
    made = localise(model, source, "en-US", "fr-FR")
    heard = manner(model, made, "fr-FR")
    assert heard.pitch == pytest.approx(own.pitch, abs=0.01)
    assert heard.spread == pytest.approx(own.spread, rel=0.03)
    usual = {
        language: np.mean([math.log(stock_manners()[key][1]) for key in natives(language)])
        for language in ("en-US", "fr-FR")
    }
    beside_others = math.log(own.rate) - usual["en-US"]
    assert math.log(heard.rate) - usual["fr-FR"] == pytest.approx(beside_others, abs=0.06)
    style = made.tensors["style"]
    native = tables()["ff_siwis"].astype(np.float32)
    np.testing.assert_array_equal(style[:, STYLE:], native[:, STYLE:].astype(np.float16))
    mixed = 0.25 * source.tensors["style"][:, :STYLE] + 0.75 * native[:, :STYLE]
    np.testing.assert_allclose(style[:, :STYLE], mixed, atol=2e-3)
    offset = "offset/decode.0.norm1.fc"
    np.testing.assert_allclose(made.tensors[offset], 0.5 * source.tensors[offset], atol=1e-3)
    assert made.metadata == {"natives": "ff_siwis:1.00", "localised_from": "en-US"}


def test_a_refit_brings_the_voice_nearer_to_the_person(
    model: Menura1, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(model.norms, "shelf", Shelf(tmp_path))
    source = VoiceState(SNAPSHOT, {"style": tables()["am_michael"]}, {"stock": "am_michael"})
    made = localise(model, source, "en-US", "it-IT")
    heard: list[tuple[str, float]] = []
    fitted = model.refit(made, source, "en-US", "it-IT", lambda *news: heard.append(news))
    model.check_state(fitted)
    assert fitted.metadata == made.metadata
    person = embed(model, source, "en-US")
    before, after = (float(embed(model, voice, "it-IT") @ person) for voice in (made, fitted))
    assert after > before + 0.05
    assert [share for _, share in heard] == sorted(share for _, share in heard)
    # Its first words need not wait for a whole sentence.
    (utterance,) = prepare("Buongiorno a tutti.", "it-IT")
    assert sum(bool(part.audio.size) for part in model.speak(utterance, fitted)) > 1


def test_a_refit_can_be_cancelled(model: Menura1) -> None:
    source = clone()

    def stop(stage: str, share: float) -> None:
        raise CancelledError("cancelled", "Enough.")

    with pytest.raises(CancelledError):
        refit(model, source, source, "en-US", "en-GB", stop)


def test_languages_that_lack_something_have_courses_of_their_own(model: Menura1) -> None:
    courses = {language: course_for(language) for language in model.info.languages}
    usual = courses["es-ES"]
    assert {language for language, course in courses.items() if course != usual} == {
        "fr-FR",
        "zh-CN",
    }
    # One native has to stand for all of French; Chinese keeps least of a person.
    assert {language for language, course in courses.items() if course.falls} == {"fr-FR"}
    assert courses["fr-FR"].articulation > usual.articulation
    assert courses["zh-CN"].likeness > usual.likeness
    assert courses["zh-CN"].articulation < usual.articulation
    # Clients of the wire give up after a minute.
    assert all(30 < course.seconds < 50 for course in courses.values())


def test_the_model_offers_it(model: Menura1) -> None:
    assert isinstance(model, ReshapingModel)


def test_figures_of_stock_voices_are_those_of_the_network(model: Menura1) -> None:
    state = VoiceState(SNAPSHOT, {"style": tables()["if_sara"]})
    found = manner(model, state, "it-IT")
    assert (found.pitch, found.rate) == pytest.approx(stock_manners()["if_sara"], rel=1e-3)


def test_languages_without_natives_are_refused(model: Menura1) -> None:
    for source, target in (("en-US", "de-DE"), ("ko-KR", "fr-FR")):
        with pytest.raises(TextError, match="no native voice") as caught:
            localise(model, clone(), source, target)
        assert "pt-BR" in caught.value.remedy


def test_every_stock_voice_has_figures_of_a_voice() -> None:
    assert stock_manners().keys() == {voice.key for voice in stock_voices()}
    for key, (pitch, rate) in stock_manners().items():
        assert math.log(60) < pitch < math.log(350), key
        assert 4 < rate < 30, key


@pytest.mark.parametrize(
    "language", ["en-US", "en-GB", "es-ES", "hi-IN", "ja-JP", "pt-BR", "zh-CN"]
)
@pytest.mark.parametrize("gender", ["masculine", "feminine"])
def test_natives_are_of_the_own_gender_and_the_nearest_weighs_most(
    language: str, gender: str
) -> None:
    pitch = math.log(120 if gender == "masculine" else 210)
    weights = choose_natives(language, pitch, 1.0, gender)
    assert 1 <= len(weights) <= 3
    assert sum(weights.values()) == pytest.approx(1, abs=0.03)
    assert set(weights) <= set(natives(language))
    assert {key[1] for key in weights} == {gender[0]}
    assert list(weights.values()) == sorted(weights.values(), reverse=True)


def test_a_language_of_women_alone_serves_men() -> None:
    assert choose_natives("fr-FR", math.log(100), 1.0, "masculine") == {"ff_siwis": 1.0}


def test_a_native_is_nearest_to_itself() -> None:
    pitch, rate = stock_manners()["am_michael"]
    rates = [math.log(stock_manners()[key][1]) for key in natives("en-US")]
    pace = rate / math.exp(sum(rates) / len(rates))
    assert next(iter(choose_natives("en-US", pitch, pace, "masculine"))) == "am_michael"
