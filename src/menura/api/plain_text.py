"""Names and descriptions: text for people, without signs that steer a terminal or break a line.

What is taken here comes back in lists, in voice files and in the names of downloads; a voice file
with such signs is refused by every Menura.
"""

from typing import Annotated

from pydantic import AfterValidator

from menura.library.voice_files import one_line, printable


def plain_line(text: str) -> str:
    """A text of one line; blanks are none. Raises ValueError for line breaks and control signs."""
    return one_line(text) if text.strip() else ""


def plain_text(text: str) -> str:
    """A text with line breaks of one kind. Raises ValueError for control characters."""
    # Forms of browsers send both signs.
    return printable(text.replace("\r\n", "\n"))


Line = Annotated[str, AfterValidator(plain_line)]
Text = Annotated[str, AfterValidator(plain_text)]
