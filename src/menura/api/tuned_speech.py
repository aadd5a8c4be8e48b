"""Which weights speak in a voice of a fine-tune (section 16).

A request names a base model. Where that is the one that the fine-tune was made of, by its dated id,
the fine-tune's weights speak; else the base model's do, which is told in a header and in the log,
or refused with `MENURA_FINE_TUNE_STRICT`.
"""

from dataclasses import replace

import structlog
from starlette.concurrency import run_in_threadpool

from menura.api.model_ids import activates, dated_id
from menura.api.services import Services
from menura.errors import InputError
from menura.library.fine_tune_tables import FineTune
from menura.library.tables import Voice
from menura.models.contract import ModelInfo
from menura.work.jobs import VoiceRef

HEADER = "Menura-Fine-Tune"
EVENT_FIELD = "menura_fine_tune"

_log = structlog.get_logger("menura.api")


async def with_weights(
    at: Services, voice: Voice, ref: VoiceRef, model_id: str, *, aliases: bool
) -> VoiceRef:
    """The voice with the weights of its fine-tune, if it is of one that the model name asks for.

    Raises InputError (`fine_tune_not_active`) where the server is strict about those that are not
    asked for, NotFoundError for a fine-tune that was deleted a moment ago, ServerError for a file
    that is gone or damaged.
    """
    if voice.fine_tune_id is None:
        return ref
    owner, fine_tunes = str(voice.organisation_id), at.library.fine_tunes
    row = await run_in_threadpool(fine_tunes.get, owner, voice.fine_tune_id)
    base = (await at.model()).info
    ref = replace(ref, fine_tune=row.id)
    if row.snapshot == base.snapshot and activates(model_id, row.model_id, base, aliases=aliases):
        return replace(ref, adapter=await run_in_threadpool(fine_tunes.adapter, owner, row.id))
    if at.settings.fine_tune_strict:
        raise _not_active(voice, row, model_id, base)
    return ref


def shown(ref: VoiceRef) -> str | None:
    """Whether the weights of a voice's fine-tune speak, as the header says it; None without one."""
    if ref.fine_tune is None:
        return None
    return f"{ref.fine_tune}; {'inactive' if ref.adapter is None else 'active'}"


def opening_fields(ref: VoiceRef) -> dict[str, str]:
    """The same for the first chunk on a socket, which has no headers of its own."""
    said = shown(ref)
    return {} if said is None else {EVENT_FIELD: said}


def note(ref: VoiceRef, model_id: str) -> None:
    """Writes into the log that a voice speaks without the weights of its fine-tune, if it does."""
    if ref.fine_tune is not None and ref.adapter is None:
        _log.warning("fine_tune_inactive", fine_tune_id=ref.fine_tune, model_id=model_id)


def _not_active(voice: Voice, row: FineTune, model_id: str, base: ModelInfo) -> InputError:
    if row.snapshot != base.snapshot:
        return InputError(
            "fine_tune_not_active",
            f"The voice {voice.name!r} is of a fine-tune of {row.snapshot}, and {base.snapshot} is "
            "loaded.",
            "Fine-tune the base model that is loaded, or choose another voice.",
        )
    return InputError(
        "fine_tune_not_active",
        f"The voice {voice.name!r} is of a fine-tune, which the model {model_id[:80]!r} does not "
        "activate.",
        f"Send the model id {dated_id(row.model_id, base)!r}, or {base.snapshot!r}.",
    )
