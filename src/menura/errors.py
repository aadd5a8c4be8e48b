"""The one error tree of Menura.

    MenuraError
    ├── InputError            400  the caller sent something that cannot be used
    │   ├── AudioError        400  audio that cannot be decoded, or has no usable speech
    │   ├── TextError         400  text, language or symbols that cannot be spoken
    │   └── StateError        400  a voice or adapter file that is broken or of another base
    ├── AuthenticationError   401  no key, or a wrong one
    ├── QuotaError            402  the plan's credits are used up
    ├── PermissionDeniedError 403  the key lacks the right
    ├── NotFoundError         404  no such object (for this caller)
    ├── ConflictError         409  the object is in a state that forbids this
    ├── TooLargeError         413  over a stated limit
    ├── BusyError             429  every place is taken
    ├── CancelledError        499  the caller went away or cancelled
    └── ServerError           500  our fault
        └── ModelFilesError   500  missing or damaged weights

Each error carries a machine-readable `code`, a `sentence` that says what is wrong and a `remedy`
that says what would be accepted or what to do. The HTTP status belongs to the class.
"""


class MenuraError(Exception):
    """Base of all errors that Menura raises on purpose.

    Args:
        code: stable machine-readable name, such as `audio_no_speech`.
        sentence: what is wrong, one sentence for a person.
        remedy: what would be accepted, or what to do next.
    """

    status = 500
    title = "Server error"

    def __init__(self, code: str, sentence: str, remedy: str = "") -> None:
        super().__init__(f"{sentence} {remedy}".strip())
        self.code = code
        self.sentence = sentence
        self.remedy = remedy

    @property
    def message(self) -> str:
        """Sentence and remedy as one text."""
        return f"{self.sentence} {self.remedy}".strip()

    def __reduce__(self) -> tuple[type["MenuraError"], tuple[str, str, str]]:
        # The default rebuilds from `args`, which is one joined text; errors cross process borders.
        return (type(self), (self.code, self.sentence, self.remedy))


class InputError(MenuraError):
    """The caller sent something that cannot be used."""

    status = 400
    title = "Bad request"


class AudioError(InputError):
    """Audio that cannot be decoded, or that has no usable speech."""

    title = "Unusable audio"


class TextError(InputError):
    """Text, language or symbols that cannot be spoken."""

    title = "Unusable text"


class StateError(InputError):
    """A voice or adapter file that is broken or belongs to another base model."""

    title = "Unusable voice file"


class AuthenticationError(MenuraError):
    """No key, or a wrong one."""

    status = 401
    title = "Not authenticated"


class QuotaError(MenuraError):
    """The plan's credits are used up; the same call fails until there are more."""

    status = 402
    title = "Quota exceeded"


class PermissionDeniedError(MenuraError):
    """The key is good but lacks the right for this."""

    status = 403
    title = "Not allowed"


class NotFoundError(MenuraError):
    """No such object, or none that this caller may see."""

    status = 404
    title = "Not found"


class ConflictError(MenuraError):
    """The object is in a state that forbids this."""

    status = 409
    title = "Conflict"


class TooLargeError(MenuraError):
    """Over a stated limit of size or length."""

    status = 413
    title = "Too large"


class BusyError(MenuraError):
    """Every place is taken; the same call may succeed later."""

    status = 429
    title = "Busy"


class CancelledError(MenuraError):
    """The caller went away or asked to stop."""

    status = 499
    title = "Cancelled"


class ServerError(MenuraError):
    """Menura's own fault."""


class ModelFilesError(ServerError):
    """Weights that are missing or damaged."""

    title = "Model files unusable"
