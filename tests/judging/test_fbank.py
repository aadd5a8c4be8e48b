"""Kaldi filter banks against Kaldi's own code, and their gradients."""

import numpy as np
import pytest
import torch

from menura.errors import AudioError
from menura.judging.fbank import fbank


@pytest.mark.parametrize(("window", "scale"), [("povey", 1.0), ("hamming", 32768.0)])
def test_agrees_with_kaldi(window: str, scale: float) -> None:
    knf = pytest.importorskip("kaldi_native_fbank", reason="the bench extra is not installed")
    rng = np.random.default_rng(0)
    time = np.arange(24000) / 16000
    audio = 0.3 * np.sin(2 * np.pi * (200 + 900 * time) * time) + 0.01 * rng.standard_normal(24000)
    audio = (audio + 0.05).astype(np.float32)  # an offset shows whether the mean is removed
    options = knf.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.window_type = window
    options.mel_opts.num_bins = 80
    kaldi = knf.OnlineFbank(options)
    kaldi.accept_waveform(16000, (audio * scale).tolist())
    kaldi.input_finished()
    expected = np.stack([kaldi.get_frame(i) for i in range(kaldi.num_frames_ready)])
    found = fbank(torch.from_numpy(audio)[None], window=window, scale=scale)[0].numpy()
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 2e-3


def test_batch_rows_do_not_mix() -> None:
    audio = torch.randn(3, 4000, generator=torch.Generator().manual_seed(0))
    together = fbank(audio)
    assert together.shape == (3, 23, 80)
    torch.testing.assert_close(together[1:2], fbank(audio[1:2]))


def test_silence_has_finite_gradients() -> None:
    audio = torch.zeros(1, 1600, requires_grad=True)
    fbank(audio).sum().backward()
    assert audio.grad is not None
    assert torch.isfinite(audio.grad).all()


def test_less_than_a_frame_is_refused() -> None:
    with pytest.raises(AudioError, match="At least 400 samples"):
        fbank(torch.zeros(1, 399))


def test_unknown_window_is_refused() -> None:
    with pytest.raises(ValueError, match="povey and hamming"):
        fbank(torch.zeros(1, 400), window="kaiser")
