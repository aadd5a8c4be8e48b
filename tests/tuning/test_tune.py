"""A base model is tuned on true speech, by a stand-in that counts samples instead of training."""

import errno
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent / "work"))

from tiny_adapters import TunedModel
from tiny_engine import TinyModel

from menura.audio.loudness import SPEECH_RMS
from menura.audio.recording import read_stretch
from menura.engine import Engine
from menura.errors import AudioError, InputError, ServerError
from menura.models.adapters import load_adapter
from menura.models.contract import Clip, TuneNews, TuneOptions, TuneResult
from menura.settings import Settings
from menura.tuning import tune as tuning
from menura.tuning.training_clips import TrainingClips
from menura.tuning.tune import ADAPTER_FILE, tune
from menura.work.tune import VOICES, TuneJob, TuneOutcome, TuneProgress, TuneUtterance

TAKEN = 12


@pytest.fixture(scope="module")
def utterances(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TuneUtterance, ...]:
    """Clips of one speaker as two recordings with pauses, the second a tenth as loud."""
    rows = (shared_data / "pro_kathleen.tsv").read_text().splitlines()[1 : TAKEN + 1]
    folder = tmp_path_factory.mktemp("recordings")
    found = []
    for number in range(2):
        path, at, parts = folder / f"recording_{number}.flac", 0.0, []
        for row in rows[number::2]:
            name, _, _, _, words, _ = row.split("\t")
            audio, rate = soundfile.read(shared_data / name, dtype="float32")
            parts += [audio, np.zeros(rate // 2, np.float32)]
            found.append(TuneUtterance(path, at, at + audio.size / rate, words))
            at += audio.size / rate + 0.5
        soundfile.write(path, np.concatenate(parts) * (1.0, 0.1)[number], rate, format="FLAC")
    return tuple(found)


def job(utterances: Sequence[TuneUtterance], folder: Path) -> TuneJob:
    return TuneJob(tuple(utterances), "en-US", 600.0, folder, 3)


def test_a_dataset_becomes_weights_and_four_voices(
    utterances: tuple[TuneUtterance, ...], tmp_path: Path
) -> None:
    engine, model = Engine(Settings(data=tmp_path)), TunedModel()
    engine._model = model
    folder = tmp_path / "fine_tune"
    *told, outcome = engine.tune(job(utterances, folder))
    news = [one for one in told if isinstance(one, TuneProgress)]
    assert len(news) == len(told)
    stages = list(dict.fromkeys(one.news.stage for one in news))
    assert stages == ["aligning", "training", "judging", "saving"]
    shares = [one.news.share for one in news]
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] < shares[-1] <= 1.0
    assert news[0].eta_seconds == 600.0
    assert all(one.eta_seconds is not None and one.eta_seconds >= 0 for one in news)
    assert news[1].news.losses == {"loss": pytest.approx(2 / 3)}

    assert isinstance(outcome, TuneOutcome)
    assert outcome.adapter == folder / ADAPTER_FILE
    adapter = load_adapter(outcome.adapter)
    seconds = sum(one.end - one.start for one in utterances)
    assert float(adapter.tensors["shift"][0]) == pytest.approx(24 * seconds, rel=1e-3)
    assert sorted(path.name for path in folder.iterdir())[0] == ADAPTER_FILE
    assert not list(folder.glob("*.part*"))

    assert len(outcome.voices) == VOICES == len({voice.name for voice in outcome.voices})
    assert len({voice.clip for voice in outcome.voices}) == VOICES
    assert sum(map(len, model.heard)) <= TAKEN
    for number, (voice, sizes) in enumerate(zip(outcome.voices, model.heard, strict=True), 1):
        assert voice.clip in utterances
        assert sizes[0] == pytest.approx(24000 * (voice.clip.end - voice.clip.start), abs=2)
        assert outcome.report[f"voice_{number}_file"] == voice.clip.audio.name
        assert outcome.report[f"voice_{number}_start"] == voice.clip.start
        assert outcome.report[f"voice_{number}_end"] == voice.clip.end
        assert outcome.report[f"voice_{number}_name"] == voice.name
        assert voice.name in str(outcome.report[f"voice_{number}_why"])
        assert voice.description
    assert outcome.report["samples"] == 1000 * adapter.tensors["shift"][0]

    (sample,) = outcome.samples
    assert sample.clip == utterances[2]
    assert (sample.instant_scores, sample.tuned_scores) == ({"likeness": 0.5}, {"likeness": 0.8})
    assert [sample.instant.parent, sample.tuned.parent] == [folder, folder]
    recording, _ = read_stretch(sample.clip.audio, sample.clip.start, sample.clip.end)
    levels = [sample.gain * power(recording)]
    for path in (sample.instant, sample.tuned):
        audio, rate = soundfile.read(path, dtype="float32")
        assert (audio.size, rate) == (round(24000 * (sample.clip.end - sample.clip.start)), 24000)
        levels.append(power(audio))
    assert levels == pytest.approx([levels[0]] * 3, rel=0.01), "all are equally loud"


def power(audio: NDArray[np.float32]) -> float:
    """RMS of samples."""
    return float(np.sqrt(np.square(audio, dtype=np.float64).mean()))


def test_clips_are_as_loud_as_clones_and_keep_their_differences(
    utterances: tuple[TuneUtterance, ...],
) -> None:
    clips = TrainingClips(utterances, "en-US", 16000)
    assert len(clips) == TAKEN
    assert {(clip.sample_rate, clip.language) for clip in clips} == {(16000, "en-US")}
    levels = [float(np.sqrt(np.square(clip.audio).mean())) for clip in clips]
    loud, quiet = levels[: TAKEN // 2], levels[TAKEN // 2 :]
    for part in (loud, quiet):
        assert 0.4 * SPEECH_RMS < np.mean(part) < 1.2 * SPEECH_RMS
        assert np.std(part) > 0
    # One measurement a recording.
    assert len({clip.bandwidth for clip in clips}) <= 2
    assert all(4000 < clip.bandwidth <= 8000 for clip in clips)
    assert all(np.abs(clip.audio).max() <= 0.99 for clip in clips)
    some = clips[2:4]
    assert [clip.transcript for clip in some] == [one.transcript for one in utterances[2:4]]
    assert some[0].bandwidth == clips[2].bandwidth
    assert np.array_equal(some[-1].audio, clips[3].audio)


def test_a_stopped_tuning_goes_on(utterances: tuple[TuneUtterance, ...], tmp_path: Path) -> None:
    model = TunedModel()
    work = tune(model, job(utterances, tmp_path))
    assert [next(work).news.stage for _ in range(2)] == ["aligning", "training"]  # type: ignore[union-attr]
    work.close()
    assert model.closed
    assert not (tmp_path / ADAPTER_FILE).exists()
    first = next(tune(model, job(utterances, tmp_path)))
    assert isinstance(first, TuneProgress)
    assert first.news.stage == "training"


def test_what_goes_wrong_is_told(
    utterances: tuple[TuneUtterance, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError) as refused:
        list(tune(TinyModel(), job(utterances, tmp_path)))  # type: ignore[arg-type]
    assert refused.value.code == "model_cannot_be_tuned"

    with pytest.raises(AudioError) as few:
        list(tune(TunedModel(), job(utterances[:3], tmp_path / "few")))
    assert few.value.code == "too_few_clips"
    assert not (tmp_path / "few" / ADAPTER_FILE).exists()

    gone = TuneUtterance(tmp_path / "gone", 0.0, 3.0, "Gone.")
    with pytest.raises(AudioError) as missing:
        list(tune(TunedModel(), job([gone, *utterances], tmp_path / "gone-too")))
    assert missing.value.code == "recording_missing"

    class Silent(TunedModel):
        def tune(
            self, dataset: Sequence[Clip], options: TuneOptions
        ) -> Iterator[TuneNews | TuneResult]:
            yield TuneNews("training", 0.5)

    with pytest.raises(ServerError) as silent:
        list(tune(Silent(), job(utterances, tmp_path / "silent")))
    assert silent.value.code == "tuning_without_result"

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tuning, "write_adapter", full)
    with pytest.raises(ServerError) as disk:
        list(tune(TunedModel(), job(utterances, tmp_path / "full")))
    assert disk.value.code == "disk_full"
