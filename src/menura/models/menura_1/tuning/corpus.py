"""A dataset as training reads it: each utterance with the time, pitch and energy of its symbols."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from menura.audio.activity import speech_seconds, speech_spans
from menura.errors import AudioError, TextError
from menura.models.contract import Clip
from menura.models.menura_1 import features
from menura.models.menura_1.alignment import align
from menura.models.menura_1.decoder import FRAME, SAMPLE_RATE
from menura.models.menura_1.features import levelled
from menura.models.menura_1.phoneme_classifier import phoneme_classifier
from menura.models.menura_1.prosody_fit import Manner, heard, phoneme_count
from menura.models.menura_1.side_by_side import side_by_side
from menura.models.menura_1.speaker import symbols_of
from menura.work.whole_files import replacing

if TYPE_CHECKING:
    from menura.models.menura_1.model import Menura1

LEAST_USABLE = 4
"""Utterances that fit their transcripts, without which nothing can be learned."""

_AT_A_TIME = 8
_OUTLIER = 3.5
"""Median absolute deviations under the median likelihood: there text and recording disagree."""

_VERSION = 1


@dataclass(frozen=True)
class Utterance:
    """One utterance, aligned."""

    index: int
    """In the dataset."""

    phonemes: str
    durations: NDArray[np.int64]
    """Frames of 25 ms of each token, pads included, [T]."""

    f0: NDArray[np.float32]
    """Hz, 0 where unvoiced, [2·frames]."""

    likelihood: float
    speech_seconds: float

    @property
    def frames(self) -> int:
        """Its length in frames of 25 ms."""
        return int(self.durations.sum())

    def manner(self) -> Manner:
        """Its pitch, range and pace."""
        return heard(self.f0, self.speech_seconds, phoneme_count(self.phonemes))


class Corpus:
    """The aligned utterances of a dataset, and their audio when asked for.

    Args:
        dataset: clips of one speaker.
        utterances: those that can be trained on.
        skipped: how many cannot.
    """

    def __init__(self, dataset: Sequence[Clip], utterances: list[Utterance], skipped: int) -> None:
        self.dataset, self.utterances, self.skipped = dataset, utterances, skipped

    def audio(self, utterance: Utterance) -> Tensor:
        """Its audio at LEVEL, [1, 600·frames]."""
        audio = self.dataset[utterance.index].audio
        return torch.from_numpy(levelled(audio, utterance.frames))[None]

    def bandwidth(self, utterance: Utterance) -> float:
        """Highest frequency of its recording that carries speech, in Hz."""
        return self.dataset[utterance.index].bandwidth


def measure(
    model: "Menura1", table: NDArray[np.floating], clip: Clip, index: int
) -> Utterance | None:
    """Aligns one clip; None where its text cannot be what is said in it."""
    try:
        phonemes = symbols_of(clip.transcript, clip.language, model.info.utterance_symbols)
        tokens = model.tokens(phonemes)
    except (AudioError, TextError):
        return None
    frames = clip.audio.size // FRAME
    if frames < tokens.numel():
        return None
    audio = levelled(clip.audio, frames)
    with torch.no_grad():
        style = model.style(np.asarray(table, np.float32), len(phonemes))
        planned = model.network.plan(tokens, style).durations
        mel = features.log_mel(torch.from_numpy(audio).to(model.device)[None])
        try:
            found = align(phoneme_classifier(model.device), mel, tokens[0], planned, frames)
        except ValueError:
            return None
    return Utterance(
        index,
        phonemes,
        found.durations,
        features.f0(audio, 2 * frames)[0].numpy(),
        found.likelihood,
        speech_seconds(speech_spans(audio, SAMPLE_RATE)),
    )


def read(
    model: "Menura1", table: NDArray[np.floating], dataset: Sequence[Clip], folder: Path
) -> Iterator[float | Corpus]:
    """Aligns a dataset, or reads what was aligned before; yields the share done, then the corpus.

    Raises AudioError when hardly anything of it can be used.
    """
    file = folder / "corpus.npz"
    found = _load(file, len(dataset))
    if found is None:
        found = []
        for first in range(0, len(dataset), _AT_A_TIME):
            indices = range(first, min(first + _AT_A_TIME, len(dataset)))
            several = side_by_side(lambda i: measure(model, table, dataset[i], i), indices)
            found += [one for one in several if one is not None]
            yield indices.stop / len(dataset)
        _save(file, found, len(dataset))
    kept = _fitting(found)
    if len(kept) < LEAST_USABLE:
        raise AudioError(
            "dataset_not_usable",
            f"Of {len(dataset)} utterances only {len(kept)} fit their transcripts.",
            "Check the language of the dataset and correct its transcripts.",
        )
    yield Corpus(dataset, kept, len(dataset) - len(kept))


def _fitting(found: list[Utterance]) -> list[Utterance]:
    """Leaves out utterances whose words are most likely others."""
    likelihoods = np.array([one.likelihood for one in found])
    if likelihoods.size == 0:
        return []
    middle = float(np.median(likelihoods))
    deviation = float(np.median(np.abs(likelihoods - middle)))
    least = middle - _OUTLIER * max(deviation, 0.05)
    return [one for one in found if one.likelihood >= least]


def _save(file: Path, found: list[Utterance], size: int) -> None:
    with replacing(file) as partial, partial.open("wb") as target:
        np.savez(
            target,
            head=np.array([_VERSION, size]),
            index=np.array([one.index for one in found]),
            phonemes=np.array([one.phonemes for one in found]),
            durations=np.concatenate([one.durations for one in found] or [np.zeros(0, np.int64)]),
            f0=np.concatenate([one.f0 for one in found] or [np.zeros(0, np.float32)]),
            likelihood=np.array([one.likelihood for one in found]),
            speech_seconds=np.array([one.speech_seconds for one in found]),
        )


def _load(file: Path, size: int) -> list[Utterance] | None:
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as kept:
        if kept["head"].tolist() != [_VERSION, size]:
            return None
        found, token, frame = [], 0, 0
        durations, f0 = kept["durations"], kept["f0"]
        for index, phonemes, likelihood, seconds in zip(
            *(kept[name] for name in ("index", "phonemes", "likelihood", "speech_seconds")),
            strict=True,
        ):
            tokens = len(str(phonemes)) + 2
            own = durations[token : token + tokens]
            frames = 2 * int(own.sum())
            found.append(
                Utterance(
                    int(index),
                    str(phonemes),
                    own,
                    f0[frame : frame + frames],
                    float(likelihood),
                    float(seconds),
                )
            )
            token += tokens
            frame += frames
    return found
