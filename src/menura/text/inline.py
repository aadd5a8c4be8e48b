"""What the caller fixes inside of a text: written-out phonemes, spelling, and a dictionary."""

from bisect import bisect_left

from menura.text.clean import Clean
from menura.text.ipa import from_ipa
from menura.text.markup import Script
from menura.text.pronunciations import Pronunciation, matches
from menura.text.readings import Reading, laid_over
from menura.text.spelling import spell
from menura.text.utterance import Language


class FixedReadings:
    """Readings that come before those of the language's own rules.

    Raises TextError (`text_phonemes_unknown`) for phonemes in double angle brackets that are
    outside of the alphabet.
    """

    def __init__(
        self,
        script: Script,
        language: Language,
        normalization: Language | None,
        pronunciations: tuple[Pronunciation, ...],
    ) -> None:
        self._language = language
        self._normalization = normalization
        self._pronunciations = pronunciations
        self._inline = []
        for start, end in script.phonemes:
            written = script.text[start:end].strip("<>")
            if written.strip(" |"):
                said = from_ipa(written, language)
                self._inline.append(Reading(start, end, (script.text[start:end],), said))
        self._inline_ends = [reading.end for reading in self._inline]
        self._spelled = script.spelled
        self._spelled_ends = [end for _, end in script.spelled]

    def of(self, clean: Clean) -> list[Reading]:
        """The readings of one sentence, with offsets in its clean text."""
        first, last = clean.offsets[0], clean.offsets[-1]
        found: list[Reading] = []
        for reading in self._inline[bisect_left(self._inline_ends, first + 1) :]:
            if reading.start >= last:
                break
            start, end = _within(clean, reading.start, reading.end)
            found.append(Reading(start, end, reading.words, reading.phonemes))
        for region in self._spelled[bisect_left(self._spelled_ends, first + 1) :]:
            if region[0] >= last:
                break
            start, end = _within(clean, *region)
            found = laid_over(spell(clean.text, start, end, self._language), found)
        if self._pronunciations:
            listed = matches(self._pronunciations, clean.text, self._language, self._normalization)
            found = laid_over(listed, found)
        return found


def _within(clean: Clean, start: int, end: int) -> tuple[int, int]:
    """Where a stretch of the caller's text lies in a clean sentence."""
    return bisect_left(clean.offsets, start), min(bisect_left(clean.offsets, end), len(clean.text))
