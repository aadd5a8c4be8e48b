"""The tiny engine with tuned voices; loaded as `tiny_adapters:AdaptedEngine`.

An adapter is a number of Hz that is added to the pitch of a voice.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from tiny_engine import INFO
from tiny_voices import VoicesEngine, VoicesModel, pitched

from menura.errors import NotFoundError, StateError
from menura.models.adapters import load_adapter
from menura.models.contract import (
    Adapter,
    Clip,
    CloneOptions,
    CloneResult,
    Progress,
    ProsodyFactors,
    SpokenAudio,
    TuneNews,
    TuneOptions,
    TuneResult,
    TuneSample,
    VoiceState,
)
from menura.models.states import save
from menura.settings import Settings
from menura.text.utterance import Utterance
from menura.work.jobs import SpeechJob, SpeechOutput, VoiceRef


def adapter_of(hertz: float) -> Adapter:
    """An adapter of the tiny model."""
    return Adapter(INFO.snapshot, {"shift": np.array([hertz], np.float32)}, {"kind": "sine"})


class TunedModel(VoicesModel):
    """All members of a model that can be tuned; training it counts the dataset's samples."""

    stages = ("aligning", "training", "judging")

    def __init__(self) -> None:
        self.heard: list[tuple[int, ...]] = []
        self.closed = False
        self.adapted = 0

    def stock_state(self, key: str) -> VoiceState:
        """There is none."""
        raise NotFoundError("stock_voice_not_found", "There is no such stock voice.")

    def speak(
        self,
        utterance: Utterance,
        voice: VoiceState,
        *,
        speed: float = 1.0,
        seed: int = 0,
        prosody: ProsodyFactors | None = None,
    ) -> Iterator[SpokenAudio]:
        """Says nothing."""
        yield SpokenAudio(np.zeros(2400, np.float32))

    def clone(self, clip: Clip, options: CloneOptions, progress: Progress) -> Iterator[CloneResult]:
        """Yields one voice."""
        yield CloneResult(pitched(200.0), {}, 1.0, last=True)

    def tune(
        self, dataset: Sequence[Clip], options: TuneOptions
    ) -> Iterator[TuneNews | TuneResult]:
        """Reads each clip once; a file in the folder tells how far it was."""
        begun = len(list(options.folder.glob("stage-*")))
        try:
            for number, stage in enumerate(self.stages[begun:], start=begun):
                yield TuneNews(stage, number / 3, number, {"loss": 1.0 - number / 3})
                (options.folder / f"stage-{stage}").touch()
            samples = sum(clip.audio.size for clip in dataset)
            report = {"samples": float(samples)}
            yield TuneResult(adapter_of(samples / 1000), report, self.spoken(dataset))
        finally:
            self.closed = True

    def spoken(self, dataset: Sequence[Clip]) -> Sequence[TuneSample]:
        """The third clip, half as loud before, twice as loud after."""
        audio = dataset[2].audio
        return [TuneSample(2, audio / 2, 2 * audio, {"likeness": 0.5}, {"likeness": 0.8})]

    def tuned_voice(self, adapter: Adapter, clips: Sequence[Clip]) -> VoiceState:
        """As many Hz as its clips have samples in the mean."""
        sizes = tuple(clip.audio.size for clip in clips)
        self.heard.append(sizes)
        return pitched(float(np.mean(sizes)))

    def with_adapter(self, voice: VoiceState, adapter: Adapter) -> VoiceState:
        """Adds the adapter's pitch."""
        if adapter.snapshot != INFO.snapshot or set(adapter.tensors) != {"shift"}:
            raise StateError("adapter_invalid", "The weights are no shift.", "Give others.")
        self.adapted += 1
        return pitched(float(voice.tensors["pitch"][0] + adapter.tensors["shift"][0]))


class AdaptedEngine(VoicesEngine):
    """Same members as `menura.engine.Engine`, as far as these jobs go."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.tuned = self.model = TunedModel()

    def voice(self, ref: VoiceRef) -> VoiceState:
        """As the true engine gives it."""
        voice = super().voice(ref)
        if ref.adapter is None:
            return voice
        return self.tuned.with_adapter(voice, load_adapter(ref.adapter))

    def speak(self, job: SpeechJob) -> Iterator[SpeechOutput]:
        """As before, with the pitch that the weights give."""
        if job.voice.adapter is not None:
            path = self.settings.data / "adapted.safetensors"
            path.write_bytes(save(self.voice(job.voice)))
            job = SpeechJob(**{**vars(job), "voice": VoiceRef(state=path)})
        return super().speak(job)
