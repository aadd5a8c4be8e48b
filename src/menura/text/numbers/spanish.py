"""Spanish numbers in words."""

from menura.text.word_lists import words

_SMALL = words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_TENS = words("cero diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_HUNDREDS = words(
    "cero ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos "
    "ochocientos novecientos"
)
_SCALES = [
    (10**18, "trillón", "trillones"),
    (10**12, "billón", "billones"),
    (10**6, "millón", "millones"),
]
_ORDINALS = words("cero primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo")


def cardinal(number: int) -> list[str]:
    """Words of a whole number below 10**24."""
    if number < 30:
        return [_SMALL[number]]
    if number < 100:
        tens, ones = divmod(number, 10)
        return [_TENS[tens], *(["y", _SMALL[ones]] if ones else [])]
    if number == 100:
        return ["cien"]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return [_HUNDREDS[hundreds], *(cardinal(rest) if rest else [])]
    if number < 10**6:
        thousands, rest = divmod(number, 1000)
        head = [] if thousands == 1 else before_noun(cardinal(thousands))
        return [*head, "mil", *(cardinal(rest) if rest else [])]
    for value, one, many in _SCALES:
        if number >= value:
            count, rest = divmod(number, value)
            head = before_noun(cardinal(count))
            return [*head, one if count == 1 else many, *(cardinal(rest) if rest else [])]
    raise AssertionError


def before_noun(words: list[str], feminine: bool = False) -> list[str]:
    """uno becomes un (or una) before a noun."""
    if words[-1] == "uno":
        return [*words[:-1], "una" if feminine else "un"]
    if words[-1] == "veintiuno":
        return [*words[:-1], "veintiuna" if feminine else "veintiún"]
    return words


def ordinal(number: int, feminine: bool = False) -> list[str]:
    """Ordinals up to ten; above, the cardinal is what people say."""
    if 1 <= number <= 10:
        word = _ORDINALS[number]
        return [word[:-1] + "a" if feminine else word]
    return cardinal(number)
