"""French letters to sounds, for words outside the lexicon."""

import re

_V = "aeiouyàâäéèêëîïôöùûüœæ"
_C = f"[^{_V}'-]"

# Each rule: letters, condition on what follows, sounds. The first that fits is taken.
_RULES: list[tuple[str, str, str]] = [
    # endings
    ("eaux", "$", "o"), ("eau", "", "o"), ("aux", "$", "o"), ("aulx", "$", "o"),
    ("ents", "$", "ɑ̃"), ("èrent", "$", "ɛʁ"), ("irent", "$", "iʁ"), ("urent", "$", "yʁ"),
    ("onn", "", "ɔn"), ("omm", "", "ɔm"), ("inn", "", "in"), ("imm", "", "im"),
    ("ement", "s?$", "əmɑ̃"), ("ment", "s?$", "mɑ̃"),
    ("tions", "$", "sjɔ̃"), ("tion", "", "sjɔ̃"), ("sions", "$", "zjɔ̃"), ("ssion", "", "sjɔ̃"),
    ("tiel", "", "sjɛl"), ("tieux", "", "sjø"), ("tien", "$", "sjɛ̃"),
    ("euil", "", "œj"), ("ueil", "", "œj"), ("œil", "", "œj"), ("eille", "s?$", "ɛj"),
    ("eill", "", "ɛj"), ("eil", "", "ɛj"), ("aille", "s?$", "aj"), ("aill", "", "aj"),
    ("ail", "", "aj"), ("ouille", "s?$", "uj"), ("ouill", "", "uj"), ("euille", "s?$", "œj"),
    ("euill", "", "œj"), ("ille", "s?$", "ij"), ("ill", "[aeéèioou]", "ij"),
    ("iers", "$", "je"), ("ier", "$", "je"), ("iez", "$", "je"), ("ez", "$", "e"),
    ("er", "$", "e"), ("ers", "$", "ɛʁ"), ("et", "s?$", "ɛ"), ("ets", "$", "ɛ"),
    ("ée", "s?$", "e"), ("ie", "s?$", "i"), ("ue", "s?$", "y"), ("oue", "s?$", "u"),
    ("es", "$", ""), ("e", "$", ""), ("ent", "$", "ɑ̃"),
    # nasals
    ("yen", f"(?![{_V}n])", "jɛ̃"), ("ien", f"(?![{_V}n])", "jɛ̃"), ("éen", f"(?![{_V}n])", "eɛ̃"),
    ("ain", f"(?![{_V}nm])", "ɛ̃"), ("aim", f"(?![{_V}nm])", "ɛ̃"), ("ein", f"(?![{_V}nm])", "ɛ̃"),
    ("oin", f"(?![{_V}nm])", "wɛ̃"), ("en", f"(?![{_V}nm])", "ɑ̃"), ("em", "(?=[pb])", "ɑ̃"),
    ("emm", "", "ɑ̃m"), ("enn", "", "ɛn"), ("an", f"(?![{_V}nm])", "ɑ̃"), ("am", "(?=[pb])", "ɑ̃"),
    ("on", f"(?![{_V}nm])", "ɔ̃"), ("om", "(?=[pb]|s?$)", "ɔ̃"), ("un", f"(?![{_V}nm])", "œ̃"),
    ("um", "$", "ɔm"), ("um", "(?=[pb])", "œ̃"), ("in", f"(?![{_V}nm])", "ɛ̃"),
    ("im", "(?=[pb])", "ɛ̃"), ("yn", f"(?![{_V}nm])", "ɛ̃"), ("ym", "(?=[pb])", "ɛ̃"),
    ("în", f"(?![{_V}nm])", "ɛ̃"),
    # vowel groups
    ("oeu", "", "œ"), ("œu", "", "œ"), ("œ", "", "œ"), ("eu", "(?=x?$|s|t$|d|z)", "ø"),
    ("eu", "", "œ"), ("oy", f"(?=[{_V}])", "waj"), ("ay", f"(?=[{_V}])", "ɛj"),
    ("uy", f"(?=[{_V}])", "yij"), ("oi", "", "wa"), ("oî", "", "wa"), ("ou", f"(?=[{_V}])", "w"),
    ("ou", "", "u"), ("où", "", "u"), ("oû", "", "u"), ("au", "", "o"), ("ai", "$", "e"),
    ("ais", "$", "ɛ"), ("ait", "s?$", "ɛ"), ("aient", "$", "ɛ"), ("ai", "", "ɛ"), ("aî", "", "ɛ"),
    ("ei", "", "ɛ"), ("ui", "", "yi"), ("gea", "", "ʒa"), ("geo", "", "ʒɔ"),
    # consonant groups
    ("sch", "", "ʃ"), ("ch", "(?=[rl])", "k"), ("ch", "", "ʃ"), ("ph", "", "f"), ("th", "", "t"),
    ("gn", "", "nj"), ("qu", "", "k"), ("q", "", "k"), ("gu", "(?=[eéèêiîy])", "ɡ"),
    ("g", "(?=[eéèêëiîy])", "ʒ"), ("gg", "(?=[eéèi])", "ɡʒ"), ("gg", "", "ɡ"), ("g", "$", ""),
    ("g", "", "ɡ"), ("cc", "(?=[eéèiy])", "ks"), ("cc", "", "k"), ("cqu", "", "k"),
    ("ck", "", "k"), ("c", "(?=[eéèêëiîy])", "s"), ("ç", "", "s"), ("c", "", "k"),
    ("sc", "(?=[eéèêiîy])", "s"), ("ss", "", "s"), ("s", "$", ""), ("ts", "$", ""),
    ("ds", "$", ""), ("t", "$", ""), ("d", "$", ""), ("p", "s?$", ""), ("x", "$", ""),
    ("z", "$", ""), ("ex", f"(?=[{_V}])", "ɛɡz"), ("x", "", "ks"), ("ll", "", "l"), ("mm", "", "m"),
    ("nn", "", "n"), ("pp", "", "p"), ("rr", "", "ʁ"), ("tt", "", "t"), ("ff", "", "f"),
    ("bb", "", "b"), ("dd", "", "d"), ("zz", "", "dz"),
    # vowels
    ("é", "", "e"), ("è", "", "ɛ"), ("ê", "", "ɛ"), ("ë", "", "ɛ"),
    ("e", f"(?={_C}{_C}(?![lr]))", "ɛ"), ("e", f"(?={_C}$)", "ɛ"), ("e", "", "ə"),
    ("a", "", "a"), ("à", "", "a"), ("â", "", "a"), ("ä", "", "ɛ"), ("æ", "", "e"),
    ("i", f"(?=[{_V}])", "j"), ("i", "", "i"), ("î", "", "i"), ("ï", f"(?=[{_V}])", "j"),
    ("ï", "", "i"), ("y", f"(?=[{_V}])", "j"), ("y", "", "i"), ("o", "$", "o"), ("ô", "", "o"),
    ("o", "(?=s[eé])", "o"), ("o", "", "ɔ"), ("ö", "", "ø"), ("u", f"(?=[{_V}])", "y"),
    ("u", "", "y"), ("û", "", "y"), ("ù", "", "y"), ("ü", "", "y"), ("ÿ", "", "i"),
    # consonants
    ("b", "", "b"), ("d", "", "d"), ("f", "", "f"), ("h", "", ""), ("j", "", "ʒ"), ("k", "", "k"),
    ("l", "", "l"), ("m", "", "m"), ("n", "", "n"), ("p", "", "p"), ("r", "", "ʁ"), ("t", "", "t"),
    ("v", "", "v"), ("w", "", "w"), ("z", "", "z"),
]  # fmt: skip
_BY_FIRST: dict[str, list[tuple[str, re.Pattern[str], str]]] = {}
for _letters, _condition, _sounds in _RULES:
    _BY_FIRST.setdefault(_letters[0], []).append((_letters, re.compile(_condition), _sounds))


def letters_to_sounds(word: str) -> str:
    """Phonemes of a French word in small letters, without stress."""
    out = ""
    position = 0
    while position < len(word):
        for letters, condition, sounds in _BY_FIRST.get(word[position], ()):
            end = position + len(letters)
            if word.startswith(letters, position) and condition.match(word, end):
                if letters in ("e", "es") and sounds == "" and not re.search(r"[aeiouyɑɔɛœø]", out):
                    sounds = "ə"
                if letters == "er" and position <= 2 and not re.search(r"[aeiouyɑɔɛœø]", out):
                    sounds = "ɛʁ"
                out += sounds
                position = end
                break
        else:
            if word[position] == "s":
                out += _s(word, position)
            position += 1
    return out


def _s(word: str, position: int) -> str:
    before, after = word[position - 1 : position], word[position + 1 : position + 2]
    between = position > 0 and before in _V and after != "" and after in _V
    return "z" if between else "s"
