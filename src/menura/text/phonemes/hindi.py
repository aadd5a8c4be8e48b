"""Hindi pronunciation by rule from Devanagari.

The inherent vowel is ə, ʌ under stress, and is dropped at the end of a word and in the middle of
vowel-consonant-consonant-vowel stretches. The symbols follow what the network was trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from menura.text.phonemes.contract import Spoken

_CONSONANTS = {
    **{"क": "k", "ख": "kʰ", "ग": "ɡ", "घ": "ɡʰ", "ङ": "ŋ", "च": "c", "छ": "cʰ", "ज": "ɟ"},
    **{"झ": "ɟʰ", "ञ": "ɲ", "ट": "ʈ", "ठ": "ʈʰ", "ड": "ɖ", "ढ": "ɖʰ", "ण": "ɳ", "त": "t"},
    **{"थ": "tʰ", "द": "d", "ध": "dʰ", "न": "n", "प": "p", "फ": "pʰ", "ब": "b", "भ": "bʰ"},
    **{"म": "m", "य": "j", "र": "ɾ", "ल": "l", "व": "ʋ", "श": "ʃ", "ष": "ʂ", "स": "s", "ह": "h"},
    **{"ळ": "l", "ऩ": "n", "ऱ": "ɾ"},
}
_DOTTED = {"क": "q", "ख": "x", "ग": "ɣ", "ज": "z", "ड": "ɽ", "ढ": "ɽʰ", "फ": "f", "य": "j"}
_VOWELS = {
    **{"अ": "ə", "आ": "aː", "इ": "ɪ", "ई": "iː", "उ": "ʊ", "ऊ": "uː", "ऋ": "ɾɪ", "ए": "eː"},
    **{"ऐ": "ɛː", "ओ": "oː", "औ": "ɔː", "ऑ": "ɔ", "ऍ": "ɛ", "ऎ": "e", "ऒ": "o"},
}
_SIGNS = {
    **{"ा": "aː", "ि": "ɪ", "ी": "iː", "ु": "ʊ", "ू": "uː", "ृ": "ɾɪ", "े": "eː", "ै": "ɛː"},
    **{"ो": "oː", "ौ": "ɔː", "ॉ": "ɔ", "ॅ": "ɛ", "ॆ": "e", "ॊ": "o"},
}
_VIRAMA, _NUKTA = "्", "़"
_ANUSVARA, _CHANDRABINDU, _VISARGA = "ं", "ँ", "ः"
_PRECOMPOSED = {"\u0958": "q", "\u0959": "x", "\u095a": "ɣ", "\u095b": "z", "\u095c": "ɽ",
                "\u095d": "ɽʰ", "\u095e": "f", "\u095f": "j"}  # fmt: skip
_PLACES = (("kɡŋqx", "ŋ"), ("cɟ", "n"), ("ʈɖ", "ɳ"), ("tdnszlɾ", "n"), ("pbm", "m"), ("h", "ŋ"))
_WHOLE = {
    **{"है": "hɛː", "हैं": "hɛ̃", "मैं": "mɛ̃", "में": "mẽ", "और": "ɔːɾ", "की": "ki", "का": "kaː"},
    **{"के": "keː", "को": "koː", "से": "seː", "ने": "neː", "पर": "pəɾ", "हूँ": "hũ", "हूं": "hũ"},
    **{"यह": "jəh", "वह": "ʋəh", "ये": "jeː", "वे": "ʋeː", "कि": "kɪ", "तो": "toː", "ही": "hi"},
    **{"भी": "bʰi", "था": "tʰaː", "थी": "tʰi", "थे": "tʰeː", "न": "nə", "व": "ʋə", "हो": "hoː"},
}
_RETROFLEX = {"ɽʰ": "r.h", "ɽ": "r."}
"""The network was trained with these two-symbol spellings of ड़ and ढ़, and never saw ɽ.

The stop makes no pause here: it gets 25 to 50 ms, as r does, and the two together last as long as
ɾ would (measured on two sentences).
"""


@dataclass
class _Unit:
    """A consonant cluster with its vowel; `inherent` vowels may be dropped."""

    onset: str
    vowel: str
    inherent: bool = False
    nasal: str = ""


class Hindi:
    """Pronounces Hindi words in Devanagari."""

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of words in Devanagari; other words are left empty."""
        for word in words:
            word.phonemes = self._word(word.text)

    def _word(self, text: str) -> str:
        if text in _WHOLE:
            return _WHOLE[text]
        units = _units(text)
        if not units:
            return ""
        _drop(units)
        said = _stress(units)
        for sound, spelling in _RETROFLEX.items():
            said = said.replace(sound, spelling)
        return said


