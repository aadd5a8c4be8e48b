"""Durations, F0 and energy from text features and the prosody half of the style."""

import torch
from torch import Tensor, nn

from menura.models.menura_1.encoders import HIDDEN
from menura.models.menura_1.layers import (
    STYLE,
    AdaptiveLayerNorm,
    Both,
    StyledResidualBlock,
    in_turn,
)

MOST_FRAMES = 50
"""Longest duration of one symbol, in frames of 25 ms."""


def _lstm() -> nn.LSTM:
    return nn.LSTM(HIDDEN + STYLE, HIDDEN // 2, batch_first=True, bidirectional=True)


class ProsodyPredictor(nn.Module):
    """Predicts how long, how high and how loud each symbol is said."""

    def __init__(self) -> None:
        super().__init__()
        self.lstms = nn.ModuleList(_lstm() for _ in range(3))
        self.norms = nn.ModuleList(AdaptiveLayerNorm(HIDDEN) for _ in range(3))
        self.lstm = _lstm()
        self.duration_proj = nn.Linear(HIDDEN, MOST_FRAMES)
        self.shared = _lstm()
        self.F0 = self._curve()
        self.N = self._curve()
        self.F0_proj = nn.Conv1d(HIDDEN // 2, 1, 1)
        self.N_proj = nn.Conv1d(HIDDEN // 2, 1, 1)

    @staticmethod
    def _curve() -> nn.ModuleList:
        return nn.ModuleList(
            [
                StyledResidualBlock(HIDDEN, HIDDEN),
                StyledResidualBlock(HIDDEN, HIDDEN // 2, upsample=True),
                StyledResidualBlock(HIDDEN // 2, HIDDEN // 2),
            ]
        )

    def encode(self, features: Tensor, style: Tensor) -> Tensor:
        """Maps ALBERT features [B, 512, T] and style [B, S] to [B, T, 640]."""
        x = features.transpose(1, 2)
        spread = style[:, None, :].expand(-1, x.shape[1], -1)
        x = torch.cat([x, spread], dim=2)
        for lstm, norm in zip(self.lstms, self.norms, strict=True):
            x = torch.cat([norm(lstm(x)[0], style), spread], dim=2)
        return x

    def durations(self, encoded: Tensor) -> Tensor:
        """Maps [B, T, 640] to durations in frames of 25 ms, [B, T], not rounded."""
        hidden = self.lstm(encoded)[0]
        return torch.sigmoid(self.duration_proj(hidden)).sum(dim=2)

    def curves(self, aligned: Tensor, style: Tensor, both: Both = in_turn) -> tuple[Tensor, Tensor]:
        """Maps aligned features [B, frames, 640] to F0 in Hz and energy, both [B, 2·frames]."""
        shared = self.shared(aligned)[0].transpose(1, 2)

        def curve(blocks: nn.ModuleList, projection: nn.Conv1d) -> Tensor:
            x = shared
            for block in blocks:
                x = block(x, style)
            found: Tensor = projection(x)[:, 0]
            return found

        return both(lambda: curve(self.F0, self.F0_proj), lambda: curve(self.N, self.N_proj))
