"""The tiny engine, with a model that makes voices out of voices: their pitch is all they are."""

from collections.abc import Sequence

import numpy as np
from tiny_engine import INFO, STOCK, TinyEngine

from menura.errors import StateError
from menura.models.contract import StockVoice, VoiceState
from menura.models.states import load
from menura.settings import Settings
from menura.work.jobs import VoiceRef


def pitched(hertz: float, **metadata: str) -> VoiceState:
    """A voice of the tiny engine."""
    return VoiceState(INFO.snapshot, {"pitch": np.array([hertz], np.float32)}, metadata)


class VoicesModel:
    """What voices out of voices need of a base model."""

    info = INFO

    def stock_voices(self) -> Sequence[StockVoice]:
        """All stock voices."""
        return STOCK

    def check_state(self, state: VoiceState) -> None:
        """A voice is one pitch."""
        if state.snapshot != INFO.snapshot:
            raise StateError("voice_of_another_base", "The voice is of another base.", "Use that.")
        if set(state.tensors) != {"pitch"} or state.tensors["pitch"].shape != (1,):
            raise StateError("voice_state_invalid", "The voice is no pitch.", "Give one.")

    def localise(
        self, state: VoiceState, source: str, target: str, *, gender: str | None = None
    ) -> VoiceState:
        """Speaks an octave higher abroad."""
        told = {"localised_from": source, "localised_to": target, "gender": gender or "unknown"}
        return pitched(2 * float(state.tensors["pitch"][0]), **told)

    def mix(self, states: Sequence[VoiceState], weights: Sequence[float]) -> VoiceState:
        """The mean pitch."""
        pitches = [float(state.tensors["pitch"][0]) for state in states]
        return pitched(float(np.average(pitches, weights=weights)))


class VoicesEngine(TinyEngine):
    """Same members as `menura.engine.Engine`, as far as these jobs go."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.model = VoicesModel()

    def voice(self, ref: VoiceRef) -> VoiceState:
        """A stock voice has 200 Hz."""
        return pitched(200.0) if ref.state is None else load(ref.state)
