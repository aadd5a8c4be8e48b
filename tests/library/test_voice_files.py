"""Voice files from outside: exported ones come back whole, all others are refused with a reason."""

import dataclasses
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from menura.errors import InputError, PermissionDeniedError, StateError
from menura.library import voice_files
from menura.library.tables import Voice
from menura.library.voices import NewVoice
from menura.models import states
from menura.models.contract import VoiceState
from menura.models.menura_1.adapter import expected_shapes
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.state import SNAPSHOT, check
from menura.models.menura_1.voices import tables
from menura.work.jobs import Advice

with torch.device("meta"):
    # Only its shapes are asked for.
    DECODER = Decoder()


def clone_state() -> VoiceState:
    """A clone with an adapter of rank 1 on a few layers."""
    tensors: dict[str, np.ndarray] = {
        "style": tables()["af_heart"],
        "prosody": np.array([1.1, 0.9, 1.0], np.float32),
    }
    shapes = expected_shapes(DECODER)
    layers = [name[5:] for name in shapes if name.startswith("down/")][:3]
    for name, shape in shapes.items():
        if name.partition("/")[2] in layers:
            tensors[name] = np.full([size or 1 for size in shape], 0.01, np.float16)
    return VoiceState(SNAPSHOT, tensors, {"kind": "test"})


def row(**changes: object) -> Voice:
    """A clone as the library knows it."""
    fields: dict[str, Any] = {
        "id": "0b6c3a52-7a0c-4a0e-9f60-9d6f5b7d2a11",
        "organisation_id": "o",
        "created_at": datetime(2026, 11, 20, 12, tzinfo=UTC),
        "name": "Ada Žlutá / 2",
        "description": "calm\nand clear",
        "tagline": "calm",
        "search": "",
        "locale": "en-GB",
        "gender": "feminine",
        "accent": "irish",
        "access": "private",
        "visibility": "owner",
        "mode": "stability",
        "snapshot": SNAPSHOT,
        "stock_key": None,
        "base_voice_id": "6ccbfb76-1fc6-48f7-b71d-91ac6298247b",
        "blob": "b",
        "digest": "d",
        "clip_digest": "ab" * 32,
        "transcript": "Some words.",
        "extra": {},
        "report": {"steps": 40, "likeness": 0.8, "spans": [[0.5, 2.0]], "start_voice": "af_heart"},
        "advice": [{"code": "c", "severity": "info", "sentence": "S.", "remedy": "R."}],
        "consent": {"statement": "I agree."},
        **changes,
    }
    return Voice(**fields)


STATE = clone_state()
FILE = voice_files.write(row(), STATE)


def receive(data: bytes, name: str | None = None) -> NewVoice:
    """All that an import does before anything is written."""
    state, card = states.load_with_card(data)
    check(state, DECODER)
    return voice_files.imported(voice_files.read_card(card), state, name)


def header_of(data: bytes) -> dict[str, Any]:
    """The header of a file."""
    (length,) = struct.unpack("<Q", data[:8])
    found: dict[str, Any] = json.loads(data[8 : 8 + length])
    return found


def with_header(header: object, body: bytes | None = None) -> bytes:
    """The file with another header."""
    (length,) = struct.unpack("<Q", FILE[:8])
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + (FILE[8 + length :] if body is None else body)


def with_card(**changes: object) -> bytes:
    """The file with another card."""
    header = header_of(FILE)
    card = {**json.loads(header["__metadata__"]["menura.voice"]), **changes}
    header["__metadata__"]["menura.voice"] = json.dumps(card)
    return with_header(header)


def with_state(**tensors: np.ndarray | None) -> bytes:
    """The file with other tensors; None leaves one out."""
    changed = {name.replace("__", "/"): value for name, value in tensors.items()}
    kept = {n: a for n, a in {**STATE.tensors, **changed}.items() if a is not None}
    card = header_of(FILE)["__metadata__"]["menura.voice"]
    return states.save(VoiceState(SNAPSHOT, kept), card)


