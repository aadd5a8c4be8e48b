"""That the person whose voice is learned from recordings has agreed, and how that is known."""

from datetime import UTC, datetime
from typing import Any, Literal

from menura.errors import InputError

STATEMENT = (
    "I have the right to use these recordings, and the person who speaks in them has agreed that "
    "a voice is made of them for what I will use it for."
)
"""What whoever begins a fine-tune declares; it is kept in these words."""

GivenBy = Literal["accepted", "by_api", "command_line", "program"]
"""`accepted`: with `consent: true` in a request; `by_api`: by a request that did not say, where the
server takes that for acceptance; `command_line`: answered there; `program`: an argument."""

Policy = Literal["assumed", "required"]


def accepted(given_by: GivenBy, key_id: str | None = None) -> dict[str, Any]:
    """A consent as it is kept: the statement, when it was given, how, and by which key."""
    return {
        "statement": STATEMENT,
        "given_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "given_by": given_by,
        "key_id": key_id,
    }


def of_request(said: bool | None, policy: Policy, key_id: str | None) -> dict[str, Any]:
    """The consent of a request that says true, false or nothing about it.

    Raises InputError for a no, and for nothing where the policy is `required`.
    """
    if said:
        return accepted("accepted", key_id)
    if said is None and policy == "assumed":
        return accepted("by_api", key_id)
    raise consent_required()


def consent_required() -> InputError:
    """For a fine-tune whose statement was not accepted."""
    return InputError(
        "consent_required",
        "The statement of consent was not accepted.",
        f'If it is true, send `consent: true`. The statement: "{STATEMENT}"',
    )
