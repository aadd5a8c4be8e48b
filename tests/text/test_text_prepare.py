"""The public entry: any text becomes utterances, nothing is lost, bad text gives clear errors."""

import threading
from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from menura.errors import TextError
from menura.text.alphabet import SYMBOLS
from menura.text.languages import SPOKEN
from menura.text.prepare import phonemise, prepare
from menura.text.utterance import Utterance
from menura.text.warning import TextWarning

SENTENCES = {
    "en-US": "Hello there, Dr. Smith! You owe me $12.50 for 3 books.",
    "en-GB": "Hello there, Dr. Smith! You owe me £12.50 for 3 books.",
    "es-ES": "¡Hola! ¿Cómo está usted? Son 12,50 € por 3 libros.",
    "fr-FR": "Bonjour, comment allez-vous ? Ça fait 12,50 € pour 3 livres.",
    "hi-IN": "नमस्ते, आप कैसे हैं? तीन किताबें ₹12.50 की हैं।",
    "it-IT": "Ciao, come stai? Sono 12,50 € per 3 libri.",
    "ja-JP": "こんにちは、お元気ですか？本は3冊で1,250円です。",
    "pt-BR": "Olá, como vai você? São R$ 12,50 por 3 livros.",
    "zh-CN": "你好，你怎么样？三本书12.50元。",
}
NASTY = [
    "a" * 100_000,
    "." * 100_000,
    "1" * 100_000,
    "1,1." * 25_000,
    "\"'" * 50_000,
    "((" * 50_000,
    "a." * 50_000,
    "<<" * 50_000,
    " \n" * 50_000 + "end",
    "e\u0301\u0327" * 30_000,
    "-" * 100_000,
    "@a.b" * 25_000,
    "$1-" * 30_000,
    "漢" * 20_000,
    "http://" + "a/" * 40_000,
]


def run(text: str, language: str = "en-US", limit: int = 510) -> list[Utterance]:
    return list(prepare(text, language, limit=limit))


def check(text: str, utterances: Sequence[Utterance], limit: int = 510) -> None:
    position = 0
    for utterance in utterances:
        assert 0 < len(utterance.phonemes) <= limit
        assert set(utterance.phonemes) <= SYMBOLS
        for word in utterance.words:
            assert word.phonemes
            assert word.text == word.text.strip() != ""
            assert text[word.start : word.start + len(word.text)] == word.text
            assert word.start >= position
            position = word.start + len(word.text)


def covered(text: str, utterances: Sequence[Utterance]) -> str:
    return "".join(w.text for u in utterances for w in u.words)


@pytest.mark.parametrize("language", SPOKEN)
def test_each_language_speaks_and_keeps_the_callers_spelling(language: str) -> None:
    text = SENTENCES[language]
    warnings: list[TextWarning] = []
    utterances = list(prepare(text, language, on_warning=warnings.append))
    check(text, utterances)
    assert not warnings
    letters = [c for c in text if c.isalnum()]
    assert [c for c in covered(text, utterances) if c.isalnum()] == letters
    assert all(u.language == language for u in utterances)


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("limit", [40, 100])
def test_a_small_limit_is_kept(language: str, limit: int) -> None:
    text = " ".join([SENTENCES[language]] * 3)
    utterances = run(text, language, limit)
    check(text, utterances, limit)
    assert [c for c in covered(text, utterances) if c.isalnum()] == [c for c in text if c.isalnum()]


def test_money_is_one_word_of_the_callers_text() -> None:
    words = [w for u in run("It costs $12.50, sir.") for w in u.words]
    assert [w.text for w in words] == ["It", "costs", "$12.50,", "sir."]
    assert words[2].phonemes == "twˈɛlv dˈɑləɹz fˈɪfti sˈɛnts"
    assert words[2].after == ", "


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "...", "😀 😀", "\u200b", "\x00\x01", "?!"])
def test_nothing_to_speak_is_an_error(text: str) -> None:
    with pytest.raises(TextError) as caught:
        run(text)
    assert caught.value.code == "text_nothing_to_speak"
    assert caught.value.remedy


