"""Mandarin pronunciation: pinyin by pypinyin, then the IPA with tone arrows of the model.

Tone arrows stand after the vowel, before a final nasal: → first, ↗ second, ↓ third, ↘ fourth; the
neutral tone has none. Tone sandhi is applied: 一 and 不 by the next tone, third before third.
"""

from collections.abc import Sequence

import rjieba
from pypinyin import Style, lazy_pinyin

from menura.text.phonemes.contract import Spoken
from menura.text.word_lists import word_set

_INITIALS = {
    **{"b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l"},
    **{"g": "k", "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ"},
    **{"sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s"},
}
_FINALS = {
    # before the tone, after the tone
    **{"a": ("a", ""), "o": ("wo", ""), "e": ("ɤ", ""), "ai": ("ai", ""), "ei": ("ei", "")},
    **{"ao": ("au", ""), "ou": ("ou", ""), "an": ("a", "n"), "en": ("ə", "n")},
    **{"ang": ("a", "ŋ"), "eng": ("ə", "ŋ"), "ong": ("ʊ", "ŋ"), "er": ("ɚ", "")},
    **{"i": ("i", ""), "ia": ("ja", ""), "ie": ("je", ""), "iao": ("jau", ""), "iou": ("jou", "")},
    **{"ian": ("jɛ", "n"), "in": ("i", "n"), "iang": ("ja", "ŋ"), "ing": ("i", "ŋ")},
    **{"iong": ("jʊ", "ŋ"), "u": ("u", ""), "ua": ("wa", ""), "uo": ("wo", ""), "uai": ("wai", "")},
    **{"uei": ("wei", ""), "uan": ("wa", "n"), "uen": ("wə", "n"), "uang": ("wa", "ŋ")},
    **{"ueng": ("wə", "ŋ"), "ü": ("y", ""), "üe": ("ɥe", ""), "üan": ("ɥɛ", "n"), "ün": ("y", "n")},
    **{"ê": ("ɛ", ""), "io": ("jɔ", "")},
}
_TONES = ["", "→", "↗", "↓", "↘", ""]
_ALONE = {"m": "m", "n": "n", "ng": "ŋ", "hm": "hm", "hng": "hŋ"}
_NOT_ERHUA = word_set(
    "女儿 婴儿 幼儿 孤儿 胎儿 少儿 儿 健儿 男儿 宠儿 产儿 混血儿 幸运儿 弃儿 育儿"
)  # noqa: E501, SIM905


class Chinese:
    """Pronounces Mandarin words; other characters in them are passed over."""

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of words of Chinese characters, with sandhi inside a phrase."""
        phrase: list[tuple[Spoken, str, list[str]]] = []
        for word in words:
            for part in rjieba.cut(word.text):
                phrase.append((word, part, _pinyin(part)))
            if word.pause:
                _finish(phrase)
                phrase = []
        _finish(phrase)


def split_words(text: str) -> list[str]:
    """Cuts a run of Chinese characters into words."""
    return list(rjieba.cut(text))


def _pinyin(word: str) -> list[str]:
    """Pinyin with tone digits, one for each character that has a reading."""
    return [
        syllable
        for syllable in lazy_pinyin(
            word, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore"
        )
        if syllable[-1:].isdigit()
    ]


def _finish(phrase: list[tuple[Spoken, str, list[str]]]) -> None:
    _sandhi(phrase)
    for word, text, syllables in phrase:
        said = _erhua(text, syllables)
        if said:
            word.phonemes += (" " if word.phonemes else "") + said


def _sandhi(phrase: list[tuple[Spoken, str, list[str]]]) -> None:
    """Changes tones in place."""
    flat = [(i, j) for i, (_, _, syllables) in enumerate(phrase) for j in range(len(syllables))]
    for k, (i, j) in enumerate(flat):
        _, text, syllables = phrase[i]
        character = text[j] if len(syllables) == len(text) else ""
        following = phrase[flat[k + 1][0]][2][flat[k + 1][1]] if k + 1 < len(flat) else ""
        if character == "不" and following.endswith("4"):
            syllables[j] = "bu2"
        elif character == "一" and not _is_number(text, j, phrase, i):
            if following:
                syllables[j] = "yi2" if following[-1] == "4" or following == "ge5" else "yi4"
            else:
                syllables[j] = "yi1"
    for _, text, syllables in phrase:  # third tones, within a word
        for j in range(len(syllables) - 1):
            if syllables[j][-1] == syllables[j + 1][-1] == "3" and len(text) < 5:
                syllables[j] = syllables[j][:-1] + "2"
    for (_, _, one), (_, _, two) in zip(
        phrase, phrase[1:], strict=False
    ):  # across, if one is short
        short = len(one) == 1 or len(two) == 1
        if one and two and short and one[-1][-1] == "3" and two[0][-1] == "3":
            one[-1] = one[-1][:-1] + "2"


def _is_number(text: str, j: int, phrase: list[tuple[Spoken, str, list[str]]], i: int) -> bool:
    """Whether 一 is a digit, as in years, ordinals and the last place of a number."""
    before = text[j - 1] if j else (phrase[i - 1][1][-1:] if i else "")
    after = (
        text[j + 1] if j + 1 < len(text) else (phrase[i + 1][1][:1] if i + 1 < len(phrase) else "")
    )
    numerals = "零一二三四五六七八九"
    return before in ("第", "十", "点", "初", "周", "期") or (
        bool(before) and before in numerals or bool(after) and after in numerals + "月日号十"
    )


def _erhua(text: str, syllables: list[str]) -> str:
    """Sounds of a word; a final 儿 colours the syllable before it."""
    coloured = (
        len(text) > 1 and text.endswith("儿") and text not in _NOT_ERHUA
        and len(syllables) == len(text)
    )  # fmt: skip
    if not coloured:
        return "".join(syllable(s) for s in syllables)
    said = "".join(syllable(s) for s in syllables[:-1])
    return said.removesuffix("n") + "ɚ"


def syllable(pinyin: str) -> str:
    """Phonemes of one pinyin syllable with its tone digit; empty for what is not one."""
    letters, tone = pinyin[:-1].replace("v", "ü").replace("u:", "ü"), _TONES[int(pinyin[-1]) % 6]
    if letters in _ALONE:
        return _ALONE[letters] + tone
    initial = next((letters[:n] for n in (2, 1) if letters[:n] in _INITIALS), "")
    final = _final(initial, letters[len(initial) :])
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        return _INITIALS[initial] + "ɨ" + tone
    if final not in _FINALS:
        return ""
    before, after = _FINALS[final]
    if final == "o" and not initial:
        before = "ɔ"
    return _INITIALS.get(initial, "") + before + tone + after


def _final(initial: str, final: str) -> str:
    """The full form of a final from its spelling."""
    if not initial:
        if final.startswith("yu"):
            return "iong" if final == "yong" else "ü" + final[2:]
        if final.startswith("y"):
            rest = final[1:]
            return {"ou": "iou", "ong": "iong"}.get(rest) or (
                rest if rest.startswith("i") else "i" + rest
            )
        if final.startswith("w"):
            rest = final[1:]
            return {"ei": "uei", "en": "uen"}.get(rest) or (
                rest if rest.startswith("u") else "u" + rest
            )
        return final
    if initial in ("j", "q", "x") and final.startswith("u"):
        return "ü" + final[1:]
    return {"iu": "iou", "ui": "uei", "un": "uen", "ue": "üe"}.get(final, final)
