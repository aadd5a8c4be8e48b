"""What a caller fixes: IPA, spelling, dictionaries, emotions by name, and normalization."""

import pytest

from menura.errors import TextError
from menura.text.alphabet import SYMBOLS
from menura.text.emotions import NAMES, Emotion, find_emotion
from menura.text.ipa import from_ipa
from menura.text.languages import SPOKEN
from menura.text.markup import parse
from menura.text.prepare import phonemise
from menura.text.pronunciations import Pronunciation
from menura.text.script import Line, perform
from menura.text.spelling import character_name


def said(
    text: str,
    language: str = "en-US",
    *pronunciations: Pronunciation,
    normalization: str = "auto",
) -> str:
    parts = perform(
        parse(text), language, pronunciations=pronunciations, normalization=normalization
    )
    return " ".join(part.utterance.phonemes for part in parts if isinstance(part, Line))


@pytest.mark.parametrize(
    ("written", "language", "symbols"),
    [
        ("ˈ|b|ɑ|ˈ|j|u", "en-US", "bˈɑjˈu"),
        ("ˈ|dʒ|ə|m|b|ə|ˈ|l|aɪ|ə", "en-US", "ʤˈəmbəlˈIə"),
        ("kʰ|ow|ɫ|d", "en-US", "kOld"),
        ("b|ɝ|d", "en-US", "bɜɹd"),
        ("b|ɝ|d", "en-GB", "bɜːd"),
        ("ˈ|w|ɔː|t|ə", "en-GB", "wˈɔːtə"),
        ("b|ʌ|ɾ|ɚ", "en-US", "bʌTəɹ"),
        ("b|ʌ|t|n̩", "en-US", "bʌtᵊn"),
        ("m|ə|n|ˈʊ|ɹ|ə", "en-US", "mənˈʊɹə"),
        ("b|ɔ̃|ʒ|u|ʁ", "fr-FR", "bɔ̃ʒuʁ"),
        ("ts|i", "it-IT", "ʦi"),
        ("s|ɯ|tɕ|i", "ja-JP", "sɯʨi"),
        ("ʈʂ|ʊ˥˥|ŋ", "zh-CN", "ꭧʊ→ŋ"),
        ("ç", "fr-FR", "ç"),
        ("tʰ|a", "hi-IN", "tʰa"),
    ],
)
def test_ipa_becomes_the_alphabet(written: str, language: str, symbols: str) -> None:
    assert from_ipa(written, language) == symbols
    assert set(symbols) <= SYMBOLS


@pytest.mark.parametrize(
    ("written", "part"), [("m|№|n", "№"), ("ˈ", "no sound"), ("|", "no sound")]
)
def test_ipa_that_cannot_be_spoken(written: str, part: str) -> None:
    with pytest.raises(TextError, match=part) as caught:
        from_ipa(written, "en-US")
    assert caught.value.code == "text_phonemes_unknown"


def test_every_letter_and_digit_has_a_name_in_every_language() -> None:
    for language in SPOKEN:
        for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
            assert character_name(character, language), (language, character)


@pytest.mark.parametrize(
    ("text", "language", "phonemes"),
    [
        ("<spell>AB1</spell>.", "en-US", "ˈA, bˈi, wˈʌn."),
        ("<spell>ab-1</spell>.", "en-GB", "ˈA, bˈiː; wˈʌn."),
        ("<spell>A B</spell>.", "en-US", "ˈA; bˈi."),
        ("<spell>Y2</spell>.", "es-ES", "ˈi ɡɾjˈeɣa, dˈos."),
        ("<spell>A1</spell>。", "zh-CN", "ˈA, i→."),
        ("<spell>a@b.c</spell>!", "en-US", "ˈA, æt, bˈi, dˈɑt, sˈi!"),
    ],
)
def test_spelling(text: str, language: str, phonemes: str) -> None:
    assert said(text, language) == phonemes


def test_an_entry_means_every_capitalisation() -> None:
    cat = Pronunciation("Cat", "dog")
    assert said("cat Cat CAT cats.", "en-US", cat) == said("dog dog dog cats.")


@pytest.mark.parametrize(
    ("entry", "text", "wanted"),
    [
        ("cat", "cat Cat CAT.", "dog dog CAT."),
        ("Cat", "cat Cat CAT.", "cat dog CAT."),
        ("green valley", "Green valley, Green Valley.", "dog, Green Valley."),
    ],
)
def test_a_case_sensitive_entry(entry: str, text: str, wanted: str) -> None:
    assert said(text, "en-US", Pronunciation(entry, "dog", True)) == said(wanted)


def test_the_longest_entry_counts_and_a_possessive_follows() -> None:
    entries = (Pronunciation("new", "old"), Pronunciation("New York", "<<b|ˈi|k>>"))
    assert said("New York's new.", "en-US", *entries) == f"bˈiks {said('old.')}"


def test_aliases_are_read_like_text_and_what_cannot_be_said_is_left() -> None:
    entries = (
        Pronunciation("dozen", "12"),
        Pronunciation("bird", "Ж"),
        Pronunciation("鳥", "bird"),
    )
    assert said("A dozen, bird.", "en-US", *entries) == said("A twelve, bird.")
    assert "mei" in said("他叫Menura。", "zh-CN", Pronunciation("Menura", "梅努拉"))
    assert "menɯɾa" in said("Menuraは鳥です。", "ja-JP", Pronunciation("Menura", "メヌラ"))


def test_neighbours_hear_what_is_said() -> None:
    assert said("The <<æ|p>> and the <<b|ʊ>>.").split()[0] == said("The apple.").split()[0]
    assert said("The <<b|ʊ>>.").split()[0] == said("The book.").split()[0]


def test_written_phonemes_go_before_a_dictionary() -> None:
    assert said("<<m|ˈæ|n>>.", "en-US", Pronunciation("m", "dog")) == "mˈæn."


def test_normalization() -> None:
    assert said("3/4/2021.", normalization="en-GB") != said("3/4/2021.")
    assert said("12.", normalization="off") == said("one two.")
    assert said("12。", "zh-CN", normalization="off") == said("一 二。", "zh-CN")
    assert phonemise("12.", "en-US", None) == said("one two.")
    for asked in ("fr-FR", "normalization", "xx"):
        with pytest.raises(TextError) as caught:
            said("One.", normalization=asked)
        assert caught.value.code == "normalization_not_supported"


def test_emotions() -> None:
    assert find_emotion("") == (Emotion(), ())
    assert find_emotion("Neutral") == (Emotion(), ())
    happy, unknown = find_emotion("HAPPY")
    assert happy.pitch > 1
    assert not unknown
    assert find_emotion("Joking/Comedic") == (happy, ())
    high, low = find_emotion("anger:high")[0], find_emotion("anger:low")[0]
    assert high.volume > find_emotion("anger")[0].volume > low.volume > 1
    assert find_emotion("purple, happy, anger:most") == (happy, ("purple", "anger:most"))
    assert len(NAMES) >= 60


def test_emotions_stay_modest() -> None:
    for name in NAMES:
        emotion, _ = find_emotion(name)
        assert 0.9 <= emotion.pitch <= 1.15
        assert 0.8 <= emotion.pace <= 1.15
        assert 0.6 <= emotion.pitch_spread <= 1.4
        assert 0.8 <= emotion.volume <= 1.3
