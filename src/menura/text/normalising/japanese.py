"""Japanese normalisation: signs and formats become Japanese text, which Open JTalk reads.

Open JTalk itself reads digits with their counters (一本, ３月５日); what it does not know is
rewritten here.
"""

import re

from menura.text.readings import DIGITS, Rule, rule

_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,16})(?:\.\d{1,12})?"
_CURRENCIES = {"¥": "円", "￥": "円", "$": "ドル", "€": "ユーロ", "£": "ポンド"}
_UNITS = {
    **{"km/h": "キロメートル毎時", "km": "キロメートル", "m": "メートル", "cm": "センチメートル"},
    **{
        "mm": "ミリメートル",
        "kg": "キログラム",
        "g": "グラム",
        "mg": "ミリグラム",
        "L": "リットル",
    },
    **{
        "l": "リットル",
        "ml": "ミリリットル",
        "mL": "ミリリットル",
        "°C": "度",
        "°F": "度",
        "°": "度",
    },
    **{
        "m²": "平方メートル",
        "GB": "ギガバイト",
        "MB": "メガバイト",
        "%": "パーセント",
        "kW": "キロワット",
    },
}
_UNIT = "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True))
_SIGNS = {"&": "アンド", "+": "プラス", "=": "イコール", "×": "かける", "÷": "わる", "@": "アット",
          "#": "シャープ", "%": "パーセント", "±": "プラスマイナス", "→": "から"}  # fmt: skip


def _plain(text: str) -> str:
    return text.replace(",", "")


def _date(match: re.Match[str]) -> list[str] | None:
    month, day = int(match.group("m")), int(match.group("d"))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return [f"{match.group('y')}年{month}月{day}日"]


def _time(match: re.Match[str]) -> list[str] | None:
    hour, minute, second = match.group("h"), match.group("m"), match.group("s")
    if int(hour) > 24 or int(minute) > 59:
        return None
    out = f"{int(hour)}時" + (f"{int(minute)}分" if int(minute) else "")
    return [out + (f"{int(second)}秒" if second else "")]


def _money(match: re.Match[str]) -> list[str]:
    return [_plain(match.group("n")) + (match.group("scale") or "") + _CURRENCIES[match.group("c")]]


def _measure(match: re.Match[str]) -> list[str]:
    sign = "マイナス" if match.group("sign") else ""
    return [sign + _plain(match.group("n")) + _UNITS[match.group("u")]]


def _range(match: re.Match[str]) -> list[str]:
    return [_plain(match.group("a")) + "から" + _plain(match.group("b"))]


def _fraction(match: re.Match[str]) -> list[str]:
    return [match.group("b") + "分の" + match.group("a")]


def _number(match: re.Match[str]) -> list[str] | None:
    text = match.group("n")
    sign = "マイナス" if match.group("sign") else ""
    if not sign and text.isdigit():
        return None
    return [sign + _plain(text)]


def _name(match: re.Match[str]) -> list[str]:
    return [_SIGNS[match.group()]]


_BEFORE = r"(?P<sign>(?<![A-Za-z0-9)])[-−])?(?<![\d.,])"

RULES: list[Rule] = [
    rule(r"(?<!\d)(?P<y>[12]\d{3})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)", _date, "-/."),
    rule(r"(?<![\d:])(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d))?(?![\d:])", _time, ":"),
    rule(rf"(?P<c>[¥￥$€£])\s?(?P<n>{_NUMBER})(?P<scale>[万億千百]*)", _money, "¥￥$€£"),
    rule(rf"{_BEFORE}(?P<n>{_NUMBER})\s?(?P<u>{_UNIT})(?![A-Za-z])", _measure, DIGITS),
    rule(
        rf"(?<![\w.,-])(?P<a>{_NUMBER})\s?[-–~～〜]\s?(?P<b>{_NUMBER})(?![\d-])", _range, "-–~～〜"
    ),
    rule(r"(?<![\d/])(?P<a>\d{1,3})/(?P<b>\d{1,3})(?![\d/])", _fraction, "/"),
    rule(rf"{_BEFORE}(?P<n>{_NUMBER})", _number, DIGITS),
    rule("[" + re.escape("".join(_SIGNS)) + "]", _name, "".join(_SIGNS)),
]
