"""Normalisation shared by Spanish, French, Italian, Portuguese and Hindi."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from menura.text.numbers.roman import roman
from menura.text.readings import DIGITS, Reading, Rule, group, rule

MOST_DIGITS = 15
SUPERSCRIPT = "ºª°"


_NOUN = re.compile(r"\s([^\W\d_]{4,})")


@dataclass(frozen=True)
class Words:
    """What a language says for the parts of numbers, dates, times and signs."""

    cardinal: Callable[[int], list[str]]
    ordinal: Callable[[int, bool], list[str]]
    before_noun: Callable[[list[str], bool], list[str]]
    decimal_mark: str
    thousands: str
    """Characters that may stand between groups of three digits."""

    point: str
    minus: str
    percent: str
    to: str
    months: Sequence[str]
    of: str
    """Between day and month, and month and year; empty for none."""

    first_of_month: str
    """The first of a month where it is an ordinal; empty where it is not."""

    hour: Callable[[int, int], list[str]]
    currencies: Mapping[str, tuple[str, str, str, str, bool]]
    """Sign: one, many, hundredth, hundredths, whether the unit is feminine."""

    and_: str
    units: Mapping[str, tuple[str, str]]
    signs: Mapping[str, str]
    abbreviations: Mapping[str, str]
    fractions: Mapping[tuple[int, int], str] = field(default_factory=dict)
    over: str = ""
    per: str = ""
    ordinal_endings: str = ""
    """Pattern of what makes digits an ordinal; a group named `feminine` tells the gender."""

    dot: str = "punto"
    at: str = "arroba"
    slash: str = "barra"
    dash: str = "guion"
    noun_endings: tuple[str, ...] = ()
    """Endings of feminine nouns, where a number agrees with the noun after it."""

    century: str = ""
    """Pattern of a century with its Roman numeral as a group of that name."""

    ordinal_centuries: bool = False
    million: str = ""
    """Pattern of scale words that may stand between an amount and its unit."""


class _Reader:
    """Handlers of the rules of one language."""

    def __init__(self, w: Words) -> None:
        self.w = w

    def whole(self, text: str) -> list[str]:
        text = "".join(c for c in text if c.isdigit())
        if len(text) > MOST_DIGITS or (len(text) > 1 and text[0] == "0"):
            return [word for c in text for word in self.w.cardinal(int(c))]
        return self.w.cardinal(int(text))

    def amount(self, text: str) -> list[str]:
        """A number as written, with the language's own marks."""
        other = "." if self.w.decimal_mark == "," else ","
        if text.count(self.w.decimal_mark) == 1:
            whole, _, fraction = text.rpartition(self.w.decimal_mark)
        elif text.count(other) == 1 and len(text.partition(other)[2]) != 3:
            whole, _, fraction = text.partition(other)  # 3.5 for 3,5
        else:
            whole, fraction = text, ""
        out = self.whole(whole or "0")
        if fraction:
            if len(fraction) <= 2 and fraction[0] != "0":
                return [*out, self.w.point, *self.w.cardinal(int(fraction))]
            return [*out, self.w.point, *(x for c in fraction for x in self.w.cardinal(int(c)))]
        return out

    def signed(self, match: re.Match[str]) -> list[str]:
        return [self.w.minus] if match.group("sign") else []

    def number(self, match: re.Match[str]) -> list[str]:
        words = self.amount(match.group("n"))
        noun = _NOUN.match(match.string, match.end())
        if noun and self.w.noun_endings:
            words = self.w.before_noun(words, noun.group(1).endswith(self.w.noun_endings))
        return [*self.signed(match), *words]

    def digits(self, match: re.Match[str]) -> list[str]:
        return self.whole(match.group())

    def century(self, match: re.Match[str]) -> list[Reading]:
        value = roman(match.group("roman"))
        spoken = (
            self.w.ordinal(value, False) if self.w.ordinal_centuries else self.w.cardinal(value)
        )
        return [Reading(match.start("roman"), match.end(), tuple(spoken))]

    def percent(self, match: re.Match[str]) -> list[str]:
        return [*self.number(match), *self.w.percent.split()]

    def range(self, match: re.Match[str]) -> list[str]:
        return [*self.amount(match.group("a")), self.w.to, *self.amount(match.group("b"))]

    def measure(self, match: re.Match[str]) -> list[str]:
        one, many = self.w.units[match.group("unit")]
        words = self.amount(match.group("n"))
        single = match.group("n") == "1"
        noun = one if single else many
        feminine = noun.split()[0].endswith(("a", "as")) or "heure" in noun or "livre" in noun
        return [*self.signed(match), *self.w.before_noun(words, feminine), *noun.split()]

    def money(self, match: re.Match[str]) -> list[str]:
        one, many, cent, cents, feminine = self.w.currencies[match.group("currency")]
        text, scale = match.group("n"), match.group("scale")
        if scale:
            joint = [self.w.of] if self.w.of and not scale.startswith(("mil ", "mille")) else []
            return [*self.signed(match), *self.amount(text), scale, *joint, *many.split()]
        mark = self.w.decimal_mark
        whole, _, part = text.rpartition(mark) if text.count(mark) == 1 else (text, "", "")
        if not part and re.search(r"[.,]\d\d$", text):
            whole, part = text[:-3], text[-2:]
        if part and len(part) != 2:
            return [*self.signed(match), *self.amount(text), *many.split()]
        units = int("".join(c for c in whole if c.isdigit()) or 0)
        if units >= 10**MOST_DIGITS:
            return self.amount(text)
        noun = one if units == 1 else many
        if self.w.of and units >= 10**6 and units % 10**6 == 0:
            noun = f"{self.w.of} {noun}"
        out = [*self.w.before_noun(self.w.cardinal(units), feminine), *noun.split()]
        hundredths = int(part or 0)
        if hundredths:
            small = [*self.w.before_noun(self.w.cardinal(hundredths), False),
                     cent if hundredths == 1 else cents]  # fmt: skip
            joint = [self.w.and_] if self.w.and_ else []
            out = [*out, *joint, *small] if units else small
        return self.signed(match) + out

    def date(self, match: re.Match[str]) -> list[str] | None:
        day, month, year = (int(match.group(name)) for name in "dmy")
        if not (1 <= day <= 31 and 1 <= month <= 12):
            return None
        if len(match.group("y")) == 2:
            year += 2000 if year < 50 else 1900
        of = [self.w.of] if self.w.of else []
        return [*self.day(day), *of, self.w.months[month - 1], *of, *self.w.cardinal(year)]

    def day(self, day: int) -> list[str]:
        if day == 1 and self.w.first_of_month:
            return [self.w.first_of_month]
        return self.w.cardinal(day)

    def day_of_month(self, match: re.Match[str]) -> list[Reading]:
        return [group(match, "day", self.day(int(match.group("d"))))]

    def time(self, match: re.Match[str]) -> list[str] | None:
        hour, minute = int(match.group("h")), int(match.group("m") or 0)
        return self.w.hour(hour, minute) if hour <= 24 and minute <= 59 else None

    def ordinal(self, match: re.Match[str]) -> list[str]:
        return self.w.ordinal(int(match.group("n")), bool(match.group("feminine")))

    def fraction(self, match: re.Match[str]) -> list[str] | None:
        top, bottom = int(match.group("a")), int(match.group("b"))
        known = self.w.fractions.get((top, bottom))
        if known:
            return known.split()
        if not self.w.over or not bottom:
            return None
        return [*self.w.cardinal(top), self.w.over, *self.w.cardinal(bottom)]

    def sign(self, match: re.Match[str]) -> list[str]:
        return self.w.signs[match.group()].split()

    def abbreviation(self, match: re.Match[str]) -> list[Reading] | None:
        spoken = self.w.abbreviations.get(match.group()) or self.w.abbreviations.get(
            match.group().lower()
        )
        if spoken is None:
            return None
        ends = match.end() == len(match.string.rstrip("\"'”) "))
        return [Reading(match.start(), match.end() - (1 if ends else 0), tuple(spoken.split()))]

    def address(self, match: re.Match[str]) -> list[Reading]:
        text = match.group().rstrip(".,;:!?)”»")
        bare = re.sub(r"^https?://", "", text).rstrip("/")
        names = {".": self.w.dot, "@": self.w.at, "/": self.w.slash, "-": self.w.dash}
        out: list[str] = []
        for part in re.findall(r"[^\W\d_]+|\d+|.", bare):
            if part.isdigit():
                out += [word for c in part for word in self.w.cardinal(int(c))]
            elif part == "www":
                out += ["w.w.w."]
            elif part.isalpha():
                out.append(part)
            elif part in names:
                out += names[part].split()
        return [Reading(match.start(), match.start() + len(text), tuple(out))]


