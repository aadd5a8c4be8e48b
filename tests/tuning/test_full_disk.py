"""A disk that is full while a recording is prepared, or while a training is kept."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent / "work"))

from small_disk import SmallDisk, small_disk

from menura.audio.recognise import Transcript
from menura.errors import ServerError
from menura.models.menura_1.tuning.corpus import Utterance, _load, _save
from menura.models.menura_1.tuning.progress import Folder
from menura.tuning.prepare import prepare
from menura.work.failures import exhausted
from menura.work.prepare import PrepareJob

MEGABYTE = 1 << 20
SECONDS = 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "small", 16) as disk:
        yield disk


class Deaf:
    """A recogniser that is not asked."""

    def transcribe(self, audio: NDArray[np.float32], language: str | None = None) -> Transcript:
        raise AssertionError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "ballast")


@pytest.mark.parametrize(
    ("room", "stage"),
    [
        pytest.param(MEGABYTE, "decoding", id="decoding"),
        # 1.9 MB of samples fit; the 0.9 MB that are kept of noise do not.
        pytest.param(2 * MEGABYTE + MEGABYTE // 4, "keeping", id="keeping"),
    ],
)
def test_a_recording_is_not_prepared_by_halves(
    tmp_path: Path, disk: SmallDisk, room: int, stage: str
) -> None:
    source = tmp_path / "noise.wav"
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, SECONDS * 24000)
    soundfile.write(source, noise, 24000, subtype="PCM_16")
    disk.fill(room)
    told: list[float] = []
    job = PrepareJob(source, disk.folder / "kept.flac.part", 3600.0)
    with pytest.raises(ServerError) as full:
        list(prepare(job, Deaf(), lambda _, share: told.append(share)))
    assert full.value.code == "disk_full"
    assert "send the recording again" in full.value.remedy
    assert len(told) == (1 if stage == "decoding" else 2)


def test_a_checkpoint_is_kept_whole_or_not_at_all(disk: SmallDisk) -> None:
    folder = Folder(disk.folder / "work", 60.0)
    folder.keep("best.pt", {"step": 1})
    folder.state.step = 1
    folder.note()
    disk.fill(MEGABYTE)
    with pytest.raises((OSError, RuntimeError)) as full:
        folder.keep("best.pt", {"numbers": torch.zeros(MEGABYTE), "step": 2})
    known = exhausted(full.value)
    assert known is not None
    assert known.code == "disk_full"
    one = Utterance(
        0, "a" * 10, np.ones(12, np.int64), np.zeros(2 * MEGABYTE, np.float32), 0.0, 1.0
    )
    with pytest.raises(OSError, match="No space left"):
        _save(folder.path / "corpus.npz", [one], 1)
    del full
    gc.collect()
    assert names(folder.path) == ["best.pt", "progress.json"]
    assert folder.kept("best.pt") == {"step": 1}
    assert Folder(folder.path, 60.0).state.step == 1

    disk.clear()
    folder.keep("best.pt", {"numbers": torch.zeros(MEGABYTE), "step": 2})
    assert (folder.kept("best.pt") or {})["step"] == 2
    _save(folder.path / "corpus.npz", [one], 1)
    assert len(_load(folder.path / "corpus.npz", 1) or []) == 1
    assert not list(folder.path.glob("*.partial"))
