"""What a clone is fitted by: the spectrum of the clip, the speaker, and naturalness."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.decoder import SAMPLE_RATE
from menura.models.menura_1.features import bands_up_to, log_mel

_RESOLUTIONS = ((512, 128), (1024, 256), (2048, 512))


class SpectralLoss:
    """Distance of two waveforms in log-mel and in STFTs of three resolutions.

    Only frequencies that the recording carries count: above its bandwidth the base model knows
    better than the recording.

    Args:
        bandwidth: of the recording, in Hz.
    """

    def __init__(self, bandwidth: float) -> None:
        self.bandwidth = bandwidth
        self.bands = bands_up_to(bandwidth)

    def __call__(self, ours: Tensor, theirs: Tensor) -> Tensor:
        """Loss of [B, samples] against [B, samples]."""
        mel = F.l1_loss(log_mel(ours)[:, : self.bands], log_mel(theirs)[:, : self.bands])
        total = 5 * 4 * mel  # in units of natural logarithms
        for size, hop in _RESOLUTIONS:
            window = torch.hann_window(size, device=ours.device)
            top = int(min(self.bandwidth / SAMPLE_RATE, 0.5) * size)
            a, b = (
                torch.stft(x, size, hop, window=window, return_complex=True)[:, 1:top].abs() + 1e-5
                for x in (ours, theirs)
            )
            total = total + (b - a).norm() / b.norm() + F.l1_loss(a.log(), b.log())
        return total
