"""English pronunciation, American and British, in the alphabet of the misaki project.

Notable choices, after the conventions that the network was trained on:
- `a`, `an`, `the`, `to`, `in` and the other small words have their weak forms, which depend on
  whether a vowel follows; before a pause some have the strong form.
- a capital first letter gives an unstressed word a secondary stress, all capitals a primary one;
- the flapped t is T, the glottal stop t.
"""

import re
import unicodedata
from collections.abc import Sequence

from menura.text.alphabet import CONSONANTS, VOWELS
from menura.text.phonemes.contract import Spoken
from menura.text.phonemes.english_heteronyms import Context, special, tag
from menura.text.phonemes.english_lexicon import (
    PRIMARY,
    SECONDARY,
    Lexicon,
    restress,
    strengthen,
    weaken,
)
from menura.text.phonemes.english_unknown import UnknownWords
from menura.text.word_lists import word_set

_VOWEL_LETTERS = re.compile(r"[aeiouy]", re.IGNORECASE)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_SUFFIXES = {
    **{"ness": "nəs", "less": "ləs", "ful": "fəl", "ment": "mənt", "ly": "li", "ship": "ʃˌɪp"},
    **{"like": "lˌIk", "er": "əɹ", "est": "əst", "able": "əbᵊl"},
}
_PREFIXES = {
    **{"un": "ˌʌn", "re": "ɹˌi", "non": "nˌɑn", "pre": "pɹˌi", "anti": "ˌænti", "over": "ˌOvəɹ"},
    **{"under": "ˌʌndəɹ", "mis": "mˌɪs", "super": "sˌupəɹ", "micro": "mˌIkɹO"},
    **{"inter": "ˌɪntəɹ", "multi": "mˌʌlti", "sub": "sˌʌb"},
}
_FOREIGN = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "th", "þ": "th", "ł": "l",
            "ı": "i", "ħ": "h", "ŋ": "ng"}  # fmt: skip
_SPELLED = word_set(
    "US IT ID AI PC TV UK EU UN OK VR AR UI UX HR PR IQ DJ MC VIP FAQ SQL URL API CEO CFO CTO GPS "
    "GDP USB LED LCD DVD CD"
)  # fmt: skip
_LITTLE = word_set(
    "the and not all you are was but can for has had his her him our out who how why did its new "
    "now one two any may way yes no so do is it be we he she me my of on or in to at as up go if "
    "an am by stop never only must this that very please real big"
)  # fmt: skip