def test_unknown_language_is_an_error_at_once() -> None:
    with pytest.raises(TextError) as caught:
        prepare("Hallo", "de-DE")
    assert caught.value.code == "language_not_supported"


def test_warnings_name_what_is_not_spoken() -> None:
    warnings: list[TextWarning] = []
    utterances = list(prepare("Hi 😀 Привет\x07 you ∂.", "en-US", on_warning=warnings.append))
    check("Hi 😀 Привет\x07 you ∂.", utterances)
    codes = {w.code: w for w in warnings}
    assert set(codes) == {
        "text_emoji_ignored",
        "text_characters_not_spoken",
        "text_control_characters_ignored",
    }
    assert codes["text_emoji_ignored"].start == 3
    assert codes["text_emoji_ignored"].text == "😀"
    assert any(w.text == "Привет" for w in warnings)
    assert all(w.sentence.endswith(".") for w in warnings)


def test_inline_phonemes_are_taken_as_they_are() -> None:
    (utterance,) = run("This is <<m|ə|n|ˈʊ|ɹ|ə>>, a bird.")
    assert "mənˈʊɹə" in utterance.phonemes
    assert utterance.words[2].text == "<<m|ə|n|ˈʊ|ɹ|ə>>,"


def test_inline_phonemes_outside_the_alphabet_are_an_error() -> None:
    with pytest.raises(TextError) as caught:
        run("This is <<m|№|n>>.")
    assert caught.value.code == "text_phonemes_unknown"


@pytest.mark.parametrize("text", NASTY, ids=lambda t: repr(t[:6]))
def test_nasty_long_texts_are_spoken_to_the_end(text: str) -> None:
    try:
        utterances = run(text[:12_000])
    except TextError as error:
        if error.code not in ("text_nothing_to_speak", "text_phonemes_unknown"):
            raise
        return
    check(text[:12_000], utterances)
    said = covered(text, utterances)
    assert sum(c.isalnum() for c in said) == sum(c.isalnum() for c in text[:12_000])


def test_the_first_utterance_comes_before_the_rest_is_read() -> None:
    text = "This is a sentence, and it goes on for a while. " * 3000

    class Watched(str):
        reached = 0

        def __getitem__(self, key: object) -> str:
            if isinstance(key, slice) and key.stop is not None:
                Watched.reached = max(Watched.reached, key.stop)
            return str.__getitem__(self, key)  # type: ignore[index]

    first = next(prepare(Watched(text), "en-US"))
    assert first.words[0].text == "This"
    assert 0 < Watched.reached < 1000
    assert len(first.phonemes) < 120


def test_no_word_is_dropped_or_said_twice_in_a_long_text() -> None:
    text = "\n\n".join(f"Sentence number {i} is here, after the one before." for i in range(300))
    utterances = run(text)
    check(text, utterances)
    assert covered(text, utterances) == text.replace(" ", "").replace("\n", "")


def test_threads_may_prepare_at_the_same_time() -> None:
    found: list[str] = []
    work = [threading.Thread(target=lambda: found.append(phonemise(SENTENCES["fr-FR"], "fr-FR")))
            for _ in range(4)]  # fmt: skip
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=120), language=st.sampled_from(SPOKEN))
def test_any_text_is_spoken_or_refused(text: str, language: str) -> None:
    try:
        utterances = list(islice(prepare(text, language), 50))
    except TextError as error:
        if error.code not in ("text_nothing_to_speak", "text_phonemes_unknown"):
            raise
        return
    check(text, utterances)


@settings(max_examples=50, deadline=None)
@given(
    text=st.text(
        alphabet="abcdeXYZ 0123456789.,-/:$%'\"()!?\n@#é&", min_size=1, max_size=100
    ),
    language=st.sampled_from(["en-US", "en-GB", "es-ES", "fr-FR", "it-IT", "pt-BR"]),
)  # fmt: skip
def test_no_letter_or_digit_is_lost(text: str, language: str) -> None:
    speakable = sum(c.isascii() and c.isalnum() for c in text)
    if not speakable:
        return
    utterances = run(text, language)
    check(text, utterances)
    assert sum(c.isascii() and c.isalnum() for c in covered(text, utterances)) == speakable
