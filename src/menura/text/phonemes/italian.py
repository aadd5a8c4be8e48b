"""Italian pronunciation: a small lexicon of stress and vowel quality, and rules for the rest.

The lexicon (`data/italian.tsv.xz`, made by `scripts/make_lexicons.py`) tells what spelling does
not: the stressed vowel, open or closed e and o, voiced or voiceless z. Words outside it take the
pattern of a word with the same stem, else the stress of their ending, else the last but one.
"""

import lzma
import unicodedata
from collections.abc import Sequence
from importlib.resources import files

from menura.text.phonemes.contract import Spoken
from menura.text.phonemes.sounds import Sound, nuclei, with_stress
from menura.text.word_lists import word_set

_UNSTRESSED = word_set(
    "il lo la gli le i un di a da in con su per tra fra e o ma se che del dello della dei degli "
    "delle al allo alla ai agli alle dal dallo dalla dai dagli dalle nel nello nella nei negli "
    "dell nell sull all dall coll quell nelle sul sullo sulla sui sugli sulle mi ti si ci vi ne "
    "l d c s n m t v un non ho hai ha è ed"
)
_HALF_STRESSED = word_set("una uno sono come perché questo questa")
_VOWELS = frozenset("aeiouàèéìíòóùú")
_ACCENTED = {
    "à": "a",
    "è": "ɛ",
    "é": "e",
    "ì": "i",
    "í": "i",
    "ò": "ɔ",
    "ó": "o",
    "ù": "u",
    "ú": "u",
}
_LONG = frozenset("pbtdkɡʧʤʦʣ")
_ANTEPENULT = (
    "ico", "ica", "ici", "iche", "ibile", "ibili", "abile", "abili", "evole", "evoli", "issimo",
    "issima", "issimi", "issime", "logo", "loga", "grafo", "grafa", "metro", "metri", "fono",
    "ofilo", "cida", "ttero", "esimo", "esima", "ulo", "ula", "uli", "ule", "colo", "coli", "igine",
    "edine", "udine", "udini", "agine", "agini", "ide", "idi", "ido", "ida", "ano", "ono",
    "vano", "rono", "ssero", "bbero", "ndoli", "ndola", "ndolo", "ndomi", "ndosi",
)  # fmt: skip
_PENULT = ("iano", "iana", "ani", "umano", "umana", "italiano", "cano", "tano", "gano", "nano",
           "lano", "sano", "zano", "ndo", "nte", "amico", "amica",
           "amici", "nemico", "nemica", "nemici", "antico", "antica", "fatica", "vita")  # fmt: skip
_OPEN_E = ("ello", "ella", "elli", "elle", "ente", "enti", "enza", "enze", "ienza", "estra", "erto",
           "erta", "erbo", "empo", "iero", "iera")  # fmt: skip
_CORRECTED = {"amici": "2", "nemici": "2"}
_VOICED_Z = word_set(
    "mezzo mezza mezzi mezze azzurro zero zona zaino zoo zeta bizzarro orizzonte organizzare "
    "zanzara pranzo romanzo bronzo"
)
LETTERS = {
    **{"a": "a", "b": "bi", "c": "ci", "d": "di", "e": "e", "f": "effe", "g": "gi", "h": "acca"},
    **{"i": "i", "j": "i lunga", "k": "cappa", "l": "elle", "m": "emme", "n": "enne", "o": "o"},
    **{"p": "pi", "q": "cu", "r": "erre", "s": "esse", "t": "ti", "u": "u", "v": "vu"},
    **{"w": "doppia vu", "x": "ics", "y": "ipsilon", "z": "zeta"},
}


