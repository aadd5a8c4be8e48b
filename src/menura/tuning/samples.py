"""Held-out sentences as sound: what an instant clone and the tuned model made of them."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import soundfile
from numpy.typing import NDArray

from menura.audio.activity import speech_spans
from menura.audio.loudness import normalise_rms
from menura.audio.recording import read_stretch, stretch_as_wav
from menura.errors import InputError
from menura.library.fine_tune_reports import Sample, sample_not_found
from menura.models.contract import TuneSample
from menura.tuning.training_clips import TrainingClips
from menura.work.tune import TunedSample
from menura.work.whole_files import write_whole

Audio = NDArray[np.float32]

Sound = Literal["recording", "instant", "tuned"]
"""Of a sample: by the person, by an instant clone, by the tuned model."""

SOUNDS: tuple[Sound, ...] = get_args(Sound)

_LONGEST_SECONDS = 3600.0
"""Longer than any sentence."""


def write_samples(
    samples: Sequence[TuneSample], clips: TrainingClips, sample_rate: int, folder: Path
) -> tuple[TunedSample, ...]:
    """Writes what was spoken to FLAC files, each of which appears when it is whole on disk.

    Both are equally loud; each sample says by what factor its recording is. Raises OSError.
    """
    found = []
    for number, one in enumerate(samples, start=1):
        clip = clips.utterances[one.index]
        recording, rate = read_stretch(clip.audio, clip.start, clip.end)
        found.append(
            TunedSample(
                clip=clip,
                gain=round(_power(_levelled(recording, rate)) / max(_power(recording), 1e-9), 4),
                instant=_write(one.instant, sample_rate, folder / f"sample-{number}-instant.flac"),
                tuned=_write(one.tuned, sample_rate, folder / f"sample-{number}-tuned.flac"),
                instant_scores=one.instant_scores,
                tuned_scores=one.tuned_scores,
            )
        )
    return tuple(found)


def sample_as_wav(sample: Sample, sound: Sound) -> bytes:
    """A sound of a sample as a WAV file. Raises NotFoundError when it is gone."""
    path = sound_of(sample, sound)
    if path is None:
        raise sample_not_found(sample.number)
    if sound == "recording":
        return stretch_as_wav(path, sample.start, sample.end, gain=sample.gain)
    return stretch_as_wav(path, 0.0, _LONGEST_SECONDS)


def save_samples(samples: Sequence[Sample], folder: Path) -> list[Path]:
    """Writes all sounds that are there to WAV files of a folder, which is made.

    Raises InputError where nothing can be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sample in samples:
            for sound in SOUNDS:
                if sound_of(sample, sound) is not None:
                    written.append(folder / f"{sample.number}-{sound}.wav")
                    written[-1].write_bytes(sample_as_wav(sample, sound))
    except OSError as error:
        raise InputError(
            "file_not_writable",
            f"The folder {str(folder)!r} cannot be written to: {error.strerror or error}.",
            "Give a folder that you may write to, with some room on its disk.",
        ) from error
    return written


def sound_of(sample: Sample, sound: Sound) -> Path | None:
    """The file that a sound is in; None when it is gone."""
    return {"recording": sample.recording, "instant": sample.instant, "tuned": sample.tuned}[sound]


def _levelled(audio: Audio, rate: int) -> Audio:
    return normalise_rms(audio, rate, speech_spans(audio, rate))


def _power(audio: Audio) -> float:
    """RMS of samples."""
    return float(np.sqrt(np.square(audio, dtype=np.float64).mean())) if audio.size else 0.0


def _write(audio: Audio, rate: int, target: Path) -> Path:
    # Encoded in memory, since libsndfile does not tell why it could not write.
    whole = io.BytesIO()
    soundfile.write(whole, _levelled(audio, rate), rate, format="FLAC", subtype="PCM_16")
    write_whole(target, whole.getvalue())
    return target
