"""From a recording to a clip, on real speech."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_spans
from menura.audio.recognise import Recogniser, Transcript
from menura.audio.resample import resample
from menura.cloning import stretch as room
from menura.cloning.clip import likeness, prepare_clip
from menura.errors import AudioError, InputError, TextError

Audio = NDArray[np.float32]
SENTENCE = (
    "She can scoop these things into three red bags, and we will go meet her Wednesday at the "
    "train station."
)


class Scripted:
    """Hears what it was told; notes what it was asked."""

    def __init__(self, *answers: Transcript) -> None:
        self.answers = list(answers)
        self.asked: list[str | None] = []
        self.heard: list[Audio] = []

    def transcribe(self, audio: Audio, language: str | None = None) -> Transcript:
        """The next answer; the last one again when there are no more."""
        self.asked.append(language)
        self.heard.append(audio)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def english(text: str = SENTENCE) -> Scripted:
    """Hears English."""
    return Scripted(Transcript(text, "en", 0.99, -0.2, 0.01))


@pytest.fixture(scope="module")
def ref(shared_data: Path) -> Path:
    """5.7 s by a man, 16 kHz."""
    return shared_data / "clone_eval" / "vctk_p326_00_ref.flac"


@pytest.fixture(scope="module")
def speech(ref: Path) -> Audio:
    """Its samples at 16 kHz."""
    return sf.read(ref, dtype="float32")[0]


def rms(audio: Audio) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.square(audio, dtype=np.float64).mean()))


def save(path: Path, audio: Audio, rate: int = 16000) -> Path:
    """Writes a recording."""
    sf.write(path, audio, rate, subtype="FLOAT")
    return path


def codes(path: Path, listener: Scripted | None = None, **how: object) -> set[str]:
    """The advice that a recording gets."""
    options = {"language": "en-US", "recogniser": listener or english(), **how}
    return {item.code for item in prepare_clip(path, **options).advice}  # type: ignore[arg-type]


def test_a_real_clip_is_heard_and_made_ready(ref: Path, cache: Path) -> None:
    prepared = prepare_clip(ref, language="en", recogniser=Recogniser(cache / "cache", 1))
    clip = prepared.clip
    assert likeness(clip.transcript, SENTENCE) > 0.95
    assert (clip.language, clip.sample_rate, clip.foreign) == ("en-US", 24000, False)
    assert clip.audio.dtype == np.float32
    assert 4.5 < clip.audio.size / 24000 < 5.67
    assert np.abs(clip.audio).max() < 1.0
    assert 7400 < clip.bandwidth < 8100
    assert prepared.advice == ()
    report = prepared.facts.report()
    assert report["codec"] == "flac"
    assert report["heard_language"] == "en"
    assert all(isinstance(value, float | int | str) for value in report.values())


def test_what_is_heard_is_what_is_handed_on(ref: Path) -> None:
    listener = english()
    clip = prepare_clip(ref, language="en-GB", recogniser=listener).clip
    assert clip.language == "en-GB"
    assert listener.asked == [None]
    same = resample(clip.audio, 24000, 16000)
    assert np.array_equal(listener.heard[0], same)


def test_levels_do_not_matter(speech: Audio, tmp_path: Path) -> None:
    loud, quiet = (
        prepare_clip(
            save(tmp_path / f"{gain}.wav", np.float32(gain) * speech),
            language="en",
            recogniser=english(),
        ).clip.audio
        for gain in (1.0, 0.01)
    )
    assert loud.size == quiet.size
    assert np.abs(loud - quiet).max() < 0.01


def test_the_best_stretch_of_a_long_recording_is_used(
    shared_data: Path, speech: Audio, tmp_path: Path
) -> None:
    pause = np.random.default_rng(1).normal(0.0, 3e-5, 12800).astype(np.float32)
    bad = speech + np.random.default_rng(2).normal(0.0, 0.02, speech.size).astype(np.float32)
    path = save(tmp_path / "a.wav", np.concatenate([bad, pause, speech, pause, speech, pause, bad]))
    listener = english(SENTENCE + " " + SENTENCE)
    prepared = prepare_clip(path, language="en", recogniser=listener, transcript="not all of it")
    assert 9.0 < prepared.facts.used_seconds < 15.0
    assert prepared.facts.speech_seconds > 19
    assert prepared.clip.transcript == SENTENCE + " " + SENTENCE
    found = {item.code for item in prepared.advice}
    assert {"transcript_replaced", "clip_longer_than_needed"} <= found
    noise_floor = np.percentile(np.abs(prepared.clip.audio), 5)
    assert noise_floor < 1e-3  # the two clean sentences in the middle, not the noisy ones
    assert prepared.clip.heard is None  # who speaks is told from the clean ones too


def test_all_of_a_long_recording_tells_who_speaks(
    shared_data: Path, speech: Audio, tmp_path: Path
) -> None:
    pause = np.random.default_rng(1).normal(0.0, 3e-5, 12800).astype(np.float32)
    path = save(tmp_path / "a.wav", np.concatenate([speech, pause] * 4))
    one = prepare_clip(path, language="en", recogniser=english()).clip
    assert one.audio.size / 24000 < 15.0
    assert one.heard is not None
    assert 18.0 < one.heard.size / 24000 < 24.0
    assert rms(one.heard) == pytest.approx(rms(one.audio), rel=0.1)
    other = sf.read(shared_data / "clone_eval" / "vctk_p261_00_ref.flac", dtype="float32")[0]
    path = save(tmp_path / "b.wav", np.concatenate([speech, pause] * 2 + [other, pause] * 2))
    two = prepare_clip(path, language="en", recogniser=english())
    assert not {item.code for item in two.advice} & {"clip_two_voices"}
    assert two.clip.heard is None  # a second person has a part in it


def test_all_that_is_heard_is_cleaned_as_the_clip_is(shared_data: Path, tmp_path: Path) -> None:
    noisy = sf.read(shared_data / "noisy" / "011_babble_10dB_vctk_p326_noisy.flac")[0]
    path = save(tmp_path / "a.wav", np.concatenate([noisy] * 5).astype(np.float32))
    plain, clean = (
        prepare_clip(path, language="en", recogniser=english(), enhance=enhance).clip
        for enhance in (False, True)
    )
    assert plain.heard is not None
    assert clean.heard is not None
    quiet = [float(np.percentile(np.abs(clip.heard), 10)) for clip in (plain, clean)]
    assert quiet[1] < 0.7 * quiet[0]


def test_looking_at_a_long_recording_takes_no_more_of_it(
    monkeypatch: pytest.MonkeyPatch, speech: Audio, tmp_path: Path
) -> None:
    taken: list[room.Choice] = []

    def all_heard(audio: Audio, sample_rate: int, spans: list[Span]) -> room.Choice:
        taken.append(chosen(audio, sample_rate, spans))
        return taken[-1]

    chosen = room.all_heard
    monkeypatch.setattr(room, "all_heard", all_heard)
    path = save(tmp_path / "a.wav", np.concatenate([speech] * 5))
    prepared = prepare_clip(path, language="en", recogniser=english())
    assert prepared.transcript == SENTENCE
    assert not taken
    assert prepared.clip is prepared.clip
    assert len(taken) == 1


def test_a_short_clip_is_all_that_is_heard(ref: Path) -> None:
    assert prepare_clip(ref, language="en", recogniser=english()).clip.heard is None


def test_a_given_transcript_is_kept_when_all_is_used(ref: Path) -> None:
    given = " She can scoop these things, into three red bags and we'll go meet her at the station "
    prepared = prepare_clip(ref, language="en", recogniser=english(), transcript=given)
    assert prepared.clip.transcript == given.strip()
    assert prepared.advice == ()


def test_a_given_transcript_saves_what_cannot_be_heard(ref: Path) -> None:
    deaf = Scripted(Transcript("", "cy", 0.2, float("-inf"), 0.9))
    with pytest.raises(AudioError) as caught:
        prepare_clip(ref, language="en", recogniser=deaf)
    assert caught.value.code == "audio_unintelligible"
    prepared = prepare_clip(ref, language="en", recogniser=deaf, transcript=SENTENCE)
    assert prepared.clip.transcript == SENTENCE


def test_a_wrong_transcript_is_noticed(ref: Path) -> None:
    assert codes(ref, transcript="Quite another text, about whales.") == {"transcript_differs"}


def test_speech_in_another_spoken_language_is_read_in_it(ref: Path) -> None:
    listener = Scripted(Transcript("Hola a todos.", "es", 0.95, -0.3, 0.0))
    prepared = prepare_clip(ref, language="en-US", recogniser=listener)
    assert (prepared.clip.language, prepared.clip.transcript) == ("es-ES", "Hola a todos.")
    assert prepared.clip.foreign
    assert [item.code for item in prepared.advice] == ["clip_language"]
    assert listener.asked == [None]


def test_speech_in_an_unspoken_language_keeps_its_words(ref: Path) -> None:
    german = Scripted(Transcript("Guten Tag, schöne Welt.", "de", 0.95, -0.3, 0.0))
    prepared = prepare_clip(ref, language="en-US", recogniser=german)
    assert prepared.clip.transcript == "Guten Tag, schöne Welt."
    assert prepared.clip.language == "en-US"
    assert [item.code for item in prepared.advice] == ["clip_language"]


def test_speech_in_another_script_is_read_in_latin_letters(ref: Path) -> None:
    russian = Scripted(Transcript("Добрый день", "ru", 0.95, -0.3, 0.0))
    prepared = prepare_clip(ref, language="en-US", recogniser=russian)
    assert prepared.transcript == "Добрый день"
    assert (prepared.clip.transcript, prepared.clip.language) == ("dobryy den", "en-US")
    assert prepared.clip.foreign
    assert [item.code for item in prepared.advice] == ["clip_language"]


def test_an_unsure_language_gives_way_to_the_given_one(ref: Path) -> None:
    listener = Scripted(
        Transcript("Xin chào", "vi", 0.4, -0.9, 0.1), Transcript(SENTENCE, "en", 1.0, -0.3, 0.0)
    )
    prepared = prepare_clip(ref, language="en-US", recogniser=listener)
    assert listener.asked == [None, "en-US"]
    assert prepared.clip.transcript == SENTENCE
    assert prepared.advice == ()


def test_pauses_are_cut_and_named(speech: Audio, tmp_path: Path) -> None:
    pause = np.random.default_rng(1).normal(0.0, 1e-4, 4 * 16000).astype(np.float32)
    path = save(tmp_path / "a.wav", np.concatenate([pause, speech, pause, speech, pause]))
    prepared = prepare_clip(path, language="en", recogniser=english())
    assert prepared.facts.original_seconds == pytest.approx(23.34, abs=0.01)
    assert prepared.facts.used_seconds < 11.5
    assert "clip_long_pauses" in {item.code for item in prepared.advice}
    spans = speech_spans(prepared.clip.audio, 24000)
    gaps = [b.start - a.end for a, b in zip(spans, spans[1:], strict=False)]
    assert max(gaps) < 0.55
    steps = np.abs(np.diff(prepared.clip.audio))
    assert steps.max() < 4 * np.percentile(steps, 99.9)


def test_more_than_is_taken_is_trimmed(
    speech: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert room.MOST_TAKEN_SECONDS == 300.0
    monkeypatch.setattr(room, "MOST_TAKEN_SECONDS", 8.0)
    path = save(tmp_path / "a.wav", np.tile(speech, 3))
    prepared = prepare_clip(path, language="en", recogniser=english(), transcript="all of it")
    assert prepared.facts.original_seconds == pytest.approx(17.0, abs=0.1)
    assert prepared.facts.used_seconds <= 8.0
    assert prepared.clip.transcript == SENTENCE
    assert {item.code for item in prepared.advice} == {"clip_trimmed", "transcript_replaced"}


def test_stability_cleans_up_and_similarity_does_not(shared_data: Path) -> None:
    noisy = shared_data / "noisy" / "011_babble_10dB_vctk_p326_noisy.flac"
    plain = prepare_clip(noisy, language="en", recogniser=english())
    clean = prepare_clip(noisy, language="en", recogniser=english(), mode="stability")
    assert (plain.facts.enhanced, clean.facts.enhanced) == (0.0, 1.0)
    assert {item.code for item in plain.advice} == {"clip_noisy"}
    assert {item.code for item in clean.advice} == {"clip_short_for_stability", "clip_cleaned"}
    quiet = [float(np.percentile(np.abs(p.clip.audio), 10)) for p in (plain, clean)]
    assert quiet[1] < 0.7 * quiet[0]
    kept = prepare_clip(noisy, language="en", recogniser=english(), mode="stability", enhance=False)
    assert kept.facts.enhanced == 0.0
    assert "enhance_off_in_stability" in {item.code for item in kept.advice}


def test_enhancement_of_a_clean_clip_is_not_needed(ref: Path) -> None:
    assert codes(ref, enhance=True) == {"enhance_on_clean_clip"}
    assert codes(ref, mode="stability") == {"clip_short_for_stability", "enhance_not_needed"}


def test_faults_of_the_recording_are_named(speech: Audio, tmp_path: Path) -> None:
    peak = float(np.abs(speech).max())
    cut = np.clip(speech / peak, -0.4, 0.4).astype(np.float32)
    assert "clip_overdriven" in codes(save(tmp_path / "cut.wav", cut))
    assert "clip_quiet" in codes(save(tmp_path / "quiet.wav", speech * np.float32(0.05)))
    telephone = resample(speech, 16000, 8000)
    assert "clip_narrow_band" in codes(save(tmp_path / "phone.wav", telephone, 8000))
    short = speech[: round(2.6 * 16000)]
    assert "clip_too_short" in codes(save(tmp_path / "short.wav", short))


def test_too_little_speech_is_refused(speech: Audio, tmp_path: Path) -> None:
    start = round(16000 * speech_spans(speech, 16000)[0].start)
    little = np.zeros(48000, np.float32)
    little[16000:27200] = speech[start : start + 11200]
    for name, audio in (("a", little), ("b", speech[start : start + 8000])):
        with pytest.raises(AudioError) as caught:
            prepare_clip(save(tmp_path / f"{name}.wav", audio), language="en", recogniser=english())
        assert caught.value.code == "audio_too_short"


def test_bad_options_are_refused(ref: Path) -> None:
    with pytest.raises(InputError) as mode:
        prepare_clip(ref, language="en", recogniser=english(), mode="magic")
    assert mode.value.code == "clone_mode_invalid"
    with pytest.raises(TextError):
        prepare_clip(ref, language="tlh", recogniser=english())
