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
_BY_KIND = {
    # one character, its part of speech by jieba
    **{("地", "uv"): "de5", ("得", "ud"): "de5", ("着", "uz"): "zhe5", ("过", "ug"): "guo5"},
    **{("得", "v"): "dei3", ("还", "d"): "hai2", ("还", "v"): "huan2", ("都", "d"): "dou1"},
    **{("为", "p"): "wei4", ("只", "d"): "zhi3", ("只", "q"): "zhi1", ("长", "a"): "chang2"},
    **{("重", "d"): "chong2", ("重", "a"): "zhong4", ("好", "v"): "hao4", ("行", "n"): "hang2"},
}
_BEFORE = {
    "弹": ("吉他钢琴奏古曲", "tan2"),
    "倒": ("在下了闭地塌", "dao3"),
    "长": ("大高得出成", "zhang3"),
}
_KIN = frozenset(f"{c}{c}" for c in "妈爸哥姐弟妹爷奶叔婶姑舅公婆太星宝")
_NEUTRAL = word_set(
    "窗户 东西 朋友 喜欢 认识 漂亮 便宜 事情 衣服 地方 时候 先生 太太 告诉 知道 明白 清楚 舒服 "
    "消息 学生 意思 打算 觉得 客气 麻烦 暖和 聪明 休息 商量 关系 月亮 太阳 眼睛 耳朵 嘴巴 头发 "
    "豆腐 西瓜 葡萄 萝卜 蘑菇 力气 名字 故事 生意 本事 脾气 精神 厉害 热闹 干净 结实 老实 新鲜 "
    "多么 这么 那么 怎么 什么 我们 你们 他们 她们 它们 咱们 人们 孩子 儿子 妻子 房子 桌子 椅子 "
    "杯子 本子 样子 日子 里头 外头 上头 石头 木头 骨头 馒头 舌头 早上 晚上 路上"
)


class Chinese:
    """Pronounces Mandarin words; other characters in them are passed over."""

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of words of Chinese characters, with sandhi inside a phrase."""
        phrase: list[tuple[Spoken, str, list[str]]] = []
        for word in words:
            for part, kind in rjieba.tag(word.text):
                phrase.append((word, part, _pinyin(part, kind)))
            if word.pause:
                _finish(phrase)
                phrase = []
        _finish(phrase)


def split_words(text: str) -> list[str]:
    """Cuts a run of Chinese characters into words."""
    return list(rjieba.cut(text))


def _pinyin(word: str, kind: str) -> list[str]:
    """Pinyin with tone digits, one for each character that has a reading."""
    if (word, kind) in _BY_KIND:
        return [_BY_KIND[word, kind]]
    syllables = [
        syllable
        for syllable in lazy_pinyin(
            word, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore"
        )
        if syllable[-1:].isdigit()
    ]
    if len(word) == len(syllables) == 2 and (word in _NEUTRAL or word in _KIN):
        syllables[1] = syllables[1][:-1] + "5"
    return syllables


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
        picked = _BEFORE.get(text)
        if picked and i + 1 < len(phrase) and phrase[i + 1][1][:1] in picked[0]:
            syllables[j] = picked[1]
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
