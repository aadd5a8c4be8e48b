"""Turns a clean Japanese sentence into words: phrases to Open JTalk, its words back to the text."""

import unicodedata
from collections.abc import Sequence

from menura.text.alphabetic import ForeignPronouncer, trailing
from menura.text.clean import Clean
from menura.text.phonemes.contract import Spoken
from menura.text.phonemes.japanese import Japanese, join
from menura.text.readings import Reading, Rule, apply, laid_over
from menura.text.tokens import Token, tokenise
from menura.text.unspoken import Unspoken
from menura.text.utterance import Word

_SPELLED = 2.4
_JAPANESE = frozenset(["cjk", "digit", "reading"])


class JapaneseAnalyst:
    """Cuts at punctuation and Latin words, and lets Open JTalk find the words in between."""

    def __init__(
        self,
        rules: Sequence[Rule],
        japanese: Japanese,
        foreign: dict[str, ForeignPronouncer],
    ) -> None:
        self.rules = rules
        self.japanese = japanese
        self.foreign = foreign

    def words(
        self, text: str, clean: Clean, unspoken: Unspoken, fixed: Sequence[Reading] = ()
    ) -> list[Word]:
        """Words of one sentence; what cannot be spoken is reported to `unspoken`."""
        tokens, marks = tokenise(clean.text, laid_over(apply(self.rules, clean.text), fixed))
        for position in marks:
            unspoken.add(clean.offsets[position], clean.text[position])
        out: list[Word] = []
        for group in _phrases(tokens):
            pieces = self._pieces(group)
            if not pieces:
                unspoken.add(clean.offsets[group[0].start], group[0].text)
                continue
            last = len(pieces) - 1
            for i, (start, end, said) in enumerate(pieces):
                a = clean.offsets[group[0].start if i == 0 else start]
                b = clean.offsets[group[-1].end if i == last else end]
                raw = text[a:b]
                a += len(raw) - len(raw.lstrip())
                after = trailing(group[-1].after) if i == last else " "
                if i < last and pieces[i + 1][2][0] in "ʔː":
                    after = ""
                before = group[0].before if i == 0 else ""
                out.append(Word(raw.strip(), a, said, before, after, _in_full(group, start, end)))
        return out

    def _pieces(self, group: list[Token]) -> list[tuple[int, int, str]]:
        """Start and end in the clean text and phonemes of the words of one phrase."""
        if group[0].phonemes is not None:
            return [(group[0].start, group[0].end, group[0].phonemes)]
        if group[0].kind in _JAPANESE:
            return self._analyse(group)
        token = group[0]
        said = self._latin(token.text) if token.kind == "letter" else ""
        if not said and token.kind in self.foreign:
            word = Spoken(token.text, pause=True)
            self.foreign[token.kind].load().pronounce([word])
            said = word.phonemes
        return [(token.start, token.end, said)] if said else []

    def _latin(self, text: str) -> str:
        """A Latin word as Japanese say it, where Open JTalk knows it; capitals by their names."""
        nodes = [node for node in self.japanese.nodes(text) if node[1]]
        spelled = sum(1 for name, _ in nodes if len(name) == 1)
        said = join(said for _, said in nodes)
        # Letter names are much longer than the letters: Menura gives 17 symbols, iPhone 6.
        known = bool(nodes) and spelled == 0 and len(said) < _SPELLED * len(text)
        capitals = text.isascii() and text.isupper() and len(text) < 6
        return said if known or capitals or len(text) == 1 else ""

    def _analyse(self, group: list[Token]) -> list[tuple[int, int, str]]:
        phrase, places = _flatten(group)
        out: list[tuple[int, int, str]] = []
        position = 0
        waiting: list[str] = []
        for name, said in self.japanese.nodes(phrase):
            plain = unicodedata.normalize("NFKC", name)
            found = phrase.find(plain, position, position + len(plain) + (24 if waiting else 0))
            if found < 0 or not plain:
                waiting.append(said)
                continue
            if waiting:
                _add(out, places, position, found, join(waiting))
                waiting = []
            _add(out, places, found, found + len(plain), said)
            position = found + len(plain)
        if waiting:
            _add(out, places, position, len(phrase), join(waiting))
        return [piece for piece in out if piece[2]]


def _in_full(group: list[Token], start: int, end: int) -> str:
    """What a piece of a phrase is read as; empty where that is what is written."""
    inside = [token for token in group if token.core < end and token.end > start]
    if not any(token.kind == "reading" for token in inside):
        return ""
    return "".join(word for token in inside for word in token.words)


def _phrases(tokens: list[Token]) -> list[list[Token]]:
    """Runs of Japanese text without punctuation or blanks between."""
    groups: list[list[Token]] = []
    for token in tokens:
        fits = (
            groups
            and token.joined
            and token.kind in _JAPANESE
            and groups[-1][-1].kind in _JAPANESE
            and not groups[-1][-1].after
            and not token.before
            and token.phonemes is None
            and groups[-1][-1].phonemes is None
            and len(groups[-1]) < 12
        )
        if fits:
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def _flatten(group: list[Token]) -> tuple[str, list[tuple[int, int]]]:
    """One text, and for each of its characters the place in the clean text."""
    phrase = ""
    places: list[tuple[int, int]] = []
    for token in group:
        said = "".join(token.words)
        phrase += said
        if token.kind == "reading":
            places += [(token.core, token.core + len(token.text))] * len(said)
        else:
            places += [(token.core + i, token.core + i + 1) for i in range(len(said))]
    return phrase, places


def _add(
    out: list[tuple[int, int, str]],
    places: list[tuple[int, int]],
    first: int,
    last: int,
    said: str,
) -> None:
    """Adds a word, joined with the one before when both come from the same stretch of text."""
    if first >= len(places):
        if out and said:
            out[-1] = (out[-1][0], out[-1][1], join([out[-1][2], said]))
        return
    start = places[first][0]
    end = places[max(first, min(last, len(places)) - 1)][1]
    if out and start < out[-1][1]:
        out[-1] = (out[-1][0], max(end, out[-1][1]), join([out[-1][2], said]))
    elif not said and out:
        out[-1] = (out[-1][0], end, out[-1][2])
    else:
        out.append((start, end, said))
