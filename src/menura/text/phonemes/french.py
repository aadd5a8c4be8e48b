"""French pronunciation: a lexicon, letter-to-sound rules for the rest, elision and liaison.

The lexicon (`data/french.tsv.xz`, made by `scripts/make_lexicons.py` from gruut-lang-fr, MIT) has
the words alone; liaison is made where it is obligatory: after determiners, pronouns, short
prepositions and adverbs, `est`, `sont`, `ont`, numbers.
"""

import lzma
import re
import unicodedata
from collections.abc import Sequence
from importlib.resources import files

from menura.text.phonemes.contract import Spoken
from menura.text.phonemes.french_rules import letters_to_sounds
from menura.text.word_lists import word_set, words

_VOWELS = "aeiouyɑɔɛœøə"
_LIAISON = {
    **dict.fromkeys(
        words("les des mes tes ses ces nos vos leurs aux nous vous ils elles quelques"), "z"
    ),  # noqa: E501, SIM905
    **dict.fromkeys(
        words("mais plusieurs deux trois six dix très sans dans chez sous moins plus"), "z"
    ),  # noqa: E501, SIM905
    **dict.fromkeys(
        words("petits grands autres certaines certains bons belles quels quelles"), "z"
    ),  # noqa: E501, SIM905
    **dict.fromkeys("un mon ton son on en bien rien aucun".split(), "n"),  # noqa: SIM905
    **dict.fromkeys("est sont ont petit grand tout quand vingt cent c'est sept fait".split(), "t"),  # noqa: E501, SIM905
}
_SMALL = word_set(
    "est-ce le la les un une des du de d l j m t s c n qu je tu il elle on nous vous ils elles me "
    "te se ce cet cette ces mon ma mes ton ta tes son sa ses notre votre leur leurs nos vos au aux "
    "à en et ou ni que qui dans par pour sur sans sous chez vers avec ne y est sont a ont mais "
    "si comme très"
)
_HALF = word_set("avec vers comme sans")
_ASPIRATED = re.compile(
    r"h(?:a(?:ch|ie|ine|ïr|ll|lt|mac|mbur|meau|nch|nd|ng|nneton|nt|pp|r(?!mon)|s[ae]rd|ss|t|us|ut|v)"
    r"|é(?:ros$|riss|rs|ron)|er(?:n|se)|eurt|ibou|ideu|ip|iss|o(?:bb|ch|ckey|ll|mard|ngr|nt|quet|rde"
    r"|rs|t(?:te)?$|uille|up|ux)|u(?:be|che|ées|gue|it$|ppe|r[ln]|ss|tte))"
)
_WORDS = {"h": "aʃ", "est-ce": "ɛs", "ce": "sə", "ne": "nə", "so": "so", "st": "sɛ̃", "mr": "məsjø",
          "dr": "dɔktœʁ", "mo": "mo",
          "cie": "kɔ̃panji", "peut-être": "pøtɛtʁ", "là-bas": "labɑ",
          "et": "e", "est": "ɛ", "eu": "y", "monsieur": "məsjø", "messieurs": "mesjø",
          "les": "le", "des": "de", "mes": "me", "tes": "te", "ses": "se", "ces": "se", "à": "a",
          "ok": "okɛ", "week-end": "wikɛnd", "email": "imɛl", "y": "i", "plus": "ply", "tous": "tu",
          "six": "sis", "dix": "dis", "huit": "yit", "vingt": "vɛ̃", "un": "œ̃"}  # fmt: skip
_LETTER_NAMES = {
    **{"a": "a", "b": "be", "c": "se", "d": "de", "e": "ə", "f": "ɛf", "g": "ʒe", "h": "aʃ"},
    **{"i": "i", "j": "ʒi", "k": "ka", "l": "ɛl", "m": "ɛm", "n": "ɛn", "o": "o", "p": "pe"},
    **{"q": "ky", "r": "ɛʁ", "s": "ɛs", "t": "te", "u": "y", "v": "ve", "w": "dubləve"},
    **{"x": "iks", "y": "iɡʁɛk", "z": "zɛd"},
}
_BEFORE_CONSONANT = {"six": "si", "dix": "di", "huit": "yi"}


