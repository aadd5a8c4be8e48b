"""What became of a fine-tune: figures, curves, sources of its voices, sentences to hear."""

from typing import cast

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from menura.api.deps import CallerDep, ServicesDep
from menura.api.fine_tune_report_schemas import (
    CurvePointBody,
    FineTuneReportBody,
    SampleBody,
    SourceClipBody,
)
from menura.api.fine_tune_schemas import FineTuneStatus
from menura.api.fine_tune_view import show_error
from menura.api.routes.utterances import WAV
from menura.audio.recording import stretch_as_wav
from menura.library.fine_tune_reports import (
    Sample,
    SourceClip,
    clip_not_found,
    curve,
    figures,
    sample_not_found,
    samples,
    source_clips,
)
from menura.tuning.samples import Sound, sample_as_wav, sound_of

router = APIRouter(prefix="/fine-tunes", tags=["Fine-tunes"])


@router.get("/{fine_tune_id}/report", summary="Report on a fine-tune")
async def get_fine_tune_report(
    request: Request, at: ServicesDep, caller: CallerDep, fine_tune_id: str
) -> FineTuneReportBody:
    """Tells figures, losses and held-out scores of an own fine-tune, and whence its voices are."""
    owner = caller.organisation_id

    def read() -> FineTuneReportBody:
        row = at.library.fine_tunes.get(owner, fine_tune_id)
        clips = source_clips(at.library, owner, row)
        address = f"{request.base_url}fine-tunes/{row.id}"
        return FineTuneReportBody(
            fine_tune=row.id,
            status=cast(FineTuneStatus, row.status),
            error=show_error(row.error),
            speech_seconds=row.seconds,
            figures=figures(row),
            curve=[CurvePointBody(**vars(point)) for point in curve(at.library, owner, row.id)],
            clips=[_show(address, clip) for clip in clips],
            samples=[_show_sample(address, one) for one in samples(at.library, owner, row)],
        )

    return await run_in_threadpool(read)


@router.get(
    "/{fine_tune_id}/clips/{number}/audio",
    summary="Hear a source clip",
    response_class=Response,
    responses=WAV,
)
async def get_source_clip(
    at: ServicesDep, caller: CallerDep, fine_tune_id: str, number: int
) -> Response:
    """Gives the recording that a voice of an own fine-tune is made of, as long as it is kept."""
    owner = caller.organisation_id

    def read() -> bytes:
        row = at.library.fine_tunes.get(owner, fine_tune_id)
        clip = next((c for c in source_clips(at.library, owner, row) if c.number == number), None)
        path = None if clip is None else clip.path
        if clip is None or path is None:
            raise clip_not_found(number)
        return stretch_as_wav(path, clip.start, clip.end)

    return Response(await run_in_threadpool(read), media_type="audio/wav")


@router.get(
    "/{fine_tune_id}/samples/{number}/{sound}",
    summary="Hear a held-out sentence",
    response_class=Response,
    responses=WAV,
)
async def get_sample(
    at: ServicesDep, caller: CallerDep, fine_tune_id: str, number: int, sound: Sound
) -> Response:
    """Gives a sentence that was kept out of the training, of an own fine-tune.

    `recording` is the person, as long as the dataset is kept; `instant` and `tuned` are the same
    words by the instant clone and by the tuned model. All are equally loud.
    """
    owner = caller.organisation_id

    def read() -> bytes:
        row = at.library.fine_tunes.get(owner, fine_tune_id)
        found = (one for one in samples(at.library, owner, row) if one.number == number)
        if (sample := next(found, None)) is None:
            raise sample_not_found(number)
        return sample_as_wav(sample, sound)

    return Response(await run_in_threadpool(read), media_type="audio/wav")


def _show_sample(address: str, sample: Sample) -> SampleBody:
    def url(sound: Sound) -> str | None:
        if sound_of(sample, sound) is None:
            return None
        return f"{address}/samples/{sample.number}/{sound}"

    return SampleBody(
        number=sample.number,
        transcript=sample.transcript,
        file=sample.file_id,
        filename=sample.filename,
        start=sample.start,
        end=sample.end,
        recording_url=url("recording"),
        instant_url=url("instant"),
        tuned_url=url("tuned"),
        instant_scores=dict(sample.instant_scores),
        tuned_scores=dict(sample.tuned_scores),
    )


def _show(address: str, clip: SourceClip) -> SourceClipBody:
    return SourceClipBody(
        number=clip.number,
        name=clip.name,
        why=clip.why,
        voice=clip.voice_id,
        transcript=clip.transcript,
        start=clip.start,
        end=clip.end,
        file=clip.file_id,
        filename=clip.filename,
        audio_url=None if clip.path is None else f"{address}/clips/{clip.number}/audio",
    )
