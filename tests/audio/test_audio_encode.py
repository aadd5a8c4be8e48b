"""Output formats, resampling and limiting."""

import io
import itertools
import struct

import av
import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from menura.audio.encode import (
    Encoder,
    complete_wav,
    encode,
    encode_samples,
    mp3_bit_rate,
    wav_header,
)
from menura.audio.formats import (
    BIT_RATES,
    ENCODINGS,
    SAMPLE_RATES,
    OutputFormat,
    parse_output_format,
)
from menura.audio.limit import CEILING, Limiter
from menura.audio.resample import Resampler, resample
from menura.errors import InputError

Audio = NDArray[np.float32]
SOURCE = 24000


def voice(seconds: float = 1.0) -> Audio:
    """Harmonics of a glide with syllables, at 24 kHz."""
    time = np.arange(round(seconds * SOURCE)) / SOURCE
    phase = 2 * np.pi * (120.0 * time + 20.0 * time**2)
    wave = sum(np.sin(k * phase) / k for k in range(1, 12))
    return (0.2 * wave * (0.55 - 0.45 * np.cos(2 * np.pi * 4.0 * time))).astype(np.float32)


def formats() -> list[OutputFormat]:
    """All that can be asked for."""
    pcm = [
        OutputFormat(container, rate, encoding=encoding)
        for container, rate, encoding in itertools.product(("raw", "wav"), SAMPLE_RATES, ENCODINGS)
    ]
    return pcm + [
        OutputFormat("mp3", r, bit_rate=b) for r, b in itertools.product(SAMPLE_RATES, BIT_RATES)
    ]


def cut(audio: Audio, seed: int = 0) -> list[Audio]:
    """Chunks of very different lengths, empty ones among them."""
    random = np.random.default_rng(seed)
    places = np.sort(random.integers(0, audio.size, 12))
    return [*np.split(audio, [1, 1, *places])]


def in_chunks(output: OutputFormat, audio: Audio, volume: float = 1.0) -> bytes:
    """Streams."""
    encoder = Encoder(output, SOURCE, volume=volume)
    return b"".join([*(encoder.write(chunk) for chunk in cut(audio)), encoder.finish()])


def snr(truth: Audio, heard: Audio) -> float:
    """Signal-to-error ratio in dB."""
    error = np.square(truth - heard, dtype=np.float64).sum()
    return float(10 * np.log10(np.square(truth, dtype=np.float64).sum() / (error + 1e-20)))


@pytest.mark.parametrize("output", formats(), ids=str)
def test_chunks_give_the_same_bytes_as_one_write(output: OutputFormat) -> None:
    encoder = Encoder(output, SOURCE, volume=1.6)
    whole = encoder.write(voice(0.5)) + encoder.finish()
    assert in_chunks(output, voice(0.5), volume=1.6) == whole
    assert len(whole) > 500