class English:
    """Pronounces English sentences."""

    def __init__(self, british: bool) -> None:
        self.british = british
        self.lexicon = Lexicon(british)
        self.unknown = UnknownWords(british)

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of each word; words without Latin letters are left empty."""
        shouting = _is_shouting(words)
        texts = [_latin(word.text) for word in words]
        vowel_next: bool | None = None
        for i in range(len(words) - 1, -1, -1):
            if words[i].pause:
                vowel_next = None
            if not texts[i]:
                continue
            context = Context(
                before=[t.lower() for t in texts[max(0, i - 4) : i]],
                after=[] if words[i].pause else [t.lower() for t in texts[i + 1 : i + 5]],
                starts=i == 0 or words[i - 1].pause,
                vowel_next=vowel_next,
                sentence=texts,
            )
            said = self._word(texts[i], context, shouting)
            words[i].phonemes = said.replace("ɾ", "T").replace("ʔ", "t")
            vowel_next = _begins_with_vowel(said, vowel_next)

    def _word(self, text: str, context: Context, shouting: bool) -> str:
        if "." in text:
            return self.lexicon.spell(text)
        if shouting:
            text = text.capitalize() if context.starts else text.lower()
        if len(text) > 1 and text.isupper() and text.isalpha():
            return self._capitals(text, context)
        weak = special(text, context, self.lexicon)
        if weak is not None:
            return weak
        return strengthen(self._plain(text, context), text[0].isupper(), False)

    def _plain(self, text: str, context: Context) -> str:
        low = text.lower()
        kind = tag(low, context, self.lexicon.entry(low))
        final = context.vowel_next is None
        found = self.lexicon.lookup(text, kind, final) or self.lexicon.lookup(low, kind, final)
        if found:
            return found
        if "-" in text:
            return self._compound([part for part in text.split("-") if part], context)
        if low.endswith("'s"):
            return self.lexicon.add_s(self._plain(text[:-2], context))
        if low.endswith("'"):
            return self._plain(text[:-1], context)
        if "'" in text:
            return self._plain(text.replace("'", ""), context)
        parts = _PARTS.findall(text)
        if len(parts) > 1 and not text.isupper():
            return self._mixed(text, parts, context)
        if len(text) == 1:
            return self.lexicon.letters[text.upper()]
        return self._derived(low) or self._guess(low)

    def _mixed(self, text: str, parts: list[str], context: Context) -> str:
        """iPhone, McDonald, PhDs: by parts that are words, or letter by letter."""
        if text[-1] == "s" and text[:-1].isupper():
            return self.lexicon.add_s(self._capitals(text[:-1], context))
        if max(len(part) for part in parts) < 3:
            return self.lexicon.spell(text)
        if parts[0] in ("Mc", "Mac"):
            return "mək" + self._plain("".join(parts[1:]).capitalize(), context)
        said = [
            self.lexicon.spell(p) if p.isupper() or len(p) == 1 else self._plain(p.lower(), context)
            for p in parts
        ]
        return _lighten(said)

    def _capitals(self, text: str, context: Context) -> str:
        low = text.lower()
        gold = self.lexicon.gold.get(text)
        if isinstance(gold, str) and len(text) > 2:
            return strengthen(gold, True, True)
        if text in _SPELLED or (text == "WHO" and context.before[-1:] == ["the"]):
            return self.lexicon.spell(text)
        if low in _LITTLE or (len(text) > 3 and self.lexicon.known(low)):
            weak = special(low, context, self.lexicon)
            return strengthen(weak or self._plain(low, context), True, True)
        if len(text) == 3 and isinstance(self.lexicon.gold.get(low), str):
            return strengthen(self._plain(low, context), True, True)
        if len(text) > 4 and self.lexicon.lookup(low):
            return strengthen(self.lexicon.lookup(low) or "", True, True)
        if text.endswith("'S"):
            return self.lexicon.add_s(self._capitals(text[:-2], context))
        pronounceable = re.fullmatch(r"(?:[^AEIOUY]{0,2}[AEIOUY]){2,}[^AEIOUY]{0,2}", text)
        if len(text) > 3 and pronounceable:
            return self._guess(low)
        if len(text) > 6 and _VOWEL_LETTERS.search(text):
            return self._derived(low) or self._guess(low)
        return self.lexicon.spell(text)

    def _compound(self, parts: list[str], context: Context) -> str:
        said = []
        for part in parts:
            if len(part) > 1 and part.isupper():
                said.append(self._capitals(part, context))
            else:
                said.append(special(part, context, self.lexicon) or self._plain(part, context))
        return _lighten(said)

    def _derived(self, word: str) -> str | None:
        """A known stem with a suffix or prefix, or two known words run together."""
        look = self.lexicon.lookup
        for suffix, sound in _SUFFIXES.items():
            stem = word[: -len(suffix)]
            if word.endswith(suffix) and len(stem) > 3:
                found = look(stem) or (look(stem[:-1] + "y") if stem[-1] == "i" else None)
                if found:
                    return found + (sound.replace("əɹ", "ə") if self.british else sound)
        for prefix, sound in _PREFIXES.items():
            rest = word[len(prefix) :]
            if word.startswith(prefix) and len(rest) > 3:
                found = look(rest)
                if found:
                    return (_to_british(sound) if self.british else sound) + found
        for cut in range(len(word) - 3, 2, -1):
            first, second = word[:cut], word[cut:]
            if self.lexicon.gold.get(first) and self.lexicon.gold.get(second):
                one, two = look(first), look(second)
                if one and two and len(word) > 6:
                    return one + weaken(two)
        return None

    def _guess(self, word: str) -> str:
        letters = re.sub(r"[^a-z]", "", word)
        if not letters:
            return ""
        if len(letters) > 1 and not _VOWEL_LETTERS.search(letters):
            return self.lexicon.spell(letters)
        for ending, add in (("s", self.lexicon.add_s), ("ed", self.lexicon.add_ed)):
            stem = letters[: -len(ending)]
            if (
                letters.endswith(ending)
                and len(stem) > 3
                and not letters.endswith(("ss", "us", "is"))
            ):
                return add(
                    self.unknown.guess(
                        stem + ("e" if ending == "ed" and stem[-1] in "vuzcs" else "")
                    )
                )
        said = self.unknown.guess(letters)
        if not any(c in VOWELS for c in said):
            return self.lexicon.spell(letters)
        return said if PRIMARY in said else restress(said.replace(SECONDARY, ""), PRIMARY)


def _to_british(sound: str) -> str:
    return sound.replace("O", "Q").replace("əɹ", "ə").replace("æ", "a").replace("ɑ", "ɒ")


def _latin(text: str) -> str:
    """The word with plain letters a to z, hyphens and apostrophes only; empty for other scripts."""
    if text.isascii():
        return text if any(c.isalpha() for c in text) else ""
    out = []
    for c in unicodedata.normalize("NFD", text):
        low = c.lower()
        if c.isascii():
            out.append(c)
        elif low in _FOREIGN:
            out.append(_FOREIGN[low].upper() if c.isupper() else _FOREIGN[low])
        elif unicodedata.category(c)[0] == "M":
            continue
        elif c.isalpha():
            return ""
    plain = "".join(out)
    return plain if any(c.isalpha() for c in plain) else ""


def _is_shouting(words: Sequence[Spoken]) -> bool:
    """Whether a whole sentence is in capitals, so that capitals do not mean letter names."""
    letters = [w.text for w in words if w.text.isalpha() and len(w.text) > 1]
    capitals = sum(1 for text in letters if text.isupper())
    return len(letters) >= 3 and capitals >= 0.8 * len(letters)


def _begins_with_vowel(phonemes: str, otherwise: bool | None) -> bool | None:
    for symbol in phonemes:
        if symbol in VOWELS:
            return True
        if symbol in CONSONANTS:
            return False
    return otherwise


def _lighten(said: list[str]) -> str:
    """Joins the parts of a compound; the lighter half loses primary stress."""
    said = [part for part in said if part]
    if len(said) == 2 and len(said[0]) <= 3 and PRIMARY not in said[1]:
        return "".join(said)
    weights = sorted(
        (PRIMARY in part, sum(2 if c in "AIOQWYʤʧ" else 1 for c in part), i)
        for i, part in enumerate(said)
    )
    if sum(1 for has, _, _ in weights if has) > (len(said) + 1) // 2:
        for _, _, i in weights[: len(said) // 2]:
            said[i] = weaken(said[i])
    return "".join(said)
