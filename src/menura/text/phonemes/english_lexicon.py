"""Pronunciations of known English words, from the misaki dictionaries (Apache-2.0).

The dictionaries `us_gold`, `us_silver`, `gb_gold`, `gb_silver` are read as data from the installed
package; gold entries were checked by people, silver ones were not.
"""

import importlib.util
import json
from pathlib import Path

from menura.errors import ServerError
from menura.text.alphabet import VOWELS

Entry = str | dict[str, str | None]

PRIMARY, SECONDARY = "ˈ", "ˌ"
_STRESSABLE = VOWELS - {"ᵊ", "ɚ"}
_FLAP_BEFORE = frozenset("AIOWYiuæɑəɛɪɹʊʌ")


def _read(name: str) -> dict[str, Entry]:
    found = importlib.util.find_spec("misaki")
    if found is None or found.submodule_search_locations is None:
        raise ServerError(
            "text_dictionary_missing",
            "The English dictionaries are not installed.",
            "Install the package misaki 0.9.4.",
        )
    folder = Path(next(iter(found.submodule_search_locations))) / "data"
    with open(folder / f"{name}.json", encoding="utf-8") as file:
        entries: dict[str, Entry] = json.load(file)
    return entries


def restress(phonemes: str, mark: str) -> str:
    """Puts a stress mark directly before the first vowel, where the dictionaries have it."""
    for i, symbol in enumerate(phonemes):
        if symbol in _STRESSABLE:
            return phonemes[:i] + mark + phonemes[i:]
    return phonemes


def strengthen(phonemes: str, capital: bool, shout: bool) -> str:
    """Stress of a word as written: capitals give an unstressed word some, all capitals the full."""
    if shout:
        if PRIMARY in phonemes:
            return phonemes
        if SECONDARY in phonemes:
            return phonemes.replace(SECONDARY, PRIMARY, 1)
        return restress(phonemes, PRIMARY)
    if capital and PRIMARY not in phonemes and SECONDARY not in phonemes:
        return restress(phonemes, SECONDARY)
    return phonemes


def weaken(phonemes: str) -> str:
    """Primary stress becomes secondary, for the lighter part of a compound."""
    return phonemes.replace(SECONDARY, "").replace(PRIMARY, SECONDARY)


class Lexicon:
    """Dictionary of one variety with regular endings."""

    def __init__(self, british: bool) -> None:
        variety = "gb" if british else "us"
        self.british = british
        self.gold = _read(f"{variety}_gold")
        self.silver = _read(f"{variety}_silver")
        self.letters = {c: self._plain(self.gold[c]) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}

    @staticmethod
    def _plain(entry: Entry) -> str:
        return entry if isinstance(entry, str) else entry["DEFAULT"] or ""

    def entry(self, word: str) -> Entry | None:
        """The entry of a word in just this spelling, or with the other case of its first letter."""
        found = self.gold.get(word)
        if found is None and len(word) > 1:
            other = word.lower() if word[0].isupper() else word.capitalize()
            if word[1:].islower() or not word[1:].isalpha():
                found = self.gold.get(other) or self.silver.get(word) or self.silver.get(other)
            else:
                found = self.silver.get(word)
        return found

    def known(self, word: str) -> bool:
        """Whether the word has an entry."""
        return self.entry(word) is not None

    def choose(self, entry: Entry, tag: str, final: bool) -> str:
        """Picks the reading of an entry for a part of speech; `final` is before a pause."""
        if isinstance(entry, str):
            return entry
        if final and entry.get("None"):
            return entry["None"] or ""
        found = entry.get(tag)
        if found is None and tag in ("VBD", "VBN", "VBP"):
            found = entry.get("VERB")
        return found or entry["DEFAULT"] or ""

    def lookup(self, word: str, tag: str = "", final: bool = False) -> str | None:
        """Phonemes of a word or of its regular inflection; None when it is not known."""
        entry = self.entry(word)
        if entry is not None:
            return self.choose(entry, tag, final)
        return self._plural(word, tag) or self._past(word, tag) or self._gerund(word, tag)

    def _stem(self, word: str, tag: str) -> str | None:
        entry = self.entry(word)
        return None if entry is None else self.choose(entry, tag, False)

    def _plural(self, word: str, tag: str) -> str | None:
        if len(word) < 3 or not word.endswith("s"):
            return None
        stem = None
        if word.endswith("'s"):
            stem = self.lookup(word[:-2], tag)
        elif not word.endswith("ss"):
            stem = self._stem(word[:-1], tag)
            if stem is None and word.endswith("ies") and len(word) > 4:
                stem = self._stem(word[:-3] + "y", tag)
            elif stem is None and word.endswith("es") and len(word) > 4:
                stem = self._stem(word[:-2], tag)
        return self.add_s(stem) if stem else None

    def add_s(self, stem: str) -> str:
        """The sound of plural, possessive and third-person -s after a stem."""
        if stem[-1] in "ptkfθ":
            return stem + "s"
        if stem[-1] in "szʃʒʧʤ":
            return stem + ("ɪz" if self.british else "ᵻz")
        return stem + "z"

    def _past(self, word: str, tag: str) -> str | None:
        if len(word) < 4 or not word.endswith("ed") or word.endswith("eed"):
            return None
        stem = self._stem(word[:-1], tag or "VERB") or self._stem(word[:-2], tag or "VERB")
        if stem is None and len(word) > 5 and word[-3] == word[-4]:
            stem = self._stem(word[:-3], tag or "VERB")
        if stem is None and word.endswith("ied"):
            stem = self._stem(word[:-3] + "y", tag or "VERB")
        return self.add_ed(stem) if stem else None

    def add_ed(self, stem: str) -> str:
        """The sound of the past ending -ed after a stem."""
        if stem[-1] in "pkfθʃsʧ":
            return stem + "t"
        if stem[-1] == "d":
            return stem + ("ɪd" if self.british else "ᵻd")
        if stem[-1] != "t":
            return stem + "d"
        if self.british or len(stem) < 2:
            return stem + "ɪd"
        return (stem[:-1] + "ɾᵻd") if stem[-2] in _FLAP_BEFORE else stem + "ᵻd"

    def _gerund(self, word: str, tag: str) -> str | None:
        if len(word) < 5 or not word.endswith(("ing", "in'")):
            return None
        base = word[:-3]
        stem = self._stem(base, "VERB") or self._stem(base + "e", "VERB")
        if stem is None and len(base) > 3 and base[-1] == base[-2]:
            stem = self._stem(base[:-1], "VERB")
        return self.add_ing(stem) if stem else None

    def add_ing(self, stem: str) -> str:
        """The sound of -ing after a stem."""
        if self.british and stem[-1] in "əː":
            return stem + "ɹɪŋ"
        if not self.british and len(stem) > 1 and stem[-1] == "t" and stem[-2] in _FLAP_BEFORE:
            return stem[:-1] + "ɾɪŋ"
        return stem + "ɪŋ"

    def spell(self, letters: str) -> str:
        """Letters by their names, the last one stressed most."""
        names = [self.letters[c] for c in letters.upper() if c in self.letters]
        if not names:
            return ""
        return "".join(weaken(name) for name in names[:-1]) + names[-1]
