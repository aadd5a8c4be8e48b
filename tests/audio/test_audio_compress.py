"""The formats that only OpenAI's clients ask for: flac, opus and aac as streams."""

import io

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from menura.audio.compress import PAGE_SECONDS
from menura.audio.encode import Encoder
from menura.audio.formats import OutputFormat

RATE = 24000
KINDS = {"flac": ("flac", "flac"), "opus": ("ogg", "opus"), "aac": ("aac", "aac")}


def tone(seconds: float) -> NDArray[np.float32]:
    """Harmonics with syllables."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * 130 * k * time) / k for k in range(1, 9))
    return (0.2 * wave * (0.55 - 0.45 * np.cos(2 * np.pi * 4 * time))).astype(np.float32)


def stream(container: str, seconds: float, step: int) -> list[bytes]:
    """What each write gave, the end last."""
    encoder = Encoder(OutputFormat(container, RATE), RATE)
    sound = tone(seconds)
    parts = [encoder.write(sound[at : at + step]) for at in range(0, sound.size, step)]
    return [*parts, encoder.finish()]


@pytest.mark.parametrize("container", KINDS)
def test_the_stream_holds_the_speech(container: str) -> None:
    data = b"".join(stream(container, 2.0, 999))
    with av.open(io.BytesIO(data)) as file:
        found = file.streams.audio[0]
        assert (file.format.name, found.codec_context.name.removeprefix("lib")) == KINDS[container]
        assert found.channels == 1
        resampler = av.AudioResampler("fltp", "mono", RATE)
        frames = [out for frame in file.decode(found) for out in resampler.resample(frame)]
    heard = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    assert heard.size / RATE == pytest.approx(2.0, abs=0.1)
    middle = tone(2.0)[RATE // 2 : RATE]
    match = np.correlate(heard, middle, "valid").max() / np.square(middle).sum()
    assert match == pytest.approx(1.0, abs=0.02 if container == "flac" else 0.15)


@pytest.mark.parametrize("container", KINDS)
def test_the_bytes_do_not_depend_on_the_cuts(container: str) -> None:
    whole = b"".join(stream(container, 1.0, RATE))
    assert b"".join(stream(container, 1.0, 777)) == whole


@pytest.mark.parametrize("container", KINDS)
def test_bytes_leave_while_the_speech_goes_on(container: str) -> None:
    step = RATE // 10
    sizes = np.cumsum([len(part) for part in stream(container, 3.0, step)])
    held = PAGE_SECONDS + 0.3
    late = round(held * RATE / step)
    # After each stretch, all but the last part of a second has left.
    assert all(sizes[n] > 0.8 * sizes[-1] * (n - late) / 30 for n in range(late, 30))
    assert sizes[late + 2] > 500


@pytest.mark.parametrize("container", KINDS)
def test_nothing_written_is_no_crash(container: str) -> None:
    assert len(b"".join(stream(container, 0.0, 1))) < 500


def test_media_types() -> None:
    kinds = {name: OutputFormat(name, RATE).media_type for name in KINDS}
    assert kinds == {"flac": "audio/flac", "opus": "audio/ogg", "aac": "audio/aac"}
