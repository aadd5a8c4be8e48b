"""What a fine-tune can be made of: a dataset with enough speech, in a language of the model."""

from menura.errors import InputError, TextError
from menura.library.store import Library
from menura.models.contract import ModelInfo
from menura.text.accents import CATALOGUE, check_accent
from menura.text.languages import resolve
from menura.text.utterance import Language
from menura.tuning.report import IDEAL_MINUTES, report


def check_dataset(
    library: Library, organisation_id: str, dataset_id: str, locale: str, needed_minutes: float
) -> bool:
    """Whether all recordings of a dataset are prepared, so that training may begin.

    Raises NotFoundError; InputError for a dataset without recordings and, when all are prepared,
    for one with too little speech that counts, or most of it in another language.
    """
    found = report(library, organisation_id, dataset_id, needed_minutes)
    if not found.files:
        raise InputError(
            "dataset_empty",
            "The dataset has no recordings.",
            f"Add at least {needed_minutes:g} minutes of speech; {IDEAL_MINUTES // 60} hours are "
            "best.",
        )
    if not found.ready:
        return False
    if not found.enough:
        raise dataset_too_short(found.minutes_that_count, needed_minutes)
    heard = max(found.languages, key=lambda name: found.languages[name], default="")
    if heard and heard != locale.split("-")[0]:
        raise InputError(
            "dataset_language_differs",
            f"Most of the dataset was heard as {heard!r}, and the fine-tune is for {locale!r}.",
            "Make the fine-tune with the language of the recordings, or leave out those of the "
            "other language.",
        )
    return True


def dataset_too_short(minutes: float, needed_minutes: float) -> InputError:
    """For a dataset with too little speech that counts."""
    return InputError(
        "dataset_too_short",
        f"{minutes:.1f} minutes of the dataset count, and {needed_minutes:g} are needed.",
        "Add more clear speech of the same person; the dataset's report says what does not count, "
        f"and why. {IDEAL_MINUTES // 60} hours are best.",
    )


def spoken_locale(asked: str, info: ModelInfo) -> Language:
    """The language of the base model that a language or locale means. Raises TextError."""
    try:
        locale = resolve(asked)
    except TextError:
        locale = None
    if locale is None or locale not in info.languages:
        raise TextError(
            "language_not_supported",
            f"The base model {info.alias!r} does not speak {asked[:40]!r}.",
            f"It speaks {', '.join(info.languages)}; a bare code such as 'en' is accepted too.",
        )
    return locale


def accented_locale(asked: str, locale: Language, slug: str, info: ModelInfo) -> Language:
    """The language that is trained in for an accent: its own where only a bare code was asked for.

    British is the example: `en` with it means `en-GB`. Raises InputError for an accent of another
    language.
    """
    check_accent(slug, locale)
    if len(asked.strip()) > len("en"):
        return locale
    accent = CATALOGUE[slug]
    spoken = resolve(accent.locale) if accent.dialect is None else accent.dialect.spoken
    return spoken if spoken in info.languages else locale
