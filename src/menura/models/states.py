"""Voice states as safetensors files: what leaves a model is written here and checked on return.

The file's own header carries the format version and the snapshot beside the model's metadata. A
file comes from outside as often as from our own store, so everything is checked before use: sizes
before reading, number types before making arrays, and every float for being finite.
"""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from menura.errors import StateError
from menura.models.contract import VoiceState

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_HEADER_BYTES = 1024 * 1024

_FORMAT = "menura.format"
_SNAPSHOT = "menura.snapshot"
_VERSION = "1"

_DTYPES = {
    "F16": np.dtype(np.float16),
    "F32": np.dtype(np.float32),
    "I8": np.dtype(np.int8),
    "I16": np.dtype(np.int16),
    "I32": np.dtype(np.int32),
    "I64": np.dtype(np.int64),
    "U8": np.dtype(np.uint8),
}
_REMEDY = "Give a voice file that Menura wrote, whole and unchanged, or clone the voice again."


def save(state: VoiceState) -> bytes:
    """Writes a voice state as the bytes of one safetensors file.

    Raises StateError for number types other than float16, float32, int8–int64 and uint8, for
    numbers that are not finite, for reserved metadata names and for more than 64 MB.
    """
    tensors: dict[str, NDArray[Any]] = {}
    for name, array in state.tensors.items():
        if array.dtype not in _DTYPES.values():
            raise StateError(
                "state_type_not_allowed",
                f"The tensor {name!r} holds {array.dtype}, which a voice file cannot carry.",
                "Float16, float32, int8 to int64 and uint8 are accepted.",
            )
        _check_finite(name, array)
        tensors[name] = np.ascontiguousarray(array)
    reserved = [name for name in state.metadata if name.startswith("menura.")]
    if reserved:
        raise StateError(
            "state_metadata_reserved",
            f"The metadata name {reserved[0]!r} is reserved.",
            "Use a name that does not start with 'menura.'.",
        )
    metadata = {**state.metadata, _FORMAT: _VERSION, _SNAPSHOT: state.snapshot}
    data = safetensors.numpy.save(tensors, metadata=metadata)
    _check_sizes(len(data), data[:8])
    return data


def load(source: bytes | Path) -> VoiceState:
    """Reads a voice state from the bytes of a safetensors file, or from the file itself.

    Raises StateError for a missing, oversized, broken or foreign file. Whether the tensors fit a
    model is the model's own check (`BaseModel.check_state`).
    """
    data = source if isinstance(source, bytes) else _read(source)
    metadata = _check_header(data)
    try:
        tensors = safetensors.numpy.load(data)
    except (safetensors.SafetensorError, ValueError, KeyError) as error:
        raise StateError(
            "state_broken", f"The voice file cannot be read: {error}.", _REMEDY
        ) from error
    for name, array in tensors.items():
        _check_finite(name, array)
    snapshot = metadata.pop(_SNAPSHOT)
    metadata.pop(_FORMAT)
    return VoiceState(snapshot=snapshot, tensors=tensors, metadata=metadata)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than allowed tells an oversized file without reading all of it.
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise StateError(
            "state_file_missing",
            "The voice file cannot be opened.",
            "The voice may have been deleted a moment ago; list the voices and choose again.",
        ) from error
    return data


def _check_sizes(size: int, head: bytes) -> int:
    if size > MAX_FILE_BYTES:
        raise StateError(
            "state_too_large",
            "The voice file is larger than 64 MB.",
            "Voice files of Menura are far smaller; give the right file.",
        )
    if size < 8:
        raise StateError("state_broken", "The voice file is too short to be one.", _REMEDY)
    header: int = struct.unpack("<Q", head)[0]
    if header > min(MAX_HEADER_BYTES, size - 8):
        raise StateError("state_broken", "The voice file's header has no sane length.", _REMEDY)
    return header


def _check_header(data: bytes) -> dict[str, str]:
    """Checks sizes and number types; returns the metadata with format and snapshot in it."""
    length = _check_sizes(len(data), data[:8])
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise StateError("state_broken", "The voice file's header is no JSON.", _REMEDY) from error
    if not isinstance(header, dict):
        raise StateError("state_broken", "The voice file's header is no JSON object.", _REMEDY)
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise StateError("state_foreign", "The file does not say which model made it.", _REMEDY)
    if metadata.get(_FORMAT) != _VERSION or _SNAPSHOT not in metadata:
        raise StateError("state_foreign", "The file is no voice file of this version.", _REMEDY)
    for name, entry in header.items():
        dtype = entry.get("dtype") if isinstance(entry, dict) else None
        if not isinstance(dtype, str) or dtype not in _DTYPES:
            raise StateError(
                "state_type_not_allowed",
                f"The tensor {name[:80]!r} has a number type that voice files do not carry.",
                "Float16, float32, int8 to int64 and uint8 are accepted.",
            )
    return dict(metadata)


def _check_finite(name: str, array: NDArray[Any]) -> None:
    if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
        raise StateError(
            "state_not_finite",
            f"The tensor {name[:80]!r} holds numbers that are not finite.",
            _REMEDY,
        )
