"""What travels for a fine-tune: the job, and what comes back.

As in `menura.work.jobs`, everything here can be pickled. Large numbers stay in files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from menura.models.contract import TuneNews, VoiceState
from menura.text.utterance import Language

VOICES = 4
"""Voices that are made of a fine-tune."""


@dataclass(frozen=True)
class TuneUtterance:
    """A stretch of a recording that is trained on."""

    audio: Path
    """Mono FLAC of the whole recording; see `menura.audio.recording.read_stretch`."""

    start: float
    """Seconds of the recording, as `end`."""

    end: float
    transcript: str


@dataclass(frozen=True)
class TuneJob:
    """A base model to be tuned on one speaker's utterances, and voices to be made of it."""

    utterances: tuple[TuneUtterance, ...]
    language: Language
    seconds: float
    """Time budget; see `menura.models.contract.TuneOptions`."""

    folder: Path
    """Of this fine-tune alone: checkpoints, then the result. A job with the same folder goes on."""

    seed: int = 0


@dataclass(frozen=True)
class TunedVoice:
    """A voice of a tuned model, made of a typical clip."""

    name: str
    """What it is like, such as `calm and low`."""

    description: str
    state: VoiceState
    clip: TuneUtterance


@dataclass(frozen=True)
class TunedSample:
    """A held-out sentence, as the instant clone and as the tuned model spoke it."""

    clip: TuneUtterance
    """The person's own recording of it."""

    gain: float
    """Factor that makes this recording as loud as the two others."""

    instant: Path
    """Mono FLAC in the job's folder, written whole, as `tuned`."""

    tuned: Path
    instant_scores: Mapping[str, float]
    """What this sentence was given, by names as in the report."""

    tuned_scores: Mapping[str, float]


@dataclass(frozen=True)
class TuneProgress:
    """How far a fine-tune is."""

    news: TuneNews
    eta_seconds: float | None
    """None until it can be told."""


@dataclass(frozen=True)
class TuneOutcome:
    """A finished fine-tune."""

    adapter: Path
    """Its safetensors file in the job's folder, written whole."""

    voices: tuple[TunedVoice, ...]
    """VOICES of them, each of another clip."""

    report: Mapping[str, float | str] = field(default_factory=dict)
    samples: tuple[TunedSample, ...] = ()
