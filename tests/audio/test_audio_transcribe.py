"""Writing recordings of any length down."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from menura.audio import transcribe as transcribing
from menura.audio.activity import Span
from menura.audio.encode import Encoder, complete_wav_file, encode
from menura.audio.formats import OutputFormat
from menura.audio.recognise import RATE, Recogniser, Segment, Word
from menura.audio.resample import resample
from menura.audio.spool import ENCODINGS, Headerless, Spool, spooled
from menura.audio.transcribe import BLOCK_SECONDS, WINDOW_SECONDS, speech, transcribe, windows
from menura.errors import AudioError, CancelledError, InputError

Audio = NDArray[np.float32]


def spool(audio: Audio) -> Spool:
    """A recording on disk, at 16 kHz."""
    return Spool(io.BytesIO(audio.astype("<f4").tobytes()), 1, RATE)


def loud_spans(audio: Audio, sample_rate: int) -> list[Span]:
    """What is loud counts as speech; stretches are apart by a tenth of a second."""
    loud = np.flatnonzero(np.abs(audio) > 0.1)
    if not loud.size:
        return []
    cuts = np.flatnonzero(np.diff(loud) > sample_rate // 10)
    starts = loud[np.concatenate([[0], cuts + 1])]
    ends = loud[np.concatenate([cuts, [loud.size - 1]])] + 1
    return [Span(a / sample_rate, b / sample_rate) for a, b in zip(starts, ends, strict=True)]


def bursts(*spans: tuple[float, float], seconds: float) -> Audio:
    """Silence with loud stretches."""
    audio = np.zeros(round(seconds * RATE), np.float32)
    for start, end in spans:
        audio[round(start * RATE) : round(end * RATE)] = 0.5
    return audio


class Ears(Recogniser):
    """Hears one word in all it is given, too long by a second."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, str | None]] = []

    def segments(
        self, audio: Audio, language: str | None = None, *, words: bool = False
    ) -> tuple[list[Segment], str]:
        seconds = audio.size / RATE
        self.heard.append((seconds, language))
        timed = (Word(" word.", 0.2, seconds + 1.0),) if words else ()
        blank = Segment("  ", 0.0, 0.1, (), (), -1.0, 1.0, 0.9)
        word = Segment(" word.", 0.2, seconds + 1.0, timed, (1,), -0.1, 1.0, 0.1)
        return [blank, word], language or "de"


def test_speech_across_blocks_is_found_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcribing, "speech_spans", loud_spans)
    spans = [(1.0, 4.0), (BLOCK_SECONDS - 2, BLOCK_SECONDS + 3), (BLOCK_SECONDS + 9, 311.0)]
    found = list(speech(spool(bursts(*spans, seconds=320.0))))
    assert [(s.start, s.end) for s in found] == [pytest.approx(span, abs=0.01) for span in spans]


def test_speech_without_any_pause_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcribing, "speech_spans", loud_spans)
    found = list(speech(spool(bursts((0.0, 650.0), seconds=650.0))))
    assert [s.start for s in found] == [0.0, BLOCK_SECONDS, 2 * BLOCK_SECONDS]
    assert found[-1].end == 650.0


def test_windows_hold_what_fits_and_no_long_pause() -> None:
    spans = [Span(0, 10), Span(11, 20), Span(21, 29), Span(30, 31), Span(37, 38), Span(40, 80)]
    found = list(windows(iter(spans)))
    assert found == [Span(0, 20), Span(21, 31), Span(37, 38), Span(40, 80)]
    assert all(w.seconds <= WINDOW_SECONDS for w in found[:-1])
    assert list(windows(iter([]))) == []


def test_times_count_from_the_start_of_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcribing, "speech_spans", loud_spans)
    ears, shares = Ears(), []
    audio = bursts((10.0, 12.0), (40.0, 41.0), seconds=50.0)
    found, language = transcribe(spool(audio), ears, None, words=True, progress=shares.append)
    assert language == "de"
    assert ears.heard == [(pytest.approx(2.4), None), (pytest.approx(1.4), "de")]
    assert [(s.start, s.end) for s in found] == [(10.0, 12.2), (40.0, 41.2)]
    assert [(w.start, w.end) for s in found for w in s.words] == [(10.0, 12.2), (40.0, 41.2)]
    assert shares == [pytest.approx(0.2), pytest.approx(0.8)]


def test_silence_gives_nothing() -> None:
    quiet = spool(np.zeros(3 * RATE, np.float32))
    assert transcribe(quiet, Ears(), "pt-BR", words=False, progress=print) == ([], "pt")
    assert transcribe(quiet, Ears(), None, words=False, progress=print) == ([], "en")


