"""Phonemes that the caller writes into the text: `<<m|ə|n|ˈʊ|ɹ|ə>>`."""

import re
from collections.abc import Sequence

from menura.errors import TextError
from menura.text.alphabet import SYMBOLS
from menura.text.readings import Reading

_INLINE = re.compile(r"<<([^<>]{1,200})>>")


def with_inline(readings: Sequence[Reading], text: str) -> list[Reading]:
    """Adds readings for phonemes in double angle brackets, with or without bars between them.

    Raises TextError (`text_phonemes_unknown`) for symbols outside the alphabet.
    """
    if "<<" not in text:
        return list(readings)
    inline = [
        Reading(m.start(), m.end(), (m.group(1),), _checked(m.group(1)))
        for m in _INLINE.finditer(text)
    ]
    outside = [r for r in readings if not any(i.start < r.end and r.start < i.end for i in inline)]
    return sorted([*outside, *inline], key=lambda reading: reading.start)


def _checked(written: str) -> str:
    phonemes = written.replace("|", "").strip()
    unknown = sorted(set(phonemes) - SYMBOLS)
    if unknown or not phonemes:
        raise TextError(
            "text_phonemes_unknown",
            f"The phonemes {written!r} hold symbols that cannot be spoken: {' '.join(unknown)}.",
            "Symbols of the phoneme alphabet in docs/pronunciation.md are accepted.",
        )
    return phonemes
