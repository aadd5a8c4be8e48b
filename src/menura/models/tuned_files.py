"""A tuned model and its voices as one safetensors file, so that they can travel together.

Tensors of the adapter are named `adapter/NAME`, those of the voices `voice-1/NAME` and so on; what
either says of itself is a text of the header under `adapter`, `voice-1` and so on, as JSON.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from menura.errors import StateError
from menura.models import states
from menura.models.contract import Adapter, VoiceState

MOST_BYTES = 160_000_000
"""Room for the largest adapter and its voices."""

MOST_VOICES = 16

_ADAPTER = "adapter"
_REMEDY = "Give a file of a fine-tune that Menura exported, whole and unchanged."


@dataclass(frozen=True)
class TunedParts:
    """A tuned model with its voices."""

    adapter: Adapter
    voices: tuple[VoiceState, ...]


def pack(parts: TunedParts, card: str) -> bytes:
    """Writes it all, and a card that says what it is, as the bytes of one file.

    Raises StateError as `menura.models.states.save`, also for more than MOST_BYTES.
    """
    named: dict[str, Adapter | VoiceState] = {_ADAPTER: parts.adapter}
    named.update(zip(_voices(len(parts.voices)), parts.voices, strict=True))
    tensors = {
        f"{part}/{name}": t for part, one in named.items() for name, t in one.tensors.items()
    }
    texts = {part: json.dumps(dict(one.metadata)) for part, one in named.items()}
    whole = VoiceState(parts.adapter.snapshot, tensors, texts)
    return states.save(whole, card, most_bytes=MOST_BYTES)


def unpack(source: bytes | Path) -> tuple[TunedParts, str | None]:
    """Reads such a file, and its card. Raises StateError unless it is one.

    Whether the parts fit a model is the model's own check.
    """
    whole, card = states.load_with_card(source, most_bytes=MOST_BYTES)
    parts = [_ADAPTER, *_voices(len(whole.metadata) - 1)]
    if set(parts) != set(whole.metadata) or not 1 <= len(parts) - 1 <= MOST_VOICES:
        raise _foreign()
    tensors: dict[str, dict[str, NDArray[Any]]] = {part: {} for part in parts}
    for name, tensor in whole.tensors.items():
        part, slash, own = name.partition("/")
        if part not in tensors or not slash or not own:
            raise _foreign()
        tensors[part][own] = tensor
    adapter = Adapter(whole.snapshot, tensors[_ADAPTER], _texts(whole.metadata[_ADAPTER]))
    voices = tuple(
        VoiceState(whole.snapshot, tensors[part], _texts(whole.metadata[part]))
        for part in parts[1:]
    )
    return TunedParts(adapter, voices), card


def _voices(count: int) -> Sequence[str]:
    return [f"voice-{number}" for number in range(1, count + 1)]


def _texts(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or len(found) > states.MOST_TEXTS:
        raise _foreign()
    if not all(map(states.is_text, found.items())) or any(n.startswith("menura.") for n in found):
        raise _foreign()
    return found


def _foreign() -> StateError:
    return StateError("state_foreign", "The file is no fine-tune with its voices.", _REMEDY)
