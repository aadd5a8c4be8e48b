"""Brazilian Portuguese numbers in words."""

from menura.text.word_lists import words

_SMALL = words(
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze "
    "dezesseis dezessete dezoito dezenove"
)
_TENS = words("zero dez vinte trinta quarenta cinquenta sessenta setenta oitenta noventa")
_HUNDREDS = words(
    "zero cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos "
    "novecentos"
)
_SCALES = [
    (10**18, "quintilhão", "quintilhões"), (10**15, "quatrilhão", "quatrilhões"),
    (10**12, "trilhão", "trilhões"), (10**9, "bilhão", "bilhões"), (10**6, "milhão", "milhões"),
    (10**3, "mil", "mil"),
]  # fmt: skip
_ORDINALS = words("zero primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono décimo")
_ORDINAL_TENS = words(
    "zero décimo vigésimo trigésimo quadragésimo quinquagésimo sexagésimo septuagésimo octogésimo "
    "nonagésimo"
)


def cardinal(number: int) -> list[str]:
    """Words of a whole number below 10**21."""
    if number < 20:
        return [_SMALL[number]]
    if number < 100:
        tens, ones = divmod(number, 10)
        return [_TENS[tens], *(["e", _SMALL[ones]] if ones else [])]
    if number == 100:
        return ["cem"]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return [_HUNDREDS[hundreds], *(["e", *cardinal(rest)] if rest else [])]
    for value, one, many in _SCALES:
        if number >= value:
            count, rest = divmod(number, value)
            head = [] if value == 1000 and count == 1 else cardinal(count)
            joint = ["e"] if rest and (rest < 100 or (rest < 1000 and rest % 100 == 0)) else []
            tail = [*joint, *cardinal(rest)] if rest else []
            return [*head, one if count == 1 else many, *tail]
    raise AssertionError


def before_noun(words: list[str], feminine: bool = False) -> list[str]:
    """um and dois agree with a feminine noun."""
    return [{"um": "uma", "dois": "duas"}.get(w, w) for w in words] if feminine else words


def ordinal(number: int, feminine: bool = False) -> list[str]:
    """Ordinals up to 99; above, the cardinal."""
    if not 1 <= number <= 99:
        return cardinal(number)
    tens, ones = divmod(number, 10)
    words = [_ORDINALS[10] if tens == 1 else _ORDINAL_TENS[tens]] if tens else []
    words += [_ORDINALS[ones]] if ones else []
    return [w[:-1] + "a" for w in words] if feminine else words
