"""Reading the fields of a form about a clip."""

from collections.abc import Mapping

from menura.api.uploads import Upload
from menura.errors import InputError

MODES = ("similarity", "stability")
_TRUE, _FALSE = ("true", "1"), ("false", "0")


def filled(upload: Upload) -> dict[str, str]:
    """The fields that are not blank, of a form with a clip. Raises InputError without one."""
    if upload.size is None:
        raise missing("clip", "Send the recording as a file in the part `clip`.")
    if upload.size == 0:
        raise InputError(
            "clip_empty", "The clip has no bytes.", "Send a recording of at least one second."
        )
    return {name: value for name, value in upload.fields.items() if value.strip()}


def mode(fields: Mapping[str, str]) -> str:
    """The clone mode, similarity where none is given. Raises InputError."""
    value = fields.get("mode", "similarity")
    if value not in MODES:
        raise bad("mode", value, f"Accepted: {', '.join(MODES)}.")
    return value


def flag(fields: Mapping[str, str], name: str) -> bool | None:
    """A yes or no; None where it is not given. Raises InputError."""
    value = fields.get(name)
    if value is None:
        return None
    if value.strip().lower() not in (*_TRUE, *_FALSE):
        raise bad(name, value, "Accepted: true, false, 1, 0.")
    return value.strip().lower() in _TRUE


def missing(name: str, remedy: str) -> InputError:
    """For a part that is not there."""
    return InputError("field_missing", f"The form lacks the part `{name}`.", remedy)


def bad(name: str, value: str, remedy: str) -> InputError:
    """For a field that cannot be what it is."""
    return InputError("request_invalid", f"The field `{name}` cannot be {value[:80]!r}.", remedy)
