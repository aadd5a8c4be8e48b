"""Packs words into utterances that a model can hold, with natural pauses between them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from menura.text.sentences import Break
from menura.text.utterance import Language, Utterance, Word

BEST = 180
"""Symbols of a comfortable utterance; menura-1 sounds best at 100 to 300."""

LONGEST = 280
"""A sentence up to this length is not cut."""

SHORTEST = 70
"""A shorter sentence is joined with the next ones of its paragraph."""

FIRST_SHORTEST = 28
FIRST_LONGEST = 110
"""The first utterance is short, so that its audio leaves early."""

PAUSES = {Break.CUT: 0.0, Break.SENTENCE: 0.15, Break.LINE: 0.3, Break.PARAGRAPH: 0.5}
"""Silence after an utterance, in seconds, by what ends it."""

_STRONG = frozenset(";:—….?!")
_WEAK = frozenset(",)”")


@dataclass(frozen=True)
class Sentence:
    """Words of one segment of the text and what ends it."""

    words: list[Word]
    ending: Break


def size(words: Iterable[Word]) -> int:
    """Number of symbols of words in a row."""
    return sum(len(w.before) + len(w.phonemes) + len(w.after) for w in words)


def pack(
    sentences: Iterable[Sentence],
    language: Language,
    limit: int,
    *,
    first: bool = True,
    ending: Break | None = None,
) -> Iterator[Utterance]:
    """Yields utterances of at most `limit` symbols as soon as their last word is known.

    Sentences are joined or cut to comfortable lengths, never across the end of a line. The last
    utterance has no pause. For a part of a text, `first` tells whether it is the first one, and
    `ending` what stands between it and the next one, None for the end.
    """
    final = ending is None
    packer = _Packer(limit, first, Break.PARAGRAPH if ending is None else ending)
    waiting: Utterance | None = None
    for words, stop in packer.run(sentences):
        if waiting is not None:
            yield waiting
            waiting = None
        utterance = Utterance(tuple(words), language, PAUSES[stop])
        # Only an utterance that may be the last one is held back, to take its pause away.
        if final and stop >= Break.PARAGRAPH:
            waiting = utterance
        else:
            yield utterance
    if waiting is not None:
        yield replace(waiting, pause=0.0)


class _Packer:
    def __init__(self, limit: int, first: bool, ending: Break) -> None:
        self.limit = limit
        self.longest = min(LONGEST, limit)
        self.best = min(BEST, limit)
        self.first = first
        self.ending = ending

    def run(self, sentences: Iterable[Sentence]) -> Iterator[tuple[list[Word], Break]]:
        held: list[Word] = []
        for sentence in sentences:
            words = [part for word in sentence.words for part in cut_word(word, self.limit)]
            if not words:
                if held and sentence.ending >= Break.LINE:
                    yield self._close(held), sentence.ending
                    held = []
                continue
            if held and size(held) + size(words) > self.longest:
                yield self._close(held), Break.SENTENCE
                held = []
            held += words
            pieces = list(self._pieces(held))
            for piece in pieces[:-1]:
                yield piece, Break.CUT
            held = pieces[-1]
            enough = FIRST_SHORTEST if self.first else SHORTEST
            if sentence.ending >= Break.LINE or size(held) >= enough:
                yield self._close(held, sentence.ending), sentence.ending
                held = []
        if held:
            yield self._close(held, self.ending), self.ending

    def _close(self, words: list[Word], ending: Break = Break.SENTENCE) -> list[Word]:
        """Ends an utterance that has no stop of its own, which the model would clip."""
        self.first = False
        last = words[-1]
        if last.after.strip() == "" and size(words) < self.limit:
            stop = ", " if ending == Break.CUT else ". "
            return [*words[:-1], replace(last, after=stop)]
        return words

    def _pieces(self, words: list[Word]) -> Iterator[list[Word]]:
        """Cuts words at the best places into pieces of a comfortable length."""
        while words:
            total = size(words)
            if self.first and total > FIRST_LONGEST and self.limit > FIRST_LONGEST:
                count = _first_cut(words)
            elif total > self.longest:
                pieces = -(-total // self.best)
                count = _best_cut(words, total / pieces, self.limit)
            else:
                count = len(words)
            if count >= len(words):
                yield words
                return
            yield self._close(words[:count], Break.CUT)
            words = words[count:]


def _first_cut(words: list[Word]) -> int:
    """Number of words of a short first utterance: up to the first stop that is not too early."""
    total, blank = 0, 0
    for i, word in enumerate(words, 1):
        total += len(word.before) + len(word.phonemes) + len(word.after)
        marks = word.after.strip()
        if total >= FIRST_SHORTEST and any(m in _STRONG or m in _WEAK for m in marks):
            return i if size(words[i:]) >= FIRST_SHORTEST else len(words)
        if total <= FIRST_LONGEST:
            blank = i
        if total > BEST:
            break
    if size(words) <= BEST:
        return len(words)
    return max(1, blank)


def _best_cut(words: list[Word], target: float, limit: int) -> int:
    """Number of words up to the best place near `target` symbols that keeps within `limit`."""
    best, best_cost, total = 1, float("inf"), 0
    for i, word in enumerate(words, 1):
        total += len(word.before) + len(word.phonemes) + len(word.after)
        if total > limit and i > 1:
            break
        marks = word.after.strip()
        bonus = 90 if any(m in _STRONG for m in marks) else 55 if marks else 0
        cost = abs(total - target) - bonus
        if cost < best_cost:
            best, best_cost = i, cost
        if total > 2.5 * target:
            break
    return best


def cut_word(word: Word, limit: int) -> list[Word]:
    """Cuts a word whose own phonemes do not fit; its text is shared out among the parts."""
    room = limit - len(word.before) - len(word.after) - 2
    if len(word.phonemes) <= room:
        return [word]
    sounds: list[str] = []
    rest = word.phonemes
    while len(rest) > room:
        blank = rest.rfind(" ", 1, room)
        at = blank + 1 if blank > room // 2 else room
        sounds.append(rest[:at].strip())
        rest = rest[at:]
    sounds.append(rest.strip())
    count = len(sounds)
    out = []
    for i, sound in enumerate(sounds):
        a, b = len(word.text) * i // count, len(word.text) * (i + 1) // count
        before = word.before if i == 0 else ""
        after = word.after if i == count - 1 else " "
        out.append(Word(word.text[a:b], word.start + a, sound, before, after))
    return out
