"""What became of a fine-tune, drawn from what is kept of it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from menura.errors import MenuraError, NotFoundError
from menura.library.fine_tune_tables import FineTune, FineTuneEvent
from menura.library.store import Library

_OF_VOICE = re.compile(r"voice_([0-9]{1,2})_([a-z]+)")
_AUDIO_SUFFIX = ".flac"


@dataclass(frozen=True)
class Point:
    """Where a training was at a moment."""

    at: datetime
    attempt: int
    stage: str
    step: int
    progress: float
    losses: Mapping[str, float]
    scores: Mapping[str, float]


@dataclass(frozen=True)
class SourceClip:
    """The stretch of a recording that a voice is made of."""

    number: int
    """From 1 on."""

    name: str
    """What it is like."""

    why: str
    """Why it was taken."""

    voice_id: str | None
    """None when the voice was deleted."""

    transcript: str | None
    start: float
    """Seconds of the recording, as `end`."""

    end: float
    file_id: str | None
    """Recording of the dataset; None when it was deleted, as `filename` and `path`."""

    filename: str | None
    path: Path | None


def events_of(library: Library, organisation_id: str, fine_tune_id: str) -> list[FineTuneEvent]:
    """All that became known, the oldest first. Raises NotFoundError."""
    found: list[FineTuneEvent] = []
    while part := library.fine_tunes.events(
        organisation_id, fine_tune_id, found[-1].id if found else 0
    ):
        found += part
    return found


def curve(library: Library, organisation_id: str, fine_tune_id: str) -> Sequence[Point]:
    """Losses and held-out scores in the order of time. Raises NotFoundError."""
    return [
        Point(
            event.at,
            event.attempt,
            event.stage,
            event.step,
            event.progress,
            event.losses,
            event.scores,
        )
        for event in events_of(library, organisation_id, fine_tune_id)
        if event.losses or event.scores
    ]


def figures(row: FineTune) -> dict[str, Any]:
    """The report's figures, but for what is about single voices."""
    return {name: value for name, value in row.report.items() if not _OF_VOICE.fullmatch(name)}


def source_clips(library: Library, organisation_id: str, row: FineTune) -> Sequence[SourceClip]:
    """What the voices were made of, as its report tells; empty until it is completed."""
    told: dict[int, dict[str, Any]] = {}
    for name, value in row.report.items():
        if found := _OF_VOICE.fullmatch(name):
            told.setdefault(int(found[1]), {})[found[2]] = value
    voices = {
        round(_number(voice.report.get("number"))): voice
        for voice in library.fine_tunes.voices(organisation_id, row.id)
    }
    clips = []
    for number, fields in sorted(told.items()):
        voice = voices.get(number)
        file_id = str(fields.get("file", "")).removesuffix(_AUDIO_SUFFIX)
        filename, path = _recording(library, organisation_id, row.dataset_id, file_id)
        clips.append(
            SourceClip(
                number=number,
                name=str(fields.get("name", "")),
                why=str(fields.get("why", "")),
                voice_id=None if voice is None else voice.id,
                transcript=None if voice is None else voice.transcript,
                start=_number(fields.get("start")),
                end=_number(fields.get("end")),
                file_id=None if path is None else file_id,
                filename=filename,
                path=path,
            )
        )
    return clips


@dataclass(frozen=True)
class Sample:
    """A held-out sentence: how the person said it, an instant clone, and the tuned model."""

    number: int
    """From 1 on."""

    transcript: str
    start: float
    """Seconds of the recording, as `end`."""

    end: float
    gain: float
    """Factor that makes the recording as loud as what was spoken."""

    file_id: str | None
    """Recording of the dataset; None when it was deleted, as `filename` and `recording`."""

    filename: str | None
    recording: Path | None
    instant: Path | None
    """What was spoken; None when the file is gone, as `tuned`."""

    tuned: Path | None
    instant_scores: Mapping[str, float]
    tuned_scores: Mapping[str, float]


def samples(library: Library, organisation_id: str, row: FineTune) -> Sequence[Sample]:
    """Sentences that were kept out of the training; none until it is completed."""
    found = []
    for number, kept in enumerate(row.samples, start=1):
        file_id = str(kept["file"]).removesuffix(_AUDIO_SUFFIX)
        filename, path = _recording(library, organisation_id, row.dataset_id, file_id)
        found.append(
            Sample(
                number=number,
                transcript=kept["transcript"],
                start=kept["start"],
                end=kept["end"],
                gain=kept["gain"],
                file_id=None if path is None else file_id,
                filename=filename,
                recording=path,
                instant=library.fine_tunes.sound(kept["instant"]),
                tuned=library.fine_tunes.sound(kept["tuned"]),
                instant_scores=kept["instant_scores"],
                tuned_scores=kept["tuned_scores"],
            )
        )
    return found


def sample_not_found(number: int) -> NotFoundError:
    """For the sound of a sample that is not there, or no more."""
    return NotFoundError(
        "sample_not_found",
        f"There is no such sound of sample {number} of this fine-tune.",
        "The report lists those that there are; the recording goes with its dataset.",
    )


def clip_not_found(number: int) -> NotFoundError:
    """For a source clip that is not there, or no more."""
    return NotFoundError(
        "clip_not_found",
        f"There is no source clip {number} of this fine-tune.",
        "The report lists those that there are; the recording goes with its dataset.",
    )


def _recording(
    library: Library, organisation_id: str, dataset_id: str, file_id: str
) -> tuple[str | None, Path | None]:
    """Name and audio of a recording that is still there and of this dataset."""
    try:
        file = library.dataset_files.get(organisation_id, dataset_id, file_id)
        return file.filename, library.dataset_files.audio(file)
    except MenuraError:
        return None, None


def _number(value: object) -> float:
    """A figure of a report, which may have come in a file from elsewhere."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0