class Italian:
    """Pronounces Italian words."""

    def __init__(self) -> None:
        packed = (files("menura.text") / "data" / "italian.tsv.xz").read_bytes()
        rows = lzma.decompress(packed).decode().splitlines()
        self.marks: dict[str, str] = dict(row.split("\t") for row in rows)
        self._by_stem: dict[str, str] = {}
        for word, mark in self.marks.items():
            if word[-1:] in _VOWELS and len(word) > 3:
                self._by_stem.setdefault(word[:-1], mark)

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of words in Latin letters."""
        for word in words:
            word.phonemes = self._word(word.text)

    def _word(self, text: str) -> str:
        low = _letters(text)
        if not low:
            return ""
        has_vowel = any(c in _VOWELS or c == "y" for c in low)
        short = text.isupper() and 1 < len(text) < 4 and text.isalpha() and low not in _UNSTRESSED
        single = len(low) == 1 and low not in "aeioèlc"
        if (
            "." in text
            or single
            or (not has_vowel and "'" not in low)
            or (short and low not in self.marks)
        ):
            return " ".join(self._part(n) for c in low if c in LETTERS for n in LETTERS[c].split())
        return "".join(self._part(p) for p in low.replace("'", "-").split("-") if p)

    def _part(self, word: str) -> str:
        mark = self.mark(word)
        sounds = sounds_of(word, mark)
        places = nuclei(sounds)
        if not places:
            return "".join(s.text for s in sounds)
        if word in _UNSTRESSED:
            return with_stress(sounds, None).replace("ɛ", "e").replace("ɔ", "o")
        stress = stress_of(word, sounds, places, mark)
        if word in _HALF_STRESSED:
            return with_stress(sounds, None, places[stress]).replace("ɛ", "e").replace("ɔ", "o")
        return with_stress(sounds, places[stress], places[0] if stress >= 2 else None)

    def mark(self, word: str) -> str:
        """What the lexicon tells about a word or a near relative: `2`, `2ɛ`, `2z`; or nothing."""
        found = _CORRECTED.get(word) or self.marks.get(word)
        if found is not None or len(word) < 4:
            return found or ""
        base = self._infinitive(word)
        if base:
            return base
        if word[-1] in "aeio":
            return self._by_stem.get(word[:-1], "")
        return ""

    def _infinitive(self, word: str) -> str:
        """The mark of a verb form that follows from its infinitive: vederti, mangiano, credono."""
        for clitic in ("mi", "ti", "si", "ci", "vi", "lo", "la", "li", "le", "ne"):
            if word.endswith("r" + clitic) and word[:-2] + "e" in self.marks:
                return self.marks[word[:-2] + "e"]
        if word.endswith("ano") and word[:-3] + "are" in self.marks:
            return "3"
        if word.endswith("ono") and (
            word[:-3] + "ere" in self.marks or word[:-3] + "ire" in self.marks
        ):
            return "3"
        return ""


def _letters(text: str) -> str:
    low = "".join(c if c in _ACCENTED else unicodedata.normalize("NFD", c)[0] for c in text.lower())
    return low if all(c.isascii() or c in _ACCENTED for c in low) else ""


def stress_of(word: str, sounds: list[Sound], places: list[int], mark: str) -> int:
    """Which syllable is stressed, counted from 0."""
    for n, place in enumerate(places):
        if sounds[place].written:
            return n
    count = len(places)
    if mark:
        from_end = int(mark[0])
        if from_end <= count:
            return count - from_end
    if count < 3:
        return max(0, count - 2)
    if word[-1] not in _VOWELS:
        return count - 1
    if word.endswith(_ANTEPENULT) and not word.endswith(_PENULT):
        return count - 3
    return count - 2


def sounds_of(word: str, mark: str) -> list[Sound]:
    """Sounds of a word; the stressed e or o is open where the mark or the ending says so."""
    out: list[Sound] = []
    i, n = 0, len(word)
    while i < n:
        i = _vowel(word, i, out) if word[i] in _VOWELS else _consonant(word, i, out, mark)
    places = nuclei(out)
    if places and not any(out[p].written for p in places):
        stress = places[stress_of(word, out, places, mark)]
        vowel = out[stress].text
        if vowel[0] in "eo":
            is_open = ("ɛ" in mark or "ɔ" in mark) if mark else _opens(word, vowel)
            if is_open:
                out[stress].text = ("ɛ" if vowel[0] == "e" else "ɔ") + vowel[1:]
    if len(places) > 1 and out[-1].nucleus and out[-1].text == "i" and not out[-1].written:
        out[-1].text = "ɪ"
    return out


def _opens(word: str, vowel: str) -> bool:
    if vowel[0] == "e":
        return word.endswith(_OPEN_E)
    return (
        word.endswith(
            (
                "oso",
                "osa",
                "osi",
                "ose",
                "one",
                "oni",
                "ore",
                "ori",
                "ono",
                "ome",
                "omi",
                "ora",
                "orno",
                "orni",
                "orso",
                "osto",
            )
        )
        is False
    )


def _vowel(word: str, i: int, out: list[Sound]) -> int:
    c, after = word[i], word[i + 1 : i + 2]
    if c in _ACCENTED:
        out.append(Sound(_ACCENTED[c], True, True))
        return i + 1
    before = word[i - 1 : i] if i else ""
    if c == "u" and after in _VOWELS and after:
        if before in ("q", "g") or not before or after == "o" and before not in _VOWELS:
            out.append(Sound("w"))
            return i + 1
        if before not in _VOWELS and before and after in "aei":
            out.append(Sound("w" if before in "q" else "u", before not in "q"))
            return i + 1
    if c == "i" and after in _VOWELS and after and len(word) > i + 1:
        short = len([x for x in word if x in _VOWELS]) == 2 and i + 2 == len(word) and before
        if not short or after in _ACCENTED:
            if before == "z" and after == "o" and word.endswith(("one", "oni")):
                out.append(Sound("i", True))
            else:
                out.append(Sound("j"))
            return i + 1
    if (
        c in "aeo"
        and after in ("i", "u")
        and after
        and not (word[i + 2 : i + 3] in _VOWELS and word[i + 2 : i + 3])
    ):
        glide = {"i": "j" if i + 2 == len(word) and c == "a" else "i", "u": "ʊ"}[after]
        out.append(Sound(c + glide, True))
        return i + 2
    out.append(Sound(c, True))
    return i + 1


def _consonant(word: str, i: int, out: list[Sound], mark: str) -> int:
    c, after, third = word[i], word[i + 1 : i + 2], word[i + 2 : i + 3]
    before = word[i - 1 : i] if i else ""
    double = after == c
    if double:
        after, third = third, word[i + 3 : i + 4]
    step = 2 if double else 1
    front = after != "" and after in "eièéì"
    sound = ""
    if c == "c" and not double and word[i : i + 2] == "cq":
        sound, double, step = "k", True, 2
    elif c in "cg":
        soft = {"c": "ʧ", "g": "ʤ"}[c]
        hard = {"c": "k", "g": "ɡ"}[c]
        if after == "h":
            sound, step = hard, step + 1
        elif c == "g" and after == "n" and not double:
            out.append(Sound("ɲɲ" if before in _VOWELS and before else "ɲ"))
            return i + 2
        elif (
            c == "g"
            and after == "l"
            and third == "i"
            and not double
            and not word.startswith(("glic", "anglic", "negli", "glif"))
        ):
            out.append(Sound("ʎ"))
            has_vowel = word[i + 3 : i + 4] in _VOWELS and word[i + 3 : i + 4] != ""
            return i + (3 if has_vowel else 2)
        elif front:
            sound = soft
            if (
                after == "i"
                and third in _VOWELS
                and third
                and not (
                    word[i + step + 1 :] in ("a", "e")
                    and word.endswith(("gia", "cia"))
                    and mark.startswith("2")
                )
            ):
                step += 1
        else:
            sound = hard
    elif c == "s":
        if word[i + step : i + step + 1] == "c" and third and third in "eièéì" and not double:
            out.append(Sound("ʃ"))
            follow = word[i + 3 : i + 4]
            return i + (
                3
                if third == "i" and follow in _VOWELS and follow and not word.endswith("sciare")
                else 2
            )
        voiced = not double and (
            (before in _VOWELS and before != "" and after in _VOWELS and after != "")
            or (after != "" and after in "bdglmnrv")
        )
        sound = "z" if voiced and "s" not in mark else "s"
    elif c == "z":
        voiced = "z" in mark if mark else (i == 0 or word in _VOICED_Z or "izz" in word)
        sound = "ʣ" if voiced else "ʦ"
    elif c == "q":
        sound = "k"
    elif c == "h":
        return i + 1
    elif c in "jy":
        sound = "j" if after in _VOWELS and after else "i"
        out.append(Sound(sound, sound == "i"))
        return i + 1
    elif c == "x":
        sound = "ks"
    elif c == "w":
        sound = "w" if i == 0 else "v"
    elif c == "n" and after in ("c", "g", "q") and not double and not (third and third in "eiènè"):
        sound = "ŋ" if third != "i" else "n"
    elif c in "bdfklmnprtvç":
        sound = {"ç": "s"}.get(c, c)
    if sound:
        out.append(Sound(sound + ("ː" if sound in _LONG else sound) if double else sound))
    return i + step
