"""Brazilian Portuguese pronunciation by rule.

The symbols follow what the network was trained on: final a, e, o are æ, y, ʊ; t and d before i are
ʧ and ʤ; r is x at the start, ɾ between vowels; nasal vowels keep a nasal consonant after them.
"""

import unicodedata
from collections.abc import Sequence

from menura.text.alphabet import VOWELS
from menura.text.phonemes.contract import Spoken
from menura.text.phonemes.sounds import Sound, nuclei, with_stress
from menura.text.word_lists import word_set

_UNSTRESSED = word_set(
    "o a os as um e de do da dos das em no na nos nas ao aos que se me te lhe meu eu ou por com "
    "mas à às pelo pela sem nem seu sua"
)
_ALLOWED = "áàâãéêíóôõúüç"
_VOWELS = frozenset("aeiouáàâãéêíóôõúü")
_ACCENTED = frozenset("áâéêíóôú")
_MARKED = {"á": "a", "à": "a", "â": "ɐ", "ã": "ɐ̃", "é": "ɛ", "ê": "e", "í": "i", "ó": "ɔ", "ô": "o",
           "õ": "õ", "ú": "u", "ü": "u"}  # fmt: skip
_OPEN = word_set(
    "belo belos quero ferro verde sete dez era ele ela perto certo terra velho novo hoje "
    "certa nove pode podem morre sofre corre forte norte morte sorte corpo posso logo copo modelo"
) - word_set("ele hoje corpo")
_WHOLE = {"que": "ky", "de": "ʤy", "se": "sy", "te": "ʧy", "me": "my", "lhe": "ʎy", "e": "i",
          "muito": "mwˈiŋtʊ", "muita": "mwˈiŋtæ", "muitos": "mwˈiŋtʊs", "muitas": "mwˈiŋtæs",
          "o": "ʊ", "os": "ʊs", "do": "dʊ", "dos": "dʊs", "no": "nʊ", "nos": "nʊs", "ao": "aʊ",
          "por": "poɾ", "porque": "poɾəkˈe", "não": "nˌɐ̃ʊ̃", "uma": "ˌumæ", "um": "ũŋ",
          "para": "pˌaɾæ", "como": "kˌomʊ", "você": "vosˌe", "está": "estˌa"}  # fmt: skip
_X_KS = (
    "táxi",
    "fix",
    "sex",
    "tóxi",
    "toxi",
    "oxig",
    "anex",
    "reflex",
    "complex",
    "conex",
    "flex",
    "flux",
)
_X_S = ("próxim", "proxim", "máxim", "maxim", "trouxe", "auxíl", "auxil", "sintax")
_SIMPLE = {"b": "b", "f": "f", "j": "ʒ", "k": "k", "p": "p", "v": "v", "ç": "s", "w": "w"}
LETTERS = {
    **{"a": "á", "b": "bê", "c": "cê", "d": "dê", "e": "é", "f": "éfi", "g": "gê", "h": "agá"},
    **{"i": "í", "j": "jóta", "k": "cá", "l": "éli", "m": "êmi", "n": "êni", "o": "ó", "p": "pê"},
    **{"q": "quê", "r": "érri", "s": "éssi", "t": "tê", "u": "ú", "v": "vê", "w": "dábliu"},
    **{"x": "xis", "y": "ípsilon", "z": "zê"},
}


_VOICING = VOWELS | frozenset("bdɡvzʒʤmnlɾʎɲ")


