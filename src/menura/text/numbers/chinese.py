"""Chinese numbers in characters."""

_DIGITS = "零一二三四五六七八九"
_SMALL = ["", "十", "百", "千"]
_LARGE = ["", "万", "亿", "万亿", "亿亿"]


def digits(text: str) -> str:
    """Digits one by one."""
    return "".join(_DIGITS[int(c)] for c in text if c in "0123456789")


def _group(number: int) -> str:
    """A number below 10,000, with 零 for gaps inside."""
    out, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            out += ("零" if gap and out else "") + _DIGITS[digit] + _SMALL[power]
            gap = False
        else:
            gap = True
    return out


def cardinal(text: str) -> str:
    """Characters of a whole number given as digits; very long ones are read digit by digit."""
    text = text.lstrip("0") or "0"
    if len(text) > 16:
        return digits(text)
    number = int(text)
    if number == 0:
        return "零"
    out, gap = "", False
    for power in range(4, -1, -1):
        group = number // 10000**power % 10000
        if group:
            if out and (gap or group < 1000):
                out += "零"
            part = _group(group)
            if part == "二" and power:
                part = "两"
            if part.startswith("二千"):
                part = "两" + part[1:]
            out += part + _LARGE[power]
            gap = False
        elif out:
            gap = True
    return out[1:] if out.startswith("一十") else out


def decimal(text: str) -> str:
    """Characters of a number as written, with a point for decimals and commas for thousands."""
    whole, _, fraction = text.replace(",", "").partition(".")
    out = cardinal(whole or "0")
    return out + "点" + digits(fraction) if fraction else out