class French:
    """Pronounces French sentences."""

    def __init__(self) -> None:
        packed = (files("menura.text") / "data" / "french.tsv.xz").read_bytes()
        rows = lzma.decompress(packed).decode().splitlines()
        self.lexicon: dict[str, str] = dict(row.split("\t") for row in rows)

    def pronounce(self, words: Sequence[Spoken]) -> None:
        """Sets the phonemes of words in Latin letters, with liaison between them."""
        texts = [_letters(word.text) for word in words]
        for i, word in enumerate(words):
            text = texts[i]
            following = "" if word.pause or i + 1 == len(words) else texts[i + 1]
            word.phonemes = self._word(word.text, text, following) if text else ""

    def _word(self, written: str, text: str, following: str) -> str:
        if "." in written or self._is_spelled(written, text):
            return mark_stress("".join(_LETTER_NAMES.get(c, "") for c in text))
        if text == "aujourd'hui":
            return mark_stress("oʒuʁdyi")
        parts = self._parts(text)
        said = ""
        for k, part in enumerate(parts):
            after = parts[k + 1] if k + 1 < len(parts) else following
            sound = self._part(part.strip("'"), after.strip("'"), part.endswith("'"))
            said += sound
        last = parts[-1] if parts else ""
        if last in _SMALL and len(parts) < 3:
            return said
        return mark_stress(said, "ˌ" if last in _HALF else "ˈ")

    def _parts(self, text: str) -> list[str]:
        """Cuts at elisions, and at hyphens unless the lexicon knows the whole."""
        parts: list[str] = []
        for part in re.split(r"(?<=')", text):
            whole = part in self.lexicon or part in _WORDS
            parts += [part] if whole else [p for p in part.split("-") if p]
        return [p for p in parts if p]

    def _is_spelled(self, written: str, text: str) -> bool:
        if len(text) == 1:
            return text not in "aàyo"
        if not re.search(r"[aeiouyàâéèêëîïôùûœæ]", text) and "'" not in text:
            return True
        return (
            written.isupper() and len(text) < 5 and written.isalpha() and text not in self.lexicon
        )

    def _part(self, word: str, following: str, elided: bool) -> str:
        if elided:
            return (
                letters_to_sounds(word)
                if len(word) > 2
                else {"qu": "k", "c": "s", "j": "ʒ"}.get(word, word)
            )
        vowel_next = _starts_with_vowel(following, self.lexicon)
        if word in _BEFORE_CONSONANT and following and not vowel_next:
            return _BEFORE_CONSONANT[word]
        said = _WORDS.get(word) or self.lexicon.get(word) or self._near(word)
        if word == "neuf" and following in ("heures", "ans", "autres"):
            return "nœv"
        link = _LIAISON.get(word)
        if link and vowel_next and not (word == "plus" and not following):
            if word in ("six", "dix"):
                said = said[:-1]
            if not said.endswith(link):
                said += link
            if word in ("bon",):
                said = "bɔn"
        return said

    def _near(self, word: str) -> str:
        """A plural or feminine of a known word, else the rules."""
        if word.endswith(("s", "x")) and word[:-1] in self.lexicon:
            return self.lexicon[word[:-1]]
        if word.endswith("es") and word[:-2] in self.lexicon and word[-3] in "éi":
            return self.lexicon[word[:-2]]
        return letters_to_sounds(word)


def _letters(text: str) -> str:
    low = text.lower()
    allowed = "àâäçéèêëîïôöùûüÿœæ'-."
    plain = "".join(
        c if c.isascii() or c in allowed else unicodedata.normalize("NFD", c)[0] for c in low
    )
    plain = plain.replace(".", "")
    return plain if all(c.isascii() or c in allowed for c in plain) else ""


def _starts_with_vowel(word: str, lexicon: dict[str, str]) -> bool:
    if not word or word.startswith(("onz", "oui", "ouistiti", "yaourt", "yacht", "un-")):
        return False
    if word.startswith("h"):
        return _ASPIRATED.match(word) is None
    sounds = lexicon.get(word, "")
    if word.startswith("y") and sounds[:1] == "j":
        return False
    return word[0] in "aeiouyàâäéèêëîïôöùûüœæ"


def mark_stress(said: str, mark: str = "ˈ") -> str:
    """Puts the stress before the last full vowel of a word."""
    for i in range(len(said) - 1, -1, -1):
        if said[i] in _VOWELS and not (said[i] == "ə" and any(c in _VOWELS for c in said[:i])):
            if said[i] == "y" and said[i + 1 : i + 2] == "i":
                continue
            return said[:i] + mark + said[i:]
    return said
