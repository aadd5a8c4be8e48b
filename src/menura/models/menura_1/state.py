"""What a menura-1 voice consists of, and the check that a state is one."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from menura.errors import StateError
from menura.models.contract import ProsodyFactors, VoiceState
from menura.models.menura_1.adapter import PREDICTOR, expected_shapes
from menura.models.menura_1.decoder import Decoder
from menura.models.menura_1.layers import STYLE
from menura.models.menura_1.prosody import ProsodyPredictor
from menura.models.menura_1.voices import ROWS

SNAPSHOT = "menura-1-2026-11"
MOST_RANK = 64

OWN_PROSODY, OWN_MANNER = "own_prosody", "own_manner"
"""What a voice of a tuned model has of its own, spoken only with that model: factors [3], and a
shift of the prosody half of the style [128]."""

LEAST_FACTOR, MOST_FACTOR = 0.2, 5.0


@dataclass(frozen=True)
class Prosody:
    """How a voice's melody and pace differ from those that its style table gives."""

    pitch: float = 1.0
    """Factor on F0."""

    pitch_spread: float = 1.0
    """Factor on the distance of log F0 from its mean."""

    pace: float = 1.0
    """Factor on the speed."""

    def times(self, factors: ProsodyFactors | None) -> "Prosody":
        """The voice's own prosody with the factors of one utterance on top, kept within limits."""
        if factors is None:
            return self
        return Prosody(
            _within(self.pitch * factors.pitch),
            _within(self.pitch_spread * factors.pitch_spread),
            _within(self.pace * factors.pace),
        )

    def __post_init__(self) -> None:
        for value in (self.pitch, self.pitch_spread, self.pace):
            if value != _within(value):
                raise StateError(
                    "voice_state_invalid",
                    "The voice file holds a pitch or pace factor outside 0.2 to 5.",
                    "Clone the voice again.",
                )


def _within(factor: float) -> float:
    return min(max(factor, LEAST_FACTOR), MOST_FACTOR)


def is_clone(voice: VoiceState) -> bool:
    """Whether a voice changes the network, and not only its style."""
    return any("/" in name for name in voice.tensors)


def split_state(
    state: VoiceState,
) -> tuple[NDArray[np.floating], Prosody, dict[str, torch.Tensor]]:
    """Splits a checked state into style table, prosody and adapter tensors."""
    prosody = Prosody(*map(float, state.tensors["prosody"])) if "prosody" in state.tensors else None
    adapter = {
        name: torch.from_numpy(np.asarray(value))
        for name, value in state.tensors.items()
        if "/" in name
    }
    return np.asarray(state.tensors["style"]), prosody or Prosody(), adapter


def make_state(
    style: NDArray[np.floating], prosody: Prosody, adapter: dict[str, torch.Tensor]
) -> VoiceState:
    """Puts a voice state together; floating numbers are kept in fp16."""
    tensors = {name: value.numpy() for name, value in adapter.items()}
    tensors["style"] = style.astype(np.float16)
    tensors["prosody"] = np.array(
        [prosody.pitch, prosody.pitch_spread, prosody.pace], dtype=np.float32
    )
    return VoiceState(SNAPSHOT, tensors)


def check(state: VoiceState, decoder: Decoder, predictor: ProsodyPredictor | None = None) -> None:
    """Raises StateError unless the state is a complete, finite menura-1 voice.

    With a predictor, it may be one together with its tuned model.
    """

    def refuse(what: str) -> StateError:
        return StateError(
            "voice_state_invalid",
            f"The voice file is not a menura-1 voice: {what}.",
            "Export the voice again from the Menura that made it, or clone it again.",
        )

    if state.snapshot != SNAPSHOT:
        raise StateError(
            "voice_of_another_base",
            f"The voice belongs to the base model {state.snapshot!r}, not to {SNAPSHOT!r}.",
            "Use it with its own base model, or clone the voice again.",
        )
    shapes = expected_shapes(decoder)
    if predictor is not None:
        for name, parameter in predictor.named_parameters():
            shapes[PREDICTOR + name] = tuple(parameter.shape)
    shapes["style"] = (len(ROWS), 256)
    shapes["prosody"] = shapes[OWN_PROSODY] = (3,)
    shapes[OWN_MANNER] = (STYLE,)
    if "style" not in state.tensors:
        raise refuse("it has no style table")
    for name, value in state.tensors.items():
        if name not in shapes:
            raise refuse(f"unknown tensor {name[:80]!r}")
        if value.dtype not in (np.float16, np.float32):
            raise refuse(f"tensor {name!r} is of type {value.dtype}")
        wanted = shapes[name]
        fits = len(wanted) == value.ndim and all(
            have == want or (want == 0 and 1 <= have <= MOST_RANK)
            for have, want in zip(value.shape, wanted, strict=True)
        )
        if not fits:
            raise refuse(f"tensor {name!r} has the shape {value.shape}")
        if not np.isfinite(value).all():
            raise refuse(f"tensor {name!r} holds numbers that are not finite")
        if name.startswith(("down/", "up/")):
            kind, _, layer = name.partition("/")
            partner = ("up/" if kind == "down" else "down/") + layer
            other = state.tensors.get(partner)
            if other is None:
                raise refuse(f"tensor {name!r} has no partner")
            if (
                other.ndim == 3
                and value.shape[wanted.index(0)] != other.shape[shapes[partner].index(0)]
            ):
                raise refuse(f"tensor {name!r} has another rank than its partner")
    split_state(state)