def test_stopping_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcribing, "speech_spans", loud_spans)
    ears = Ears()

    def stop(share: float) -> None:
        if share > 0.5:
            raise CancelledError("cancelled", "Stopped.")

    audio = bursts((1.0, 2.0), (40.0, 41.0), seconds=50.0)
    with pytest.raises(CancelledError):
        transcribe(spool(audio), ears, "en", words=False, progress=stop)
    assert len(ears.heard) == 1


@pytest.mark.parametrize("channels", [1, 2])
def test_a_file_is_read_in_pieces(tmp_path: Path, channels: int) -> None:
    sound = 0.4 * np.sin(np.arange(2 * 44100) / 20)
    path = tmp_path / "a.flac"
    soundfile.write(path, np.stack([sound] * channels, axis=1), 44100)
    with spooled(path, sample_rate=RATE, max_seconds=2.0) as found:
        assert found.seconds == pytest.approx(2.0, abs=0.01)
        whole = resample(sound.astype(np.float32), 44100, RATE)
        piece = found.read(0.5, 1.0)
        assert piece.size == RATE // 2
        assert np.abs(piece - whole[RATE // 2 : RATE]).max() < 1e-3
        assert found.read(1.9, 9.0).size == pytest.approx(RATE // 10, abs=200)
        assert found.read(5.0, 9.0).size == 0
        assert [p.name for p in tmp_path.iterdir()] == ["a.flac"], "the copy has no name"
    with (
        pytest.raises(AudioError, match="longer than 1.5 s") as caught,
        spooled(path, sample_rate=RATE, max_seconds=1.5),
    ):
        pass
    assert caught.value.code == "audio_too_long"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_samples_without_a_header(tmp_path: Path, encoding: str) -> None:
    sound = (0.4 * np.sin(np.arange(8000) / 10)).astype(np.float32)
    path = tmp_path / "a.raw"
    if encoding == "pcm_s32le":
        path.write_bytes((sound * 2.0**31).astype("<i4").tobytes())
    else:
        path.write_bytes(encode(sound, 8000, OutputFormat("raw", 8000, encoding=encoding)))
    kind = Headerless(encoding, 8000)
    with spooled(path, sample_rate=RATE, max_seconds=1.0, headerless=kind) as found:
        assert np.abs(found.read(0.2, 0.8) - resample(sound, 8000, RATE)[3200:12800]).max() < 0.02
    with (
        pytest.raises(AudioError, match=r"longer than 0\.9 s"),
        spooled(path, sample_rate=RATE, max_seconds=0.9, headerless=kind),
    ):
        pass


def test_samples_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    for data, code in ((b"", "audio_empty"), (b"\xff" * 4000, "audio_not_finite")):
        path.write_bytes(data)
        kind = Headerless("pcm_f32le", 16000)
        with (
            pytest.raises(AudioError) as caught,
            spooled(path, sample_rate=RATE, max_seconds=9.0, headerless=kind),
        ):
            pass
        assert caught.value.code == code
    for encoding, rate in (("pcm_s8", 16000), ("pcm_s16le", 999), ("pcm_s16le", 200_000)):
        with pytest.raises(InputError):
            Headerless(encoding, rate)


def test_a_wav_on_disk_gets_its_true_length(tmp_path: Path) -> None:
    encoder = Encoder(OutputFormat("wav", 8000, encoding="pcm_alaw"), 8000)
    path = tmp_path / "a.wav"
    path.write_bytes(encoder.write(np.zeros(4001, np.float32)) + encoder.finish())
    with path.open("r+b") as file:
        complete_wav_file(file)
    assert soundfile.info(path).frames == 4001
    assert path.stat().st_size % 2 == 0


def test_whisper_hears_two_phrases_with_a_long_silence_between(
    shared_data: Path, cache: Path, tmp_path: Path
) -> None:
    audio, rate = soundfile.read(
        shared_data / "languages" / "de_de_rhasspy-0004.flac", dtype="float32"
    )
    quiet = np.zeros(40 * rate, np.float32)
    path = tmp_path / "two.flac"
    soundfile.write(path, np.concatenate([audio, quiet, audio]), rate)
    with spooled(path, sample_rate=RATE, max_seconds=120.0) as found:
        segments, language = transcribe(
            found, Recogniser(cache / "cache", 1), None, words=True, progress=lambda share: None
        )
    assert language == "de"
    text = "".join(segment.text for segment in segments).strip()
    assert text.lower().count("des landkreises") == 2
    assert len(text) < 260, "nothing is made up in the silence"
    words = [word for segment in segments for word in segment.words]
    assert all(
        word.end <= later.start + 0.05 for word, later in zip(words, words[1:], strict=False)
    )
    late = [w for w in words if w.start > 40]
    assert len(late) == len(words) / 2
    offset = 40 + audio.size / rate
    assert late[0].start - words[0].start == pytest.approx(offset, abs=0.5)
