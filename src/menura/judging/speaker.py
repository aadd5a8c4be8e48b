"""Speaker embeddings by CAM++: how alike two voices are, as a number with a gradient."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from menura.errors import AudioError
from menura.judging.campplus import CamPlusPlus
from menura.judging.fbank import SAMPLE_RATE, fbank
from menura.judging.files import load_weights
from menura.judging.resample import resample

_SHORTEST = SAMPLE_RATE // 4


class SpeakerEncoder:
    """CAM++ with its weights frozen; about 20 ms of compute a second of audio on one core.

    Same-speaker cosines lie near 0.8 within a session and strangers' near 0.1. Embed recordings as
    they are: denoising first moves the voice away from the speaker.

    Args:
        device: where the network runs.

    Raises ModelFilesError.
    """

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        network = CamPlusPlus()
        network.load_state_dict(load_weights("campplus"))
        self.network = network.eval().requires_grad_(False).to(self.device)

    def embed(self, audio: Tensor) -> Tensor:
        """Embeds [B, T] samples at 16 kHz as unit vectors [B, 192]; gradients reach the audio.

        Always computes in float32, inside of autocast too. Raises AudioError for audio shorter than
        a quarter of a second, of which no voice can be told.
        """
        if audio.shape[-1] < _SHORTEST:
            raise AudioError(
                "audio_too_short",
                f"The audio lasts {audio.shape[-1] / SAMPLE_RATE:.2f} s.",
                f"At least {_SHORTEST / SAMPLE_RATE} s are needed to tell a voice.",
            )
        with torch.autocast(self.device.type, enabled=False):
            features = fbank(audio.to(self.device))  # [B, N, 80]
            features = features - features.mean(dim=1, keepdim=True)
            return functional.normalize(self.network(features), dim=1)

    @torch.no_grad()
    def embed_array(self, audio: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
        """Embeds one recording [T] at any rate as a unit vector [192], without gradients."""
        samples = torch.as_tensor(audio, dtype=torch.float32).to(self.device)[None]
        embedding = self.embed(resample(samples, rate, SAMPLE_RATE))[0]
        return np.asarray(embedding.cpu().numpy(), dtype=np.float32)