def _units(text: str) -> list[_Unit]:
    units: list[_Unit] = []
    onset = ""
    open_consonant = False
    for i, c in enumerate(text):
        if c in _CONSONANTS or c in _PRECOMPOSED:
            if open_consonant:
                units.append(_Unit(onset, "ə", True))
                onset = ""
            dotted = text[i + 1 : i + 2] == _NUKTA
            sound = _PRECOMPOSED.get(c) or (_DOTTED.get(c) if dotted else None) or _CONSONANTS[c]
            onset += sound
            open_consonant = True
        elif c == _VIRAMA:
            open_consonant = False
        elif c in _SIGNS or c in _VOWELS:
            if c in _VOWELS and open_consonant:
                units.append(_Unit(onset, "ə", True))
                onset = ""
            units.append(_Unit(onset, _SIGNS.get(c) or _VOWELS[c]))
            onset, open_consonant = "", False
        elif c in (_ANUSVARA, _CHANDRABINDU, _VISARGA):
            if open_consonant:
                units.append(_Unit(onset, "ə"))
                onset, open_consonant = "", False
            if units:
                units[-1].inherent = False
                units[-1].nasal = {_ANUSVARA: "N", _CHANDRABINDU: "~", _VISARGA: "h"}[c]
    if onset:
        units.append(
            _Unit(onset.replace("ɟɲ", "ɡj"), "ə" if open_consonant else "", open_consonant)
        )
    for unit in units:
        unit.onset = unit.onset.replace("ɟɲ", "ɡj")
    return units


def _drop(units: list[_Unit]) -> None:
    """Drops inherent vowels: at the end, then from the right where vowels stand on both sides."""
    if len(units) > 1 and units[-1].inherent:
        heavy_cluster = units[-1].onset[-1:] in ("j", "ʋ", "ɾ") and _count(units[-1].onset) > 1
        if not heavy_cluster:
            units[-1].vowel = ""
    for i in range(len(units) - 2, 0, -1):
        unit = units[i]
        before, after = units[i - 1], units[i + 1]
        if (
            unit.inherent
            and unit.vowel
            and before.vowel
            and not before.nasal
            and after.vowel
            and _count(unit.onset) == 1
            and _count(after.onset) == 1
        ):
            unit.vowel = ""


def _count(onset: str) -> int:
    return len(onset.replace("ʰ", ""))


def _stress(units: list[_Unit]) -> str:
    """Puts the vowels and nasals together, with stress on the heaviest syllable near the end."""
    places = [i for i, unit in enumerate(units) if unit.vowel]
    if not places:
        return "".join(unit.onset for unit in units)

    def weight(k: int) -> int:
        i = places[k]
        last = k == len(places) - 1
        end = len(units) if last else places[k + 1]
        codas = sum(_count(u.onset) for u in units[i + 1 : end])
        if not last and _count(units[end].onset) > 1:
            codas += _count(units[end].onset) - 1
        return (2 if "ː" in units[i].vowel or units[i].nasal else 1) + codas

    weights = [weight(k) for k in range(len(places))]
    weights[-1] -= 1  # the last consonant or length does not count
    best = max(range(len(weights)), key=lambda k: (min(weights[k], 3), k if weights[k] > 1 else -k))
    second = [k for k in range(len(places)) if abs(k - best) > 1 and weights[k] > 1]
    out = ""
    for i, unit in enumerate(units):
        out += unit.onset
        if not unit.vowel:
            continue
        k = places.index(i)
        mark = "ˈ" if k == best else "ˌ" if second and k == second[-1] else ""
        vowel = unit.vowel
        if vowel == "ə" and k == best:
            vowel = "ʌ"
        if vowel == "iː" and i == len(units) - 1 and len(units) > 1:
            vowel = "i"
        if unit.vowel == "ɾɪ":
            out, vowel = out + "ɾ", "ɪ"
        out += mark + _nasalise(vowel, unit.nasal, units[i + 1].onset if i + 1 < len(units) else "")
    return out


def _nasalise(vowel: str, nasal: str, following: str) -> str:
    if not nasal:
        return vowel
    if nasal == "h":
        return vowel + "h"
    if nasal == "N" and following:
        for group, sound in _PLACES:
            if following[0] in group and "ː" not in vowel and following[0] not in "sh":
                return vowel + sound
    return vowel.replace("ː", "") + "\u0303"
