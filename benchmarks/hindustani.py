"""What Hindi sounds like in whatever script it was written down.

Whisper base understands Hindi and writes much of it in the Urdu script, so that a comparison letter
by letter finds nothing right. All scripts are brought to the signs that they share: consonants
and long vowels. Short vowels, which Urdu does not write, doubled sounds, and what Hindi speakers
say alike (z and j, f and ph, the three kinds of s) do not count.
"""

import unicodedata
from itertools import groupby


def _table(pairs: str) -> dict[str, str]:
    signs = pairs.split()
    return dict(zip(signs[::2], signs[1::2], strict=True))


_SIGNS = _table(
    "क k ख kh ग g घ gh ङ n च c छ ch ज j झ jh ञ n ट T ठ Th ड D ढ Dh ण n त t थ th द d ध dh न n "
    "प p फ ph ब b भ bh म m य y र r ल l ळ l व v श s ष s स s ह h "
    "ک k ك k ق k گ g خ kh غ g چ c ج j ز j ذ j ض j ظ j ژ j ٹ T ت t ط t ڈ D د d ڑ R ر r ن n ں n "
    "پ p ف ph ب b م m ی y ي y ے y و v ل l ش s س s ص s ث s ہ h ھ h ه h ح h ة h ۃ h "
    "b b c k d d f ph g g h h j j k k l l m m n n p p q k r r s s t T v v w v x ks y y z j "
    "ं n ँ n ा a ी y ू v े y ै y ो v ौ v ॉ a ृ r आ a ई y ऊ v ए y ऐ y ओ v औ v ऑ a ऋ r ا a آ a"
)
"""Vowels that are missing are short."""

_FLAPS = _table("ड R ढ Rh")
_NUKTA = "\N{DEVANAGARI SIGN NUKTA}"


def sounds(text: str) -> list[str]:
    """Consonants and long vowels of a text in the Devanagari, Arabic or Latin script, in order."""
    found = "".join(_word(word) for word in unicodedata.normalize("NFD", text).casefold().split())
    return [sign for sign, _ in groupby(found)]


def _word(word: str) -> str:
    # Urdu begins a word's vowel with alif, whichever it is.
    out = "a" if word[0] in "अइउईऊएऐओऔ" else ""
    for letter, following in zip(word, [*word[1:], ""], strict=True):
        known = _SIGNS.get(letter, "")
        out += _FLAPS.get(letter, known) if following == _NUKTA else known
    return out
