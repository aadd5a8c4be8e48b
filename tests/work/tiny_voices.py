"""The tiny engine, with a model that makes voices out of voices: their pitch is all they are.

As numbers, a voice is a direction whose first two numbers have the pitch in kHz as their quotient.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tiny_engine import INFO, STOCK, TinyEngine, read_frames

from menura.errors import InputError, StateError
from menura.models.contract import Audio, Progress, StockVoice, VoiceState
from menura.models.states import load, save
from menura.settings import Settings
from menura.work.jobs import SpeechJob, SpeechOutput, VoiceRef


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

    def refit(
        self,
        localised: VoiceState,
        original: VoiceState,
        source: str,
        target: str,
        progress: Progress,
    ) -> VoiceState:
        """Writes down in which process it was done."""
        progress("fit", 0.5)
        told = {**localised.metadata, "process": str(os.getpid())}
        return pitched(float(localised.tensors["pitch"][0]), **told)

    def mix(self, states: Sequence[VoiceState], weights: Sequence[float]) -> VoiceState:
        """The mean pitch."""
        pitches = [float(state.tensors["pitch"][0]) for state in states]
        return pitched(float(np.average(pitches, weights=weights)))

    def embed(self, state: VoiceState, language: str) -> NDArray[np.float32]:
        """A direction that tells the pitch."""
        return direction(float(state.tensors["pitch"][0]))

    def embed_audio(self, audio: Audio, sample_rate: int) -> NDArray[np.float32]:
        """Tells the length of a recording in samples."""
        return direction(float(audio.size))

    def from_embedding(
        self, numbers: Sequence[float], language: str, *, base: VoiceState | None = None
    ) -> VoiceState:
        """The pitch of a direction; a base is added to it. Raises InputError as the true model."""
        if not numbers[0]:
            raise InputError("embedding_invalid", "No direction is like that.", "Give another.")
        more = 0.0 if base is None else float(base.tensors["pitch"][0])
        return pitched(1000 * numbers[1] / numbers[0] + more)


def direction(hertz: float) -> NDArray[np.float32]:
    """192 numbers of length 1."""
    numbers = np.zeros(192)
    numbers[:2] = 1, hertz / 1000
    return (numbers / np.linalg.norm(numbers)).astype(np.float32)


class VoicesEngine(TinyEngine):
    """Same members as `menura.engine.Engine`, as far as these jobs go."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.model = VoicesModel()

    def voice(self, ref: VoiceRef) -> VoiceState:
        """A stock voice has 200 Hz."""
        if ref.embedding is not None:
            return self.model.from_embedding(ref.embedding, str(ref.language))
        return pitched(200.0) if ref.state is None else load(ref.state)

    def speech_of(self, clip: Path, *, enhance: bool = False) -> tuple[Audio, int]:
        """As many samples as the clip has frames; one more when it was cleaned up."""
        return np.zeros(read_frames(clip) + enhance, np.float32), 16000

    def speak(self, job: SpeechJob) -> Iterator[SpeechOutput]:
        """As before, an embedding like a stored voice; notes the pitch."""
        voice = self.voice(job.voice)
        self.note(f"pitch {round(float(voice.tensors['pitch'][0]))} in {job.language}")
        if job.voice.embedding is not None:
            path = self.settings.data / "spoken.safetensors"
            path.write_bytes(save(voice))
            job = replace(job, voice=VoiceRef(state=path))
        return super().speak(job)
