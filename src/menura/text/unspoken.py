"""Collects what a text holds that cannot be spoken, and tells the caller once for each run."""

from menura.text.warning import OnWarning, TextWarning

MOST_WARNINGS = 20
"""More than this of one kind are not reported one by one."""


def is_emoji(character: str) -> bool:
    """Whether a character is a pictograph or a part of one."""
    code = ord(character)
    return (
        0x1F000 <= code <= 0x1FAFF
        or 0x2600 <= code <= 0x27BF
        or 0x2B00 <= code <= 0x2BFF
        or 0x2300 <= code <= 0x23FF
        or 0xE0000 <= code <= 0xE007F
    )


class Unspoken:
    """Receives characters that are passed over while a text is prepared."""

    def __init__(self, on_warning: OnWarning | None) -> None:
        self._on_warning = on_warning
        self._count: dict[str, int] = {}

    def add(self, start: int, text: str) -> None:
        """Characters at an offset of the caller's text that are not spoken."""
        if text and all(is_emoji(c) for c in text):
            self._tell("text_emoji_ignored", f"The emoji {text!r} is not spoken.", start, text)
        else:
            shown = text[:40]
            sentence = f"The characters {shown!r} cannot be spoken in this language."
            self._tell("text_characters_not_spoken", sentence, start, shown)

    def control(self, start: int) -> None:
        """A control character that was passed over."""
        self._tell("text_control_characters_ignored", "A control character was ignored.", start, "")

    def _tell(self, code: str, sentence: str, start: int, text: str) -> None:
        count = self._count[code] = self._count.get(code, 0) + 1
        if self._on_warning is not None and count <= MOST_WARNINGS:
            self._on_warning(TextWarning(code, sentence, start, text))
