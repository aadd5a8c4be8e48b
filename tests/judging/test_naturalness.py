"""DistillMOS: agreement with the package, order of real recordings, finite gradients."""

import sys
import types
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from menura.errors import AudioError
from menura.judging.naturalness import WINDOW, NaturalnessScorer

Read = Callable[[str], NDArray[np.float32]]
CLEAN = "noisy/001_babble_0dB_vctk_p335_clean.flac"
NOISY = "noisy/001_babble_0dB_vctk_p335_noisy.flac"


@pytest.fixture(scope="module")
def scorer() -> NaturalnessScorer:
    return NaturalnessScorer()


@torch.no_grad()
def test_agrees_with_the_package(
    scorer: NaturalnessScorer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xls_r_sqa", reason="the bench extra is not installed")
    # The package imports torchaudio for its command line only.
    monkeypatch.setitem(sys.modules, "torchaudio", types.ModuleType("torchaudio"))
    package = pytest.importorskip("distillmos", reason="the bench extra is not installed")
    reference = package.ConvTransformerSQAModel().eval()
    audio = torch.from_numpy(read(NOISY))[None]
    audio = audio.repeat(1, 1 + WINDOW // audio.shape[1])[:, : max(WINDOW, audio.shape[1])]
    assert abs(scorer.score(audio).item() - reference(audio).item()) < 0.05


@torch.no_grad()
@pytest.mark.parametrize("window", [WINDOW, 32000])
def test_noise_lowers_the_score(scorer: NaturalnessScorer, read: Read, window: int) -> None:
    clean, noisy = (torch.from_numpy(read(path))[None, :64000] for path in (CLEAN, NOISY))
    assert scorer.score(clean, window=window) > scorer.score(noisy, window=window) + 1.0


@torch.no_grad()
def test_level_and_repetition_do_not_matter(scorer: NaturalnessScorer, read: Read) -> None:
    audio = torch.from_numpy(read(CLEAN))[None, 16000:48000]
    scores = scorer.score(torch.cat([audio, 0.05 * audio]), window=32000)
    assert scores.shape == (2,)
    assert scores[0].item() == pytest.approx(scores[1].item(), abs=1e-2)
    # A short window is the cheap way; it must mean the same as the full one.
    assert scorer.score(audio).item() == pytest.approx(scores[0].item(), abs=0.3)


@pytest.mark.parametrize("kind", ["speech with gaps", "silence"])
def test_gradients_are_finite(scorer: NaturalnessScorer, kind: str) -> None:
    audio = torch.zeros(2, 8000)
    if kind != "silence":
        audio[:, 2000:5000] = 0.3 * torch.randn(2, 3000, generator=torch.Generator().manual_seed(0))
    audio.requires_grad_()
    scorer.score(audio, window=16000).sum().backward()
    assert audio.grad is not None
    assert torch.isfinite(audio.grad).all()
    if kind != "silence":
        assert (audio.grad.abs().amax(dim=1) > 0).all()


@torch.no_grad()
def test_long_audio_is_the_mean_of_its_windows(scorer: NaturalnessScorer) -> None:
    generator = torch.Generator().manual_seed(0)
    audio = 0.1 * torch.randn(1, 16000 + 6400, generator=generator)
    both = torch.cat(
        [scorer.score(part, window=6400) for part in (audio[:, :6400], audio[:, -6400:])]
    )
    # 16,000 spare samples are one hop: two windows, the first and the last.
    found = scorer.score(audio, window=6400)
    assert found.shape == (1,)
    torch.testing.assert_close(found, both.mean()[None])


def test_no_samples_are_refused(scorer: NaturalnessScorer) -> None:
    with pytest.raises(AudioError, match="no samples"):
        scorer.score(torch.zeros(1, 0))
