"""What the text rooms tell a caller about text that is only partly spoken."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class TextWarning:
    """Something in the text that is not spoken, or not as written.

    Codes: `text_characters_not_spoken`, `text_emoji_ignored`, `text_control_characters_ignored`,
    `text_spoken_by_approximation`.
    """

    code: str
    sentence: str
    start: int
    """Offset of the first such character in the caller's text."""

    text: str
    """The characters in question, at most 40 of them."""


OnWarning = Callable[[TextWarning], None]
