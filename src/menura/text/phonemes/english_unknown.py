"""Pronunciations of English words outside the dictionary, by a small recurrent network.

The network (one GRU over letters, one over ARPAbet symbols, 128 wide) comes from g2p_en 2.1.0
(Apache-2.0, trained on CMUdict); `scripts/make_english_unknown.py` packs it as fp16.
"""

from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from menura.text.word_lists import words

Array = NDArray[np.float32]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ARPABET = words(
    "<pad> <unk> <s> </s> AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 "
    "B CH D DH EH0 EH1 EH2 ER0 ER1 ER2 EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG "
    "OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH"
)
_START, _END = 2, 3
_END_OF_WORD = 2
_FIRST_LETTER = 3
_MOST_LETTERS = 24

_AMERICAN = {
    **{"AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "ER": "ɜɹ"},
    **{"EY": "A", "IH": "ɪ", "IY": "i", "OW": "O", "OY": "Y", "UH": "ʊ", "UW": "u", "B": "b"},
    **{"CH": "ʧ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "ʤ", "K": "k"},
    **{"L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ"},
    **{"T": "t", "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ"},
}
_BRITISH = {**_AMERICAN, "AA": "ɑː", "AE": "a", "AO": "ɔː", "ER": "ɜː", "OW": "Q"}
_BRITISH_R = {"ɛ": "ɛː", "ɪ": "ɪə", "i": "ɪə", "ʊ": "ʊə", "u": "ʊə", "ɑː": "ɑː", "ɔː": "ɔː"}


class UnknownWords:
    """Guesses ARPAbet symbols of a word and writes them in the model's alphabet."""

    def __init__(self, british: bool) -> None:
        self.british = british
        path = files("menura.text") / "data" / "english_unknown.npz"
        with path.open("rb") as file, np.load(file) as stored:
            self._w = {name: stored[name].astype(np.float32) for name in stored.files}
        self.guess = lru_cache(maxsize=4096)(self._guess)

    def _guess(self, word: str) -> str:
        """Phonemes of a word of the letters a to z; longer words are taken in pieces."""
        out = ""
        for start in range(0, len(word), _MOST_LETTERS):
            symbols = self._arpabet(word[start : start + _MOST_LETTERS])
            out += self._british(symbols) if self.british else self._american(symbols)
        return out

    def _arpabet(self, word: str) -> list[str]:
        w = self._w
        h = np.zeros(w["enc_w_hh"].shape[1], np.float32)
        letters = [_FIRST_LETTER + _LETTERS.index(c) for c in word if c in _LETTERS]
        for i in [*letters, _END_OF_WORD]:
            h = _gru(w["enc_emb"][i], h, w, "enc")
        symbols: list[str] = []
        last = _START
        for _ in range(len(letters) + 8):
            h = _gru(w["dec_emb"][last], h, w, "dec")
            last = int(np.argmax(w["fc_w"] @ h + w["fc_b"]))
            if last == _END:
                break
            if last > _END:
                symbols.append(_ARPABET[last])
        return symbols

    def _american(self, symbols: list[str]) -> str:
        out = ""
        for i, symbol in enumerate(symbols):
            name, stress = _split(symbol)
            sound = _AMERICAN[name]
            if stress == 0 and name == "AH":
                sound = "ə"
            elif stress == 0 and name == "ER":
                sound = "əɹ"
            elif name == "T" and 0 < i < len(symbols) - 1:
                before, after = _split(symbols[i - 1])[0], symbols[i + 1]
                if (before[0] in "AEIOU" or before == "R") and after.endswith("0"):
                    sound = "ɾ"
            out += ("", "ˈ", "ˌ")[stress] + sound
        return out

    def _british(self, symbols: list[str]) -> str:
        parts: list[str] = []
        for i, symbol in enumerate(symbols):
            name, stress = _split(symbol)
            after = symbols[i + 1] if i + 1 < len(symbols) else ""
            before_vowel = after[:1] in ("A", "E", "I", "O", "U")
            sound = _BRITISH[name]
            if name == "R" and not before_vowel:
                if parts and parts[-1].strip("ˈˌ") in _BRITISH_R:
                    bare = parts[-1].strip("ˈˌ")
                    parts[-1] = parts[-1].replace(bare, _BRITISH_R[bare])
                continue
            if stress == 0 and name == "AH":
                sound = "ə"
            elif stress == 0 and name == "ER":
                sound = "əɹ" if before_vowel else "ə"
            elif name == "ER" and before_vowel:
                sound = "ɜːɹ"
            elif name in ("IY", "UW") and stress:
                sound += "ː"
            parts.append(("", "ˈ", "ˌ")[stress] + sound)
        return "".join(parts)


def _split(symbol: str) -> tuple[str, int]:
    if symbol[-1].isdigit():
        return symbol[:-1], int(symbol[-1])
    return symbol, 0


def _gru(x: Array, h: Array, w: dict[str, Array], side: str) -> Array:
    """One step: x [64], h [128] -> h [128]; gates in the order reset, update, new."""
    a = w[f"{side}_w_ih"] @ x + w[f"{side}_b_ih"]
    b = w[f"{side}_w_hh"] @ h + w[f"{side}_b_hh"]
    n = h.shape[0]
    gates = 1 / (1 + np.exp(-(a[: 2 * n] + b[: 2 * n])))
    new = np.tanh(a[2 * n :] + gates[:n] * b[2 * n :])
    out: Array = ((1 - gates[n:]) * new + gates[n:] * h).astype(np.float32)
    return out