@pytest.mark.parametrize("rate", SAMPLE_RATES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_wav_holds_the_speech(encoding: str, rate: int) -> None:
    data = encode(voice(), SOURCE, OutputFormat("wav", rate, encoding=encoding))
    heard, found = sf.read(io.BytesIO(data), dtype="float32")
    assert found == rate
    assert heard.size == rate
    truth = resample(voice(), SOURCE, rate)
    assert snr(truth, heard) > {"pcm_f32le": 100, "pcm_s16le": 75}.get(encoding, 33)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_raw_is_the_wav_without_its_header(encoding: str) -> None:
    raw = encode(voice(), SOURCE, OutputFormat("raw", 8000, encoding=encoding))
    wav = encode(voice(), SOURCE, OutputFormat("wav", 8000, encoding=encoding))
    assert wav.endswith(raw)
    assert len(wav) - len(raw) == len(wav_header(encoding, 8000))


@pytest.mark.parametrize("output", [f for f in formats() if f.container == "mp3"], ids=str)
def test_mp3_holds_the_speech_at_its_bit_rate(output: OutputFormat) -> None:
    data = in_chunks(output, voice(2.0))
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        assert (container.format.name, stream.rate, stream.channels) == (
            "mp3",
            output.sample_rate,
            1,
        )
        heard = np.concatenate([f.to_ndarray()[0] for f in container.decode(stream)])
    assert heard.size / output.sample_rate == pytest.approx(2.0, abs=0.2)
    assert len(data) * 8 / 2.0 == pytest.approx(mp3_bit_rate(output), rel=0.15)
    truth = resample(voice(2.0), SOURCE, output.sample_rate)
    middle = truth[output.sample_rate // 2 : output.sample_rate]
    match = np.correlate(heard, middle, "valid").max() / np.square(middle).sum()
    assert match == pytest.approx(1.0, abs=0.1)


def test_mp3_bit_rates_that_mpeg_lacks_fall_to_the_next_lower() -> None:
    rates = {r: mp3_bit_rate(OutputFormat("mp3", r, bit_rate=192000)) for r in SAMPLE_RATES}
    assert rates == {
        8000: 64000,
        16000: 160000,
        22050: 160000,
        24000: 160000,
        44100: 192000,
        48000: 192000,
    }
    assert mp3_bit_rate(OutputFormat("mp3", 8000, bit_rate=32000)) == 32000


def test_streamed_wav_has_no_length_and_still_plays() -> None:
    data = in_chunks(OutputFormat("wav", 24000, encoding="pcm_s16le"), voice())
    assert data[4:8] == data[40:44] == b"\xff" * 4
    with av.open(io.BytesIO(data)) as container:
        heard = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    assert heard.size == SOURCE


@pytest.mark.parametrize(
    ("encoding", "tag"), [("pcm_f32le", 3), ("pcm_s16le", 1), ("pcm_mulaw", 7), ("pcm_alaw", 6)]
)
def test_wav_header_by_the_book(encoding: str, tag: int) -> None:
    data = complete_wav(in_chunks(OutputFormat("wav", 8000, encoding=encoding), voice(0.5)[:11999]))
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    assert len(data) % 2 == 0
    assert struct.unpack_from("<HHI", data, 20) == (tag, 1, 8000)
    fact = data.find(b"fact")
    assert (fact > 0) == (tag != 1)
    samples = sf.info(io.BytesIO(data)).frames
    assert samples == 4000
    if tag != 1:
        assert struct.unpack_from("<I", data, fact + 8)[0] == samples


def test_sixteen_bits_are_rounded_and_never_wrap() -> None:
    ends = np.array([1.0, -1.0, 0.0, 0.4 / 32768, 0.6 / 32768], np.float32)
    assert np.frombuffer(encode_samples(ends, "pcm_s16le"), "<i2").tolist() == [
        32767,
        -32768,
        0,
        0,
        1,
    ]


def test_silence_stays_silence() -> None:
    quiet = np.zeros(2400, np.float32)
    assert set(encode(quiet, SOURCE, OutputFormat("raw", 8000, encoding="pcm_s16le"))) == {0}
    assert set(encode(quiet, SOURCE, OutputFormat("raw", 8000, encoding="pcm_mulaw"))) <= {
        0xFF,
        0x7F,
    }


def test_nothing_written_is_an_empty_recording() -> None:
    for output in formats():
        data = Encoder(output, SOURCE).finish()
        assert (len(data) > 0) == (output.container == "wav")


@pytest.mark.parametrize("source", [8000, 16000, 22050, 24000, 48000])
def test_streamed_resampling_equals_whole_resampling(source: int) -> None:
    stream = Resampler(source, 44100)
    parts = [*(stream.write(chunk) for chunk in cut(voice())), stream.finish()]
    assert np.abs(np.concatenate(parts) - resample(voice(), source, 44100)).max() < 1e-5


def test_speech_under_the_ceiling_is_left_alone() -> None:
    limiter = Limiter(SOURCE)
    assert np.array_equal(np.concatenate([limiter.write(voice()), limiter.finish()]), voice())


@pytest.mark.parametrize("volume", [0.5, 1.0, 2.0, 6.0])
def test_the_limiter_never_clips_and_never_clicks(volume: float) -> None:
    sound = voice() / np.abs(voice()).max() * 0.9
    limiter = Limiter(SOURCE, volume)
    parts = [*(limiter.write(chunk) for chunk in cut(sound)), limiter.finish()]
    out = np.concatenate(parts)
    assert out.size == sound.size
    assert np.abs(out).max() <= CEILING + 1e-6
    loud = np.abs(sound) > 0.01
    gain = out[loud] / sound[loud]
    assert gain.max() <= volume * 1.0001
    assert np.abs(np.diff(gain)).max() < 0.05 * volume  # glides, no steps
    if volume * 0.9 < CEILING:
        assert np.allclose(out, sound * volume)
    else:
        assert np.abs(out).max() > 0.9 * CEILING


def test_a_loud_start_is_held_too() -> None:
    limiter = Limiter(SOURCE, 4.0)
    out = np.concatenate([limiter.write(np.full(5000, 0.9, np.float32)), limiter.finish()])
    assert np.abs(out).max() <= CEILING + 1e-6


def test_output_formats_as_clients_send_them() -> None:
    parse = parse_output_format
    assert parse(
        {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 44100}
    ) == OutputFormat("raw", 44100, encoding="pcm_f32le")
    assert parse(
        {"container": "wav", "encoding": "pcm_s16le", "sample_rate": "8000", "bit_rate": 128000}
    ) == OutputFormat("wav", 8000, encoding="pcm_s16le")
    mp3 = OutputFormat("mp3", 44100, bit_rate=128000)
    for bit_rate in (128000, 128, "128", "128000", 128000.0):
        for encoding in (None, ""):
            sent = {"container": "mp3", "sample_rate": 44100, "bit_rate": bit_rate}
            assert parse({**sent, "encoding": encoding}) == mp3
            assert parse(sent) == mp3
    assert mp3.media_type == "audio/mpeg"
    assert OutputFormat("wav", 8000, "pcm_alaw").media_type == "audio/wav"
    assert OutputFormat("raw", 8000, "pcm_alaw").media_type == "application/octet-stream"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"container": "ogg", "sample_rate": 8000},
        {"container": ["wav"], "sample_rate": 8000, "encoding": "pcm_s16le"},
        {"container": "wav", "sample_rate": 8000},
        {"container": "raw", "encoding": "pcm_s24le", "sample_rate": 8000},
        {"container": "raw", "encoding": "pcm_s16le"},
        {"container": "raw", "encoding": "pcm_s16le", "sample_rate": None},
        {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 11025},
        {"container": "raw", "encoding": "pcm_s16le", "sample_rate": True},
        {"container": "raw", "encoding": "pcm_s16le", "sample_rate": "many"},
        {"container": "raw", "encoding": "pcm_s16le", "sample_rate": "nan"},
        {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 8000.5},
        {"container": "mp3", "sample_rate": 44100},
        {"container": "mp3", "sample_rate": 44100, "bit_rate": 320000},
        {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000, "encoding": "pcm_s16le"},
    ],
    ids=str,
)
def test_other_output_formats_are_refused_with_a_remedy(sent: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        parse_output_format(sent)
    assert caught.value.code == "output_format_invalid"
    assert caught.value.remedy
