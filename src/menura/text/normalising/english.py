"""English normalisation: dates, times, money, measures, addresses of the net, short forms."""

import re
from collections.abc import Sequence

from menura.text.normalising import english_words as words
from menura.text.normalising.english_numbers import NUMBER_RULES, money_rules, number
from menura.text.numbers.english import cardinal, digits, ordinal, year
from menura.text.numbers.roman import roman
from menura.text.readings import DIGITS, Reading, Rule, group, rule
from menura.text.word_lists import word_set

_MONTH = "|".join([*(m.capitalize() for m in words.MONTHS), r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"])  # fmt: skip  # noqa: E501
_TOP_LEVEL = (
    "com|org|net|edu|gov|mil|int|io|ai|co|uk|us|de|fr|es|it|nl|eu|ca|au|jp|cn|in|br|ru|ch|se|no|"
    "info|biz|dev|app|tv|me|xyz|online|site|tech|store|blog|news|cloud|gg|ly|be"
)


def _month(name: str) -> str:
    name = name.lower().rstrip(".")
    return words.MONTH_SHORT.get(name, name)


def _spell_address(text: str) -> list[str]:
    """Words of an address: names as words, signs by name, digits one by one or as a number."""
    signs = {".": "dot", "/": "slash", "@": "at", "-": "dash", "_": "underscore", ":": "colon",
             "?": "question mark", "=": "equals", "&": "and", "#": "hash", "%": "percent",
             "+": "plus", "~": "tilde"}  # fmt: skip
    out: list[str] = []
    for part in re.findall(r"[A-Za-z]+|[0-9]+|.", text):
        if part.isdigit():
            out += cardinal(int(part)) if len(part) < 3 else digits(part)
        elif part.isalpha():
            out += _name_parts(part)
        elif part in signs:
            out += signs[part].split()
    return out


_SPELLED = word_set(
    "www http https ftp html htm php pdf io ai uk us tv eu de ru fr jp cn url api faq css js gg"
)


def _name_parts(part: str) -> list[str]:
    low = part.lower()
    if low in _SPELLED:
        return [".".join(part.upper()) + "."]
    if len(part) > 1 and not re.search(r"[aeiouy]", low):
        return [".".join(part.upper()) + "."]
    return [low]


def _url(match: re.Match[str]) -> Sequence[Reading] | None:
    text = match.group()
    trimmed = text.rstrip(".,;:!?)'\"”]>")
    spoken = re.sub(r"^https?://(?:www\.)?", "", trimmed).rstrip("/")
    return [Reading(match.start(), match.start() + len(trimmed), tuple(_spell_address(spoken)))]


def _email(match: re.Match[str]) -> list[str]:
    return _spell_address(match.group())


def _valid_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _say_date(month: int, day: int, year_number: int | None) -> list[str]:
    out = [words.MONTHS[month - 1], *ordinal(day)]
    return out + (year(year_number) if year_number is not None else [])


def _iso_date(match: re.Match[str]) -> list[str] | None:
    y, m, d = (int(match.group(name)) for name in "ymd")
    return _say_date(m, d, y) if _valid_day(m, d) else None


def _slash_date(british: bool, match: re.Match[str]) -> list[str] | None:
    first, second, y = (int(match.group(name)) for name in "aby")
    month, day = (second, first) if british else (first, second)
    if not _valid_day(month, day):
        month, day = day, month
    if not _valid_day(month, day):
        return None
    if len(match.group("y")) == 2:
        y += 2000 if y < 50 else 1900
    return _say_date(month, day, y)


def _american_date(match: re.Match[str]) -> list[str] | None:
    return _slash_date(False, match)


def _british_date(match: re.Match[str]) -> list[str] | None:
    return _slash_date(True, match)


def _month_day(match: re.Match[str]) -> list[Reading] | None:
    day = int(match.group("d"))
    if not 1 <= day <= 31:
        return None
    out = [
        group(match, "month", [_month(match.group("month"))]),
        group(match, "day", ordinal(day)),
    ]
    if match.group("year"):
        out.append(group(match, "year", year(int(match.group("year")))))
    return out


def _day_month(match: re.Match[str]) -> list[Reading] | None:
    day = int(match.group("d"))
    if not 1 <= day <= 31:
        return None
    article = ["of"] if match.group("of") else []
    spoken = ["the", *ordinal(day), *([] if article else ["of"])]
    if match.group("the"):
        spoken = spoken[1:]
    out = [
        group(match, "day", spoken),
        group(match, "month", [_month(match.group("month"))]),
    ]
    if match.group("year"):
        out.append(group(match, "year", year(int(match.group("year")))))
    return out


def _month_year(match: re.Match[str]) -> list[Reading]:
    return [
        group(match, "month", [_month(match.group("month"))]),
        group(match, "year", year(int(match.group("year")))),
    ]


def _half_of_day(text: str | None) -> list[str]:
    return [text[0].upper() + ".M."] if text else []


def _time(match: re.Match[str]) -> list[str] | None:
    hour, minute = int(match.group("hour")), int(match.group("minute"))
    second = match.group("second")
    if hour > 24 or minute > 59:
        return None
    half = _half_of_day(match.group("half"))
    out = cardinal(hour)
    if minute:
        out += ["oh", *cardinal(minute)] if minute < 10 else cardinal(minute)
    elif not half and not second:
        out += ["o'clock"] if 1 <= hour <= 12 else ["hundred"] if hour > 12 else ["hours"]
    if second and int(second):
        out += ["and", *cardinal(int(second)), "second" if int(second) == 1 else "seconds"]
    return out + half


def _hour(match: re.Match[str]) -> list[str] | None:
    hour = int(match.group("hour"))
    return [*cardinal(hour), *_half_of_day(match.group("half"))] if 1 <= hour <= 12 else None


def _abbreviation(match: re.Match[str]) -> list[Reading] | None:
    name = match.group("name")
    spoken = words.ABBREVIATIONS.get(name) or words.ABBREVIATIONS.get(name.lower())
    if spoken is None:
        return None
    # The last stop stays outside where it may end the sentence too.
    ends = match.end() == len(match.string.rstrip("\"'”) "))
    stop = match.end() - 1 if ends else match.end()
    return [Reading(match.start(), stop, tuple(spoken.split()))]


def _plain_abbreviation(match: re.Match[str]) -> list[str] | None:
    return words.PLAIN_ABBREVIATIONS[match.group()].split()


def _saint_or_street(match: re.Match[str]) -> list[Reading]:
    before = match.string[: match.start()].rstrip()
    street = re.search(r"[A-Z0-9][\w']*$", before) is not None and match.group("next") is None
    street = street or re.search(r"(?:\d|[a-z]th|[A-Z]\w+)$", before) is not None
    ends = street and match.end("st") == len(match.string.rstrip("\"'”) "))
    stop = match.end("st") - (1 if ends else 0)
    return [Reading(match.start(), stop, ("street" if street else "saint",))]


def _number_sign(match: re.Match[str]) -> list[str]:
    return ["number", *number(match.group("n"))]


def _numero(match: re.Match[str]) -> list[Reading]:
    return [Reading(match.start(), match.end("no"), ("number",))]


_ROMAN_HEADS = (
    "chapter|part|volume|vol|act|scene|section|book|phase|title|war|type|class|level|stage|grade|"
    "article|appendix|figure|table|step|unit|mark|episode|season|bowl|round|group|category|tier|"
    "apollo|rocky|final fantasy"
)
_ROYAL = (
    "Henry|Louis|George|Edward|Charles|James|William|Richard|Elizabeth|Mary|Philip|Napoleon|"
    "Pius|Benedict|John|Paul|Francis|Leo|Gregory|Clement|Innocent|Alexander|Nicholas|Ivan|"
    "Catherine|Peter|Frederick|Wilhelm|Ferdinand|Ramses|Ramesses|Otto|Leopold|Gustav|Christian|"
    "Alfonso|Umberto|Victor|Robert|David|Haakon|Olav|Harald|Charles|Carl|Baldwin|Urban|Sixtus"
)
_ROMAN = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"


def _roman_after_head(match: re.Match[str]) -> list[Reading] | None:
    text = match.group("roman")
    return [group(match, "roman", cardinal(roman(text)))] if text else None


def _roman_after_name(match: re.Match[str]) -> list[Reading] | None:
    text = match.group("roman")
    if not text or (text == "I" and not re.match(r"\s+(?:of|was|and|died|had|ruled|,)|[,.;)]|$", match.string[match.end():])):  # fmt: skip  # noqa: E501
        return None
    return [group(match, "roman", ["the", *ordinal(roman(text))])]


def _initialism(match: re.Match[str]) -> list[Reading]:
    letters = match.group().replace(".", "")
    ends = match.group().endswith(".") and match.end() == len(match.string.rstrip("\"'”) "))
    spelled = ".".join(letters.upper()) + "."
    return [Reading(match.start(), match.end() - (1 if ends else 0), (spelled,))]


def _handle(match: re.Match[str]) -> list[str]:
    return ["at", *_spell_address(match.group("name"))]


def _hashtag(match: re.Match[str]) -> list[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", match.group("name"))
    out = ["hashtag"]
    for part in parts:
        out += number(part) if part.isdigit() else [part]
    return out


def _sign(match: re.Match[str]) -> list[str]:
    return words.SIGNS[match.group()].split()


def _and_slash_or(match: re.Match[str]) -> list[str]:
    return ["and", "or"]


def _round_the_clock(match: re.Match[str]) -> list[str]:
    return ["twenty", "four", "seven"]


def rules(british: bool) -> list[Rule]:
    """The English rules in the order in which they claim characters."""
    date = _british_date if british else _american_date
    year_part = r"(?:,?\s+(?P<year>[12]\d{3})(?![\d,.]\d))?"
    return [
        rule(r"(?:https?://|www\.)[^\s<>\"”]{1,300}", _url, ":."),
        rule(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}(?<![.-])", _email, "@"),
        rule(
            rf"(?<![\w@.])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,40}}\.){{1,4}}(?:{_TOP_LEVEL})(?:/[^\s<>\"”]{{0,200}})?(?![\w])",
            _domain,
            ".",
        ),
        rule(r"(?<![\w@])@(?P<name>\w{2,30})", _handle, "@"),
        rule(r"(?<![\w#&])#(?P<n>\d{1,6})\b", _number_sign, "#"),
        rule(r"(?<![\w#&])#(?P<name>[A-Za-z]\w{0,40})", _hashtag, "#"),
        rule(r"(?<![\w-])24/7\b", _round_the_clock, "/"),
        rule(r"(?<![\d-])(?P<y>[12]\d{3})-(?P<m>\d\d)-(?P<d>\d\d)(?!\d|-)(?=T?)", _iso_date, "-"),
        rule(r"(?<![\d/])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4}|\d\d)(?![\d/])", date, "/"),
        rule(
            r"(?<![\d.])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>[12]\d{3})(?![\d.]\d)",
            _british_date,
            ".",
        ),
        rule(
            rf"\b(?P<month>{_MONTH})\s+(?P<day>(?P<d>\d{{1,2}})(?:st|nd|rd|th)?)(?!\d|[.:]\d|,\d){year_part}",
            _month_day,
            DIGITS,
        ),
        rule(
            rf"(?P<the>\b[Tt]he\s+)?(?<![\d.,])(?P<day>(?P<d>\d{{1,2}})(?:st|nd|rd|th)?)\s+(?P<of>of\s+)?(?P<month>{_MONTH})(?!\w){year_part}",
            _day_month,
            DIGITS,
        ),
        rule(rf"\b(?P<month>{_MONTH})\s+(?P<year>[12]\d{{3}})(?![\d,]\d)", _month_year, DIGITS),
        rule(
            r"(?<![\d:.])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\s?(?P<half>[AaPp]\.?[Mm](?:\.|\b)))?(?!\d|:\d)",
            _time,
            ":",
        ),
        rule(
            r"(?<![\d:.])(?P<hour>\d{1,2})\s?(?P<half>[AaPp]\.[Mm]\.|[AaPp][Mm]\b)", _hour, DIGITS
        ),
        *money_rules(),
        rule(r"\b(?P<no>[Nn]os?\.|№)\s?(?=\d)", _numero, ".№"),
        *NUMBER_RULES,
        rule(
            rf"(?i:\b(?:{_ROMAN_HEADS})\b\.?)\s+(?P<roman>(?=[MDCLXVI]){_ROMAN})\b(?!')",
            _roman_after_head,
            "MDCLXVI",
        ),
        rule(rf"\b(?:{_ROYAL})\s+(?P<roman>(?=[XVI]){_ROMAN})\b", _roman_after_name, "XVI"),
        rule(r"\b(?P<st>St\.)(?P<next>\s+[A-Z])?", _saint_or_street, "S"),
        rule(
            r"(?<![\w.])(?P<name>(?:[A-Za-z]{1,8}|[a-z](?:\.[a-z]){1,3}|P\.S|R\.I\.P)\.)(?!\w)",
            _abbreviation,
            ".",
        ),
        rule(r"(?<![\w.])(?:[A-Za-z]\.){2,7}(?!\w)", _initialism, "."),
        rule(
            r"(?<![\w./])(?:Mrs?|Ms|Dr|Prof|vs|etc|Jr|Ltd|Sgt|Blvd|w/o|w/)(?![\w'./-])",
            _plain_abbreviation,
        ),
        rule(r"\b[Aa]nd/or\b", _and_slash_or, "/"),
        rule("[" + re.escape("".join(words.SIGNS)) + "]", _sign, "".join(words.SIGNS)),
    ]


def _domain(match: re.Match[str]) -> Sequence[Reading] | None:
    text = match.group()
    if not re.search(r"[a-z]", text) or re.fullmatch(r"[a-z]\.[a-z]{1,2}", text):
        return None
    name = re.match(r"[^/]*", text)
    labels = name.group().split(".") if name else []
    # "end.In" is a missing blank, not a domain; "e.g" and "Ph.D" are abbreviations.
    if labels[-1] != labels[-1].lower() or (labels[0][:1].isupper() and labels[-1] in ("in", "it", "no", "me", "be", "us", "de", "es")):  # fmt: skip  # noqa: E501
        return None
    return _url(match)
