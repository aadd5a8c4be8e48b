"""Japanese pronunciation: readings by Open JTalk (pyopenjtalk-plus), then the model's symbols.

The symbols follow the kana table that the network was trained on: ɯ for u, ɨ after s, z, ts and
in palatal yu, β for w, ʔ for a doubled consonant, ː for a long vowel.
"""

import threading
from collections.abc import Iterable, Sequence

import pyopenjtalk
from pyopenjtalk.types import NJDFeature

from menura.text.phonemes.contract import Spoken

_VOWELS = dict(zip("アイウエオ", "aiɯeo", strict=True))
_ROWS = {
    **{"カキクケコ": ["k", "kʲ", "k", "k", "k"], "ガギグゲゴ": ["ɡ", "ɡʲ", "ɡ", "ɡ", "ɡ"]},
    **{"サシスセソ": ["s", "ɕ", "s", "s", "s"], "ザジズゼゾ": ["ʣ", "ʥ", "z", "ʣ", "ʣ"]},
    **{"タチツテト": ["t", "ʨ", "ʦ", "t", "t"], "ダヂヅデド": ["d", "ʥ", "z", "d", "d"]},
    **{"ナニヌネノ": ["n", "ɲ", "n", "n", "n"], "ハヒフヘホ": ["h", "ç", "ɸ", "h", "h"]},
    **{"バビブベボ": ["b", "bʲ", "b", "b", "b"], "パピプペポ": ["p", "pʲ", "p", "p", "p"]},
    **{"マミムメモ": ["m", "mʲ", "m", "m", "m"], "ラリルレロ": ["ɾ", "ɾʲ", "ɾ", "ɾ", "ɾ"]},
}
_CENTRAL = frozenset("スズツヅ")
_SMALL = {"ァ": "a", "ィ": "i", "ゥ": "ɯ", "ェ": "e", "ォ": "o", "ャ": "ja", "ュ": "jɯ", "ョ": "jo",
          "ヮ": "βa"}  # fmt: skip
_GLIDES = {"ャ": "a", "ュ": "ɨ", "ョ": "o"}
_CLASSES = ("mpb", "m"), ("kɡ", "ŋ"), ("ɲʨʥ", "ɲ"), ("ntdɾz", "n")


def _kana_table() -> dict[str, str]:
    table = dict(_VOWELS)
    for row, consonants in _ROWS.items():
        for kana, consonant, vowel in zip(row, consonants, "aiɯeo", strict=True):
            table[kana] = consonant + ("ɨ" if kana in _CENTRAL else vowel)
    table.update({"ヤ": "ja", "ユ": "jɯ", "ヨ": "jo", "ワ": "βa", "ヰ": "i", "ヱ": "e", "ヲ": "o"})
    table.update(
        {"ヴ": "vɯ", "ヵ": "ka", "ヶ": "ke", "ヷ": "va", "ヸ": "vʲi", "ヹ": "ve", "ヺ": "vo"}
    )
    table.update(_SMALL)
    for head in "キギシジチヂニヒビピミリ":
        onset = table[head][:-1]
        table.update({head + glide: onset + vowel for glide, vowel in _GLIDES.items()})
        table[head + "ェ"] = onset + "e"
    for head, onset in (("フ", "ɸ"), ("ツ", "ʦ"), ("ヴ", "v"), ("ク", "kᵝ"), ("グ", "ɡᵝ")):
        palatal = onset if "ᵝ" in onset else onset + "ʲ"
        table.update({head + "ァ": onset + "a", head + "ィ": palatal + "i"})
        table.update({head + "ェ": onset + "e", head + "ォ": onset + "o"})
        table.update({head + glide: palatal + vowel for glide, vowel in _GLIDES.items()})
    table.update(
        {"イェ": "je", "ウィ": "βi", "ウェ": "βe", "ウォ": "βo", "クヮ": "kᵝa", "グヮ": "ɡᵝa"}
    )
    table.update(
        {"ティ": "tʲi", "テュ": "tʲɨ", "ディ": "dʲi", "デュ": "dʲɨ", "トゥ": "tɯ", "ドゥ": "dɯ"}
    )
    table.update({"スィ": "si", "ズィ": "zi"})
    return table


_TABLE = _kana_table()


def kana(reading: str) -> str:
    """Phonemes of a reading in katakana; other characters are passed over."""
    parts: list[str] = []
    position = 0
    while position < len(reading):
        two, one = reading[position : position + 2], reading[position]
        if two in _TABLE and len(two) == 2:
            parts.append(_TABLE[two])
            position += 2
            continue
        if one == "ー":
            parts.append("ː")
        elif one == "ッ":
            parts.append("ʔ")
        elif one == "ン":
            parts.append("ン")
        elif one in _TABLE:
            parts.append(_TABLE[one])
        position += 1
    for i, part in enumerate(parts):
        if part == "ン":
            following = parts[i + 1][:1] if i + 1 < len(parts) else ""
            parts[i] = next((n for group, n in _CLASSES if following and following in group), "ɴ")
    return "".join(parts)


def _analyse(phrase: str) -> list[NJDFeature]:
    try:
        return pyopenjtalk.run_frontend(phrase, use_sudachi_kanji_yomi=False)
    except ModuleNotFoundError:
        # For a kanji that its own dictionary lacks it asks Sudachi's, which an install may leave
        # out to save space; without the extra steps such a kanji comes back without a reading.
        return pyopenjtalk.run_frontend(phrase, use_sudachi_kanji_yomi=False, use_vanilla=True)


class Japanese:
    """Pronounces Japanese; a word here may be a whole phrase without blanks."""

    def __init__(self) -> None:
        # Open JTalk keeps one analyser for the process.
        self._lock = threading.Lock()

    def nodes(self, phrase: str) -> list[tuple[str, str]]:
        """Words of a phrase as Open JTalk writes them, with their phonemes, which may be empty."""
        with self._lock:
            found = _analyse(phrase)
        out = []
        for node in found:
            reading = node["pron"] if node["mora_size"] > 0 else ""
            out.append((str(node["string"]), kana(reading.replace("’", ""))))
        return out

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of each phrase, its words separated by blanks."""
        for word in words:
            word.phonemes = join(said for _, said in self.nodes(word.text))


def join(parts: Iterable[str]) -> str:
    """Joins words with blanks, except before a doubled consonant or a long vowel."""
    out = ""
    for part in parts:
        if part:
            out += ("" if not out or part[0] in "ʔː" or out.endswith("ʔ") else " ") + part
    return out
