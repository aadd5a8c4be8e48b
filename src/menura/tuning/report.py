"""What a dataset is worth: how much of it counts, file by file, and what to do about the rest."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from menura.library.datasets import counts
from menura.library.paging import Window
from menura.library.store import Library
from menura.library.tables import DatasetFile, Utterance
from menura.work.jobs import Advice

NEEDED_MINUTES = 30
IDEAL_MINUTES = 120

GOOD_SHARE = 0.6
"""Of the speech in a recording, from which on it is good if it counts."""


Verdict = Literal["pending", "good", "fair", "unusable"]


@dataclass(frozen=True)
class FileReport:
    """What became of one recording."""

    row: DatasetFile
    verdict: Verdict
    seconds_that_count: float
    other_speakers_seconds: float
    utterances: int
    advice: Sequence[Advice]


@dataclass(frozen=True)
class SpeakerReport:
    """Somebody who speaks in a dataset."""

    speaker: int
    seconds: float
    utterances: int
    target: bool


@dataclass(frozen=True)
class DatasetReport:
    """What a dataset is worth."""

    minutes_that_count: float
    needed_minutes: float
    enough: bool
    ready: bool
    """Whether every recording has been prepared, or has failed."""

    languages: Mapping[str, float]
    """Minutes that count by language."""

    speakers: Sequence[SpeakerReport]
    files: Sequence[FileReport]
    """Newest first."""

    advice: Sequence[Advice]


def report(
    library: Library, organisation_id: str, dataset_id: str, needed_minutes: float = NEEDED_MINUTES
) -> DatasetReport:
    """Draws up the report of a dataset as it is now. Raises NotFoundError."""
    dataset = library.datasets.get(organisation_id, dataset_id)
    rows = library.dataset_files.list(organisation_id, dataset_id, Window()).rows
    of_file: dict[str, list[Utterance]] = defaultdict(list)
    utterances = library.utterances.all(organisation_id, dataset_id)
    for one in utterances:
        of_file[one.file_id].append(one)
    files = [_file(row, of_file[row.id], dataset.target) for row in rows]
    counted = sum(file.seconds_that_count for file in files)
    languages: dict[str, float] = defaultdict(float)
    for file in files:
        if file.seconds_that_count:
            language = str(file.row.report.get("language", ""))
            languages[language] += file.seconds_that_count / 60
    ready = all(file.verdict != "pending" for file in files)
    speakers = _speakers(utterances, dataset.target)
    return DatasetReport(
        minutes_that_count=counted / 60,
        needed_minutes=needed_minutes,
        enough=counted >= needed_minutes * 60,
        ready=ready,
        languages=dict(languages),
        speakers=speakers,
        files=files,
        advice=_advice(counted / 60, needed_minutes, ready, len(speakers), sorted(languages)),
    )


def _file(row: DatasetFile, utterances: Sequence[Utterance], target: int) -> FileReport:
    counted = sum(_seconds(one) for one in utterances if counts(one, target))
    others = sum(
        _seconds(one) for one in utterances if one.speaker is not None and one.speaker != target
    )
    advice = [Advice(**finding) for finding in row.advice]
    if row.error is not None:
        error = row.error
        advice = [Advice(error["code"], "warning", error["sentence"], error["remedy"])]
    if others:
        advice.append(
            Advice(
                "left_out_speaker",
                "info",
                f"{others:.0f} s by other speakers are left out.",
                "If the wrong person was taken, choose the speaker by number.",
            )
        )
    settled = all(one.speaker is not None for one in utterances)
    return FileReport(
        row=row,
        verdict=_verdict(row, counted, advice) if settled else "pending",
        seconds_that_count=counted,
        other_speakers_seconds=others,
        utterances=len(utterances),
        advice=advice,
    )


def _verdict(row: DatasetFile, counted: float, advice: Sequence[Advice]) -> Verdict:
    if row.state in ("waiting", "preparing"):
        return "pending"
    if row.state == "failed" or not counted:
        return "unusable"
    enough = counted >= GOOD_SHARE * float(row.report.get("speech_seconds", 0.0))
    return "good" if enough and all(one.severity != "warning" for one in advice) else "fair"


def _speakers(utterances: Sequence[Utterance], target: int) -> Sequence[SpeakerReport]:
    own: dict[int, list[float]] = defaultdict(list)
    for one in utterances:
        if one.speaker is not None:
            own[one.speaker].append(_seconds(one))
    return [
        SpeakerReport(speaker, sum(own[speaker]), len(own[speaker]), speaker == target)
        for speaker in sorted(own)
    ]


def _advice(
    minutes: float, needed: float, ready: bool, speakers: int, languages: Sequence[str]
) -> Sequence[Advice]:
    found = []
    if ready and minutes < needed:
        found.append(
            Advice(
                "dataset_too_short",
                "warning",
                f"{minutes:.1f} minutes count; {needed:g} are needed.",
                f"Add {math.ceil(needed - minutes)} minutes or more of clear speech; "
                f"{IDEAL_MINUTES // 60} hours are best.",
            )
        )
    if speakers > 1:
        found.append(
            Advice(
                "several_speakers",
                "info",
                f"{speakers} people speak; the one who speaks longest is taken, unless another "
                "was chosen.",
                "Check the speakers of the report, and choose another one if need be.",
            )
        )
    if len(languages) > 1:
        found.append(
            Advice(
                "several_languages",
                "warning",
                f"The recordings are in several languages: {', '.join(languages)}.",
                "Make a dataset for each language.",
            )
        )
    return found


def _seconds(one: Utterance) -> float:
    return one.end - one.start
