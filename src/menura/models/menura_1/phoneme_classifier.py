"""Hears which phoneme is said when: what keeps words clear while a voice is fitted.

Likeness and naturalness alone let consonants blur: they hear no words. This small network was
trained by `scripts/train_phoneme_classifier.py` on the base model's own speech, of which it is
known when each symbol is said: all stock voices and mixes of them in all languages, with and
without learned starts, so that it knows many speakers.
"""

import functools
from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from menura.models.menura_1.features import BANDS
from menura.models.menura_1.network import PAD
from menura.models.menura_1.symbols import table
from menura.packaged import checked_bytes
from menura.text.alphabet import BLANK, PUNCTUATION, STRESS

FILE = Path(__file__).with_name("phoneme_classifier.safetensors")
CLASSES = 178
"""As many as the network has token ids."""

_WIDTH = 96
_TAPS = 5
_UNHEARD = PUNCTUATION | STRESS | {BLANK, "ː", "ʰ", "ʲ", "→", "↓", "↗", "↘"}
"""Symbols that have a time in a plan and no sound of their own."""


class PhonemeClassifier(nn.Module):
    """Four dilated convolutions over log-mel frames of 12.5 ms; each sees 0.4 s on either side."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.first = nn.Conv1d(BANDS, _WIDTH, _TAPS, padding=_TAPS // 2)
        self.rest = nn.ModuleList(
            nn.Conv1d(_WIDTH, _WIDTH, _TAPS, padding=_TAPS // 2 * dilation, dilation=dilation)
            for dilation in (2, 4, 8)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(8, _WIDTH) for _ in range(4))
        self.last = nn.Conv1d(_WIDTH, CLASSES, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, mel: Tensor) -> Tensor:
        """Maps a normalised log-mel [B, 80, T] to logits [B, 178, T]."""
        x = mel - mel.mean(dim=2, keepdim=True)
        x = self.dropout(F.gelu(self.norms[0](self.first(x))))
        for layer, norm in zip(self.rest, list(self.norms)[1:], strict=True):
            x = x + self.dropout(F.gelu(norm(layer(x))))
        logits: Tensor = self.last(x)
        return logits

    def error(self, mel: Tensor, sounds: Tensor) -> Tensor:
        """Mean cross entropy of what should be said, over frames that have a sound.

        Args:
            mel: normalised log-mel, [1, 80, at least T].
            sounds: token id of each frame of 12.5 ms, int64 [T].
        """
        logits = self(mel[:, :, : sounds.numel()])[0].T
        heard = audible().to(sounds.device)[sounds]
        if not bool(heard.any()):
            return logits.sum() * 0.0
        return F.cross_entropy(logits[heard], sounds[heard])


@functools.cache
def audible() -> Tensor:
    """Which token ids have a sound, bool [178]."""
    mask = torch.zeros(CLASSES, dtype=torch.bool)
    for symbol, token in table().items():
        mask[token] = symbol not in _UNHEARD
    mask[PAD] = False
    return mask


@functools.cache
def phoneme_classifier(device: torch.device) -> PhonemeClassifier:
    """The trained classifier, frozen. Raises ModelFilesError."""
    network = PhonemeClassifier()
    weights = load(checked_bytes(FILE))
    network.load_state_dict({name: value.float() for name, value in weights.items()})
    return network.eval().requires_grad_(False).to(device)
