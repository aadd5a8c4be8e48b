"""Model names that clients may send, and the model that answers to each.

Programs written for Cartesia or OpenAI name their models, so each of those names is taken for the
base model of this server, or for its speech recogniser; the answer's `Menura-Model` header says
which snapshot really spoke. Names that Cartesia has retired answer as retired there, except the
two defaults of old clients, which could not talk to any server otherwise. `MENURA_MODEL_IDS` adds
to this table or changes it. `docs/models.md` shows the table.
"""

import re
from collections.abc import Mapping, Sequence

from menura.errors import InputError
from menura.models.contract import ModelInfo

RETIRED = "retired"

BASE = "base"
"""Stands for the base model of this server, whichever it is."""

TABLE: Mapping[str, str] = {
    "sonic-latest": BASE,
    "sonic-3.6": BASE,
    "sonic-3.5": BASE,
    "sonic-3.5-2026-05-04": BASE,
    "sonic-3-latest": BASE,
    "sonic-3": BASE,
    "sonic-3-2026-01-12": BASE,
    "sonic-3-2025-10-27": BASE,
    "sonic-2": BASE,
    "sonic-2-2025-06-11": BASE,
    "sonic-2-2025-05-08": BASE,
    "sonic-2-2025-04-16": BASE,
    "sonic-turbo": BASE,
    "sonic-turbo-2025-06-04": BASE,
    "sonic-preview": BASE,
    "sonic-english": BASE,
    "sonic-multilingual": BASE,
    "sonic-2-2025-03-07": RETIRED,
    "sonic-turbo-2025-03-07": RETIRED,
    "sonic": RETIRED,
    "sonic-2024-12-12": RETIRED,
    "sonic-2024-10-19": RETIRED,
    # OpenAI's
    "tts-1": BASE,
    "tts-1-1106": BASE,
    "tts-1-hd": BASE,
    "tts-1-hd-1106": BASE,
    "gpt-4o-mini-tts": BASE,
    "gpt-4o-mini-tts-2025-12-15": BASE,
}

DATED: Mapping[str, str] = {
    "sonic-3.5": "sonic-3.5-2026-05-04",
    "sonic-3": "sonic-3-2026-01-12",
    "sonic-2": "sonic-2-2025-06-11",
    "sonic-preview": "sonic-2-2025-06-11",
    "sonic-turbo": "sonic-turbo-2025-06-04",
}
"""The dated id that an alias of Cartesia's stands for, where it has one."""

OPENAI = frozenset(name for name in TABLE if not name.startswith("sonic"))

_DATE = re.compile(r"-[0-9]{4}-[0-9]{2}-[0-9]{2}$")

RECOGNISER = "whisper-base"
"""The model that writes speech down."""

RECOGNISERS: Mapping[str, str] = {
    "ink-whisper": RECOGNISER,
    "ink-whisper-2025-06-04": RECOGNISER,
    # OpenAI's
    "whisper-1": RECOGNISER,
    "gpt-4o-transcribe": RECOGNISER,
    "gpt-4o-mini-transcribe": RECOGNISER,
    "gpt-4o-mini-transcribe-2025-12-15": RECOGNISER,
    "gpt-transcribe": RECOGNISER,
}


def check_model_id(asked: str, base: ModelInfo, extra: Mapping[str, str]) -> None:
    """Checks that a model name means the loaded base model.

    `extra` comes before the table; its values are `base`, `retired`, or a name of the base model.
    Raises InputError with code `model_sunsetted` or `model_not_found`.
    """
    own = (base.alias, base.snapshot)
    meaning = extra.get(asked) or TABLE.get(asked) or (asked if asked in own else None)
    if meaning == RETIRED:
        raise InputError(
            "model_sunsetted",
            f"The model {asked!r} is retired.",
            f"Use {base.alias!r} or 'sonic-latest'.",
        )
    if meaning != BASE and meaning not in own:
        raise InputError(
            "model_not_found",
            f"There is no model {asked[:80]!r}.",
            f"Use {base.alias!r}, {base.snapshot!r} or a current name such as 'sonic-latest'.",
        )


def dated_id(asked: str, base: ModelInfo) -> str:
    """The dated id that a name of the base model stands for: Cartesia's own, or the snapshot's.

    The latter is what names stand for that have no date, such as the alias and `sonic-latest`.
    """
    if asked in OPENAI or asked not in TABLE:
        return base.snapshot
    return DATED.get(asked) or (asked if _DATE.search(asked) else base.snapshot)


def activates(asked: str, tuned_as: str, base: ModelInfo, *, aliases: bool) -> bool:
    """Whether a model name asks for the weights of a fine-tune of the base model (section 16).

    Its own dated id does, which `tuned_as` stands for, and the snapshot; with `aliases`, all that
    stands for one of these. Names of OpenAI do, since their clients know no other.
    """
    wanted = (dated_id(tuned_as, base), base.snapshot)
    return asked in wanted or asked in OPENAI or (aliases and dated_id(asked, base) in wanted)


def check_recogniser_id(asked: str, extra: Mapping[str, str]) -> None:
    """Checks that a model name means the speech recogniser; `extra` as for `check_model_id`.

    Raises InputError with code `model_sunsetted` or `model_not_found`.
    """
    meaning = extra.get(asked) or RECOGNISERS.get(asked) or asked
    if meaning == RETIRED:
        raise InputError(
            "model_sunsetted", f"The model {asked!r} is retired.", "Use 'ink-whisper'."
        )
    if meaning != RECOGNISER:
        raise InputError(
            "model_not_found",
            f"There is no model {asked[:80]!r} that writes speech down.",
            "Use 'ink-whisper', 'whisper-1' or 'whisper-base'.",
        )


def usable_ids(base: ModelInfo, extra: Mapping[str, str]) -> Sequence[str]:
    """Every name that may be sent now, those of this server first."""
    own = (base.alias, base.snapshot)
    table = {**dict.fromkeys(own, BASE), RECOGNISER: RECOGNISER, **TABLE, **RECOGNISERS, **extra}
    return [name for name, meaning in table.items() if meaning in (BASE, RECOGNISER, *own)]
