"""Brings phonemes of different sources to one broad alphabet, so that they can be compared.

Folding takes away what is notation or free variation (stress, ties, length where it is not
distinctive, retroflex dots), never a contrast that tells words of the language apart, except where
a line here says so.
"""

import re
import unicodedata

_SINGLE = str.maketrans(
    {"A": "eɪ", "I": "aɪ", "O": "oʊ", "W": "aʊ", "Y": "ɔɪ", "Q": "əʊ", "T": "t", "ʤ": "dʒ",
     "ʧ": "tʃ", "ʦ": "ts", "ʣ": "dz", "ʥ": "dʑ", "ʨ": "tɕ", "ꭧ": "ʈʂ", "ᵻ": "ɪ", "ᵊ": "ə",
     "ɾ": "ɾ", "g": "ɡ", "ɫ": "l", "ɝ": "ɜɹ", "ɚ": "əɹ"}
)  # fmt: skip
_NOISE = re.compile(
    "[ˈˌ.͜͡^‿\u031e\u031f\u0320\u0325\u032f\u032a\u031d\u0329\u0330\u0339\u031c\u02b7ˀ()⁽⁾ \u200d|-]"
)
_RULES: dict[str, list[tuple[str, str]]] = {
    # American flap is t; reduced vowels are one; cot and caught, and the r of each source, are kept
    "en-US": [("ɾ", "t"), ("ɐ", "ə"), ("ɜɹ", "əɹ"), ("ʌ", "ə"), ("ː", ""), ("iə", "iə")],
    "en-GB": [("ː", ""), ("ɛə", "ɛ"), ("ɐ", "ə"), ("ʌ", "ə"), ("ɜ", "ə"), ("æ", "a"),
              ("o", "ɔ"), ("e", "ɛ"),
              ("i", "ɪ"), ("əɹ", "ə"), ("x", "k")],
    # seseo and yeísmo are accents; approximants are variants of b, d, g
    "es-ES": [("β", "b"), ("ð", "d"), ("ɣ", "ɡ"), ("θ", "s"), ("ʝ", "j"), ("ʎ", "j"), ("ɟ", "j"),
              ("w", "u"), ("ʊ", "u"), ("ɪ", "i"), ("j", "i"), ("ŋ", "n"), ("ɱ", "m"), ("ɛ", "e"),
              ("ː", ""), ("z", "s"), ("ɔ", "o"), ("h", "x"), ("\u0303", "")],
    "fr-FR": [("ɥ", "y"), ("ɲ", "nj"), ("œ\u0303", "ɛ\u0303"), ("ɑ(?!\u0303)", "a"), ("r", "ʁ"),
              ("ː", ""), ("ʀ", "ʁ"), ("ʔ", "")],
    # length of consonants is written in three ways and is not compared
    "it-IT": [("ː", ""), ("ɪ", "i"), ("ʊ", "u"), ("j", "i"), ("w", "u"), ("ŋ", "n"), ("ɱ", "m"),
              ("ɾ", "r"), ("tt(?=[sʃ])", "t"), ("dd(?=[zʒ])", "d"), (r"(.)\1", r"\1")],
    # nasal vowels are compared without the nasal consonant that follows them
    "pt-BR": [("\u0303", "N"), ("[ŋ](?=.)", "N"), ("ŋ", "N"), ("[mn](?=[bcdfɡkpstvzʃʒxʁ]|$)", "N"),
              ("NN+", "N"), ("ɾə", "ɾ"), ("[ɐæ]", "a"), ("[ʊw]", "u"), ("[ɪyɨj]", "i"),
              ("[xhχɦʁɹɾ]", "r"), ("rr", "r"), ("ɛ", "e"), ("ɔ", "o"), ("ʎ", "li"),
              ("ɲ", "ni"), ("ei(?=N)", "e"), ("ii", "i"), ("uu", "u"), ("N", "")],
    "hi-IN": [("r\\.h", "ɽʰ"), ("r\\.", "ɽ"), ("ː", ""), ("[ʌɐ]", "ə"), ("ɑ", "a"), ("c", "tʃ"),
              ("ɟ", "dʒ"), ("[ɛæ]", "e"), ("ɔ", "o"), ("[ŋɳɲ]", "n"), ("\u0303(?=[bpm])", "m"),
              ("\u0303", "n"), ("[wv]", "ʋ"), ("ɪ", "i"), ("ʊ", "u"), ("nn", "n"), ("ʂ", "ʃ"),
              ("ɦ", "h"), ("r", "ɾ"), (r"(.)\1", r"\1"), ("q", "k"), ("ʰ", "ʰ")],
    "ja-JP": [("[ɴŋ]", "n"), ("m(?=[pb])", "n"), ("ɲ(?=[tdɕʑ])", "n"), ("oɯ", "oː"),
              ("ei", "eː"), ("oo", "oː"), ("ee", "eː"), ("ɯɯ", "ɯː"), ("ɨɯ", "ɨː"),
              ("ii", "iː"), ("aa", "aː")],
    "zh-CN": [("aɪ", "ai"), ("aʊ", "au"), ("ɑ", "a"), ("eɪ", "ei"), ("oʊ", "ou"), ("ʊ", "u"),
              ("ɛ", "e"), ("ɔ", "o"), ("u(?=[aeoə])", "w"), ("i(?=[aeou])", "j"),
              ("y(?=[eə])", "ɥ"), ("ʐ", "ɻ"), ("ɑɻ", "əɹ"), ("ɤɻ", "əɹ"),
              ("a?əɹ", "əɹ"), ("ɤŋ", "əŋ"), ("ʈ?ʈʂ", "ʈʂ"), ("iəŋ", "iŋ"), ("yŋ", "juŋ"),
              ("jŋ", "iŋ")],
}  # fmt: skip
_CHAO = {"55": "1", "35": "2", "214": "3", "21": "3", "51": "4", "53": "4", "11": "3"}


def fold(phonemes: str, language: str) -> list[str]:
    """The broad phones of a word or sentence; Mandarin tones follow all the other phones."""
    text = unicodedata.normalize("NFD", phonemes.replace("ç", "Ç")).replace("C\u0327", "ç")
    tones = ""
    if language == "zh-CN":
        text, tones = _chinese(text)
    if language == "hi-IN":
        text = text.replace("r.h", "ɽʰ").replace("r.", "ɽ")
    text = _NOISE.sub("", text).translate(_SINGLE)
    for pattern, replacement in _RULES.get(language, ()):
        text = re.sub(pattern, replacement, text)
    return re.findall(r".[\u0303ʰʲː]*", text) + list(tones)


def _chinese(text: str) -> tuple[str, str]:
    """Takes the tones out: Chao numbers in their surface form, or arrows."""
    text = text.translate(str.maketrans("⁰¹²³⁴⁵⁻⁽⁾", "012345-()"))
    text = re.sub(r"\(\d\)", "", text)
    text = re.sub(r"\d+-(\d+)", r"\1", text)
    found = re.findall(r"\d+|[→↗↓↘]", text)
    arrows = {"→": "1", "↗": "2", "↓": "3", "↘": "4"}
    tones = "".join(arrows.get(t) or _CHAO.get(t, "") for t in found)
    text = re.sub(r"\d+|[→↗↓↘]", "", text)
    return re.sub("[ɻɹʐz]\u0329", "ɨ", text).replace("a\u0308", "a"), tones
