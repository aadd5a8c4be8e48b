"""Italian numbers in words; Italians write them as one, here they are cut at the thousands."""

from menura.text.word_lists import words

_SMALL = words(
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici "
    "quindici sedici diciassette diciotto diciannove"
)
_TENS = words("zero dieci venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
_SCALES = [
    (10**18, "trilione", "trilioni"), (10**15, "biliardo", "biliardi"),
    (10**12, "bilione", "bilioni"), (10**9, "miliardo", "miliardi"),
    (10**6, "milione", "milioni"),
]  # fmt: skip
_ORDINALS = words("zero primo secondo terzo quarto quinto sesto settimo ottavo nono decimo")


def cardinal(number: int) -> list[str]:
    """Words of a whole number below 10**21."""
    if number < 20:
        return [_SMALL[number]]
    if number < 100:
        tens, ones = divmod(number, 10)
        if not ones:
            return [_TENS[tens]]
        stem = _TENS[tens][:-1] if ones in (1, 8) else _TENS[tens]
        return [stem + ("tré" if ones == 3 else _SMALL[ones])]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        head = "cento" if hundreds == 1 else _SMALL[hundreds] + "cento"
        return [head, *(cardinal(rest) if rest else [])]
    if number < 10**6:
        thousands, rest = divmod(number, 1000)
        head_words = ["mille"] if thousands == 1 else [*cardinal(thousands), "mila"]
        return [*head_words, *(cardinal(rest) if rest else [])]
    for value, one, many in _SCALES:
        if number >= value:
            count, rest = divmod(number, value)
            head_words = ["un", one] if count == 1 else [*cardinal(count), many]
            return [*head_words, *(cardinal(rest) if rest else [])]
    raise AssertionError


def before_noun(words: list[str], feminine: bool = False) -> list[str]:
    """uno becomes un (or una) before a noun."""
    return [*words[:-1], "una" if feminine else "un"] if words == ["uno"] else words


def ordinal(number: int, feminine: bool = False) -> list[str]:
    """Ordinals, one word from eleven on."""
    if 1 <= number <= 10:
        word = _ORDINALS[number]
    else:
        whole = "".join(cardinal(number))
        whole = whole.removesuffix("tré") + "tre" if whole.endswith("tré") else whole
        word = (whole if whole.endswith(("tre", "sei")) else whole[:-1]) + "esimo"
    return [word[:-1] + "a" if feminine else word]
