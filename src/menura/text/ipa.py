"""From IPA as people and the Montreal Forced Aligner write it to the alphabet of the models.

The aligner writes more than is needed here (aspiration and palatal variants in English, dental
marks), other things otherwise (`aj` for the diphthong of "my", tone letters in Mandarin). What an
alphabet of `menura.text.alphabet` holds already stays as it is.
"""

import re
import unicodedata
from functools import cache

from menura.errors import TextError
from menura.text.alphabet import STRESS, SYMBOLS, VOWELS, canonical
from menura.text.utterance import Language

_DROPPED = dict.fromkeys("|.-‿·ˑ\u0361\u035c\u032a\u031a\u0325\u032f\u031e\u031f\u0320\u033a\u033b")
_SPELLINGS = {
    **{"g": "ɡ", "'": "ˈ", "’": "ˈ", ":": "ː", "ǝ": "ə", "ʼ": "", "ʷ": "", "ɝ": "ɜɹ", "ə˞": "ɚ"},
    **{"ɜ˞": "ɜɹ", "ɔ˞": "ɔɹ", "ɑ˞": "ɑɹ", "˞": "ɹ", "tʃ": "ʧ", "dʒ": "ʤ", "ɫ": "l", "ɱ": "m"},
}
_AFFRICATES = {
    **{"ts": "ʦ", "dz": "ʣ", "tɕ": "ʨ", "dʑ": "ʥ", "tʂ": "ꭧ", "ʈʂ": "ꭧ", "ʉ": "u", "ʑ": "ʥ"},
    **{"n\u0329": "n", "l\u0329": "l", "m\u0329": "m"},
}
_ENGLISH = {
    **dict.fromkeys(("eɪ", "ej", "ei"), "A"),
    **dict.fromkeys(("aɪ", "aj", "ai", "ɑɪ", "ɑj"), "I"),
    **dict.fromkeys(("aʊ", "aw", "au"), "W"),
    **dict.fromkeys(("ɔɪ", "ɔj", "oɪ", "oj", "oi"), "Y"),
    **{"n\u0329": "ᵊn", "l\u0329": "ᵊl", "m\u0329": "ᵊm", "ʰ": "", "ʲ": "", "ɐ": "ʌ", "ʉ": "u"},
    **{"r": "ɹ", "e": "ɛ", "c": "k", "ɟ": "ɡ", "ɲ": "n", "ʎ": "l", "ʔ": "t", "ɾ": "T", "ç": "h"},
    **{"ɻ": "ɹ", "ʋ": "v", "x": "k"},
}
_OF = {
    "en-US": {
        **_ENGLISH,
        **dict.fromkeys(("oʊ", "ow", "ou", "əʊ", "əw", "o"), "O"),
        **{"ː": "", "ɒ": "ɑ", "a": "æ", "ɚ": "əɹ"},
    },
    "en-GB": {
        **_ENGLISH,
        **dict.fromkeys(("oʊ", "ow", "ou", "əʊ", "əw", "o"), "Q"),
        **{"ɚ": "ə", "ɜɹ": "ɜː", "æ": "a"},
    },
    "fr-FR": {"r": "ʁ", "ɾ": "ʁ", "ʀ": "ʁ"},
    "hi-IN": {"tʃ": "c", "ʧ": "c", "dʒ": "ɟ", "ʤ": "ɟ", "ɽ": "r."},
    "ja-JP": {"u": "ɯ", "r": "ɾ", "ʃ": "ɕ", "tʃ": "ʨ", "dʒ": "ʥ", "w": "β", "ɰ": "β", "N": "ɴ"},
    "zh-CN": {
        **{"˨˩˦": "↓", "˨˩˧": "↓", "˨˩": "↓", "˥˥": "→", "˧˥": "↗", "˥˩": "↘", "˧": ""},
        **{"ʐ\u0329": "ɨ", "z\u0329": "ɨ", "ʐ": "ɻ"},
    },
}  # fmt: skip
_MARKS, _NUCLEI = "".join(sorted(STRESS)), "".join(sorted(VOWELS))
_STRESSED = re.compile(rf"([{_MARKS}])+([^{_MARKS}{_NUCLEI} ]*)(?=([{_NUCLEI}])?)")


def from_ipa(written: str, language: Language) -> str:
    """Symbols of the alphabet for phonemes of one word, with or without bars between them.

    Stress marks before a syllable move to its vowel. Raises TextError (`text_phonemes_unknown`)
    that names the symbols outside of the alphabet, or says that there are none.
    """
    plain = unicodedata.normalize("NFD", written).replace("c\u0327", "ç")
    plain = "".join(c for c in plain if c not in _DROPPED).strip()
    pattern, table = _table(language)
    said = canonical(pattern.sub(lambda match: table[match.group()], plain))
    said = _STRESSED.sub(_before_vowel, said)
    unknown = sorted(set(said) - SYMBOLS)
    if unknown or not said.strip("".join(STRESS) + " "):
        listed = " ".join(unknown)
        what = f"hold symbols that cannot be spoken: {listed}." if unknown else "hold no sound."
        raise TextError(
            "text_phonemes_unknown",
            f"The phonemes {written[:80]!r} {what}",
            "Write IPA with a bar between the phonemes, as in <<m|ə|n|ˈʊ|ɹ|ə>>; "
            "docs/pronunciation.md lists the symbols.",
        )
    return said


def _before_vowel(match: re.Match[str]) -> str:
    mark = match.group(1) if match.group(3) else ""
    return match.group(2) + mark


@cache
def _table(language: Language) -> tuple[re.Pattern[str], dict[str, str]]:
    own = _OF.get(language, {})
    others = {} if language[:2] == "en" else _AFFRICATES
    table = {**_SPELLINGS, **others, **own}
    # What one table writes, another may have to go on with: ɝ is ɜɹ, and that is ɜː in British.
    for key, value in table.items():
        if key not in own and value in own:
            table[key] = own[value]
    longest = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), table
