"""Tuning of the true model on a dozen utterances of a stock voice that plays the speaker."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from menura.errors import AudioError, StateError
from menura.models.contract import (
    Adapter,
    Clip,
    CloneResult,
    TunableModel,
    TuneNews,
    TuneOptions,
    TuneResult,
    VoiceState,
)
from menura.models.menura_1 import voices
from menura.models.menura_1.model import Menura1
from menura.models.menura_1.tuning import tune as tuning
from menura.models.menura_1.tuning.corpus import Corpus, read
from menura.models.menura_1.tuning.delivery import DeliveryTraining
from menura.models.menura_1.tuning.recipe import Plan, rate
from menura.text.prepare import prepare

TEXTS = (
    "The train leaves at nine.",
    "Nobody was at the door.",
    "Fresh bread smells good.",
    "She opened all the windows.",
    "It rained until the evening.",
    "We walked along the river.",
)
SPEAKER = "bf_emma"
WRONG = 4
"""The clip whose transcript is of other words."""

SHORT = Plan(passes=1, most_steps=2, judged_every=2, kept_every=1)


@pytest.fixture(scope="module")
def dataset(model: Menura1) -> Sequence[Clip]:
    state = model.stock_state(SPEAKER)
    clips = []
    for text in TEXTS:
        (utterance,) = prepare(text, "en-GB", limit=510)
        parts = [part.audio for part in model.speak(utterance, state)]
        clips.append(Clip(np.concatenate(parts), 24000, text, "en-GB", 12000.0))
    wrong = clips[WRONG]
    clips[WRONG] = Clip(wrong.audio, 24000, "Seven blue geese swam by us.", "en-GB", 12000.0)
    return clips


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tuning")


@pytest.fixture(scope="module")
def news(model: Menura1, dataset: Sequence[Clip], folder: Path) -> list[TuneNews | TuneResult]:
    """A tuning that is stopped after its first step of the decoder, then gone on with."""
    patch = pytest.MonkeyPatch()
    patch.setattr(tuning, "_check_worth", lambda *_: None)  # two steps make nothing better
    # A stock voice stands for the instant clone, which has tests of its own and takes a minute.
    stock = CloneResult(model.stock_state("bf_alice"), {}, 0.0, last=True)
    patch.setattr(tuning, "clone", lambda *_: iter([stock]))
    options = TuneOptions(600.0, folder, "en-GB")
    heard: list[TuneNews | TuneResult] = []
    with closing(whole(model, dataset, options)) as stopped:
        for one in stopped:
            heard.append(one)
            if isinstance(one, TuneNews) and one.step == 1 and "spectrum" in one.losses:
                next(stopped)
                break
    before = model.network.predictor.duration_proj.weight
    heard += list(whole(model, dataset, options))
    assert model.network.predictor.duration_proj.weight is before
    assert model.network.graphs is not None
    assert model.network.graphs.current()
    patch.undo()
    return heard


def whole(
    model: Menura1, dataset: Sequence[Clip], options: TuneOptions
) -> Iterator[TuneNews | TuneResult]:
    yield from tuning.tune(model, dataset, options, SHORT)


@pytest.fixture(scope="module")
def result(news: list[TuneNews | TuneResult]) -> TuneResult:
    last = news[-1]
    assert isinstance(last, TuneResult)
    return last


def test_the_model_is_tunable(model: Menura1) -> None:
    assert isinstance(model, TunableModel)


def test_news_tell_stage_share_losses_and_scores(news: list[TuneNews | TuneResult]) -> None:
    told = [one for one in news if isinstance(one, TuneNews)]
    assert {one.stage for one in told} == {"aligning", "training", "judging"}
    assert all(0 <= one.share <= 1.5 for one in told)
    losses = {name for one in told for name in one.losses}
    assert losses >= {"duration", "f0", "energy", "spectrum", "strangeness", "unnaturalness"}
    scores = {name for one in told for name in one.scores}
    assert scores >= {"instant_likeness", "likeness", "naturalness", "error", "total"}


def test_it_goes_on_from_its_checkpoint(news: list[TuneNews | TuneResult]) -> None:
    steps = [one.step for one in news if isinstance(one, TuneNews) and "spectrum" in one.losses]
    assert steps[0] == 1
    assert steps[-1] == 2
    # What came before the decoder was not done again.
    aligned = [one for one in news if isinstance(one, TuneNews) and one.stage == "aligning"]
    assert len(aligned) == 1
    assert sum("instant_total" in one.scores for one in news if isinstance(one, TuneNews)) == 1


def test_the_result_has_a_model_and_its_figures(result: TuneResult, folder: Path) -> None:
    names = set(result.adapter.tensors)
    assert {"style", "prosody", "predictor/duration_proj.weight"} <= names
    assert any(name.startswith("down/") for name in names)
    assert sum(array.nbytes for array in result.adapter.tensors.values()) < 120e6
    assert result.report["skipped"] == 1
    assert result.report["utterances"] == 4
    assert result.report["held_out"] == 1
    assert result.report["steps"] == 2
    assert float(result.report["tuned_likeness"]) > 0
    assert not list(folder.glob("*.partial"))


def test_held_out_words_can_be_heard_before_and_after(
    dataset: Sequence[Clip], result: TuneResult
) -> None:
    (sample,) = result.samples
    assert set(sample.tuned_scores) == {"likeness", "naturalness", "error"}
    # The only one that is held out has the means.
    for name, score in sample.tuned_scores.items():
        assert result.report[f"tuned_{name}"] == score
        assert result.report[f"instant_{name}"] == sample.instant_scores[name]
    for audio in (sample.instant, sample.tuned):
        assert 0.5 < audio.size / dataset[sample.index].audio.size < 2
        assert 0.01 < np.abs(audio).max() <= 1
    assert sample.instant.shape != sample.tuned.shape or (sample.instant != sample.tuned).any()


@pytest.fixture(scope="module")
def voice(model: Menura1, dataset: Sequence[Clip], result: TuneResult) -> VoiceState:
    return model.tuned_voice(result.adapter, [dataset[0], dataset[2]])


def test_a_voice_speaks_with_and_without_its_model(
    model: Menura1, voice: VoiceState, result: TuneResult
) -> None:
    (utterance,) = prepare("Good morning.", "en-GB", limit=510)
    model.check_state(voice)
    base_predictor = model.network.predictor.duration_proj.weight
    alone = np.concatenate([part.audio for part in model.speak(utterance, voice)])
    tuned = model.with_adapter(voice, result.adapter)
    together = np.concatenate([part.audio for part in model.speak(utterance, tuned)])
    assert model.network.predictor.duration_proj.weight is base_predictor
    assert alone.size > 6000
    assert together.size > 6000
    assert alone.shape != together.shape or np.abs(alone - together).max() > 0.01
    again = np.concatenate([part.audio for part in model.speak(utterance, voice)])
    assert np.array_equal(alone, again)
    # The adapter's large numbers are not copied for each voice.
    assert (
        tuned.tensors["predictor/F0_proj.weight"]
        is result.adapter.tensors["predictor/F0_proj.weight"]
    )


def test_what_does_not_fit_is_refused(
    model: Menura1, voice: VoiceState, result: TuneResult
) -> None:
    with pytest.raises(StateError, match="belongs to"):
        model.with_adapter(voice, Adapter("menura-9", result.adapter.tensors))
    with pytest.raises(StateError, match="not one of a tuned model"):
        model.with_adapter(model.stock_state("af_heart"), result.adapter)
    tensors: dict[str, Any] = dict(result.adapter.tensors)
    tensors["predictor/F0_proj.weight"] = np.zeros((1, 2, 3), np.float16)
    with pytest.raises(StateError, match="shape"):
        model.with_adapter(voice, Adapter(result.adapter.snapshot, tensors))
    bad = {**voice.tensors, "own_prosody": np.array([9.0, 1, 1], np.float32)}
    with pytest.raises(StateError, match=r"0\.2 to 5"):
        model.with_adapter(VoiceState(voice.snapshot, bad), result.adapter)


def test_a_dataset_of_other_words_is_refused(
    model: Menura1, dataset: Sequence[Clip], tmp_path: Path
) -> None:
    clips = [Clip(one.audio[:7200], 24000, one.transcript, "en-GB", 12000.0) for one in dataset]
    with pytest.raises(AudioError, match="fit their transcripts") as failure:
        list(whole(model, clips, TuneOptions(60.0, tmp_path, "en-GB")))
    assert "transcripts" in failure.value.remedy
    with pytest.raises(AudioError, match="no utterance"):
        list(whole(model, [], TuneOptions(60.0, tmp_path / "empty", "en-GB")))


def test_a_model_that_is_no_better_is_not_shipped() -> None:
    better = {"likeness": 0.8, "naturalness": 4.0, "error": 1.0, "total": 1.1}
    worse = {"likeness": 0.6, "naturalness": 4.0, "error": 1.0, "total": 0.9}
    tuning._check_worth(worse, better)
    with pytest.raises(AudioError, match="no better than an instant clone"):
        tuning._check_worth(better, worse)


def test_delivery_is_learned(
    model: Menura1, dataset: Sequence[Clip], result: TuneResult, folder: Path
) -> None:
    # Somebody who speaks otherwise; what was aligned is read from the folder.
    table = voices.tables()["am_michael"].astype(np.float32)
    (corpus,) = read(model, table, dataset, folder)
    assert isinstance(corpus, Corpus)
    training = DeliveryTraining(model, corpus, table, corpus.utterances, 0)
    before = training.judge(corpus.utterances)
    with training.attached():
        list(training.run(4))
        after = training.judge(corpus.utterances)
        update = training.update()
    assert sum(after.values()) < sum(before.values())
    assert training.judge(corpus.utterances) == before
    with training.attached():
        training.use(update)
        assert training.judge(corpus.utterances) == pytest.approx(after, rel=1e-3)
    assert not any(parameter.requires_grad for parameter in model.network.predictor.parameters())


def test_the_rate_rises_then_falls() -> None:
    assert rate(0, 0.0) < rate(20, 0.0) == pytest.approx(1.0)
    assert rate(500, 0.5) < 0.6
    assert rate(900, 1.0) == pytest.approx(0.05)
