"""From the body of a speech request to a job, for every route that speaks."""

from datetime import date

from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.model_ids import check_model_id
from menura.api.schemas import SpeechRequest
from menura.api.services import Services
from menura.api.versions import NEWEST
from menura.api.voice_choice import find_speaker, speaker_ref
from menura.audio.formats import parse_output_format
from menura.errors import NotFoundError, TextError, TooLargeError
from menura.text.choice import choose_language
from menura.work.jobs import SpeechJob

SPEEDS = {"slow": 0.8, "normal": 1.0, "fast": 1.2}


async def speech_job(
    at: Services, caller: Caller, body: SpeechRequest, version: date = NEWEST
) -> SpeechJob:
    """What the worker is asked for; waits for the model of a server that has just started.

    Raises InputError, TextError, NotFoundError, TooLargeError, NotReadyError.
    """
    output = parse_output_format(body.output_format)
    if not body.transcript.strip():
        raise TextError("transcript_empty", "The transcript is empty.", "Send some words to speak.")
    most = at.settings.max_transcript_characters
    if len(body.transcript) > most:
        raise TooLargeError(
            "transcript_too_long",
            f"The transcript has {len(body.transcript)} characters.",
            f"At most {most} are accepted; send it in parts.",
        )
    if body.pronunciation_dict_id:
        raise NotFoundError(
            "pronunciation_dict_not_found",
            f"There is no pronunciation dictionary {body.pronunciation_dict_id[:80]!r}.",
            "Leave `pronunciation_dict_id` out.",
        )
    speaker = await find_speaker(at, caller, body.voice, version)
    # Detecting takes milliseconds of computing, and its tables are read on first use.
    language = await run_in_threadpool(
        choose_language, body.transcript, body.language, body.locale, speaker.locale
    )
    language = speaker.language(language, body.language or body.locale)
    config = body.generation_config
    speed = config.speed if config is not None else None
    volume = config.volume if config is not None else None
    job = SpeechJob(
        text=body.transcript,
        voice=await speaker_ref(at, speaker, language),
        language=language,
        output=output,
        speed=SPEEDS[body.speed or "normal"] if speed is None else speed,
        volume=1.0 if volume is None else volume,
    )
    check_model_id(body.model_id, (await at.model()).info, at.settings.model_ids)
    return job


async def speech_headers(at: Services, body: SpeechRequest, job: SpeechJob) -> dict[str, str]:
    """Headers of an answer with speech: who speaks, in what language, and what had no effect."""
    card = await at.model()
    headers = {"Menura-Model": card.info.snapshot, "Menura-Language": job.language}
    ignored = ignored_fields(body)
    if ignored:
        headers["Menura-Ignored"] = ", ".join(ignored)
    return headers


def ignored_fields(body: SpeechRequest) -> list[str]:
    """Names of fields that were sent and change nothing, so that nobody has to guess."""
    ignored = []
    if body.generation_config is not None and body.generation_config.emotion:
        ignored.append("generation_config.emotion")
    if body.normalization not in (None, "auto"):
        ignored.append("normalization")
    if body.duration is not None:
        ignored.append("duration")
    if isinstance(body.voice, dict) and body.voice.get("__experimental_controls"):
        ignored.append("voice.__experimental_controls")
    return ignored
