"""The phoneme alphabet that utterances are written in: 178 positions, 114 of them used.

It is the alphabet of the `misaki` grapheme-to-phoneme project (Apache-2.0), which Kokoro-82M was
trained on. Most symbols are IPA. Capital letters are diphthongs that count as one symbol: A eɪ,
I aɪ, O oʊ, Q əʊ, W aʊ, Y ɔɪ; T is the flapped t of American English. The arrows are Mandarin tones.
"""

VOWELS = frozenset("AIOQWYaeiouyøœɐɑɒæɔəɚɛɜɨɪɯɤʊʌᵊᵻ")
"""Symbols that carry a syllable."""

CONSONANTS = frozenset("bcdfhjklmnpqrstvwxzSTʣʥʦʨꭧβɕçɖðʤɟɡɥʝɰŋɳɲɴɸθɹɾɻʁɽʂʃʈʧʋɣχʎʒʔ")

MODIFIERS = frozenset("\u0303ːʰʲᵝ")
"""Marks that change the symbol before them: nasal, long, aspirated, palatal, rounded."""

STRESS = frozenset("ˈˌ")
"""Primary and secondary stress; they stand directly before the vowel in English."""

TONES = frozenset("→↗↓↘")
"""Mandarin tones 1 to 4; the neutral tone has no mark."""

PUNCTUATION = frozenset(';:,.!?—…"()“”')

BLANK = " "

SYMBOLS = VOWELS | CONSONANTS | MODIFIERS | STRESS | TONES | PUNCTUATION | {BLANK}
"""Everything that an utterance's `phonemes` may hold."""

SIZE = 178
"""Rows of the embedding table; symbols have fixed numbers below it, with unused ones between."""

IDS: dict[str, int] = {
    **{";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, "—": 9, "…": 10, '"': 11, "(": 12, ")": 13},
    **{"“": 14, "”": 15, " ": 16, "\u0303": 17, "ʣ": 18, "ʥ": 19, "ʦ": 20, "ʨ": 21, "ᵝ": 22},
    **{"ꭧ": 23, "A": 24, "I": 25, "O": 31, "Q": 33, "S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42},
    **{letter: 43 + i for i, letter in enumerate("abcdef")},
    **{letter: 50 + i for i, letter in enumerate("hijklmnopqrstuvwxyz")},
    **{"ɑ": 69, "ɐ": 70, "ɒ": 71, "æ": 72, "β": 75, "ɔ": 76, "ɕ": 77, "ç": 78, "ɖ": 80, "ð": 81},
    **{"ʤ": 82, "ə": 83, "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɟ": 90, "ɡ": 92, "ɥ": 99, "ɨ": 101, "ɪ": 102},
    **{"ʝ": 103, "ɯ": 110, "ɰ": 111, "ŋ": 112, "ɳ": 113, "ɲ": 114, "ɴ": 115, "ø": 116, "ɸ": 118},
    **{"θ": 119, "œ": 120, "ɹ": 123, "ɾ": 125, "ɻ": 126, "ʁ": 128, "ɽ": 129, "ʂ": 130, "ʃ": 131},
    **{"ʈ": 132, "ʧ": 133, "ʊ": 135, "ʋ": 136, "ʌ": 138, "ɣ": 139, "ɤ": 140, "χ": 142, "ʎ": 143},
    **{"ʒ": 147, "ʔ": 148, "ˈ": 156, "ˌ": 157, "ː": 158, "ʰ": 162, "ʲ": 164, "↓": 169, "→": 171},
    **{"↗": 172, "↘": 173, "ᵻ": 177},
}
"""Number of each symbol in the embedding table of Kokoro-82M v1.0."""

_COMPOSED = str.maketrans({"ã": "a\u0303", "ẽ": "e\u0303", "ĩ": "i\u0303", "õ": "o\u0303",
                           "ũ": "u\u0303"})  # fmt: skip


def canonical(phonemes: str) -> str:
    """Writes nasal vowels as two symbols; other symbols, such as ç, stay as they are."""
    return phonemes.translate(_COMPOSED)
