"""Text that comes in pieces, and what of it is ready to be spoken (sections 10.3 and 10.5).

Pieces are joined as they come; nothing is put between them. A sentence is ready once its end can
be told, so that it is spoken with the melody of a whole sentence and still early. What has no end
waits for its delay, a flush or the end of the context.
"""

import re
import unicodedata
from collections import deque
from dataclasses import dataclass, field

from menura.api.schemas import GenerationConfig
from menura.text.markup import open_mark, parse
from menura.text.sentences import segments
from menura.text.utterance import Language

SETTLING_SECONDS = 0.15
"""How long a stop at the end of the text waits for what may follow ("3." and "14"), where the text
comes word by word. Language models yield a word in a fraction of that."""

FIRST_CHARACTERS = 110
"""A first sentence that is longer and has no end yet is parted at a comma, for its audio's sake."""

FIRST_LEAST_CHARACTERS = 40
TAIL_CHARACTERS = 2000
"""Only so much of a held text is searched for sentences; what is before it is long enough."""

_CLOSERS = "\"'”’»)]」』】）》〉*_"
_SURE_ENDS = "!?…‽؟。！？｡।॥"
_CLAUSE = re.compile(r"[,;:—–](?=\s)|[，；：、]")


@dataclass(frozen=True)
class Manner:
    """How a text is spoken, as far as a later message of a context may change it."""

    generation_config: GenerationConfig | None = None
    normalization: str | None = None
    duration: float | None = None


@dataclass(frozen=True)
class Piece:
    """Text to be spoken in one go."""

    text: str
    manner: Manner


@dataclass(frozen=True)
class FlushMark:
    """All text before it belongs to the flush of this number."""

    flush_id: int


def has_letters(text: str) -> bool:
    """Whether a text has a letter or digit of any script, were it in a mark."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)


def speakable(text: str) -> bool:
    """Whether a text has anything that would be heard: a word, or a mark for a silence."""
    script = parse(text)
    return has_letters(script.plain) or any(stretch.silence for stretch in script.stretches)


@dataclass
class PendingText:
    """The text of one context that has not been spoken.

    Args:
        delay: seconds that text without an end waits; 0 speaks each message by itself.
        language: for finding sentences.
    """

    delay: float
    language: Language = "en-US"
    manner: Manner = field(default_factory=Manner)
    flush_id: int = 1
    """Number of the flush that audio belongs to which is made now."""

    _ready: deque[Piece | FlushMark] = field(default_factory=deque)
    _held: str = ""
    _carried: str = ""
    _since: float = 0.0
    _last: float = 0.0
    _by_word: bool = False
    _begun: bool = False
    _characters: int = 0
    _flushes: int = 0

    @property
    def characters(self) -> int:
        """How much waits."""
        return self._characters

    def add(
        self, text: str, manner: Manner, now: float, *, flush: bool = False, last: bool = False
    ) -> None:
        """Takes a message: its text, whether it flushes, and whether it is the last one.

        `now` is a clock in seconds. Without a delay, every message that has words is flushed.
        """
        if manner != self.manner:
            self._release(len(self._held))
            self.manner = manner
        if not speakable(self._held):
            self._since = now
        self._held += text
        self._characters += len(text)
        self._last = now
        self._by_word = len(text.split()) < 2
        if flush or last or (self.delay <= 0 and speakable(self._held)):
            self._release(len(self._held))
            # After the last message `done` says as much.
            if flush or not last:
                self._flushes += 1
                self._ready.append(FlushMark(self._flushes))
        elif self.delay > 0:
            self._release(self._settled())

    def take(self, now: float) -> Piece | FlushMark | None:
        """The next thing to speak or to tell; None when nothing is ready."""
        if not self._ready and (due := self.due) is not None and now >= due:
            self._release(self._overdue(now))
        while self._ready:
            first = self._ready.popleft()
            if isinstance(first, FlushMark):
                self.flush_id = first.flush_id + 1
                return first
            # Signs without a word are nothing to speak; they go before what comes next.
            text, self._carried = self._carried + first.text, ""
            if speakable(text):
                self._characters -= len(text)
                return Piece(text, first.manner)
            self._carried = text
        return None

    @property
    def due(self) -> float | None:
        """When the text that is held becomes ready by itself; None when none is held."""
        if not speakable(self._held):
            return None
        due = self._since + self.delay
        if self._tail_ends():
            due = min(due, self._last + SETTLING_SECONDS)
        return due

    def _release(self, count: int) -> None:
        """Moves the first characters of what is held to what is ready."""
        if count <= 0:
            return
        text, self._held = self._held[:count], self._held[count:]
        self._since = self._last
        self._begun = self._begun or speakable(text)
        last = self._ready[-1] if self._ready else None
        if isinstance(last, Piece) and last.manner == self.manner:
            self._ready[-1] = Piece(last.text + text, self.manner)
        else:
            self._ready.append(Piece(text, self.manner))

    def _settled(self) -> int:
        """How many of the held characters are whole sentences."""
        start = max(0, len(self._held) - TAIL_CHARACTERS)
        ends = self._ends(start)
        settled = [end for end in ends if end < len(self._held.rstrip())]
        if ends and self._tail_ends() and not self._unsure():
            settled.append(len(self._held))
        if not settled and start:
            settled.append(self._held.rfind(" ", 0, start) + 1 or start)
        if not settled and not self._begun and len(self._held) > FIRST_CHARACTERS:
            stops = (match.end() for match in _CLAUSE.finditer(self._plain))
            settled.extend([stop for stop in stops if stop >= FIRST_LEAST_CHARACTERS][:1])
        whole = open_mark(self._held)
        return next((end for end in reversed(settled) if end <= whole), 0)

    @property
    def _plain(self) -> str:
        """What is held, with blanks in place of marks."""
        return parse(self._held).plain

    def _ends(self, start: int) -> list[int]:
        """Where sentences end in what is held, from `start` on."""
        # With a blank behind, a stop that comes last is judged like one inside the text.
        text = self._plain[start:] + " "
        found = [segment.end for segment in segments(text, self.language)]
        return [start + end for end in found if end < len(text)]

    def _tail_ends(self) -> bool:
        """Whether what is held ends as a sentence does, as far as can be told."""
        start = max(0, len(self._held) - TAIL_CHARACTERS)
        ends = self._ends(start)
        return bool(ends) and ends[-1] >= len(self._held.rstrip())

    def _unsure(self) -> bool:
        """Whether more of the same sentence may still follow the stop at the end."""
        if self._held[-1:].isspace():
            return False
        body = self._held.rstrip(_CLOSERS)
        return self._by_word and body[-1:] not in _SURE_ENDS

    def _overdue(self, now: float) -> int:
        """How many characters are spoken now although no sentence ends: whole words if possible."""
        whole = len(self._held)
        if self._tail_ends() or now - self._last > SETTLING_SECONDS:
            return whole
        closed = self._held[: open_mark(self._held)]
        blanks = [place for place, mark in enumerate(closed) if mark.isspace()]
        cut = blanks[-1] + 1 if blanks else whole
        return cut if speakable(self._held[:cut]) else whole
