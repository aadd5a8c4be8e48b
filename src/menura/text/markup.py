"""Marks inside of a text: pauses, pace, loudness, emotion, spelling and written-out phonemes.

Marks are `<break time="1s"/>`, `<speed ratio="1.2"/>`, `<volume ratio="0.8"/>`,
`<emotion value="sad"/>`, `<spell>…</spell>`, `[laughter]` and `<<ph|on|emes>>` (see
`menura.text.inline`). Pace, loudness and emotion hold from their mark on, until the next one, the
closing tag, or the end. Nothing that looks like a tag is ever read out:

- a known tag without its `>` ends after its last attribute;
- a tag with a value that makes no sense changes nothing; a number outside of the range is brought
  to its edge; a `<break>` without a time is a short one;
- `<spell>` without an end spells up to the next blank;
- tags that Menura does not know are passed over, what they enclose is spoken.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace

from menura.text.warning import TextWarning

SPEEDS = (0.6, 1.5)
VOLUMES = (0.5, 2.0)

MOST_SILENCE = 10.0
"""A longer break is shortened to this, in seconds."""

BREAK = 0.5
"""Seconds of a `<break/>` that names no time."""

LAUGHTER = 0.3
"""Seconds of silence in place of `[laughter]`, which the base model cannot produce."""

_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.8,
              "x-strong": 1.2}  # fmt: skip
_PACES = {"slowest": 0.6, "slow": 0.8, "normal": 1.0, "fast": 1.2, "fastest": 1.5}

MOST_WARNINGS = 20
MOST_OPEN = 50

_NAMES = "break|spell|speed|volume|emotion"
_ATTRIBUTES = "ti?m?e?|ra?t?i?o?|va?l?u?e?"
_STARTS = "brea?k?|spe(?:ll?|ed?)?|volu?m?e?|emot?i?o?n?"
_MARK = re.compile(
    rf"""
      (?P<phonemes><<[^<>]*>>)
    | (?P<unclosed><<[^<>\s]*\|[^<>\s]*>?)
    | (?P<cut><\s{{0,3}}/?\s{{0,3}}(?:{_STARTS}|(?:{_NAMES})\s+(?:{_ATTRIBUTES})\s*=?)\s*/?\Z)
    | <\s{{0,3}}(?P<close>/?)\s{{0,3}}(?P<name>{_NAMES})(?![\w-])
        (?P<rest>[^<>]{{0,120}}>
        |(?:\s+[\w-]+\s{{0,3}}=\s{{0,3}}["'“”]?[^\s<>"'“”]*["'“”]?)*\s*/?)
    | (?P<other></?[a-z][\w:.-]*(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s<>"']+))*\s*/?>)
    | (?P<laughter>\[\s{{0,3}}laughter\s{{0,3}}\])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""([\w-]+)\s{0,3}=\s{0,3}(?:["“”]([^"“”<>]*)["“”]?|'([^'<>]*)'?|([^\s"'“”<>]+))"""
)
_NUMBER = re.compile(r"[+]?(\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9})\s*([a-z%]*)", re.IGNORECASE)
_OPEN_END = re.compile(
    r"<(?:/?[a-z][^<>]{0,150})?\Z|<<[^<>\s]{0,200}\Z"
    r"|\[\s{0,3}(?:l|la|lau|laug|laugh|laught|laughte|laughter)?\s{0,3}\Z",
    re.IGNORECASE,
)
_SPELL_OPEN = re.compile(r"<\s{0,3}(/?)\s{0,3}spell(?![\w-])[^<>]{0,120}>", re.IGNORECASE)


@dataclass(frozen=True)
class Delivery:
    """How text is spoken from some point on."""

    speed: float = 1.0
    volume: float = 1.0
    emotion: str = ""
    """As it was written; see `menura.speech.emotions`."""


@dataclass(frozen=True)
class Stretch:
    """Text between two marks, `text[start:end]`, and the silence after it in seconds."""

    start: int
    end: int
    delivery: Delivery
    silence: float = 0.0


@dataclass(frozen=True)
class Script:
    """A text with its marks understood."""

    text: str
    """As it was sent."""

    plain: str
    """The same length, with blanks in place of tags and letters in place of phonemes."""

    stretches: tuple[Stretch, ...]
    """In order; they cover the text except its marks."""

    spelled: tuple[tuple[int, int], ...] = ()
    """Where the text is to be spelled."""

    phonemes: tuple[tuple[int, int], ...] = ()
    """Where phonemes are written, with their brackets."""

    after: Delivery = field(default_factory=Delivery)
    """What holds at the end, for a text that goes on."""

    warnings: tuple[TextWarning, ...] = ()

    def volume_at(self, offset: int) -> float:
        """The loudness that holds at an offset of the text."""
        place = bisect_right(self.stretches, offset, key=lambda stretch: stretch.start)
        return self.stretches[max(0, place - 1)].delivery.volume


def parse(text: str, delivery: Delivery | None = None) -> Script:
    """Finds the marks of a text of any kind; `delivery` is what holds at its start."""
    reader = _Reader(text, delivery or Delivery())
    if "<" in text or "[" in text:
        for match in _MARK.finditer(text):
            reader.take(match)
    return reader.finish()


def open_mark(text: str) -> int:
    """Where a mark begins that the text ends in the middle of; its length if there is none.

    For text that comes in pieces: what is before this offset can be spoken already. An open
    `<spell>` counts as such a mark.
    """
    spell = None
    for match in _SPELL_OPEN.finditer(text):
        spell = None if match.group(1) else match.start()
    if spell is not None:
        return spell
    tail = max(0, len(text) - 400)
    found = _OPEN_END.search(text, tail)
    return found.start() if found else len(text)


class _Reader:
    """Collects what the marks say, in the order of the text."""

    def __init__(self, text: str, delivery: Delivery) -> None:
        self.text = text
        self.now = delivery
        self.opened: list[tuple[str, Delivery]] = []
        self.start = 0
        self.copied = 0
        self.plain: list[str] = []
        self.stretches: list[Stretch] = []
        self.spelled: list[tuple[int, int]] = []
        self.phonemes: list[tuple[int, int]] = []
        self.warnings: list[TextWarning] = []
        self.spelling: int | None = None

    def take(self, match: re.Match[str]) -> None:
        if match.lastgroup in ("phonemes", "unclosed"):
            # Letters, so that it counts as a word until its reading is laid over it.
            self._mask(match, "x")
            self.phonemes.append(match.span())
            return
        self._mask(match, " ")
        before, silence = self.now, 0.0
        name = (match.group("name") or "").lower()
        closing, rest = bool(match.group("close")), match.group("rest") or ""
        if match.group("laughter"):
            silence = LAUGHTER
            self._warn("text_laughter_silent", "Laughter is not spoken; there is a pause.", match)
        elif match.group("other"):
            self._warn("text_tag_ignored", f"The tag {match.group()[:40]!r} is not known.", match)
        elif name == "break":
            silence = 0.0 if closing else _silence(rest)
        elif name == "spell":
            self._spell(closing, match)
        elif name:
            self._deliver(name, closing, rest)
        if silence or self.now != before:
            self._close(match.start(), before, silence)
            self.start = match.end()

    def finish(self) -> Script:
        self.plain.append(self.text[self.copied :])
        if self.spelling is not None:
            self.spelled.append((self.spelling, self._next_blank(self.spelling)))
        self._close(len(self.text), self.now, 0.0)
        return Script(
            self.text,
            "".join(self.plain),
            tuple(self.stretches),
            tuple(self.spelled),
            tuple(self.phonemes),
            self.now,
            tuple(self.warnings),
        )

    def _mask(self, match: re.Match[str], filler: str) -> None:
        self.plain += [self.text[self.copied : match.start()], filler * len(match.group())]
        self.copied = match.end()

    def _close(self, end: int, delivery: Delivery, silence: float) -> None:
        self.stretches.append(Stretch(self.start, end, delivery, silence))

    def _warn(self, code: str, sentence: str, match: re.Match[str]) -> None:
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(TextWarning(code, sentence, match.start(), match.group()[:40]))

    def _spell(self, closing: bool, match: re.Match[str]) -> None:
        if not closing:
            self.spelling = match.end() if self.spelling is None else self.spelling
        elif self.spelling is not None:
            self.spelled.append((self.spelling, match.start()))
            self.spelling = None

    def _next_blank(self, start: int) -> int:
        found = re.compile(r"\s*\S+").match(self.text, start)
        return found.end() if found else start

    def _deliver(self, name: str, closing: bool, rest: str) -> None:
        if closing:
            for i in range(len(self.opened) - 1, -1, -1):
                if self.opened[i][0] == name:
                    self.now = replace(self.now, **{name: getattr(self.opened[i][1], name)})
                    del self.opened[i]
                    break
            return
        if not rest.rstrip(" >").endswith("/"):
            self.opened = [*self.opened[-MOST_OPEN:], (name, self.now)]
        values = _values(rest)
        if name == "emotion" and values:
            self.now = replace(self.now, emotion=values[0].strip()[:100])
        elif name == "speed":
            ratio = next((r for r in map(_ratio, values) if r is not None), self.now.speed)
            self.now = replace(self.now, speed=min(max(ratio, SPEEDS[0]), SPEEDS[1]))
        elif name == "volume":
            ratio = next((r for r in map(_ratio, values) if r is not None), self.now.volume)
            self.now = replace(self.now, volume=min(max(ratio, VOLUMES[0]), VOLUMES[1]))


def _values(rest: str) -> list[str]:
    """The values of a tag's attributes."""
    found = []
    for match in _ATTRIBUTE.finditer(rest):
        quoted = match.group(2) if match.group(2) is not None else match.group(3)
        found.append(quoted if quoted is not None else match.group(4).rstrip("/"))
    return found


def _ratio(value: str) -> float | None:
    """A factor: `1.2`, `120%`, `1.2x`, or a word such as `fast`."""
    value = value.strip()
    match = _NUMBER.match(value)
    if match is None:
        return _PACES.get(value.lower())
    number = float(match.group(1).replace(",", "."))
    return number / 100 if match.group(2) == "%" else number


def _silence(rest: str) -> float:
    """Seconds of a break: of its time, else of its strength, else the usual."""
    for value in _values(rest):
        value = value.strip().lower()
        if value in _STRENGTHS:
            return _STRENGTHS[value]
        match = _NUMBER.match(value)
        if match is None:
            continue
        seconds = float(match.group(1).replace(",", "."))
        unit = match.group(2)
        # Without a unit a large number can only be meant in milliseconds.
        if unit in ("ms", "msec", "millis") or (not unit and seconds > MOST_SILENCE):
            seconds /= 1000
        return min(seconds, MOST_SILENCE)
    return BREAK
