"""Voice files: what is written comes back, what is broken is refused."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.errors import StateError
from menura.models.contract import VoiceState
from menura.models.states import load, save

STATE = VoiceState(
    "menura-1-2026-11",
    {
        "style": np.linspace(-1, 1, 256, dtype=np.float16).reshape(2, 128),
        "bias": np.ones((3,), np.float32),
        "rank": np.array([16], np.int32),
        "empty": np.zeros((0, 4), np.float32),
    },
    {"kind": "clone", "note": "žluťoučký"},
)
DATA = save(STATE)


def test_a_state_comes_back_as_it_went(tmp_path: Path) -> None:
    path = tmp_path / "voice.safetensors"
    path.write_bytes(DATA)
    for back in (load(DATA), load(path)):
        assert back.snapshot == STATE.snapshot
        assert back.metadata == STATE.metadata
        assert back.tensors.keys() == STATE.tensors.keys()
        for name, array in STATE.tensors.items():
            assert back.tensors[name].dtype == array.dtype
            np.testing.assert_array_equal(back.tensors[name], array)


def test_views_are_saved_as_they_look() -> None:
    array = np.arange(12, dtype=np.float32).reshape(3, 4).T[::2]
    back = load(save(VoiceState("s", {"a": array})))
    np.testing.assert_array_equal(back.tensors["a"], array)


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.array([np.nan], np.float32), "state_not_finite"),
        (np.array([np.inf], np.float16), "state_not_finite"),
        (np.array([1.0], np.float64), "state_type_not_allowed"),
        (np.array(["x"]), "state_type_not_allowed"),
        (np.array([True]), "state_type_not_allowed"),
    ],
)
def test_states_that_cannot_be_saved(array: np.ndarray, code: str) -> None:
    with pytest.raises(StateError) as caught:
        save(VoiceState("s", {"a": array}))
    assert caught.value.code == code
    assert caught.value.remedy


def test_reserved_metadata_is_refused() -> None:
    with pytest.raises(StateError):
        save(VoiceState("s", {}, {"menura.snapshot": "other"}))


def _file(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


_META = {"menura.format": "1", "menura.snapshot": "s"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        bytes(8),
        bytes(100),
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2**20 + 1) + bytes(2**20 + 10),
        _file(b"{"),
        _file(b"[" * 50_000),
        _file([]),
        _file({}),
        _file({"__metadata__": {"menura.format": "2", "menura.snapshot": "s"}}),
        _file({"__metadata__": {"menura.format": "1"}}),
        _file({"__metadata__": {"menura.format": 1, "menura.snapshot": "s"}}),
        _file({"__metadata__": _META, "a": 5}),
        _file({"__metadata__": _META, "a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}),
        _file({"__metadata__": _META, "a": {"dtype": ["F32"], "shape": [1]}}),
        _file({"__metadata__": _META, "a": {"dtype": "F32"}}),
        _file(
            {"__metadata__": _META, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}},
            bytes(4),
        ),
        _file(
            {
                "__metadata__": _META,
                "a": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]},
            },
            bytes(4),
        ),
        _file(
            {"__metadata__": _META, "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
            np.array([np.nan], np.float32).tobytes(),
        ),
        DATA[:-1],
        DATA + b"more",
    ],
)
def test_broken_files_are_refused(data: bytes) -> None:
    with pytest.raises(StateError) as caught:
        load(data)
    assert caught.value.remedy


def test_files_that_are_missing_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be opened"):
        load(tmp_path / "none")
    with pytest.raises(StateError, match="cannot be opened"):
        load(tmp_path)
    large = tmp_path / "large"
    large.write_bytes(DATA + bytes(1000))
    with pytest.raises(StateError, match="larger than"):
        load(large, most_bytes=1000)
    with pytest.raises(StateError, match="larger than"):
        save(VoiceState("s", {"a": np.zeros(1000, np.float32)}), most_bytes=1000)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, len(DATA) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_a_changed_byte_gives_a_state_or_a_state_error(place: int, byte: int, cut: bool) -> None:
    data = DATA[:place] if cut else DATA[:place] + bytes([byte]) + DATA[place + 1 :]
    try:
        state = load(data)
    except StateError:
        return
    for array in state.tensors.values():
        assert not np.issubdtype(array.dtype, np.floating) or np.isfinite(array).all()


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200), length=st.integers(0, 300))
def test_noise_gives_a_state_error(data: bytes, length: int) -> None:
    with pytest.raises(StateError):
        load(struct.pack("<Q", length) + data)
