"""From the body of a speech request to a job, for every route that speaks."""

from dataclasses import replace
from datetime import date

from starlette.concurrency import run_in_threadpool

from menura.api.auth import Caller
from menura.api.event_requests import SpeechEventsRequest
from menura.api.model_ids import check_model_id
from menura.api.schemas import SpeechRequest
from menura.api.services import Services
from menura.api.speech_controls import read_controls
from menura.api.tuned_speech import HEADER, shown, with_weights
from menura.api.versions import DATED_MODELS, NEWEST
from menura.api.voice_choice import find_speaker, speaker_ref
from menura.audio.formats import parse_output_format
from menura.errors import TextError, TooLargeError
from menura.text.choice import choose_language
from menura.text.markup import parse
from menura.text.normalise import normalization_language
from menura.text.pronunciations import Pronunciation
from menura.work.jobs import SpeechJob


async def speech_job(
    at: Services,
    caller: Caller,
    body: SpeechRequest,
    version: date = NEWEST,
    *,
    aliases: bool = False,
) -> SpeechJob:
    """What the worker is asked for; waits for the model of a server that has just started.

    With `aliases`, an undated model id asks for the weights of a fine-tune too, as on old dates.
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
    pronunciations: tuple[Pronunciation, ...] = ()
    if body.pronunciation_dict_id:
        said = at.library.dictionaries.pronunciations
        pronunciations = await run_in_threadpool(
            said, caller.organisation_id, body.pronunciation_dict_id
        )
    speaker = await find_speaker(at, caller, body.voice, version)
    # Detecting takes milliseconds of computing, and its tables are read on first use.
    language = await run_in_threadpool(
        choose_language, parse(body.transcript).plain, body.language, body.locale, speaker.locale
    )
    language = speaker.language(language, body.language or body.locale)
    normalization = body.normalization or "auto"
    normalization_language(normalization, language)
    controls = read_controls(body)
    job = SpeechJob(
        text=body.transcript,
        voice=await speaker_ref(at, speaker, language),
        language=language,
        output=output,
        speed=controls.speed,
        volume=controls.volume,
        emotion=controls.emotion,
        normalization=normalization,
        pronunciations=pronunciations,
        duration=body.duration,
        normalized_words=isinstance(body, SpeechEventsRequest) and body.normalized_words,
    )
    check_model_id(body.model_id, (await at.model()).info, at.settings.model_ids)
    if speaker.voice is not None:
        undated = aliases or version < DATED_MODELS
        ref = await with_weights(at, speaker.voice, job.voice, body.model_id, aliases=undated)
        job = replace(job, voice=ref)
    return job


async def speech_headers(at: Services, body: SpeechRequest, job: SpeechJob) -> dict[str, str]:
    """Headers of an answer with speech: who speaks, in what language, and what had no effect."""
    card = await at.model()
    headers = {"Menura-Model": card.info.snapshot, "Menura-Language": job.language}
    ignored = ignored_fields(body)
    if ignored:
        headers["Menura-Ignored"] = ", ".join(ignored)
    fine_tune = shown(job.voice)
    if fine_tune is not None:
        headers[HEADER] = fine_tune
    return headers


def ignored_fields(body: SpeechRequest) -> list[str]:
    """Names of what was sent and changes nothing, so that nobody has to guess."""
    return list(read_controls(body).ignored)