def rules(w: Words) -> list[Rule]:
    """The rules of a language in the order in which they claim characters."""
    read = _Reader(w)
    gap = re.escape(w.thousands)
    mark = re.escape(w.decimal_mark)
    other = "." if w.decimal_mark == "," else ","
    grouped = rf"\d{{1,3}}(?:{mark}\d{{3}}){{2,6}}"  # 1,000,000 as in English
    number = rf"(?:{grouped}|\d{{1,3}}(?:[{gap}]\d{{2,3}}){{0,5}}[{gap}]\d{{3}}|\d{{1,20}})(?:{mark}\d{{1,10}}|{re.escape(other)}\d{{1,2}}(?!\d))?"  # noqa: E501
    sign = r"(?P<sign>(?<![\w)])[-−])?(?<![\d.,])"
    currency = "|".join(re.escape(c) for c in sorted(w.currencies, key=len, reverse=True))
    unit = "|".join(re.escape(u) for u in sorted(w.units, key=len, reverse=True))
    months = "|".join(re.escape(m) for m in w.months)
    of = rf"{w.of}\s+" if w.of else ""
    scale = rf"(?P<scale>{w.million})" if w.million else r"(?P<scale>(?!))"
    out = [
        rule(r"(?:https?://|www\.)[^\s<>\"”]{1,300}", read.address, ":."),
        rule(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}", read.address, "@"),
        rule(r"(?<!\d)(?P<y>[12]\d{3})-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)", read.date, "-"),
        rule(
            r"(?<![\d/.])(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>[12]\d{3}|\d\d)(?![\d/])",
            read.date,
            "/.",
        ),
        rule(
            rf"(?<![\d.,])(?P<day>(?P<d>\d{{1,2}})(?:er|[{SUPERSCRIPT}])?)(?=\s+{of}(?i:{months})\b)",
            read.day_of_month,
            DIGITS,
        ),
        rule(
            r"(?<![\d:.,])(?P<h>\d{1,2})\s?[:hH]\s?(?P<m>[0-5]\d)(?!\d|:\d)(?:\s?(?:h|hs|hrs)\b)?",
            read.time,
            ":hH",
        ),
        rule(r"(?<![\d:.,])(?P<h>\d{1,2})\s?h(?P<m>)(?![\w])", read.time, "h"),
        rule(
            rf"{sign}(?P<currency>{currency})\s?(?P<n>{number})(?:\s{scale}\b)?(?!\d)",
            read.money,
            DIGITS,
        ),
        rule(
            rf"{sign}(?P<n>{number})\s?(?:{scale}\s)?(?:{of})?(?P<currency>{currency})(?!\w)",
            read.money,
            DIGITS,
        ),
        rule(rf"{sign}(?P<n>{number})\s?%", read.percent, "%"),
        rule(rf"{sign}(?P<n>{number})\s?(?P<unit>{unit})(?![\w/])", read.measure, DIGITS),
    ]
    if w.ordinal_endings:
        out.append(
            rule(
                rf"(?<![\d.,])(?P<n>\d{{1,6}})\s?(?:{w.ordinal_endings})(?!\w)",
                read.ordinal,
                DIGITS,
            )
        )
    out += [
        rule(r"(?<![\d/])(?P<a>\d{1,3})/(?P<b>\d{1,3})(?![\d/])", read.fraction, "/"),
        rule(rf"(?<![\w.,-])(?P<a>{number})\s?[-–]\s?(?P<b>{number})(?![\d-])", read.range, "-–"),
        rule(rf"{sign}(?P<n>{number})", read.number, DIGITS),
        rule(r"\d{1,20}", read.digits, DIGITS),
        rule("[" + re.escape("".join(w.signs)) + "]", read.sign, "".join(w.signs)),
    ]
    if w.century:
        out.append(rule(w.century, read.century, "IVX"))
    if w.abbreviations:
        names = "|".join(re.escape(a) for a in sorted(w.abbreviations, key=len, reverse=True))
        out.append(rule(rf"(?<![\w.])(?i:{names})(?!\w)", read.abbreviation))
    return out