class Portuguese:
    """Pronounces Brazilian Portuguese words."""

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of words in Latin letters."""
        last: Spoken | None = None
        for word in words:
            word.phonemes = self._word(word.text)
            first = word.phonemes.lstrip("ˈˌ")[:1]
            if last is not None and last.phonemes.endswith("s") and first in _VOICING and first:
                last.phonemes = last.phonemes[:-1] + "z"  # as meninas, os olhos
            last = None if word.pause else word

    def _word(self, text: str) -> str:
        low = _letters(text)
        if not low:
            return ""
        has_vowel = any(c in _VOWELS or c == "y" for c in low)
        short = text.isupper() and 1 < len(text) < 4 and text.isalpha() and low not in _UNSTRESSED
        if "." in text or not has_vowel or (short and low[-1] not in "aeo"):
            return " ".join(self._part(LETTERS[c]) for c in low if c in LETTERS)
        return "".join(self._part(p) for p in low.replace("'", "-").split("-") if p)

    def _part(self, word: str) -> str:
        places, sounds, stress = _analyse(word)
        if not places:
            return "".join(s.text for s in sounds)
        if word in _WHOLE:
            return _WHOLE[word]
        if word in _UNSTRESSED:
            return with_stress(sounds, None)
        half = stress >= 2 or (stress == 1 and len(places) > 2)
        return with_stress(sounds, places[stress], places[0] if half else None)


def _letters(text: str) -> str:
    low = "".join(
        c if c in _ALLOWED else unicodedata.normalize("NFD", c)[0] for c in text.lower()
    ).replace("ñ", "nh")
    return low if all(c.isascii() or c in _ALLOWED for c in low) else ""


def _stressed_letter(word: str) -> int:
    """Place of the letter that carries the stress."""
    for i, c in enumerate(word):
        if c in _ACCENTED:
            return i
    places = [i for i, c in enumerate(word) if _is_nucleus(word, i)]
    if not places:
        return -1
    for i, c in enumerate(word):
        if c in "ãõ":
            return i
    bare = word[:-1] if word.endswith("s") and len(word) > 2 else word
    falls = bare[-1] in "aeo" or bare.endswith(("am", "em")) or word.endswith(("ens", "ans"))
    if falls and len(places) > 1:
        return places[-2]
    return places[-1]


def _is_nucleus(word: str, i: int) -> bool:
    """Whether a vowel letter carries a syllable: not a glide, not the u of qu and gu."""
    c = word[i]
    if c not in _VOWELS:
        return c == "y"
    before, after = word[i - 1 : i] if i else "", word[i + 1 : i + 2]
    if c == "u" and before in ("q", "g") and after in _VOWELS and after:
        return False
    if (
        c in "iu"
        and before in _VOWELS
        and before
        and not (before == "u" and word[i - 2 : i - 1] in ("q", "g"))
    ):
        nasal = (
            after == "nh"
            or word[i + 1 : i + 3] == "nh"
            or (after in ("l", "r", "z", "m", "n") and word[i + 2 : i + 3] not in _VOWELS)
        )
        return nasal or (before in "iu" and before == c)
    return before + c not in ("ãe", "õe", "ão")


def _analyse(word: str) -> tuple[list[int], list[Sound], int]:
    target = _stressed_letter(word)
    out: list[Sound] = []
    stress_place = -1
    i, n = 0, len(word)
    while i < n:
        c = word[i]
        if c in _VOWELS or c == "y":
            if i == target:
                stress_place = len(out)
            i = _vowel(word, i, target, out, stress_place)
            if i > target >= 0 and stress_place < 0:
                stress_place = len(out) - 1
        else:
            i = _consonant(word, i, out)
    places = nuclei(out)
    if not places:
        return places, out, 0
    best = min(range(len(places)), key=lambda k: abs(places[k] - stress_place))
    return places, out, best


def _vowel(word: str, i: int, target: int, out: list[Sound], stress_place: int) -> int:
    n = len(word)
    c, after, third = word[i], word[i + 1 : i + 2], word[i + 2 : i + 3]
    stressed = i == target
    if c == "u" and i and word[i - 1] in "qg" and after in _VOWELS and after:
        if after in "eiéíê" and word[i - 1] in "qg":
            return i + 1
        out.append(Sound("w"))
        return i + 1
    pair = c + after
    if pair in ("ão",):
        out.append(Sound("ɐ̃ʊ̃", True))
        return i + 2
    if pair == "ãe":
        out.append(Sound("ɐ̃y", True))
        return i + 2
    if pair == "õe":
        out.append(Sound("õy", True))
        return i + 2
    plain = _MARKED.get(c, "i" if c == "y" else c)
    nasal = after in ("m", "n") and after and (i + 2 >= n or third not in _VOWELS and third != "h")
    if nasal and not (after == "n" and third == "h"):
        return _nasal(word, i, plain, out)
    falls = after in ("i", "u") and after and c not in "iuíúãõ" and not _is_nucleus(word, i + 1)
    if falls:
        glide = {"ai": "I", "ei": "A", "oi": "oɪ", "au": "W", "eu": "eʊ", "ou": "ow", "ɛu": "ɛʊ",
                 "ɔi": "ɔɪ", "ɛi": "ɛɪ", "ɐi": "I"}  # fmt: skip
        out.append(Sound(glide.get(plain + after, plain + after), True))
        return i + 2
    if pair == "ui" or pair == "iu":
        out.append(Sound("uɪ" if c == "u" else "iʊ", True))
        return i + 2
    final = i == n - 1 or (i == n - 2 and word[-1] == "s")
    if final and not stressed and c in "aeo":
        out.append(Sound({"a": "æ", "e": "y", "o": "ʊ"}[c], True))
        return i + 1
    if (
        c in "iu"
        and after in _VOWELS
        and after
        and not stressed
        and i
        and after in "aáeo"
        and i + 1 < n
    ):
        out.append(Sound("i" if c == "i" else "u", i + 1 != target))
        return i + 1
    if after == "l" and (i + 2 >= n or third not in _VOWELS and third != "h"):
        return _before_l(word, i, plain, out)
    if stressed and c in "eo" and _opens(word, i):
        plain = "ɛ" if c == "e" else "ɔ"
    out.append(Sound(plain, True))
    return i + 1


def _opens(word: str, i: int) -> bool:
    """Whether a stressed e or o without an accent is open."""
    if word in _OPEN:
        return True
    rest = word[i + 1 :]
    if rest in ("l", "z") and word[i] == "e":
        return rest == "l"
    if rest.startswith(("m", "n", "nh")):
        return False
    return rest.endswith(("a", "as")) and not rest.startswith(("z", "s", "ss", "lh", "j", "ir"))


def _before_l(word: str, i: int, plain: str, out: list[Sound]) -> int:
    fused = {"a": "W", "ɐ": "W", "e": "ɛʊ", "ɛ": "ɛʊ", "i": "iʊ", "o": "oʊ", "ɔ": "ɔʊ", "u": "u"}
    out.append(Sound(fused.get(plain, plain + "ʊ"), True))
    return i + 2


def _nasal(word: str, i: int, plain: str, out: list[Sound]) -> int:
    """A vowel before m or n that closes its syllable."""
    last = i + 2 >= len(word) or word[i + 2 :] == "s"
    following = word[i + 2 : i + 3]
    consonant = "m" if following in ("p", "b") and following else "ŋ"
    if plain in ("e", "ɛ"):
        vowel = "A"
    elif plain in ("a", "ɐ"):
        vowel = "ɐ̃"
        if last and word[i + 1] == "m":
            out.append(Sound("ɐ̃ʊ̃", True))
            return i + 2
    else:
        vowel = "ũ" if plain == "u" else plain
    out.append(Sound(vowel, True))
    out.append(Sound(consonant))
    return i + 2


def _consonant(word: str, i: int, out: list[Sound]) -> int:
    n = len(word)
    c, after, third = word[i], word[i + 1 : i + 2], word[i + 2 : i + 3]
    before = word[i - 1 : i] if i else ""
    soft = after != "" and after in "eiéíê"
    pair = c + after
    if pair in ("ch", "sh"):
        out.append(Sound("ʃ"))
        return i + 2
    if pair == "lh":
        out.append(Sound("ʎ" if i == 0 else "lj"))
        return i + 2
    if pair == "nh":
        out.append(Sound("ɲ"))
        return i + 2
    if pair in ("rr", "ss", "sc", "xc") and (pair in ("rr", "ss") or third and third in "eiéíê"):
        out.append(Sound("x" if pair == "rr" else "s"))
        return i + 2
    if c == "c":
        out.append(Sound("s" if soft else "k"))
    elif c == "q":
        out.append(Sound("k"))
    elif c == "g":
        out.append(Sound("ʒ" if soft else "ɡ"))
    elif c in "td":
        weak = after in ("i", "í") or (
            after == "e" and (i + 2 == n or (i + 3 == n and word[-1] == "s"))
        )
        affricate = {"t": "ʧ", "d": "ʤ"}[c]
        out.append(Sound(affricate if after and weak else c))
    elif c == "r":
        _r(word, i, before, after, out)
    elif c in "sz":
        voiced = (before in _VOWELS and after in _VOWELS and after != "") or (
            after and after in "bdgvmnlr"
        )
        if c == "z":
            out.append(Sound("s" if i == n - 1 else "z"))
        else:
            out.append(Sound("z" if voiced and i else "s"))
    elif c == "x":
        out.append(Sound(_x(word, i, before, after)))
    elif c in ("m", "n", "l"):
        out.append(Sound(c))
    elif c in _SIMPLE:
        out.append(Sound(_SIMPLE[c]))
    return i + 1


def _r(word: str, i: int, before: str, after: str, out: list[Sound]) -> None:
    if i == 0 or before in ("n", "l", "s"):
        out.append(Sound("x"))
    elif after and after in _VOWELS:
        out.append(Sound("ɾ" if before in _VOWELS else "r"))
    elif i == len(word) - 1:
        out.append(Sound("r"))
    else:
        out.append(Sound("ɾə"))  # a short vowel follows before a consonant, as in por(ə)ta


def _x(word: str, i: int, before: str, after: str) -> str:
    if i == 0:
        return "ʃ"
    if word.startswith("ex") and i == 1:
        return "z" if after in _VOWELS and after else "s"
    if any(part in word for part in _X_KS) or i == len(word) - 1:
        return "ks"
    if any(part in word for part in _X_S) or (after and after not in _VOWELS):
        return "s"
    return "ʃ"
