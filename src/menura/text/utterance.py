"""What the text rooms hand to a model: utterances of words with their phonemes."""

from dataclasses import dataclass

Language = str
"""BCP-47 tag of a language that can be spoken, such as `en-US`; see `menura.text.languages`."""


@dataclass(frozen=True)
class Word:
    """One word as it was written, and how it is said.

    Words of an utterance cover the caller's text in order, so that timings can be reported in the
    caller's own spelling.
    """

    text: str
    """Substring of the caller's text, with punctuation that clings to it, without outer blanks."""

    start: int
    """Offset of `text` in the caller's text, in characters."""

    phonemes: str
    """Symbols of the alphabet in `menura.text.alphabet`, with stress marks; may be empty."""

    before: str = ""
    """Punctuation symbols said before the word, such as an opening quote."""

    after: str = " "
    """Punctuation symbols and the blank that follow, such as `", "`."""

    in_full: str = ""
    """What it is read as, such as `five dollars,`; empty where that is the text itself."""


@dataclass(frozen=True)
class Utterance:
    """A piece of text that a model speaks in one go."""

    words: tuple[Word, ...]
    language: Language
    pause: float = 0.0
    """Silence after the utterance, in seconds, beyond what the model itself leaves."""

    @property
    def phonemes(self) -> str:
        """All symbols in order, without outer blanks."""
        return "".join(w.before + w.phonemes + w.after for w in self.words).strip()
