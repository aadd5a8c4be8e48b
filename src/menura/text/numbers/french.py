"""French numbers in words."""

from menura.text.word_lists import words

_SMALL = words(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
    "seize dix-sept dix-huit dix-neuf"
)
_TENS = words(
    "zéro dix vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt"
)
_SCALES = [
    (10**18, "trillion", "trillions"), (10**15, "billiard", "billiards"),
    (10**12, "billion", "billions"), (10**9, "milliard", "milliards"),
    (10**6, "million", "millions"),
]  # fmt: skip


def cardinal(number: int) -> list[str]:
    """Words of a whole number below 10**21."""
    if number < 20:
        return [_SMALL[number]]
    if number < 100:
        return _below_hundred(number)
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        head = [] if hundreds == 1 else [_SMALL[hundreds]]
        return [*head, "cent", *(cardinal(rest) if rest else [])]
    if number < 10**6:
        thousands, rest = divmod(number, 1000)
        head = [] if thousands == 1 else cardinal(thousands)
        return [*head, "mille", *(cardinal(rest) if rest else [])]
    for value, one, many in _SCALES:
        if number >= value:
            count, rest = divmod(number, value)
            words = [*cardinal(count), one if count == 1 else many]
            return [*words, *(cardinal(rest) if rest else [])]
    raise AssertionError


def _below_hundred(number: int) -> list[str]:
    tens, ones = divmod(number, 10)
    if tens in (7, 9):
        ones += 10
    if not ones:
        return [_TENS[tens] + ("s" if tens == 8 else "")]
    if ones in (1, 11) and tens < 8:
        return [_TENS[tens], "et", _SMALL[ones]]
    return [_TENS[tens], _SMALL[ones]]


def before_noun(words: list[str], feminine: bool = False) -> list[str]:
    """un becomes une before a feminine noun."""
    return [*words[:-1], "une"] if feminine and words[-1] == "un" else words


def ordinal(number: int, feminine: bool = False) -> list[str]:
    """Ordinals: premier, deuxième, vingt et unième."""
    if number == 1:
        return ["première" if feminine else "premier"]
    words = cardinal(number)
    last = words[-1]
    stem = {
        "cinq": "cinqu",
        "neuf": "neuv",
        "quatre-vingts": "quatre-vingt",
        "dix-neuf": "dix-neuv",
    }
    last = stem.get(last, last)
    return [*words[:-1], last.removesuffix("e") + "ième"]