def test_a_voice_comes_back_as_it_went() -> None:
    state, card = states.load_with_card(FILE)
    assert state.metadata == STATE.metadata
    assert state.tensors.keys() == STATE.tensors.keys()
    for name, array in STATE.tensors.items():
        np.testing.assert_array_equal(state.tensors[name], array)
    new, old = receive(FILE), row()
    for field in (
        *("name", "description", "tagline", "locale", "gender", "accent", "mode", "snapshot"),
        *("clip_digest", "transcript", "report", "advice", "consent"),
    ):
        assert getattr(new, field) == getattr(old, field), field
    assert new.base_voice_id is None
    origin = new.extra["imported"]
    assert (origin["voice_id"], origin["base_voice_id"]) == (old.id, old.base_voice_id)
    assert datetime.fromisoformat(origin["created_at"]) == old.created_at
    assert card is not None
    # The library reads the same file without its card.
    assert states.load(FILE).tensors.keys() == state.tensors.keys()


def test_a_voice_of_few_words_comes_back() -> None:
    bare = row(
        gender=None, accent=None, mode=None, base_voice_id=None, clip_digest=None,
        transcript=None, report={}, advice=[], consent=None, description="", tagline="",
    )  # fmt: skip
    new = receive(voice_files.write(bare, STATE), name="Another")
    assert (new.name, new.mode, new.consent) == ("Another", None, None)
    for wrong in ("", "x" * 201):
        with pytest.raises(InputError):
            receive(FILE, name=wrong)


def test_stock_voices_and_broken_rows_are_not_exported() -> None:
    with pytest.raises(PermissionDeniedError, match="af_heart"):
        voice_files.write(row(stock_key="af_heart"), STATE)
    long = {"code": "c", "severity": "info", "sentence": "x" * 2000, "remedy": "x" * 2000}
    for broken in (
        row(advice=[long] * 40),
        row(name="a\x00b"),
        row(report={"a": float("nan")}),
        row(locale="de-DE"),
    ):
        with pytest.raises(InputError, match="cannot be exported"):
            voice_files.write(broken, STATE)


def test_findings_of_a_card_are_those_of_a_voice() -> None:
    fields = {field.name for field in dataclasses.fields(Advice)}
    assert set(voice_files.Finding.model_fields) == fields


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Ada Žlutá / 2", "ada-zluta-2"),
        ("../../etc", "etc"),
        ("日本", row().id),
        ("x" * 300, "x" * 60),
    ],
)
def test_file_names_are_plain(name: str, wanted: str) -> None:
    assert voice_files.file_name(row(name=name)) == f"{wanted}.voice.safetensors"


def _archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps([1]))
    return file.getvalue()


def _edit(change: Callable[[dict[str, Any]], object]) -> bytes:
    header = header_of(FILE)
    change(header)
    return with_header(header)


def _meta(name: str, value: object) -> bytes:
    return _edit(lambda header: header["__metadata__"].update({name: value}))


def _style(**changes: object) -> bytes:
    return _edit(lambda header: header["style"].update(changes))


DOWN = next(name for name in STATE.tensors if name.startswith("down/"))
NOT_FINITE = FILE[:-4] + struct.pack("<f", float("nan"))
_TEXT = FILE[8 : 8 + struct.unpack("<Q", FILE[:8])[0]]

REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "a pickle": pickle.dumps({"style": [1.0]}),
    "a torch archive": _archive(),
    "half of it": FILE[: len(FILE) // 2],
    "one byte less": FILE[:-1],
    "one byte more": FILE + b"\0",
    "too large": FILE + bytes(states.MAX_FILE_BYTES),
    "a header as long as the world": struct.pack("<Q", 2**63) + FILE[8:],
    "a deep header": with_header(b"[" * 500_000),
    "an endless number": with_header(b'{"a": ' + b"9" * 10_000 + b"}"),
    "a key twice": with_header(_TEXT.rstrip()[:-1] + b',"style":{}}'),
    "the card twice": with_header(
        _TEXT.replace(b'"menura.voice":', b'"menura.voice":"{}","menura.voice":', 1)
    ),
    "an unknown field": _style(note="x"),
    "a negative shape": _style(shape=[-48, -256]),
    "a boolean shape": _style(shape=[True, 256]),
    "an overflowing shape": _style(shape=[2**62, 4]),
    "a lying shape": _style(shape=[48, 255]),
    "overlapping places": _style(data_offsets=[0, 48 * 512]),
    "places outside": _style(data_offsets=[2**40, 2**40 + 48 * 512]),
    "another type": _style(dtype="F64"),
    "another base": _meta("menura.snapshot", "menura-2-2027-01"),
    "another version": _meta("menura.format", "2"),
    "a number for a text": _meta("kind", 5),
    "a huge text": _meta("note", "x" * 300_000),
    "half a character": _meta("note", "\ud800"),
    "many texts": _edit(lambda h: h["__metadata__"].update({f"n{i}": "" for i in range(100)})),
    "numbers that are none": NOT_FINITE,
    "no style": with_state(style=None),
    "a wrong style": with_state(style=np.zeros((1, 256), np.float16)),
    "a whole-number style": with_state(style=np.zeros((48, 256), np.int16)),
    "an unknown tensor": with_state(weights=np.zeros(3, np.float32)),
    "no partner": with_state(**{DOWN: None}),
    "an absurd pitch": with_state(prosody=np.array([50.0, 1, 1], np.float32)),
    "no card": _edit(lambda header: header["__metadata__"].pop("menura.voice")),
    "a card of nothing": _meta("menura.voice", ""),
    "a deep card": _meta("menura.voice", "[" * 100_000),
    "a card of a list": _meta("menura.voice", "[]"),
    "a large card": with_card(transcript="x" * 200_000),
    "a long name": with_card(name="x" * 201),
    "no name": with_card(name=""),
    "a blank name": with_card(name=" \n"),
    "a name of two lines": with_card(name="a\nb"),
    "a name of numbers": with_card(name=5),
    "a name that rings": with_card(name="a\x07b"),
    "a foreign language": with_card(language="xx"),
    "a strange gender": with_card(gender="robot"),
    "a strange accent": with_card(accent="../.."),
    "a strange mode": with_card(mode="magic"),
    "a short digest": with_card(clip_digest="ab"),
    "an unknown word": with_card(is_admin=True),
    "a deep report": with_card(report={"a": [[[[[[[[1]]]]]]]]}),
    "a wide report": with_card(report={"a": list(range(3000))}),
    "a report of no numbers": with_card(report={"a": float("nan")}),
    "a report of huge numbers": with_card(report={"a": 10**30}),
    "strange advice": with_card(advice=[{"code": "c"}]),
    "strange consent": with_card(consent={"statement": ""}),
    "consent of a flag": with_card(consent=True),
    "no origin": with_card(origin=None),
    "a future card": with_card(version=2),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_voice_is_refused_with_a_reason(case: str) -> None:
    with pytest.raises(StateError) as caught:
        receive(REFUSED[case])
    assert caught.value.code
    assert caught.value.remedy
    assert len(caught.value.message) < 1000


def test_an_adapter_of_too_high_a_rank_is_refused() -> None:
    layer = DOWN.removeprefix("down/")
    tensors = dict(STATE.tensors)
    for kind in ("down", "up"):
        shape = expected_shapes(DECODER)[f"{kind}/{layer}"]
        tensors[f"{kind}/{layer}"] = np.zeros([size or 65 for size in shape], np.float16)
    with pytest.raises(StateError, match="has the shape"):
        receive(
            states.save(
                VoiceState(SNAPSHOT, tensors), header_of(FILE)["__metadata__"]["menura.voice"]
            )
        )


def holds(data: bytes) -> None:
    """A file is refused, or gives a voice that can be kept."""
    try:
        new = receive(data)
    except StateError:
        return
    json.dumps(dict(new.report), allow_nan=False)
    assert 1 <= len(new.name) <= 200
    new.name.encode("utf-8")


HEADER_BYTES = 8 + len(_TEXT)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(FILE) - 1), st.integers(1, 255)), min_size=1, max_size=8)
)
def test_flipped_bytes(flips: list[tuple[int, int]]) -> None:
    data = bytearray(FILE)
    for place, change in flips:
        data[place] ^= change
    holds(bytes(data))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, HEADER_BYTES - 1), st.integers(0, 255)), min_size=1, max_size=4
    )
)
def test_flipped_bytes_of_the_header(flips: list[tuple[int, int]]) -> None:
    data = bytearray(FILE)
    for place, value in flips:
        data[place] = value
    holds(bytes(data))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(FILE) - 1) | st.integers(0, HEADER_BYTES))
def test_truncations(length: int) -> None:
    with pytest.raises(StateError):
        receive(FILE[:length])


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(header_of(FILE))),
    st.sampled_from(
        ["dtype", "shape", "data_offsets", "menura.format", "menura.snapshot", "kind", ""]
    ),
    JSON,
)
def test_edits_of_the_header(name: str, field: str, value: object) -> None:
    header = header_of(FILE)
    if field:
        header[name][field] = value
    else:
        header[name] = value
    holds(with_header(header))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(voice_files.Card.model_fields)), JSON)
def test_edits_of_the_card(field: str, value: object) -> None:
    holds(with_card(**{field: value}))
