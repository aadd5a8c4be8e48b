"""Voice states as safetensors files: what leaves a model is written here and checked on return.

The file's own header carries the format version and the snapshot beside the model's metadata; in
an exported file, also a card that says whose voice it is (`menura.library.voice_files`). A file
comes from outside as often as from our own store, so everything is checked before use: sizes
before reading, number types and shapes before making arrays, and every float for being finite.
"""

import json
import math
import struct
from pathlib import Path
from typing import Any, TypeGuard

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
_CARD = "menura.voice"
_VERSION = "1"

MOST_TENSORS = 4096
MOST_DIMENSIONS = 8
MOST_TEXTS = 64
TEXT_CHARACTERS = 256 * 1024
"""Of one text in the header; a name may have 200 characters."""

_NAME_CHARACTERS = 200

_DTYPES: dict[str, np.dtype[Any]] = {
    "F16": np.dtype(np.float16),
    "F32": np.dtype(np.float32),
    "I8": np.dtype(np.int8),
    "I16": np.dtype(np.int16),
    "I32": np.dtype(np.int32),
    "I64": np.dtype(np.int64),
    "U8": np.dtype(np.uint8),
}
_REMEDY = "Give a voice file that Menura wrote, whole and unchanged, or clone the voice again."


def save(state: VoiceState, card: str | None = None, *, most_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Writes a voice state as the bytes of one safetensors file, with a card if one is given.

    Raises StateError for number types other than float16, float32, int8–int64 and uint8, for
    numbers that are not finite, for reserved metadata names and for more than `most_bytes`.
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
    if card is not None:
        metadata[_CARD] = card
    data = safetensors.numpy.save(tensors, metadata=metadata)
    _check_sizes(len(data), data[:8], most_bytes)
    return data


def load(source: bytes | Path, *, most_bytes: int = MAX_FILE_BYTES) -> VoiceState:
    """Reads a voice state from the bytes of a safetensors file, or from the file itself.

    Raises StateError for a missing, oversized, broken or foreign file. Whether the tensors fit a
    model is the model's own check (`BaseModel.check_state`).
    """
    return load_with_card(source, most_bytes=most_bytes)[0]


def load_with_card(
    source: bytes | Path, *, most_bytes: int = MAX_FILE_BYTES
) -> tuple[VoiceState, str | None]:
    """As `load`, with the card of an exported file. Raises StateError."""
    data = source if isinstance(source, bytes) else _read(source, most_bytes)
    metadata = _check_header(data, most_bytes)
    try:
        tensors = safetensors.numpy.load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, OverflowError) as error:
        raise StateError(
            "state_broken", f"The voice file cannot be read: {str(error)[:200]}.", _REMEDY
        ) from error
    for name, array in tensors.items():
        _check_finite(name, array)
    snapshot = metadata.pop(_SNAPSHOT)
    metadata.pop(_FORMAT)
    card = metadata.pop(_CARD, None)
    return VoiceState(snapshot=snapshot, tensors=tensors, metadata=metadata), card


def _read(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            # One byte more than allowed tells an oversized file without reading all of it.
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise StateError(
            "state_file_missing",
            "The voice file cannot be opened.",
            "The voice may have been deleted a moment ago; list the voices and choose again.",
        ) from error
    return data


def _check_sizes(size: int, head: bytes, most_bytes: int) -> int:
    if size > most_bytes:
        raise StateError(
            "state_too_large",
            f"The voice file is larger than {most_bytes // 2**20} MB.",
            "Voice files of Menura are far smaller; give the right file.",
        )
    if size < 8:
        raise StateError("state_broken", "The voice file is too short to be one.", _REMEDY)
    header: int = struct.unpack("<Q", head)[0]
    if header > min(MAX_HEADER_BYTES, size - 8):
        raise StateError("state_broken", "The voice file's header has no sane length.", _REMEDY)
    return header


def _check_header(data: bytes, most_bytes: int) -> dict[str, str]:
    """Checks sizes and number types; returns the metadata with format and snapshot in it."""
    length = _check_sizes(len(data), data[:8], most_bytes)
    try:
        header = json.loads(data[8 : 8 + length], object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise StateError("state_broken", "The voice file's header is no JSON.", _REMEDY) from error
    if not isinstance(header, dict):
        raise StateError("state_broken", "The voice file's header is no JSON object.", _REMEDY)
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise StateError("state_foreign", "The file does not say which model made it.", _REMEDY)
    if metadata.get(_FORMAT) != _VERSION or _SNAPSHOT not in metadata:
        raise StateError("state_foreign", "The file is no voice file of this version.", _REMEDY)
    if len(metadata) > MOST_TEXTS or not all(map(is_text, metadata.items())):
        raise StateError(
            "state_metadata_invalid", "The voice file's header has texts out of bounds.", _REMEDY
        )
    if len(header) > MOST_TENSORS:
        raise StateError("state_broken", "The voice file has too many tensors.", _REMEDY)
    for name, entry in header.items():
        _check_entry(name, entry, most_bytes)
    return dict(metadata)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Readers differ in which of two values they take, so a file could show each another face.
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def is_text(pair: tuple[str, object]) -> bool:
    """Whether a name and its text may stand in a header: of bounded length, in whole characters."""
    name, text = pair
    if not isinstance(text, str):
        return False
    try:
        # Half of a surrogate pair is a JSON string, but nothing that could be stored.
        (name + text).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(name) <= _NAME_CHARACTERS and len(text) <= TEXT_CHARACTERS


def _check_entry(name: str, entry: object, most_bytes: int) -> None:
    """Checks what the header says of one tensor; that tensors fill the file, the reader checks."""
    dtype = entry.get("dtype") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(dtype, str) or dtype not in _DTYPES:
        raise StateError(
            "state_type_not_allowed",
            f"The tensor {name[:80]!r} has a number type that voice files do not carry.",
            "Float16, float32, int8 to int64 and uint8 are accepted.",
        )
    shape, offsets = entry.get("shape"), entry.get("data_offsets")
    if not (
        len(entry) == 3
        and _are_sizes(shape, most_bytes)
        and _are_sizes(offsets, most_bytes)
        and len(shape) <= MOST_DIMENSIONS
        and len(offsets) == 2
        and math.prod(shape) * _DTYPES[dtype].itemsize == offsets[1] - offsets[0]
        and is_text((name, ""))
    ):
        raise StateError(
            "state_broken", f"The tensor {name[:80]!r} has no sane shape or place.", _REMEDY
        )


def _are_sizes(value: object, most: int) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        type(number) is int and 0 <= number <= most for number in value
    )


def _check_finite(name: str, array: NDArray[Any]) -> None:
    if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
        raise StateError(
            "state_not_finite",
            f"The tensor {name[:80]!r} holds numbers that are not finite.",
            _REMEDY,
        )
