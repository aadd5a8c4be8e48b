"""English numbers in words (American style: no "and")."""

from menura.text.word_lists import words

_ONES = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = words("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES = [
    "",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
]
_ORDINALS = {
    **{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth"},
    **{"nine": "ninth", "twelve": "twelfth"},
}
MOST_DIGITS = 24


def cardinal(number: int) -> list[str]:
    """Words of a whole number below 10**24; larger ones are read digit by digit."""
    if number < 0:
        return ["minus", *cardinal(-number)]
    if number < 20:
        return [_ONES[number]]
    if number < 100:
        return [_TENS[number // 10], *([_ONES[number % 10]] if number % 10 else [])]
    if number < 1000:
        rest = cardinal(number % 100) if number % 100 else []
        return [_ONES[number // 100], "hundred", *rest]
    if number >= 10**MOST_DIGITS:
        return digits(str(number))
    words: list[str] = []
    for power in range(len(_SCALES) - 1, -1, -1):
        group = number // 1000**power % 1000
        if group:
            words += cardinal(group)
            if power:
                words.append(_SCALES[power])
    return words


def ordinal(number: int) -> list[str]:
    """Words of an ordinal: 21 gives twenty first."""
    words = cardinal(number)
    last = words[-1]
    if last in _ORDINALS:
        words[-1] = _ORDINALS[last]
    elif last.endswith("y"):
        words[-1] = last[:-1] + "ieth"
    else:
        words[-1] = last + "th"
    return words


def year(number: int) -> list[str]:
    """Words of a year: 1984 nineteen eighty four, 1905 nineteen oh five, 2000 two thousand."""
    high, low = divmod(number, 100)
    if number < 1000 or number > 9999 or (high % 10 == 0 and low < 10):
        return cardinal(number)
    if low == 0:
        return [*cardinal(high), "hundred"]
    return [*cardinal(high), *(["oh", _ONES[low]] if low < 10 else cardinal(low))]


def digits(text: str, zero: str = "zero") -> list[str]:
    """Digits one by one; other characters are passed over."""
    return [zero if c == "0" else _ONES[int(c)] for c in text if c in "0123456789"]


def decimal(text: str) -> list[str]:
    """Words of a number as written with a point for decimals: 3.05 gives three point zero five."""
    whole, _, fraction = text.partition(".")
    words = integer(whole) if whole else ["zero"]
    if fraction:
        words = [*words, "point", *digits(fraction)]
    return words


def integer(text: str) -> list[str]:
    """Words of a string of digits, which may be thousands of digits long."""
    text = text.lstrip("0") or "0"
    if len(text) > MOST_DIGITS:
        return digits(text)
    return cardinal(int(text))
