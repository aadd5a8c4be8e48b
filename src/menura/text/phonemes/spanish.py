"""Spanish pronunciation (Castilian) by rule.

The symbols follow what the network was trained on: θ and ʎ are kept apart from s and ʝ; b, d, g are
β, ð, ɣ between vowels, also across words; falling diphthongs are the one-symbol ones (I A W O).
"""

import unicodedata
from collections.abc import Sequence

from menura.text.phonemes.contract import Spoken
from menura.text.phonemes.sounds import Sound, nuclei, with_stress
from menura.text.word_lists import word_set

_UNSTRESSED = word_set(
    "el la los las lo le les me te se nos os mi mis tu tus su sus de del a al en con por y e o u "
    "que si ni"
)
_HALF_STRESSED = word_set("para como desde sobre entre hasta")
_X_AS_J = ("méxic", "mexic", "texas", "texan", "oaxac", "oaxaq", "mexiq", "xavier", "ximena")
_FALLING = {"ai": "I", "ei": "A", "oi": "oɪ", "au": "W", "eu": "eʊ", "ou": "O", "ui": "uj"}
_PLAIN = {"á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u", "ü": "u"}
_VOWELS = frozenset("aeiouáéíóúü")
_WEAK = frozenset("iuü")
_SIMPLE = {"f": "f", "j": "x", "k": "k", "l": "l", "m": "m", "p": "p", "s": "s", "t": "t",
           "z": "θ", "ñ": "ɲ", "w": "w", "ç": "s"}  # fmt: skip
_LETTERS = {
    **{"b": "be", "c": "ce", "d": "de", "f": "efe", "g": "ge", "h": "hache", "j": "jota"},
    **{"k": "ka", "l": "ele", "m": "eme", "n": "ene", "ñ": "eñe", "p": "pe", "q": "cu"},
    **{"r": "erre", "s": "ese", "t": "te", "v": "uve", "w": "uve doble", "x": "equis"},
    **{"y": "i griega", "z": "zeta", "a": "á", "e": "é", "i": "í", "o": "ó", "u": "ú"},
}
LETTERS = _LETTERS


_LABIAL = ("p", "b", "m", "f")


