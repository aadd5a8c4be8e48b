"""Chinese normalisation: numbers, dates, times, money, percentages, measures."""

import re

from menura.text.numbers.chinese import cardinal, decimal, digits
from menura.text.readings import DIGITS, Reading, Rule, group, rule

_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,20})(?:\.\d{1,12})?"
_CURRENCIES = {"$": "美元", "¥": "元", "€": "欧元", "£": "英镑", "₹": "卢比", "元": "元"}
_UNITS = {
    **{"km": "公里", "m": "米", "cm": "厘米", "mm": "毫米", "kg": "公斤", "g": "克", "mg": "毫克"},
    **{"l": "升", "L": "升", "ml": "毫升", "mL": "毫升", "°C": "摄氏度", "°F": "华氏度", "°": "度"},
    **{"km/h": "公里每小时", "m²": "平方米", "km²": "平方公里", "m/s": "米每秒", "h": "小时"},
    **{"GB": "吉字节", "MB": "兆字节", "kW": "千瓦", "W": "瓦", "Hz": "赫兹", "s": "秒"},
}
_UNIT = "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True))
_SIGNS = {"&": "和", "+": "加", "=": "等于", "×": "乘以", "÷": "除以", "%": "百分号", "@": "艾特",
          "#": "井号", "°": "度", "<": "小于", ">": "大于", "±": "正负", "≈": "约等于"}  # fmt: skip
_MEASURES = (
    "个只条张位本件次天年杯瓶辆台间座家名岁块句封双对份种层口头"
    "匹支枝棵朵颗片页篇首套米公里点小时分钟"
)


def _year(match: re.Match[str]) -> list[Reading]:
    return [group(match, "y", [digits(match.group("y"))])]


def _date(match: re.Match[str]) -> list[str] | None:
    y, m, d = match.group("y"), match.group("m"), match.group("d")
    if not (1 <= int(m) <= 12 and 1 <= int(d) <= 31):
        return None
    return [f"{digits(y)}年{cardinal(m)}月{cardinal(d)}日"]


def _time(match: re.Match[str]) -> list[str] | None:
    hour, minute, second = match.group("h"), match.group("m"), match.group("s")
    if int(hour) > 24 or int(minute) > 59:
        return None
    out = ("两" if int(hour) == 2 else cardinal(hour)) + "点"
    if int(minute):
        out += ("零" if int(minute) < 10 else "") + cardinal(minute) + "分"
    else:
        out += "整" if not second else "零分"
    return [out + (cardinal(second) + "秒" if second else "")]


def _percent(match: re.Match[str]) -> list[str]:
    return [_sign(match) + "百分之" + decimal(match.group("n"))]


def _sign(match: re.Match[str]) -> str:
    return "负" if match.group("sign") else ""


def _money(match: re.Match[str]) -> list[str]:
    scale = match.group("scale") or ""
    return [decimal(match.group("n")) + scale + _CURRENCIES[match.group("c")]]


def _measure(match: re.Match[str]) -> list[str]:
    return [_sign(match) + decimal(match.group("n")) + _UNITS[match.group("u")]]


def _fraction(match: re.Match[str]) -> list[str] | None:
    if int(match.group("b")) == 0:
        return None
    return [cardinal(match.group("b")) + "分之" + cardinal(match.group("a"))]


def _range(match: re.Match[str]) -> list[str]:
    return [decimal(match.group("a")) + "到" + decimal(match.group("b"))]


def _two(match: re.Match[str]) -> list[Reading]:
    return [group(match, "n", ["两"])]


def _number(match: re.Match[str]) -> list[str]:
    text = match.group("n")
    if (
        "." not in text
        and "," not in text
        and ((len(text) > 1 and text[0] == "0") or len(text) > 9)
    ):
        return [_sign(match) + digits(text)]
    return [_sign(match) + decimal(text)]


def _name(match: re.Match[str]) -> list[str]:
    return [_SIGNS[match.group()]]


_BEFORE = r"(?P<sign>(?<![A-Za-z0-9)])[-−])?(?<![\d.,])"

RULES: list[Rule] = [
    rule(r"(?<!\d)(?P<y>[12]\d{3}|\d\d)(?=\s?年(?!代?[以之]))", _year, "年"),
    rule(r"(?<!\d)(?P<y>[12]\d{3})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)", _date, "-/."),
    rule(r"(?<![\d:])(?P<h>\d{1,2}):(?P<m>\d\d)(?::(?P<s>\d\d))?(?![\d:])", _time, ":"),
    rule(rf"{_BEFORE}(?P<n>{_NUMBER})\s?%", _percent, "%"),
    rule(rf"(?P<c>[$¥€£₹])\s?(?P<n>{_NUMBER})(?P<scale>[万亿千百]*)", _money, "$¥€£₹"),
    rule(rf"(?<![\d.,])(?P<n>{_NUMBER})(?P<scale>[万亿]*)(?P<c>[$€£¥])", _money, "$¥€£"),
    rule(rf"{_BEFORE}(?P<n>{_NUMBER})\s?(?P<u>{_UNIT})(?![A-Za-z])", _measure, DIGITS),
    rule(r"(?<![\d/])(?P<a>\d{1,3})/(?P<b>\d{1,3})(?![\d/])", _fraction, "/"),
    rule(rf"(?<![\w.,-])(?P<a>{_NUMBER})\s?[-–~～]\s?(?P<b>{_NUMBER})(?![\d-])", _range, "-–~～"),
    rule(rf"(?<![\d.,])(?P<n>2)(?=[{_MEASURES}])(?!年代|点\d)", _two, "2"),
    rule(rf"{_BEFORE}(?P<n>{_NUMBER})", _number, DIGITS),
    rule("[" + re.escape("".join(_SIGNS)) + "]", _name, "".join(_SIGNS)),
]
