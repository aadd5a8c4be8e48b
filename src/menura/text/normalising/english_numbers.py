"""English rules for numbers: money, measures, ordinals, fractions, ranges, phone numbers."""

import re

from menura.text.normalising.english_words import CURRENCIES, SCALES, UNITS
from menura.text.numbers.english import cardinal, decimal, digits, integer, ordinal, year
from menura.text.readings import DIGITS, Reading, Rule, group, rule
from menura.text.word_lists import word_set

_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,7}|\d{1,20})(?:\.\d{1,12})?"
_PLAIN_NUMBER = re.compile(_NUMBER)
_SIGN = r"(?P<sign>(?<![\w)\]])[-−])?"
_SYMBOL = "|".join(
    re.escape(s) for s in sorted(CURRENCIES, key=len, reverse=True) if not s.isalpha()
)
_CODES = "|".join(s for s in CURRENCIES if s.isalpha())
_UNIT = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))
_SCALE = r"(?P<scale>thousand|million|billion|trillion|tn|bn|mn|mm|[kKmMbBtT])"


def number(text: str) -> list[str]:
    """Words of a number as written, with or without thousands commas."""
    return decimal(text.replace(",", ""))


def _signed(match: re.Match[str]) -> list[str]:
    return ["minus"] if match.group("sign") else []


def _money(match: re.Match[str]) -> list[str] | None:
    key = match.group("currency")
    one, many, cent, cents = CURRENCIES[key]
    amount = match.group("n").replace(",", "")
    sign = _signed(match)
    scale = match.group("scale")
    if scale:
        return [*sign, *decimal(amount), SCALES[scale.lower()], *many.split()]
    whole, _, fraction = amount.partition(".")
    if fraction and len(fraction) != 2:
        return [*sign, *decimal(amount), *many.split()]
    units, hundredths = int(whole), int(fraction or 0)
    out = [*cardinal(units), *(one if units == 1 else many).split()]
    if hundredths:
        part = [*cardinal(hundredths), cent if hundredths == 1 else cents]
        out = [*out, *part] if units else part
    return sign + out


def _money_range(match: re.Match[str]) -> list[str]:
    _, many, _, _ = CURRENCIES[match.group("currency")]
    scale = match.group("scale")
    middle = [SCALES[scale.lower()]] if scale else []
    return [*number(match.group("a")), "to", *number(match.group("b")), *middle, *many.split()]


def money_rules() -> list[Rule]:
    """Amounts with the sign or code before or after the number."""
    return [
        rule(
            rf"(?P<currency>{_SYMBOL})\s?(?P<a>{_NUMBER})\s?[-–—]\s?(?:{_SYMBOL})?(?P<b>{_NUMBER})(?:\s?{_SCALE}\b)?",
            _money_range,
            "-–—",
        ),
        rule(
            rf"{_SIGN}(?P<currency>{_SYMBOL})\s?(?P<n>{_NUMBER})(?:[\s-]?{_SCALE}\b)?(?!\d)", _money
        ),
        rule(
            rf"{_SIGN}\b(?P<currency>{_CODES})\s?(?P<n>{_NUMBER})(?:\s?{_SCALE}\b)?(?!\d)",
            _money,
            DIGITS,
        ),
        rule(
            rf"{_SIGN}(?<![\w.])(?P<n>{_NUMBER})(?:\s?{_SCALE})?\s?(?P<currency>{_SYMBOL}|(?:{_CODES})\b)(?![\d$])",
            _money,
            DIGITS,
        ),
    ]


_ONLY_ATTACHED = word_set("A in K M B V J s")


def _measure(match: re.Match[str]) -> list[str] | None:
    text, unit = match.group("n"), match.group("unit")
    spaced = match.group("gap") != ""
    if spaced and unit in _ONLY_ATTACHED:
        return None  # "5 in a row", "7 A"
    if unit == "s" and len(text) == 4:
        return None  # 1990s
    one, many = UNITS[unit]
    if unit in ("K", "k", "M", "bn"):
        return [*_signed(match), *number(text), one]
    singular = text == "1" or (match.group("hyphen") == "-")
    return [*_signed(match), *number(text), *(one if singular else many).split()]


def _per(match: re.Match[str]) -> list[str]:
    text, unit, per = match.group("n"), match.group("unit"), match.group("per")
    one, many = UNITS[unit]
    return [*number(text), *(one if text == "1" else many).split(), "per", *UNITS[per][0].split()]


