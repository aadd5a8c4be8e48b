"""Adapters as safetensors files: written and checked like voice states, only larger."""

from pathlib import Path

from menura.models import states
from menura.models.contract import Adapter, VoiceState
from menura.work.whole_files import write_whole

MOST_BYTES = 120_000_000


def save_adapter(adapter: Adapter) -> bytes:
    """An adapter as the bytes of one file. Raises StateError as `menura.models.states.save`."""
    state = VoiceState(adapter.snapshot, adapter.tensors, adapter.metadata)
    return states.save(state, most_bytes=MOST_BYTES)


def load_adapter(source: bytes | Path) -> Adapter:
    """Reads an adapter from a file, or its bytes.

    Raises StateError for a missing, oversized, broken or foreign file. Whether it fits a model is
    the model's own check (`TunableModel.with_adapter`).
    """
    state = states.load(source, most_bytes=MOST_BYTES)
    return Adapter(state.snapshot, state.tensors, state.metadata)


def write_adapter(adapter: Adapter, target: Path) -> None:
    """Writes an adapter to a file that appears when it is whole on disk.

    Raises StateError, OSError.
    """
    write_whole(target, save_adapter(adapter))
