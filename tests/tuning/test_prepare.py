"""A whole recording is prepared: by Whisper once, else by a listener that hears one sentence."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from menura.audio.recognise import Recogniser, Transcript
from menura.audio.recording import read_stretch
from menura.cloning.hear import Listener
from menura.errors import AudioError, CancelledError
from menura.tuning.prepare import prepare
from menura.work.prepare import PrepareJob, PrepareOutcome

CLIP = "clone_eval/vctk_p234_00_ref.flac"


class Deaf:
    """Hears the same in everything."""

    def transcribe(self, audio: np.ndarray, language: str | None = None) -> Transcript:
        """One sentence."""
        return Transcript("One sentence.", "en", 0.9, -0.2, 0.0)


def run(file: Path, listener: Listener, seconds: float = 60.0) -> list[PrepareOutcome]:
    """Prepares a file; its audio goes beside it."""
    job = PrepareJob(file, file.with_suffix(".kept"), seconds)
    return list(prepare(job, listener, lambda stage, share: None))


@pytest.fixture
def clip(shared_data: Path, tmp_path: Path) -> Path:
    file = tmp_path / "clip"
    file.write_bytes((shared_data / CLIP).read_bytes())
    return file


def test_a_recording_is_measured_then_written_down(clip: Path, cache: Path) -> None:
    first, last = run(clip, Recogniser(cache / "cache", 1))
    assert (first.last, first.utterances) == (False, ())
    assert first.report["container"] == "flac"
    assert last.report["language"] == "en"
    speech = float(last.report["speech_seconds"])
    assert 0.6 * speech <= sum(u.end - u.start for u in last.utterances) <= speech * 1.5
    for one in last.utterances:
        assert one.problem is None
        assert len(one.embedding) == 192 * 4
        assert len(one.transcript.split()) >= 3
        assert one.confidence > -0.6
    audio, rate = read_stretch(clip.with_suffix(".kept"), 0.0, 1.0)
    assert (audio.size, rate) == (24000, 24000)


def test_a_loud_background_is_left_out(clip: Path, tmp_path: Path) -> None:
    audio, rate = soundfile.read(str(clip), dtype="float32")
    noise = np.random.default_rng(0).normal(0, 0.3 * audio.std(), audio.size)
    noisy = tmp_path / "noisy"
    soundfile.write(noisy, audio + noise, rate, format="WAV")
    *_, last = run(noisy, Deaf())
    assert {one.problem for one in last.utterances} == {"noise"}
    assert {one.code for one in last.advice} >= {"recording_noisy", "left_out_noise"}


def test_what_is_no_speech_or_too_long_is_refused(tmp_path: Path) -> None:
    hiss = tmp_path / "hiss"
    soundfile.write(hiss, np.random.default_rng(0).normal(0, 0.1, 48000), 16000, format="WAV")
    with pytest.raises(AudioError) as error:
        run(hiss, Deaf())
    assert error.value.code == "audio_no_speech"
    with pytest.raises(AudioError) as error:
        run(hiss, Deaf(), seconds=2.0)
    assert error.value.code == "audio_too_long"


def test_a_preparation_can_be_stopped(clip: Path) -> None:
    def stop(stage: str, share: float) -> None:
        if stage == "transcribe":
            raise CancelledError("cancelled", "The job was cancelled.")

    job = PrepareJob(clip, clip.with_suffix(".kept"), 60.0)
    with pytest.raises(CancelledError):
        list(prepare(job, Deaf(), stop))