def _unit_range(match: re.Match[str]) -> list[str]:
    unit = UNITS[match.group("unit")]
    return [*number(match.group("a")), "to", *number(match.group("b")), *unit[1].split()]


def _feet_inches(match: re.Match[str]) -> list[str]:
    feet = [*cardinal(int(match.group("ft"))), "foot" if match.group("ft") == "1" else "feet"]
    inches = match.group("in")
    return feet + (
        [*cardinal(int(inches)), "inch" if inches == "1" else "inches"] if inches else []
    )


def _ordinal(match: re.Match[str]) -> list[str]:
    return ordinal(int(match.group("n").replace(",", "")))


def _plural(words: list[str]) -> list[str]:
    last = words[-1]
    plural = (
        last[:-1] + "ies" if last.endswith("y") else last + ("es" if last.endswith("x") else "s")
    )
    return [*words[:-1], plural]


def _decade(match: re.Match[str]) -> list[str]:
    text = match.group("n")
    return _plural(year(int(text)) if len(text) == 4 else cardinal(int(text)))


def _fraction_words(top: int, bottom: int) -> list[str]:
    if bottom == 2:
        return [*cardinal(top), "half" if top == 1 else "halves"]
    name = ["quarter"] if bottom == 4 else ordinal(bottom)
    return [*cardinal(top), *(name if top == 1 else _plural(name))]


def _fraction(match: re.Match[str]) -> list[str] | None:
    top, bottom = int(match.group("top")), int(match.group("bottom"))
    if bottom == 0:
        return None
    whole = match.group("whole")
    if bottom > 100 or (top > bottom and not whole):
        return [*cardinal(top), "over", *cardinal(bottom)] if not whole else None
    out = _fraction_words(top, bottom)
    if whole:
        out = [*cardinal(int(whole)), "and", *(["a", *out[1:]] if top == 1 else out)]
    return out


_VULGAR = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8),
           "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
           "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6)}  # fmt: skip


def _vulgar(match: re.Match[str]) -> list[str]:
    top, bottom = _VULGAR[match.group("f")]
    out = _fraction_words(top, bottom)
    return [*cardinal(int(match.group("n"))), "and", *(["a", *out[1:]] if top == 1 else out)]


def _phone(match: re.Match[str]) -> list[str]:
    out: list[str] = []
    for part in re.findall(r"\+|\d+", match.group()):
        out += ["plus"] if part == "+" else digits(part)
    return out


def _looks_like_year(text: str) -> bool:
    return len(text) == 4 and text.isdigit() and "1100" <= text <= "2099"


def _one(text: str) -> list[str]:
    if _looks_like_year(text):
        return year(int(text))
    return number(text)


def _range(match: re.Match[str]) -> list[str] | None:
    a, b = match.group("a"), match.group("b")
    if match.group("dash") == "-" and _looks_like_year(a) and len(b) == 2:
        return [*year(int(a)), "to", *cardinal(int(b))]
    return [*_one(a), "to", *_one(b)]


def _ratio(match: re.Match[str]) -> list[str]:
    return [*_one(match.group("a")), "to", *_one(match.group("b"))]


def _by(match: re.Match[str]) -> list[str]:
    out = number(match.group("a"))
    for part in re.findall(r"\d[\d.,]*", match.group("rest")):
        out += ["by", *number(part)]
    return out


def _dotted(match: re.Match[str]) -> list[str]:
    parts = match.group("n").split(".")
    joint = "dot" if len(parts) == 4 else "point"
    out = ["version"] if match.group("v") else []
    for i, part in enumerate(parts):
        spoken = digits(part) if part[0] == "0" and len(part) > 1 else integer(part)
        out += [*([joint] if i else []), *spoken]
    return out


def _version(match: re.Match[str]) -> list[str]:
    return ["version", *decimal(match.group("n"))]


def _number(match: re.Match[str]) -> list[str]:
    text = match.group("n")
    sign = _signed(match)
    plain = text.replace(",", "")
    if "," not in text and "." not in text:
        if (len(plain) > 1 and plain[0] == "0") or len(plain) > 9:
            return [*sign, *digits(plain)]
        if _looks_like_year(plain) and not sign:
            return year(int(plain))
    return [*sign, *decimal(plain)]


def _leading_point(match: re.Match[str]) -> list[str]:
    return [*_signed(match), "point", *digits(match.group("n"))]