class Spanish:
    """Pronounces Spanish words."""

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of words in Latin letters."""
        previous = ""
        last: Spoken | None = None
        for word in words:
            word.phonemes = self._word(word.text, previous)
            if last is not None and last.phonemes.endswith("n") and word.phonemes[:1] in _LABIAL:
                last.phonemes = last.phonemes[:-1] + "m"  # un pueblo, en barco
            last = None if word.pause or not word.phonemes else word
            previous = "" if last is None else word.phonemes[-1]

    def _word(self, text: str, previous: str) -> str:
        low = _spanish_letters(text)
        if not low:
            return ""
        if "." in text or _is_spelled(text, low):
            return " ".join(
                self._word(name, "") for c in low if c in _LETTERS for name in _LETTERS[c].split()
            )
        parts = [part for part in low.replace("'", "-").split("-") if part]
        return "".join(self._part(p, previous if i == 0 else "a") for i, p in enumerate(parts))

    def _part(self, word: str, previous: str) -> str:
        sounds = _sounds(word, previous)
        places = nuclei(sounds)
        if not places:
            return "".join(s.text for s in sounds)
        if word in _UNSTRESSED:
            return with_stress(sounds, None)
        stress = _stress(word, sounds, places)
        if word in _HALF_STRESSED:
            return with_stress(sounds, None, places[stress])
        return with_stress(sounds, places[stress], places[0] if stress >= 2 else None)


def _spanish_letters(text: str) -> str:
    low = "".join(
        c if c in "áéíóúüñç" else unicodedata.normalize("NFD", c)[0] for c in text.lower()
    )
    return low if all(c.isascii() or c in "áéíóúüñç" for c in low) else ""


def _is_spelled(text: str, low: str) -> bool:
    if len(low) == 1:
        return low not in "aeouy"
    has_vowel = any(c in _VOWELS for c in low)
    return not has_vowel or (
        text.isupper()
        and len(text) < 4
        and text.isalpha()
        and not (low[0] not in _VOWELS and low[1] in _VOWELS and low[-1] in "aeonsrl")
    )


def _stress(word: str, sounds: list[Sound], places: list[int]) -> int:
    for n, place in enumerate(places):
        if sounds[place].written:
            return n
    if word.endswith("mente") and len(places) > 3:
        return len(places) - 2
    ends_open = word[-1] in "aeiou" or (word[-1] in "ns" and len(word) > 1)
    if ends_open and len(places) > 1:
        return len(places) - 2
    return len(places) - 1


def _sounds(word: str, previous: str) -> list[Sound]:
    out: list[Sound] = []
    i, n = 0, len(word)
    while i < n:
        c = word[i]
        after = word[i + 1] if i + 1 < n else ""
        before = out[-1].text[-1] if out else previous
        if c in _VOWELS or (c == "y" and after not in _VOWELS):
            i = _vowels(word, i, out)
            continue
        step = 1
        soft = after in ("e", "i", "é", "í")
        if c in "bv":
            out.append(Sound("b" if before in ("", "m", "n") else "β"))
        elif c == "d":
            tight = before in ("", "n", "l", "m") or (i == 0 and after == "u")
            final = i == n - 1
            out.append(Sound("d" if tight or final else "ð"))
        elif c == "g":
            if soft:
                out.append(Sound("x"))
            else:
                if after == "u" and i + 2 < n and word[i + 2] in "eiéí":
                    step = 2
                out.append(Sound("ɡ" if before in ("", "n", "ŋ", "m") else "ɣ"))
        elif c == "c":
            if after == "h":
                out.append(Sound("ʧ"))
                step = 2
            else:
                out.append(Sound("θ" if soft else "k"))
        elif c == "q":
            out.append(Sound("k"))
            step = 2 if after == "u" else 1
        elif c == "l" and after == "l":
            out.append(Sound("ʎ"))
            step = 2
        elif c == "r":
            strong = after == "r" or i == 0 or before in ("n", "l", "s")
            out.append(Sound("r" if strong else "ɾ"))
            step = 2 if after == "r" else 1
        elif c == "n":
            out.append(
                Sound("m" if after in ("p", "b", "v", "m") else "ŋ" if _velar(word, i) else "n")
            )
        elif c == "x":
            if word.startswith(_X_AS_J):
                out.append(Sound("x"))
            else:
                out.append(Sound("s" if i == 0 else "ks"))
        elif c == "y":
            out.append(Sound("ʝ"))
        elif c == "p" and i == 0 and after == "s":
            pass
        elif c == "s" and after == "h":
            out.append(Sound("ʃ"))
            step = 2
        elif c == "t" and after in ("z", "x"):
            out.append(Sound("ʦ" if after == "z" else "ʧ"))
            step = 2
        elif c in _SIMPLE:
            out.append(Sound(_SIMPLE[c]))
        i += step
    return out


def _velar(word: str, i: int) -> bool:
    rest = word[i + 1 : i + 3]
    return (
        rest[:1] in ("k", "q", "j")
        or (rest[:1] == "c" and rest[1:] not in ("e", "i", "é", "í", "h"))
        or rest[:1] == "g"
    )


def _vowels(word: str, i: int, out: list[Sound]) -> int:
    """Reads a run of vowels from `i` on; returns where it ends."""
    end = i
    while end < len(word) and (
        word[end] in _VOWELS
        or (word[end] == "y" and (end + 1 == len(word) or word[end + 1] not in _VOWELS))
        or (word[end] == "h" and end > i and word[end + 1 : end + 2] in ("í", "ú"))
    ):
        end += 1
    run = word[i:end].replace("h", "").replace("y", "i")
    j = 0
    while j < len(run):
        c, after = run[j], run[j + 1 : j + 2]
        if c in _WEAK and after and not (c == after or (c == "ü")):
            glide = "j" if c == "i" else "w"
            if j == 0 and i == 0 and c == "i":
                glide = "ʝ"
            if run[j:] in ("ui",) and end == len(word):
                out.append(Sound("uj", True))
                return end
            out.append(Sound(glide))
            c, j = run[j + 1], j + 1
            after = run[j + 1 : j + 2]
        written = c in "áéíóú"
        plain = _PLAIN.get(c, c)
        pair = plain + after
        falls = after in ("i", "u") and after != "" and c not in ("i", "u", "í", "ú", "ü")
        if falls and not (j + 2 < len(run)):
            out.append(Sound(_FALLING[pair], True, written))
            j += 2
            continue
        out.append(Sound(plain, True, written))
        j += 1
    return end
