"""The norms with which the voice that a network has now is decoded in pieces."""

from collections.abc import Callable, Generator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.models.contract import VoiceState
from menura.models.menura_1 import norm_statistics, voices
from menura.models.menura_1.layers import STYLE, FixedNorms, finish
from menura.models.menura_1.network import Network
from menura.models.menura_1.norm_statistics import Shelf, Statistics


class VoiceNorms:
    """Knows the statistics of one voice at a time, or measures them.

    Args:
        network: has the voice's update while anything is measured.
        shelf: where statistics are kept.
        tokens: makes token ids of phonemes.
    """

    def __init__(self, network: Network, shelf: Shelf, tokens: Callable[[str], Tensor]) -> None:
        self.network, self.shelf, self._tokens = network, shelf, tokens
        self.forget()

    def forget(self) -> None:
        """The network has no voice now."""
        self._voice: VoiceState | None = None
        self._style = torch.zeros(0)
        self._digest: str | None = None
        self._ready: dict[int, FixedNorms] = {}

    def turn_to(self, voice: VoiceState, table: NDArray[np.floating]) -> None:
        """The network has another voice now, with this style table."""
        self.forget()
        self._voice = voice
        row = torch.from_numpy(voices.style_row(table, norm_statistics.SYMBOLS))[None]
        self._style = row.to(next(self.network.parameters()).device)

    @property
    def known(self) -> bool:
        """Whether the voice's statistics were ever measured."""
        return bool(self._ready) or self.shelf.find(self._key()) is not None

    def statistics(self) -> Generator[None, None, Statistics]:
        """The statistics of the voice.

        Where they have to be measured, with many rests, in which nobody else may use the network.
        """
        found = self.shelf.find(self._key())
        if found is None:
            texts = map(self._tokens, norm_statistics.TEXTS)
            measured = yield from norm_statistics.measuring(self.network, texts, self._style)
            found = self.shelf.put(self._key(), measured)
        return found

    def fixed(self, symbols: int) -> FixedNorms:
        """Norms for an utterance of so many symbols."""
        step = norm_statistics.step(symbols)
        if step not in self._ready:
            self._ready[step] = norm_statistics.fixed(
                self.network.decoder, finish(self.statistics()), self._style[:, :STYLE], step
            )
        return self._ready[step]

    def _key(self) -> str:
        """Names the statistics. Reading all of a clone takes milliseconds."""
        assert self._voice is not None
        self._digest = self._digest or norm_statistics.digest(self._voice)
        return self._digest
