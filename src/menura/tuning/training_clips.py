"""The clips that a model is tuned on, read from their recordings when they are asked for."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
import soundfile
from numpy.typing import NDArray

from menura.audio.activity import Span, speech_mask, speech_spans
from menura.audio.loudness import PEAK, SPEECH_RMS
from menura.audio.quality import bandwidth
from menura.audio.recording import read_stretch
from menura.audio.resample import resample
from menura.errors import AudioError
from menura.models.contract import Clip
from menura.text.utterance import Language
from menura.work.tune import TuneUtterance

Audio = NDArray[np.float32]

TASTED_SECONDS = 60.0
"""Of a recording's utterances, spread over all of it, that tell what it is like."""


@dataclass(frozen=True)
class _Recording:
    gain: float
    """What brings all of its speech to SPEECH_RMS; how loud each clip is is part of its manner."""

    bandwidth: float


class TrainingClips(Sequence[Clip]):
    """Utterances as clips at a model's rate; none of them stays in memory.

    Each recording is measured once, when its first clip is read.

    Args:
        utterances: what the clips are cut from.
        language: of all of them.
        sample_rate: Hz of the clips.
    """

    def __init__(
        self, utterances: Sequence[TuneUtterance], language: Language, sample_rate: int
    ) -> None:
        self.utterances = utterances
        self.language = language
        self._recordings = _Recordings(utterances, sample_rate)

    def __len__(self) -> int:
        return len(self.utterances)

    @overload
    def __getitem__(self, index: int) -> Clip: ...
    @overload
    def __getitem__(self, index: slice) -> "TrainingClips": ...
    def __getitem__(self, index: int | slice) -> "Clip | TrainingClips":
        if isinstance(index, slice):
            part = copy.copy(self)
            part.utterances = self.utterances[index]
            return part
        one = self.utterances[index]
        recording = self._recordings.of(one.audio)
        rate = self._recordings.sample_rate
        audio = _read(one, rate)
        peak = float(np.abs(audio).max(initial=0.0))
        gain = min(recording.gain, PEAK / peak) if peak > 0.0 else 1.0
        return Clip(
            audio=np.asarray(audio * np.float32(gain), np.float32),
            sample_rate=rate,
            transcript=one.transcript,
            language=self.language,
            bandwidth=recording.bandwidth,
        )


class _Recordings:
    """What the recordings of some utterances are like, each measured when it is asked for."""

    def __init__(self, utterances: Sequence[TuneUtterance], sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._utterances: dict[Path, list[TuneUtterance]] = {}
        for one in utterances:
            self._utterances.setdefault(one.audio, []).append(one)
        self._known: dict[Path, _Recording] = {}

    def of(self, path: Path) -> _Recording:
        """What one is like. Raises AudioError where it is gone."""
        if path not in self._known:
            self._known[path] = self._listen(path)
        return self._known[path]

    def _listen(self, path: Path) -> _Recording:
        own = self._utterances[path]
        every = max(1, round(sum(one.end - one.start for one in own) / TASTED_SECONDS))
        pieces, spans, at = [], [], 0.0
        for one in own[::every]:
            piece = _read(one, self.sample_rate)
            found = speech_spans(piece, self.sample_rate)
            spans += [Span(at + span.start, at + span.end) for span in found]
            pieces.append(piece)
            at += piece.size / self.sample_rate
        whole = np.concatenate(pieces)
        heard = whole[speech_mask(spans, whole.size, self.sample_rate)]
        rms = float(np.sqrt(np.square(heard, dtype=np.float64).mean())) if heard.size else 0.0
        edge = bandwidth(whole, self.sample_rate, spans) if spans else self.sample_rate / 2
        return _Recording(
            gain=SPEECH_RMS / rms if rms > 0.0 else 1.0,
            bandwidth=min(edge, self.sample_rate / 2),
        )


def _read(one: TuneUtterance, sample_rate: int) -> Audio:
    """An utterance's audio [samples] without offset. Raises AudioError where it is gone."""
    try:
        audio, rate = read_stretch(one.audio, one.start, one.end)
    except (soundfile.LibsndfileError, OSError) as error:
        raise AudioError(
            "recording_missing",
            "A recording of the dataset can no longer be read.",
            "Start the fine-tune again with the recordings that are left.",
        ) from error
    if not audio.size:
        raise AudioError(
            "recording_missing",
            "A recording of the dataset is shorter than it was.",
            "Start the fine-tune again with the recordings that are left.",
        )
    audio = audio - np.float32(audio.mean(dtype=np.float64))
    return resample(audio, rate, sample_rate)