def _digits(match: re.Match[str]) -> list[Reading]:
    text = match.group()
    spoken = _one(text) if len(text) <= 4 and text[0] != "0" else digits(text)
    return [Reading(match.start(), match.end(), tuple(spoken))]


def _minus(match: re.Match[str]) -> list[Reading]:
    return [group(match, "minus", ["minus"])]


_PART = r"\d{1,20}(?:,\d{3})*(?:\.\d{1,12})?"

NUMBER_RULES: list[Rule] = [
    rule(r"(?<![\d.,])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)", lambda m: _ip(m), "."),
    rule(
        r"(?<![\w.,+-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?|\d{3}[ .-])"
        r"\d{3,4}[ .-]\d{3,4}(?![\w-])",
        _phone,
        "-. ",
    ),
    rule(r"(?<![\w.])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}(?![\w-])", _phone, "+"),
    rule(r"(?<![\w.,-])\d{3}-\d{4}(?![\w-])", _phone, "-"),
    rule(r"(?<![\w.])(?P<v>[vV])(?P<n>\d{1,4}(?:\.\d{1,4}){2,3})(?!\w)", _dotted, "."),
    rule(r"(?<![\w.,])(?P<v>)(?P<n>\d{1,4}(?:\.\d{1,4}){2,3})(?![\w]|\.\d)", _dotted, "."),
    rule(r"\b[vV]\.?(?P<n>\d{1,3}(?:\.\d{1,3})?)\b", _version, "vV"),
    rule(r"(?<!\w)(?P<n>\d{1,3}(?:,\d{3})+|\d{1,12})(?:st|nd|rd|th)\b", _ordinal, DIGITS),
    rule(r"(?<![\w])'?(?P<n>[12]\d{2}0|[1-9]0)'?s\b", _decade, "s"),
    rule(r"(?<![\w/])(?P<ft>\d{1,2})'(?:\s?(?P<in>\d{1,2})(?:\"|”|''))?(?!\w)", _feet_inches, "'"),
    rule(
        rf"(?<![\w.,])(?P<a>{_PART})\s?[-–]\s?(?P<b>{_PART})\s?(?P<unit>{_UNIT})(?!\w)",
        _unit_range,
        "-–",
    ),
    rule(
        rf"{_SIGN}(?<![\w.,])(?P<n>{_NUMBER})(?P<gap>\s?)(?P<unit>{_UNIT})/(?P<per>{_UNIT})(?!\w)",
        _per,
        "/",
    ),
    rule(
        rf"{_SIGN}(?<![\w.,])(?P<n>{_NUMBER})(?P<gap>\s?)(?P<hyphen>-?)(?P<unit>{_UNIT})(?![\w/])",
        _measure,
        DIGITS,
    ),
    rule(
        r"(?<![\w/.,])(?:(?P<whole>\d{1,4})\s)?(?P<top>\d{1,3})[/⁄](?P<bottom>\d{1,3})(?![\w/]|\.\d)",
        _fraction,
        "/⁄",
    ),
    rule(r"(?<!\w)(?P<n>\d{1,6})\s?(?P<f>[½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘⅙⅚])", _vulgar, "".join(_VULGAR)),
    rule(rf"(?<![\w.])(?P<a>{_PART})\s?(?P<rest>(?:[x×]\s?{_PART}\s?){{1,3}})(?!\w)", _by, "x×"),
    rule(
        rf"(?<![\w.,-])(?P<a>{_PART})(?P<dash>\s?–\s?|-)(?P<b>{_PART})(?![\w-]|\.\d)", _range, "-–"
    ),
    rule(r"(?<![\w.:])(?P<a>\d{1,4}):(?P<b>\d{1,4})(?![\w:])", _ratio, ":"),
    rule(rf"{_SIGN}(?<![\w.])(?P<n>{_NUMBER})(?!\w)", _number, DIGITS),
    rule(r"(?P<sign>(?<!\w)[-−])?(?<![\w.])\.(?P<n>\d{1,12})(?!\w)", _leading_point, "."),
    rule(r"(?<=[a-z)])\s(?P<minus>[-−])\s(?=\d)|(?<=\d)\s(?P<m>[−])\s(?=\d)", lambda m: None, "-−"),
    rule(r"\d{1,20}", _digits, DIGITS),
]


def _ip(match: re.Match[str]) -> list[str] | None:
    parts = match.group().split(".")
    if any(int(part) > 255 for part in parts):
        return None
    out: list[str] = []
    for i, part in enumerate(parts):
        out += [*(["dot"] if i else []), *digits(part)]
    return out
