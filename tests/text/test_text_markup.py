"""Marks inside of a text: what they mean, and that nothing like a tag is ever read out."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from menura.errors import TextError
from menura.text.markup import (
    BREAK,
    LAUGHTER,
    MOST_SILENCE,
    Delivery,
    Script,
    open_mark,
    parse,
)
from menura.text.script import Line, perform

FRAGMENTS = [
    *("<break", ' time="1s"', "/>", ">", "<", "<spell>", "</spell>", '<speed ratio="1.2"/>'),
    *("</speed>", "<volume ratio='2'", "<emotion value=", "sad", "<<", "m|ə", "№", ">>", " ", "\n"),
    *("[laughter]", "Hello", "world", ".", "A1", "<b>", "you", "<bre", "=", '"', "x < y"),
]
TAG = re.compile(r"<\s{0,3}/?\s{0,3}(?:break|spell|speed|volume|emotion)(?![\w-])", re.IGNORECASE)


def spoken(text: str, language: str = "en-US") -> str:
    """What is said of a text, in its own words."""
    lines = [part for part in perform(parse(text), language) if isinstance(part, Line)]
    return " ".join(word.text for line in lines for word in line.utterance.words)


def silences(text: str) -> list[float]:
    return [stretch.silence for stretch in parse(text).stretches if stretch.silence]


def deliveries(script: Script) -> dict[str, Delivery]:
    return {
        script.plain[one.start : one.end].strip(): one.delivery
        for one in script.stretches
        if script.plain[one.start : one.end].strip()
    }


@pytest.mark.parametrize(
    ("tag", "seconds"),
    [
        ('<break time="1s"/>', 1.0),
        ('<break time="300ms"/>', 0.3),
        ("<break time='1.5s' />", 1.5),
        ("<break time=2s>", 2.0),
        ('< BREAK  time = "0,25 s" / >', 0.25),
        ('<break time="750"/>', 0.75),
        ('<break time="3"/>', 3.0),
        ("<break/>", BREAK),
        ('<break time="soon"/>', BREAK),
        ('<break time="-1s"/>', BREAK),
        ('<break strength="strong"/>', 0.8),
        ('<break time="99999s"/>', MOST_SILENCE),
        ('<break time="1s"', 1.0),
        ("<break time=“1s”/>", 1.0),
        ("[laughter]", LAUGHTER),
        ("[ Laughter ]", LAUGHTER),
    ],
)
def test_breaks(tag: str, seconds: float) -> None:
    text = f"One {tag} two."
    assert silences(text) == [seconds]
    assert spoken(text) == "One two."


def test_a_delivery_holds_from_its_tag_on() -> None:
    script = parse(
        'a <speed ratio="1.3"/> b <volume ratio="0.7"/> c <emotion value="Sad"/> d '
        '<speed ratio="1"/> e',
        Delivery(0.9, 1.5, "calm"),
    )
    assert deliveries(script) == {
        "a": Delivery(0.9, 1.5, "calm"),
        "b": Delivery(1.3, 1.5, "calm"),
        "c": Delivery(1.3, 0.7, "calm"),
        "d": Delivery(1.3, 0.7, "Sad"),
        "e": Delivery(1.0, 0.7, "Sad"),
    }
    assert script.after == Delivery(1.0, 0.7, "Sad")
    places = [script.plain.index(letter) for letter in "abcde"]
    assert [script.volume_at(place) for place in places] == [1.5, 1.5, 0.7, 0.7, 0.7]


def test_a_closing_tag_brings_back_what_was_before() -> None:
    script = parse('a <speed ratio="1.3">b <volume ratio="2">c</speed> d</volume> e</emotion>')
    assert deliveries(script) == {
        "a": Delivery(),
        "b": Delivery(1.3),
        "c": Delivery(1.3, 2.0),
        "d": Delivery(1.0, 2.0),
        "e": Delivery(),
    }


@pytest.mark.parametrize(
    ("ratio", "speed"),
    [("1.2", 1.2), ("120%", 1.2), ("1.2x", 1.2), ("9", 1.5), ("0", 0.6), ("slow", 0.8)],
)
def test_ratios(ratio: str, speed: float) -> None:
    assert parse(f'<speed ratio="{ratio}"/>go').after.speed == pytest.approx(speed)


@pytest.mark.parametrize("tag", ['<speed ratio="abc"/>', "<speed/>", '<volume ratio=""/>'])
def test_a_value_without_sense_changes_nothing(tag: str) -> None:
    assert parse(f"a {tag} b").after == Delivery()
    assert spoken(f"a {tag} b") == "a b"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello <b>dear</b> friend.", "Hello dear friend."),
        ('<p class="x" id=3>Hello</p><br/> you', "Hello you"),
        ("Hello <speed of light> you", "Hello you"),
        ("Hello you <bre", "Hello you"),
        ("Hello you <break tim", "Hello you"),
        ("Hello</spell> you", "Hello you"),
        ('Hello <break time="1s" you', "Hello you"),
        ("if a <b and c> d then", "if a <b and c> d then"),
        ("Hello <> you << >>", "Hello you"),
    ],
)
def test_tags_are_not_read_out(text: str, said: str) -> None:
    bare = str.maketrans("", "", "<>")
    assert spoken(text).translate(bare).split() == said.translate(bare).split()


def test_an_unknown_tag_is_told() -> None:
    warnings = parse("Hello <b>dear</b> [laughter] friend").warnings
    assert [(warning.code, warning.text) for warning in warnings] == [
        ("text_tag_ignored", "<b>"),
        ("text_tag_ignored", "</b>"),
        ("text_laughter_silent", "[laughter]"),
    ]


def test_an_open_spell_ends_with_its_word() -> None:
    script = parse("<spell>AB1 is my code")
    assert [script.text[a:b] for a, b in script.spelled] == ["AB1"]


@pytest.mark.parametrize(
    ("text", "ready"),
    [
        ("Hello there.", "Hello there."),
        ('Hello <break time="1', "Hello "),
        ("Hello <", "Hello "),
        ("Hello <<m|ə", "Hello "),
        ("Hello [laugh", "Hello "),
        ("It is <spell>AB", "It is "),
        ("It is <spell>AB</spell> now", "It is <spell>AB</spell> now"),
        ("1 < 2 and so on", "1 < 2 and so on"),
        ("[note]", "[note]"),
    ],
)
def test_where_a_mark_is_still_open(text: str, ready: str) -> None:
    assert text[: open_mark(text)] == ready


def test_a_mark_splits_lines_and_silence_stands_between() -> None:
    parts = list(perform(parse('One.<break time="1s"/>Two <speed ratio="1.2"/>three.'), "en-US"))
    shown = [
        part if isinstance(part, float) else (part.utterance.phonemes, part.delivery.speed)
        for part in parts
    ]
    assert shown == [("wˈʌn.", 1.0), 1.0, ("tˈu,", 1.0), ("θɹˈi.", 1.2)]


def test_only_a_break_is_a_silence_and_only_tags_are_nothing() -> None:
    assert list(perform(parse('<break time="2s"/>'), "en-US")) == [2.0]
    with pytest.raises(TextError, match="nothing that can be spoken"):
        list(perform(parse("<b></b>"), "en-US"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
def test_any_mixture_is_spoken_or_refused_and_never_read_out(text: str) -> None:
    script = parse(text)
    assert len(script.plain) == len(text)
    assert not TAG.search(script.plain)
    assert 0 <= open_mark(text) <= len(text)
    for one, other in zip(script.stretches, script.stretches[1:], strict=False):
        assert one.start <= one.end <= other.start
    parts: list[Line | float] = []
    refused = ""
    try:
        parts = list(perform(script, "en-US"))
    except TextError as error:
        refused = error.code
    assert refused in ("", "text_nothing_to_speak", "text_phonemes_unknown")
    place = 0
    for part in parts:
        for word in part.utterance.words if isinstance(part, Line) else ():
            assert text[word.start : word.start + len(word.text)] == word.text
            assert word.start >= place
            place = word.start + len(word.text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_searched_for_marks(text: str) -> None:
    assert len(parse(text).plain) == len(text)


@pytest.mark.parametrize(
    "text",
    ["<" * 50_000, "<break " * 20_000, "<spell>" * 20_000, "<a b=" * 20_000, "< " * 50_000,
     "[" * 50_000, '<speed ratio="1.1">' * 10_000 + "</speed>" * 10_000],
)  # fmt: skip
def test_hostile_texts_are_read_in_one_go(text: str) -> None:
    script = parse(text)
    assert len(script.plain) == len(text)
    assert open_mark(text) <= len(text)
