"""The contract between Menura and a base model.

To add a model, write a class with the members of `BaseModel` and register a loader for it under
the entry point group `menura.models` (name = the model's alias, value = a function
`load(settings) -> BaseModel`). Nothing else in Menura needs to change. `menura.models.menura_1`
is the reference implementation.

Audio is always mono `float32` in [-1, 1] as a NumPy array of shape [samples].
Time is in seconds, rates in Hz.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from menura.text.utterance import Language, Utterance

Audio = NDArray[np.float32]

Progress = Callable[[str, float], None]
"""Called with a stage name and the share done of the whole job in [0, 1].

It may raise `menura.errors.CancelledError`; a model must let that pass and leave nothing behind.
"""


@dataclass(frozen=True)
class ModelInfo:
    """Identity and abilities of one frozen base model."""

    snapshot: str
    """Dated id, such as `menura-1-2026-11`. Another set of weights is another snapshot."""

    alias: str
    """Moving name of the newest snapshot, such as `menura-1`."""

    languages: tuple[Language, ...]
    sample_rate: int
    utterance_symbols: int
    """Most phoneme symbols that one utterance may have."""

    description: str = ""


@dataclass(frozen=True)
class VoiceState:
    """All that a model needs to speak in one voice; opaque outside of the model.

    `tensors` are NumPy arrays by name; `metadata` are texts by name. Both travel as one
    safetensors file (`menura.models.states`).
    """

    snapshot: str
    tensors: Mapping[str, NDArray[Any]]
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StockVoice:
    """A voice that ships with a model."""

    key: str
    """The model's own name of the voice, such as `af_heart`."""

    name: str
    language: Language
    gender: str
    """`masculine` or `feminine`."""

    description: str


@dataclass(frozen=True)
class WordTiming:
    """When a word is heard, in seconds from the start of the utterance's audio."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class PhonemeTiming:
    """When a phoneme symbol is heard, in seconds from the start of the utterance's audio."""

    phoneme: str
    start: float
    end: float


@dataclass(frozen=True)
class SpokenAudio:
    """A stretch of speech. Timings are of words that begin in it, or of an utterance's last word.

    A model may yield stretches without samples while it computes, so that its caller can look
    after other things, or close the iterator.
    """

    audio: Audio
    words: tuple[WordTiming, ...] = ()
    phonemes: tuple[PhonemeTiming, ...] = ()


@dataclass(frozen=True)
class ProsodyFactors:
    """How an utterance is to differ from the way its voice speaks by itself."""

    pitch: float = 1.0
    """Factor on F0."""

    pitch_spread: float = 1.0
    """Factor on the distance of log F0 from its middle."""

    pace: float = 1.0
    """Factor on the pace, beside `speed`."""


@dataclass(frozen=True)
class Clip:
    """A recording made ready for cloning; `language` is that of its transcript."""

    audio: Audio
    sample_rate: int
    transcript: str
    language: Language
    bandwidth: float
    """Highest frequency that carries speech, in Hz; above it the recording says nothing."""

    heard: Audio | None = None
    """All that this person says, where `audio` is a part of it: tells who they are, and F0."""

    foreign: bool = False
    """Clearly in another language than the voice is to speak: it tells who speaks, no more."""


@dataclass(frozen=True)
class CloneOptions:
    """How a clone is to be made."""

    mode: str = "similarity"
    """`similarity` keeps everything of the clip, `stability` sounds like a studio."""

    steps: int = 0
    """Optimisation steps; 0 takes as many as the model finds right for the mode and the machine."""

    base: VoiceState | None = None
    """A voice to start from; the model's own choice when absent."""

    seed: int = 0
    language: Language | None = None
    """That the voice is to speak; that of the clip's words when absent."""


@dataclass(frozen=True)
class CloneResult:
    """A usable voice: the first one of a clone, or a better one of the same clip."""

    state: VoiceState
    report: Mapping[str, float | str]
    """Figures for people: steps, seconds, similarity before and after."""

    score: float
    """Higher is better; only to be compared with scores of the same clip, options and model."""

    last: bool = False
    """Whether the model knows that no better one will follow; the iterator's end says so too."""


@dataclass(frozen=True)
class TuneOptions:
    """How a model is to be tuned."""

    seconds: float
    """Budget of all of `tune` on an idle machine; some may have been spent before (`folder`)."""

    folder: Path
    """Where checkpoints are kept. Work that was begun there is gone on with."""

    language: Language
    seed: int = 0


@dataclass(frozen=True)
class TuneNews:
    """How far a tuning is."""

    stage: str
    """`aligning`, `training` or `judging`."""

    share: float
    """Of the whole, in [0, 1]."""

    step: int = 0
    losses: Mapping[str, float] = field(default_factory=dict)
    """Means since the news before, by name; empty where nothing was trained meanwhile."""

    scores: Mapping[str, float] = field(default_factory=dict)
    """Measures of held-out utterances by name, whenever they were taken anew."""


@dataclass(frozen=True)
class Adapter:
    """A base model's update from recordings of one speaker, whose voices are spoken with it.

    As a file it is written like a `VoiceState`.
    """

    snapshot: str
    tensors: Mapping[str, NDArray[Any]]
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TuneSample:
    """A held-out sentence as it was spoken before and after, at the model's rate."""

    index: int
    """Of its recording in the dataset."""

    instant: Audio
    """By the instant clone that the result had to be better than."""

    tuned: Audio
    """By the tuned model."""

    instant_scores: Mapping[str, float]
    """What this sentence was given, by names as in the report."""

    tuned_scores: Mapping[str, float]


