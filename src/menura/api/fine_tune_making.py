"""What is asked for with a fine-tune, checked before anything begins (section 16)."""

from datetime import date
from typing import cast

from starlette.concurrency import run_in_threadpool

from menura.api.accents import read_accent
from menura.api.auth import Caller
from menura.api.fine_tune_schemas import FineTuneRequest
from menura.api.model_ids import check_model_id, dated_id
from menura.api.services import Services
from menura.library import consent
from menura.library.fine_tunes import NewFineTune
from menura.tuning.learning import learn_from
from menura.tuning.requirements import accented_locale, spoken_locale


async def checked(
    at: Services, caller: Caller, body: FineTuneRequest, version: date
) -> NewFineTune:
    """A fine-tune that may be put in line.

    A dataset that is not prepared yet is taken; it is looked at again before training. Raises
    PermissionDeniedError and QuotaError for the plan, NotFoundError for the dataset, InputError for
    consent, model, accent and what the dataset lacks, TextError for the language.
    """
    await at.meter.allow_fine_tune(caller, model=at.settings.model)
    policy = cast(consent.Policy, at.settings.tune_consent)
    agreed = consent.of_request(body.consent, policy, caller.key_id)
    info = (await at.model()).info
    check_model_id(body.model_id, info, at.settings.model_ids)
    locale = spoken_locale(body.language, info)
    accent = None
    if body.accent:
        accent = read_accent(body.accent, locale, version)
        locale = accented_locale(body.language, locale, accent, info)
    new = NewFineTune(
        name=body.name,
        description=body.description,
        language=body.language,
        locale=locale,
        # The dated one, since it is the one that activates the tuned weights later.
        model_id=dated_id(body.model_id, info),
        snapshot=info.snapshot,
        dataset_id=body.dataset,
        accent=accent,
        consent=agreed,
        api_key_id=caller.key_id,
        budget=body.seconds,
    )
    owner = caller.organisation_id
    await run_in_threadpool(
        learn_from,
        at.library,
        new.row(owner),
        least_seconds=at.settings.least_tune_seconds,
        budget=new.budget or at.settings.tune_seconds,
    )
    return new
