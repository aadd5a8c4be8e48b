"""Turns a clean sentence of a language with an alphabet into words with phonemes."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from menura.text.alphabet import VOWELS, canonical
from menura.text.clean import Clean
from menura.text.phonemes.contract import Pronouncer, Spoken
from menura.text.readings import Reading, Rule, apply, laid_over
from menura.text.tokens import Token, tokenise
from menura.text.unspoken import Unspoken
from menura.text.utterance import Word


class Alphabetic:
    """Normalises, cuts into words, and pronounces.

    Args:
        rules: normalisation rules of the language.
        native: pronounces the language's own words.
        foreign: pronouncers by token kind (`letter`, `devanagari`, `cjk`) for other scripts.
        cut: cuts a run of characters without blanks into words, for Chinese.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        native: Pronouncer,
        foreign: "dict[str, ForeignPronouncer]",
        cut: Callable[[str], list[str]] | None = None,
    ) -> None:
        self.rules = rules
        self.native = native
        self.foreign = foreign
        self.cut = cut

    def words(
        self, text: str, clean: Clean, unspoken: Unspoken, fixed: Sequence[Reading] = ()
    ) -> list[Word]:
        """Words of one sentence; what cannot be spoken is reported to `unspoken`."""
        tokens, marks = tokenise(clean.text, laid_over(apply(self.rules, clean.text), fixed))
        for position in marks:
            unspoken.add(clean.offsets[position], clean.text[position])
        if self.cut is not None:
            tokens = [part for token in tokens for part in _cut(token, self.cut)]
        said = [[Spoken(word) for word in token.words] for token in tokens]
        for i, token in enumerate(tokens):
            if token.after or i + 1 == len(tokens) or tokens[i + 1].before:
                said[i][-1].pause = True
        self._pronounce(tokens, said)
        return _build(text, clean, tokens, said, unspoken)

    def _pronounce(self, tokens: list[Token], said: list[list[Spoken]]) -> None:
        native: list[Spoken] = []
        for token, words in zip(tokens, said, strict=True):
            foreign = self.foreign.get(token.kind)
            if token.phonemes is not None:
                words[0].phonemes = token.phonemes
                native.append(_stand_in(token, words[0].pause))
            elif foreign is not None:
                foreign.load().pronounce(words)
            else:
                native += words
        self.native.pronounce(native)


def _stand_in(token: Token, pause: bool) -> Spoken:
    """A word for the sake of its neighbours, such as an article, whose sound depends on it."""
    if token.text.isalpha() and "<<" not in token.words[0]:
        return Spoken(token.text, pause)
    first = str(token.phonemes).lstrip("ˈˌ")[:1]
    return Spoken("apple" if first in VOWELS else "book", pause)


class ForeignPronouncer:
    """A pronouncer of another language, loaded when its script first occurs."""

    def __init__(self, language: str) -> None:
        self.language = language

    def load(self) -> Pronouncer:
        """The pronouncer."""
        from menura.text.spoken_languages import pronouncer  # the table imports this module

        return pronouncer(self.language)


def _cut(token: Token, cut: Callable[[str], list[str]]) -> list[Token]:
    """The words of a run of Chinese; the first keeps what is before, the last what follows."""
    if token.kind != "cjk":
        return [token]
    parts = [part for part in cut(token.text) if part]
    if len(parts) < 2:
        return [token]
    out = []
    position = token.core
    for i, part in enumerate(parts):
        start = token.start if i == 0 else position
        end = token.end if i == len(parts) - 1 else position + len(part)
        before = token.before if i == 0 else ""
        after = token.after if i == len(parts) - 1 else ""
        out.append(replace(token, start=start, end=end, text=part, words=(part,), before=before,
                           after=after, joined=i > 0 or token.joined))  # fmt: skip
        position += len(part)
    return out


def _build(
    text: str, clean: Clean, tokens: list[Token], said: list[list[Spoken]], unspoken: Unspoken
) -> list[Word]:
    out: list[Word] = []
    for token, words in zip(tokens, said, strict=True):
        phonemes = canonical(" ".join(word.phonemes for word in words if word.phonemes))
        start, end = clean.offsets[token.start], clean.offsets[token.end]
        if not phonemes:
            unspoken.add(start, token.text)
            continue
        raw = text[start:end]
        start += len(raw) - len(raw.lstrip())
        after = trailing(token.after)
        said_as = in_full(clean.text, token)
        out.append(Word(raw.strip(), start, phonemes, token.before, after, said_as))
    return out


def in_full(clean: str, token: Token) -> str:
    """What a token is read as, with its punctuation; empty where that is what is written.

    Phonemes are no reading in this sense.
    """
    words = " ".join(token.words)
    if words == token.text or "<<" in words:
        return ""
    end = token.core + len(token.text)
    return (clean[token.start : token.core] + words + clean[end : token.end]).strip()


def trailing(stops: str) -> str:
    """What follows a word: its stops and a blank; a dash has a blank before it too."""
    if not stops:
        return " "
    return (" " if stops[0] == "—" else "") + stops + " "
