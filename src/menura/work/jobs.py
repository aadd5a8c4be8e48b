"""What travels between the server (or the command line) and the engine that computes.

All of these can be pickled; a job names files by path and never needs the database.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from menura.audio.formats import OutputFormat
from menura.models.contract import PhonemeTiming, VoiceState, WordTiming
from menura.text.pronunciations import Pronunciation
from menura.text.utterance import Language


@dataclass(frozen=True)
class VoiceRef:
    """Which voice speaks: a stock voice of the model by key, a stored state by file, or numbers."""

    stock: str | None = None
    state: Path | None = None
    embedding: tuple[float, ...] | None = None
    """See `menura.models.contract.EmbeddingModel`."""

    language: Language | None = None
    """That of an embedding, which a voice is made of for it."""

    adapter: Path | None = None
    """Weights of the fine-tune that speak a stored state; None where the base model's do."""

    fine_tune: str | None = None
    """Id of the fine-tune that the voice is of, with its weights or without."""


@dataclass(frozen=True)
class SpeechJob:
    """Text to be spoken, with marks as in `menura.text.markup`.

    Speed, volume and emotion hold until a mark in the text changes them.
    """

    text: str
    voice: VoiceRef
    language: Language
    output: OutputFormat
    speed: float = 1.0
    """Multiplies the pace, 0.6 to 1.5."""

    volume: float = 1.0
    """Multiplies the amplitude, 0.5 to 2.0; peaks are limited, never clipped."""

    seed: int = 0
    emotion: str = ""
    """Names of `menura.text.emotions`; unknown ones change nothing."""

    normalization: str = "auto"
    """`auto`, `off`, or a locale of the language whose rules are meant."""

    pronunciations: tuple[Pronunciation, ...] = ()
    duration: float | None = None
    """Most seconds of audio; what would come later is cut off."""

    normalized_words: bool = False
    """Whether timings name the words as they are read (`five dollars`), not as they are written."""


@dataclass(frozen=True)
class SpeechOutput:
    """The next bytes of a speech stream, with the timings of the words that begin in them.

    Timings are in seconds from the start of the whole stream. A job yields empty outputs while it
    computes, so that whoever iterates can look after other things, or stop it.
    """

    data: bytes
    words: tuple[WordTiming, ...] = ()
    phonemes: tuple[PhonemeTiming, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.data or self.words or self.phonemes)


def said(outputs: Iterator[SpeechOutput]) -> Iterator[SpeechOutput]:
    """Leaves out empty outputs; closing it closes the work."""
    try:
        yield from (output for output in outputs if not output.empty)
    finally:
        if isinstance(outputs, Generator):
            outputs.close()


@dataclass(frozen=True)
class CloneJob:
    """A clip to be made into a voice."""

    clip: Path
    language: Language
    mode: str = "similarity"
    """`similarity` or `stability`."""

    enhance: bool | None = None
    """Clean-up before cloning; None takes the mode's default (off, on)."""

    transcript: str | None = None
    """The words of the clip; heard by Whisper when absent."""

    steps: int = 0
    """Optimisation steps; 0 takes the model's default."""

    base: VoiceRef | None = None
    refine: bool = True
    """Go on after the first usable voice, to better ones."""


@dataclass(frozen=True)
class Advice:
    """One finding about a clip that its owner can act on."""

    code: str
    severity: str
    """`info` or `warning`."""

    sentence: str
    remedy: str


@dataclass(frozen=True)
class CloneOutcome:
    """A usable voice: the first one of a clone, or a better one of the same clip."""

    state: VoiceState
    transcript: str
    advice: tuple[Advice, ...] = ()
    report: Mapping[str, float | str] = field(default_factory=dict)
    score: float = 0.0
    """As in `menura.models.contract.CloneResult`: higher is better, for the same job only."""

    last: bool = True
    """Whether it is known that no better one will follow."""


@dataclass(frozen=True)
class JobProgress:
    """How far a long job is."""

    stage: str
    share: float
    """Of the whole job, in [0, 1]."""

    eta_seconds: float | None
    """None until it can be told."""
