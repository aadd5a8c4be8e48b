"""Naturalness by DistillMOS: a predicted mean opinion score with a gradient."""

import torch
from torch import Tensor

from menura.errors import AudioError
from menura.judging.distillmos_network import DistillMos
from menura.judging.files import load_weights

WINDOW = 122_880
"""Samples that the network was trained on, 7.68 s at 16 kHz."""

SHORT_WINDOW = 48_000
"""3 s: the shortest window that still says the same as the full one, for training loops."""

_HOP = 16_000
_NOISE = 1e-4
"""Of the peak, −80 dB: digital silence has no gradient worth having without it."""


class NaturalnessScorer:
    """DistillMOS with its weights frozen. Hears vocoder and codec damage well; level-invariant.

    Args:
        device: where the network runs.

    Raises ModelFilesError.
    """

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        network = DistillMos()
        network.load_state_dict(load_weights("distillmos"))
        self.network = network.eval().requires_grad_(False).to(self.device)
        generator = torch.Generator().manual_seed(0)
        self._noise = (_NOISE * torch.randn(WINDOW, generator=generator)).to(self.device)

    def score(self, audio: Tensor, *, window: int = WINDOW) -> Tensor:
        """Scores [B, T] samples at 16 kHz from 1 (bad) to 5, [B]; gradients reach the audio.

        Audio longer than a window is scored in windows that overlap and cover it evenly, and the
        scores are averaged; shorter audio is repeated until it fills the window. Always computes in
        float32, inside of autocast too (in bf16 the convolutions took 100 times as long on a CPU).

        Args:
            audio: any level; each window is scaled to a peak of one.
            window: samples of a window, a multiple of 320 and at most 122,880. A shorter one
                costs less in proportion. Measured on 13 clean and damaged recordings against
                the full window: correlation 0.75 for 1 s, 0.95 for 2 s, 0.98 for 3 s and 4 s.

        Raises AudioError when there are no samples.
        """
        if audio.shape[-1] == 0:
            raise AudioError(
                "audio_empty", "The audio has no samples.", "Give at least one second of speech."
            )
        audio = audio.to(self.device).float()
        length = audio.shape[-1]
        if length < window:
            audio = audio.repeat(1, -(-window // length))[:, :window]
        spare = audio.shape[-1] - window
        count = -(-spare // _HOP) + 1
        starts = [round(i * spare / max(count - 1, 1)) for i in range(count)]
        windows = torch.cat([audio[:, start : start + window] for start in starts])
        peak = windows.abs().amax(dim=1, keepdim=True)
        with torch.autocast(self.device.type, enabled=False):
            scores: Tensor = self.network(windows / (peak + 1e-8) + self._noise[:window])
        return scores.view(count, -1).mean(dim=0)
