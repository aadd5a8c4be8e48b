"""What was found in the recordings of a dataset, and what people make of it: extra routes."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.dataset_report_schemas import (
    DatasetReportBody,
    FileReportBody,
    SpeakerBody,
    UtteranceBody,
    UtterancePageBody,
    UtteranceUpdate,
)
from menura.api.deps import CallerDep, ServicesDep
from menura.api.routes.datasets import After, Before, Limit, json_body
from menura.api.schemas import parse, read_body
from menura.api.services import Services
from menura.api.voice_schemas import AdviceBody
from menura.audio.recording import stretch_as_wav
from menura.library.datasets import counts
from menura.library.paging import Window
from menura.library.tables import Utterance
from menura.tuning.report import IDEAL_MINUTES, FileReport, report
from menura.work.jobs import Advice

router = APIRouter(prefix="/datasets", tags=["Datasets"])

_BODY_BYTES = 16 * 1024
WAV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A WAV of 16 bits, mono, 24 kHz.",
        "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/{dataset_id}/report", summary="Report on a dataset")
async def get_report(at: ServicesDep, caller: CallerDep, dataset_id: str) -> DatasetReportBody:
    """Says how much of an own dataset counts, file by file, and what to do about the rest."""
    needed = at.settings.least_tune_seconds / 60
    found = await run_in_threadpool(report, at.library, caller.organisation_id, dataset_id, needed)
    return DatasetReportBody(
        dataset=dataset_id,
        ready=found.ready,
        minutes_that_count=round(found.minutes_that_count, 2),
        minutes_needed=found.needed_minutes,
        minutes_ideal=IDEAL_MINUTES,
        enough=found.enough,
        languages={name: round(minutes, 2) for name, minutes in found.languages.items()},
        speakers=[
            SpeakerBody(
                speaker=one.speaker,
                seconds=round(one.seconds, 1),
                utterances=one.utterances,
                target=one.target,
            )
            for one in found.speakers
        ],
        advice=[_advice(one) for one in found.advice],
        files=[_show_file(at, one) for one in found.files],
    )


@router.get("/{dataset_id}/utterances", summary="List a dataset's utterances")
async def list_utterances(
    at: ServicesDep,
    caller: CallerDep,
    dataset_id: str,
    limit: Limit = 10,
    starting_after: After = None,
    ending_before: Before = None,
    file: Annotated[str | None, Query(description="Id of a recording.")] = None,
) -> UtterancePageBody:
    """Lists the utterances of an own dataset in the order of its recordings, oldest first."""
    window = Window(limit, starting_after or None, ending_before or None)
    owner = caller.organisation_id
    dataset = await run_in_threadpool(at.library.datasets.get, owner, dataset_id)
    found = at.library.utterances.list
    page = await run_in_threadpool(found, owner, dataset_id, window, file or None)
    return UtterancePageBody(
        data=[_show(row, dataset.target) for row in page.rows],
        has_more=page.has_more,
        next_page=page.rows[-1].id if page.rows and page.has_more else None,
    )


@router.patch(
    "/{dataset_id}/utterances/{utterance_id}",
    summary="Correct or exclude an utterance",
    openapi_extra=json_body("UtteranceUpdate"),
)
async def update_utterance(
    request: Request, at: ServicesDep, caller: CallerDep, dataset_id: str, utterance_id: str
) -> UtteranceBody:
    """Corrects the transcript of an utterance, leaves it out, or takes it in."""
    body = parse(UtteranceUpdate, await read_body(request, _BODY_BYTES) or b"{}")
    changes: dict[str, str | bool | None] = {}
    if "transcript" in body.model_fields_set:
        changes["corrected"] = body.transcript
    if "excluded" in body.model_fields_set:
        changes["excluded"] = body.excluded
    owner = caller.organisation_id
    change = at.library.utterances.change
    row = await run_in_threadpool(change, owner, dataset_id, utterance_id, changes)
    dataset = await run_in_threadpool(at.library.datasets.get, owner, dataset_id)
    return _show(row, dataset.target)


@router.get(
    "/{dataset_id}/utterances/{utterance_id}/audio",
    summary="Hear an utterance",
    response_class=Response,
    responses=WAV,
)
async def get_utterance_audio(
    at: ServicesDep, caller: CallerDep, dataset_id: str, utterance_id: str
) -> Response:
    """Gives the audio of an utterance."""
    data = await run_in_threadpool(_audio, at, caller.organisation_id, dataset_id, utterance_id)
    return Response(data, media_type="audio/wav")


def _audio(at: Services, organisation_id: str, dataset_id: str, utterance_id: str) -> bytes:
    row = at.library.utterances.get(organisation_id, dataset_id, utterance_id)
    files = at.library.dataset_files
    path = files.audio(files.get(organisation_id, dataset_id, row.file_id))
    return stretch_as_wav(path, row.start, row.end)


def _show(row: Utterance, target: int) -> UtteranceBody:
    return UtteranceBody(
        id=row.id,
        file=row.file_id,
        start=row.start,
        end=row.end,
        transcript=row.transcript if row.corrected is None else row.corrected,
        heard=row.transcript,
        confidence=row.confidence,
        snr_db=row.snr_db,
        speaker=row.speaker,
        problem=row.problem,
        excluded=row.excluded,
        counts=counts(row, target),
    )


def _show_file(at: Services, found: FileReport) -> FileReportBody:
    row = found.row
    progress = at.preparer.progress(row.id)
    over = row.state in ("ready", "failed")
    return FileReportBody(
        id=row.id,
        filename=row.filename,
        verdict=found.verdict,
        stage=None if progress is None else progress.stage,
        progress=1.0 if over else 0.0 if progress is None else round(progress.share, 3),
        eta_seconds=None if progress is None else progress.eta_seconds,
        seconds_that_count=round(found.seconds_that_count, 2),
        other_speakers_seconds=round(found.other_speakers_seconds, 2),
        utterances=found.utterances,
        duplicates=row.duplicates,
        report=row.report,
        advice=[_advice(one) for one in found.advice],
    )


def _advice(one: Advice) -> AdviceBody:
    return AdviceBody(
        code=one.code,
        severity="warning" if one.severity == "warning" else "info",
        sentence=one.sentence,
        remedy=one.remedy,
    )
