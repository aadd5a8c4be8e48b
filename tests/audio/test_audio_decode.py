"""Decoding in a child process."""

import io
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from menura.audio import decode as room
from menura.audio.decode import decode
from menura.errors import AudioError

Audio = NDArray[np.float32]


def sweep(rate: int, seconds: float = 1.0) -> Audio:
    """A glide from 200 to 2,000 Hz at half scale."""
    time = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (200.0 * time + 900.0 * time**2 / seconds)
    return (0.5 * np.sin(phase)).astype(np.float32)


def save(path: Path, audio: Audio, rate: int, **how: str) -> Path:
    """Writes by libsndfile."""
    sf.write(path, audio, rate, **how)
    return path


def save_av(path: Path, audio: Audio, rate: int, kind: str, codec: str) -> Path:
    """Writes by FFmpeg."""
    with av.open(path, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        size = stream.codec_context.frame_size or 1024
        frames = []
        for start in range(0, audio.size, size):
            frame = av.AudioFrame.from_ndarray(
                audio[None, start : start + size], format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts = rate, start
            frames.append(frame)
        for each in [*frames, None]:
            container.mux(stream.encode(each))
    return path


def similar(one: Audio, other: Audio) -> float:
    """Best correlation within 60 ms of shift at 24 kHz."""
    size = min(one.size, other.size) - 3000
    middle = one[1500 : 1500 + size]
    best = np.correlate(other[: size + 3000], middle, "valid").max()
    return float(best / (np.square(middle).sum() + 1e-9))


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_every_sample_type_keeps_its_scale(subtype: str, tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sweep(24000), 24000, subtype=subtype)
    decoded = decode(path, max_seconds=10, sample_rate=24000)
    assert decoded.audio.dtype == np.float32
    assert np.abs(decoded.audio - sweep(24000)).max() < (0.01 if subtype == "PCM_U8" else 1e-4)
    assert (decoded.container, decoded.original_rate, decoded.original_channels) == (
        "wav",
        24000,
        1,
    )
    assert decoded.original_seconds == pytest.approx(1.0)
    assert not decoded.trimmed


@pytest.mark.parametrize(
    ("kind", "codec", "rate"),
    [
        ("mp4", "aac", 48000),
        ("webm", "libopus", 48000),
        ("adts", "aac", 48000),
        ("matroska", "ac3", 44100),
    ],
)
def test_containers_beyond_libsndfile(kind: str, codec: str, rate: int, tmp_path: Path) -> None:
    path = save_av(tmp_path / "clip.bin", sweep(rate), rate, kind, codec)
    decoded = decode(path, max_seconds=10, sample_rate=24000)
    assert similar(sweep(24000), decoded.audio) > 0.95
    assert decoded.original_rate == rate


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3", "AIFF", "CAF", "AU"])
def test_the_name_plays_no_part(kind: str, tmp_path: Path) -> None:
    sink = io.BytesIO()
    sf.write(sink, sweep(24000), 24000, format=kind)
    path = tmp_path / "picture.png"
    path.write_bytes(sink.getvalue())
    decoded = decode(path, max_seconds=10, sample_rate=24000)
    assert similar(sweep(24000), decoded.audio) > 0.95


def test_stereo_is_averaged(tmp_path: Path) -> None:
    left, right = sweep(16000), 0.4 * sweep(16000)
    path = save(tmp_path / "a.wav", np.stack([left, right], axis=1), 16000, subtype="FLOAT")
    decoded = decode(path, max_seconds=10, sample_rate=16000)
    assert np.abs(decoded.audio - (left + right) / 2).max() < 1e-5
    assert decoded.original_channels == 2


def test_channels_that_cancel_are_not_averaged(tmp_path: Path) -> None:
    sound = sweep(16000)
    path = save(tmp_path / "a.wav", np.stack([0.2 * sound, -sound], axis=1), 16000, subtype="FLOAT")
    half = decode(path, max_seconds=10, sample_rate=16000)
    assert np.abs(half.audio).max() == pytest.approx(0.2, abs=0.01)  # much is left
    path = save(tmp_path / "b.wav", np.stack([0.9 * sound, -sound], axis=1), 16000, subtype="FLOAT")
    louder = decode(path, max_seconds=10, sample_rate=16000)
    assert np.abs(louder.audio + sound).max() < 1e-5


def test_six_channels_are_mixed_down(tmp_path: Path) -> None:
    sound = np.tile(sweep(16000)[:, None], (1, 6))
    decoded = decode(save(tmp_path / "a.wav", sound, 16000), max_seconds=9, sample_rate=16000)
    assert np.abs(decoded.audio - sweep(16000)).max() < 1e-3
    assert decoded.original_channels == 6


def test_longer_files_are_trimmed_and_measured(tmp_path: Path) -> None:
    path = save(tmp_path / "a.flac", sweep(16000, 7.5), 16000)
    decoded = decode(path, max_seconds=3, sample_rate=8000)
    assert decoded.audio.size == 24000
    assert decoded.trimmed
    assert decoded.original_seconds == pytest.approx(7.5, abs=0.3)


def test_exactly_the_limit_is_not_trimmed(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sweep(16000, 2.0), 16000)
    assert not decode(path, max_seconds=2, sample_rate=16000).trimmed


def test_too_long_is_refused_by_what_is_there(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sweep(16000, 7.5), 16000)
    with pytest.raises(AudioError) as caught:
        decode(path, max_seconds=3, sample_rate=16000, refuse_seconds=6)
    assert caught.value.code == "audio_too_long"


def test_floats_beyond_full_scale_are_scaled_back(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sweep(16000) * 30000, 16000, subtype="FLOAT")
    decoded = decode(path, max_seconds=9, sample_rate=16000)
    assert np.abs(decoded.audio).max() == pytest.approx(1.0, abs=1e-3)


def test_rates_are_converted_without_shift(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", sweep(44100), 44100, subtype="FLOAT")
    decoded = decode(path, max_seconds=9, sample_rate=24000)
    assert decoded.audio.size == 24000
    assert np.abs(decoded.audio - sweep(24000))[200:-200].max() < 1e-3


def test_cut_peaks_are_counted_at_the_source(tmp_path: Path) -> None:
    random = np.random.default_rng(3).normal(0.0, 0.2, 48000).astype(np.float32)
    whole = decode(save(tmp_path / "a.wav", random, 16000), max_seconds=9, sample_rate=24000)
    cut = np.clip(random, -0.4, 0.4)
    cut_off = decode(save(tmp_path / "b.wav", cut, 16000), max_seconds=9, sample_rate=24000)
    assert whole.clipped_share < 1e-3
    assert cut_off.clipped_share == pytest.approx(0.0455, rel=0.1)  # outside of two deviations


@pytest.mark.parametrize(
    ("limit", "value"), [("MEMORY_BYTES", 100 << 20), ("WALL_SECONDS", 0.02), ("CPU_SECONDS", 0)]
)
def test_a_decoder_out_of_its_limits_ends(
    limit: str, value: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.flac", sweep(48000, 60.0), 48000)
    monkeypatch.setattr(room, limit, value)
    with pytest.raises(AudioError) as caught:
        decode(path, max_seconds=60, sample_rate=48000)
    assert caught.value.code in ("audio_decoder_limits", "audio_decoder_failed")


def test_more_output_than_asked_ends_the_decoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "menura" / "audio"
    script.mkdir(parents=True)
    (tmp_path / "menura" / "__init__.py").touch()
    (script / "__init__.py").touch()
    (script / "_decode_child.py").write_text(
        "import sys\nwhile sys.stdout.write('x' * 65536): pass\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = save(tmp_path / "a.wav", sweep(16000), 16000)
    with pytest.raises(AudioError) as caught:
        decode(path, max_seconds=1, sample_rate=16000)
    assert caught.value.code == "audio_decoder_limits"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.wav", sweep(16000), 16000)
    monkeypatch.setattr(room.os, "access", lambda path, mode: False)  # root may read everything
    with pytest.raises(AudioError) as caught:
        decode(path, max_seconds=1, sample_rate=16000)
    assert caught.value.code == "audio_file_forbidden"


def test_av_decodes_in_the_child_alone() -> None:
    sources = Path(room.__file__).parents[1].rglob("*.py")
    found = {
        file.name
        for file in sources
        for line in file.read_text().splitlines()
        if line.strip().startswith(("import av", "from av"))
    }
    # What `compress.py` encodes is Menura's own speech.
    assert found == {"_decode_child.py", "compress.py"}
