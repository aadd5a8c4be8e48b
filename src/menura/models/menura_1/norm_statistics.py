"""What the decoder's norms measure in a voice, so that they need not measure it in each utterance.

An instance norm takes mean and variance over a whole utterance. For one voice with one style these
hardly differ between utterances of like length (by a tenth of a deviation), so they are taken
once, from fixed texts, and are part of how the voice speaks from then on. They belong to one
style: that of `SYMBOLS` symbols, with which utterances of every length are then decoded.

The shorter an utterance, the more of it is silence. So there is a short text and a long one, and
lengths between theirs get something between. With the long one alone a single word lost 0.5 of
DistillMOS, with that of the short one nothing.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from menura.models.contract import VoiceState
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.layers import AdaptiveInstanceNorm, FixedNorms
from menura.models.menura_1.network import Network
from menura.work.whole_files import replacing

SYMBOLS = 100
"""Length of the utterance whose timbre a voice has. From 40 to 400 symbols the stock voices' timbre
styles differ from it by 16 % of their norm at most in the median; shorter ones drift away."""

TEXTS = (
    "kˌʊd ju ɹəpˈit ðˈæt, plˈiz?",
    "hˌW mˈɛni pˈipᵊl wɜɹ ðˈɛɹ? ˌI dˈOnt nˈO, pəɹhˈæps fˈɔɹTi; wi lˈɛft bəfˈɔɹ ði ˈɛnd.",
)
"""What the statistics are taken from: a short text and a long one, in phonemes."""

_STEPS = 4
"""In so many steps lengths go from the short text's to the long one's."""

_MOST_KNOWN = 64

Statistics = Mapping[str, Tensor]
"""Mean and variance of each norm's input, by the norm's name in the decoder: [texts, 2, C]."""


def norms(decoder: Decoder) -> Iterator[tuple[str, AdaptiveInstanceNorm]]:
    """The decoder's norms by name."""
    for name, module in decoder.named_modules():
        if isinstance(module, AdaptiveInstanceNorm):
            yield name, module


def step(symbols: int) -> int:
    """Where an utterance of so many symbols stands between the texts, 0 to `_STEPS`."""
    short, long = map(len, TEXTS)
    return round(_STEPS * min(max((symbols - short) / (long - short), 0.0), 1.0))


def fixed(decoder: Decoder, statistics: Statistics, style: Tensor, number: int) -> FixedNorms:
    """Norms for one timbre style [1, 128] and a `step`; the decoder has the voice's update."""
    share = number / _STEPS

    def mixed(both: Tensor) -> tuple[Tensor, Tensor]:
        mean = both[:, 0]
        square = both[:, 1] + mean.square()
        means, squares = (torch.lerp(x[0], x[1], share) for x in (mean, square))
        return means, squares - means.square()

    known = ((norm, mixed(statistics[name])) for name, norm in norms(decoder))
    return FixedNorms(((norm, mean, variance) for norm, (mean, variance) in known), style)


def measuring(
    network: Network, texts: Iterable[Tensor], style: Tensor
) -> Generator[None, None, dict[str, Tensor]]:
    """Statistics of the voice that a network has now, from `TEXTS` as tokens; style is [1, 256].

    With many rests, in which nobody else may use the network.
    """
    measured = []
    for tokens in texts:
        with listening(network.decoder) as found:
            generator = torch.Generator().manual_seed(0)
            for _ in network.decoding(network.plan(tokens, style), style, generator):
                yield
        measured.append(found)
    return {name: torch.stack([found[name] for found in measured]) for name in measured[0]}


@contextmanager
def listening(decoder: Decoder) -> Iterator[dict[str, Tensor]]:
    """Notes mean and variance [2, C] of each norm's input while the decoder computes."""
    found: dict[str, Tensor] = {}

    def note(name: str, _module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        variance, mean = torch.var_mean(inputs[0][0].double(), dim=1, correction=0)
        found[name] = torch.stack([mean, variance]).float()

    hooks = [norm.register_forward_pre_hook(partial(note, name)) for name, norm in norms(decoder)]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def digest(state: VoiceState) -> str:
    """Names a voice by what decides its statistics."""
    seen = hashlib.sha256(f"{state.snapshot} {SYMBOLS} {TEXTS}".encode())
    for name in sorted(state.tensors):
        value = np.ascontiguousarray(state.tensors[name])
        seen.update(f" {name} {value.dtype} {value.shape} ".encode())
        seen.update(value.tobytes())
    return seen.hexdigest()


class Shelf:
    """Statistics of voices, kept in memory and as files in the cache folder.

    Args:
        folder: made when first needed; safe to delete.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: OrderedDict[str, Statistics] = OrderedDict()

    def find(self, key: str) -> Statistics | None:
        """Statistics that were kept; None for those never measured, or damaged since."""
        if key not in self._known:
            try:
                self._keep(key, load_file(self._path(key)))
            except (OSError, SafetensorError):
                return None
        self._known.move_to_end(key)
        return self._known[key]

    def put(self, key: str, statistics: Mapping[str, Tensor]) -> Statistics:
        """Keeps statistics and returns them as they will be found again."""
        kept = {name: value.contiguous() for name, value in statistics.items()}
        self._folder.mkdir(parents=True, exist_ok=True)
        # Several processes may measure the same voice.
        with replacing(self._path(key), anywhere=True) as partial:
            save_file(kept, partial)
        return self._keep(key, kept)

    def _keep(self, key: str, statistics: Statistics) -> Statistics:
        self._known[key] = statistics
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return statistics

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.safetensors"