@dataclass(frozen=True)
class TuneResult:
    """A tuned model."""

    adapter: Adapter
    report: Mapping[str, float | str]
    """Figures for people: steps, seconds, held-out scores of the instant clone and of this one."""

    samples: Sequence[TuneSample] = ()
    """A few held-out sentences, chosen before anything was judged; for people to hear."""


@runtime_checkable
class BaseModel(Protocol):
    """One base model, loaded. Not thread-safe: one process calls it from one thread."""

    info: ModelInfo

    def stock_voices(self) -> Sequence[StockVoice]:
        """Lists the voices that ship with the model."""

    def stock_state(self, key: str) -> VoiceState:
        """Returns the state of a stock voice. Raises NotFoundError."""

    def check_state(self, state: VoiceState) -> None:
        """Raises StateError for another snapshot's state, wrong names, shapes or numbers."""

    def speak(
        self,
        utterance: Utterance,
        voice: VoiceState,
        *,
        speed: float = 1.0,
        seed: int = 0,
        prosody: ProsodyFactors | None = None,
    ) -> Iterator[SpokenAudio]:
        """Speaks one utterance, a stretch at a time; stops working when the iterator is closed.

        `speed` multiplies the pace (0.6–1.5), `prosody` the voice's own melody and pace; a model
        without a grip on these may leave it unheeded. Raises TextError for too long an utterance
        or symbols that the model lacks, StateError for a state that does not fit.
        """

    def clone(self, clip: Clip, options: CloneOptions, progress: Progress) -> Iterator[CloneResult]:
        """Makes a voice from a clip.

        Yields it as soon as it is usable (aim: 20 s on two cores), then again whenever it got
        better; no result scores lower than the one before. `progress` tells the share of the whole,
        the refinement included. Closing the iterator stops the work. Raises AudioError,
        CancelledError.
        """


@runtime_checkable
class IdlingModel(BaseModel, Protocol):
    """A base model with something to do while nobody asks for anything."""

    def catch_up(self) -> Generator[None, None, None]:
        """Does what requests did not wait for, so that later ones are faster.

        With many rests, in which the iterator may be closed, and nothing else may be done.
        """


@runtime_checkable
class TunableModel(BaseModel, Protocol):
    """A base model that can also be tuned on many recordings of one speaker.

    Apart from `BaseModel`, since a model is useful without it.
    """

    def tune(
        self, dataset: Sequence[Clip], options: TuneOptions
    ) -> Iterator[TuneNews | TuneResult]:
        """Trains within the time budget; yields news, at last the result.

        `dataset` may read its clips when they are asked for. Closing the iterator stops the work;
        with the same dataset and options it goes on from the last checkpoint. Raises AudioError
        for a dataset that cannot be trained on, and for a result that is no better than an instant
        clone.
        """

    def tuned_voice(self, adapter: Adapter, clips: Sequence[Clip]) -> VoiceState:
        """A voice of a tuned model that speaks in the manner of these clips, the first above all.

        It has no part of the adapter: see `with_adapter`. Raises StateError, AudioError.
        """

    def with_adapter(self, voice: VoiceState, adapter: Adapter) -> VoiceState:
        """A tuned voice together with its adapter, as `speak` takes it; shares their memory.

        Raises StateError for an adapter or a voice that does not fit.
        """


@runtime_checkable
class ReshapingModel(Protocol):
    """What a base model has beside `BaseModel` when it can make new voices out of voices.

    Apart, since both methods need states whose parts have a meaning of their own, which those of
    many models have not.
    """

    def localise(
        self,
        state: VoiceState,
        source: Language,
        target: Language,
        *,
        gender: str | None = None,
    ) -> VoiceState:
        """A voice that speaks `target` like its natives while staying the person of `state`.

        `source` is the language of the given voice, `gender` (`masculine`, `feminine`) that of the
        person, if known. Raises TextError for a language that the model has no natives of,
        StateError for a state that does not fit.
        """

    def refit(
        self,
        localised: VoiceState,
        original: VoiceState,
        source: Language,
        target: Language,
        progress: Progress,
    ) -> VoiceState:
        """A localised voice that is more like the person; about 40 s of work on two cores.

        `original` is the voice that was localised, from `source` to `target`. Raises StateError,
        CancelledError.
        """

    def mix(self, states: Sequence[VoiceState], weights: Sequence[float]) -> VoiceState:
        """A voice between voices; weights are scaled to a sum of 1.

        Raises InputError for weights that are negative, not finite or all 0, or for too many
        voices; StateError for a state that does not fit.
        """


@runtime_checkable
class EmbeddingModel(Protocol):
    """What a base model has beside `BaseModel` when its voices can be told as 192 numbers.

    Numbers are unit vectors, float32 of shape [192]; likeness of two voices is their dot product.
    """

    def embed(self, state: VoiceState, language: Language) -> NDArray[np.float32]:
        """The numbers of a voice, as it sounds in `language`.

        Raises StateError for a state that does not fit, TextError for a language that the model
        does not speak.
        """

    def embed_audio(self, audio: Audio, sample_rate: int) -> NDArray[np.float32]:
        """The numbers of whoever speaks in a recording. Raises AudioError for too short a one."""

    def from_embedding(
        self, numbers: Sequence[float], language: Language, *, base: VoiceState | None = None
    ) -> VoiceState:
        """A voice with these numbers that speaks `language`; what they do not say is of `base`.

        Numbers of any length are scaled to 1. Raises InputError unless there are 192 finite ones
        that are not all 0, StateError for a base that does not fit.
        """
